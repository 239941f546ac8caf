"""A small country for the matrix: the same things in one's own cercle, in a sister one, above it and abroad.

`own` is the cercle of the posting, `sister` another of its region, `above` what spans several of them, `foreign`
another region. Things are numbered by place: `world.households["own"]`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from jigi.changes import actions as changes
from jigi.changes import evidence
from jigi.changes.models import ChangeBulk, ChangeEvidence, ChangeRequest
from jigi.delivery.models import Contract, ContractCommune, Deliverable, Operator, Target
from jigi.foundation.errors import Raced
from jigi.foundation.models import Run, User
from jigi.foundation.sealed import sealed_bytes
from jigi.geography.models import Area, Invitation
from jigi.intake.models import Batch, CollectionSecret, Correction, FormVersion, Problem, SetAside, Submission
from jigi.intake.reception import receive
from jigi.monitoring.models import Alert
from jigi.payments import actions, replies, suspensions
from jigi.payments.agency_models import AgencyReply
from jigi.payments.models import CommuneSuspension, Instruction, PaymentRound, ReturnFile, ReturnLine
from jigi.programmes import amendments
from jigi.programmes.models import Amendment, Component
from jigi.protection import actions as protection
from jigi.protection.models import DataRequest, RetentionProposal
from jigi.registry.models import Household
from jigi.schemes import actions as schemes
from jigi.schemes.models import BenefitBatch, Scheme
from jigi.sharing import actions as sharing
from jigi.sharing import requests as sharing_requests
from jigi.sharing.models import SharingAgreement, SharingRequest
from jigi.sharing.rules import Criteria
from jigi.sheets import actions as sheets
from jigi.sheets.models import Scan, ScannedPage, Sheet
from jigi.targeting import actions as targeting
from jigi.targeting.models import TargetingRound
from jigi.verification import actions as verification
from jigi.verification.actions import Draw
from jigi.verification.models import Exercise, Finding
from tests.factories import make_commune, make_households, make_user, make_village
from tests.foundation.sent import pdf, photo
from tests.intake.collected import HOUSEHOLD, fiche, make_form
from tests.payments.agency_scene import make_agent
from tests.payments.dispatch_scene import open_channel
from tests.payments.scene import Scene, beside, stage
from tests.schemes.giving import give, line, make_scheme, write
from tests.sharing.signed import signed
from tests.targeting.campaign import write_list

PLACES = ("own", "sister", "above", "foreign")
COMMUNES = {"own": "ML010501", "sister": "ML010601", "foreign": "ML030101"}
CERCLE = "ML0105"
STATES = ("draft", "prepared", "frozen", "approved", "released")


@dataclass
class World:
    """What the addresses of the matrix speak of; each table is by place."""

    scene: Scene
    above: Scene
    communes: dict[str, Area]
    villages: dict[str, Area]
    households: dict[str, Household] = field(default_factory=dict)
    rounds: dict[tuple[str, str], PaymentRound] = field(default_factory=dict)
    campaigns: dict[str, TargetingRound] = field(default_factory=dict)
    frozen: dict[str, TargetingRound] = field(default_factory=dict)
    suspensions: dict[tuple[str, str], CommuneSuspension] = field(default_factory=dict)
    returns: dict[str, ReturnFile] = field(default_factory=dict)
    lines: dict[str, ReturnLine] = field(default_factory=dict)
    exercises: dict[str, Exercise] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    batch: Batch | None = None
    problem: Problem | None = None
    aside: SetAside | None = None
    correction: Correction | None = None
    document: int = 0
    scheme: Scheme | None = None
    given: dict[str, BenefitBatch] = field(default_factory=dict)
    shared: dict[str, SharingAgreement] = field(default_factory=dict)
    sharing_requests: dict[str, SharingRequest] = field(default_factory=dict)
    form: FormVersion | None = None
    fiches: dict[str, Submission] = field(default_factory=dict)
    asked: dict[str, Household] = field(default_factory=dict)
    requests: dict[tuple[str, str], DataRequest] = field(default_factory=dict)
    proposal: RetentionProposal | None = None
    changes: dict[tuple[str, str], ChangeRequest] = field(default_factory=dict)
    papers: dict[str, ChangeEvidence] = field(default_factory=dict)
    bulks: dict[str, ChangeBulk] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    pages: dict[tuple[str, str], ScannedPage] = field(default_factory=dict)
    refusals: dict[str, AgencyReply] = field(default_factory=dict)
    contracts: dict[tuple[str, str], Contract] = field(default_factory=dict)

    def area(self, place: str) -> Area:
        """The area of a place for the pages of places: a cercle; above, the region."""
        commune = self.communes["own" if place == "above" else place]
        assert commune.parent and commune.parent.parent
        return commune.parent.parent if place == "above" else commune.parent

    def commune(self, place: str) -> Area:
        """The commune of a place; above, the sister's within a thing that spans both."""
        return self.communes["sister" if place == "above" else place]

    def village(self, place: str) -> Area:
        return self.villages["sister" if place == "above" else place]


def make_world(folder: Path) -> World:
    """Two households a commune, rounds in every state, a campaign, a return with an exception, in each place."""
    scene = stage(communes=tuple(COMMUNES.values()))
    communes = dict(zip(COMMUNES, scene.communes, strict=True))
    villages = {place: make_village(commune) for place, commune in communes.items()}
    world = World(scene, beside(scene, "AU-DESSUS"), communes, villages)
    open_channel(scene)
    for place, village in villages.items():
        made = make_households(2, village, prefix=place)
        scene.enrol(made)
        if place != "foreign":
            world.above.enrol(made)
        world.households[place] = Household.objects.get(pk=made[0])
    for place in PLACES:
        _rounds(world, place, folder)
    _suspensions(world)
    _contracts(world)
    for place in PLACES:
        world.campaigns[place] = _campaign(world, place, folder)
        _people(world, place)
    world.batch = Batch.objects.create(
        file_name="essai.csv", file_hash="a" * 64, mapping_name="essai", mapping_hash="b" * 64, source="essai",
        status=Batch.Status.REFUSED, made_by=scene.maker,
    )  # fmt: skip
    world.problem = Problem.objects.create(
        batch=world.batch, key="F1", severity="error", file_name="essai.csv", line=2, column="pieces"
    )
    world.aside = SetAside.objects.create(
        batch=world.batch, key="F1", kind="left_out", reason="essai", made_by=scene.maker
    )
    world.correction = Correction.objects.create(
        batch=world.batch, of_member=False, line=2, key="F1", column="pieces", reason="essai", made_by=scene.maker
    )
    world.document = _amendment(scene).document_id
    _fiches(world)
    _sheets(world)
    _requests(world)
    _changes(world)
    _benefits(world, folder)
    for place in PLACES:
        world.shared[place] = signed([world.area(place)], scene.maker, code=f"CP-{place}")
        world.sharing_requests[place] = _asked(world, place)
    return world


def _amendment(scene: Scene) -> Amendment:
    """An amendment of the agreement, that nobody has decided."""
    return amendments.ask(
        scene.agreement, amendments.Asked("addition", amount=Decimal(1_000)), signed_on=date(2022, 5, 1),
        reason="essai de la matrice", paper=amendments.Paper("avenant.pdf", pdf()),
        by=make_user("avenants", "finance_officer"),
    )  # fmt: skip


def _asked(world: World, place: str) -> SharingRequest:
    """A request, to be read by machines, under another agreement in force about the place."""
    today = date.today()
    agreement = signed(
        [world.area(place)], world.scene.maker, code=f"CQ-{place}", starts_on=today, ends_on=today + timedelta(days=9)
    )
    protector = User.objects.filter(username="partages").first() or make_user("partages", "data_protection_officer")
    sharing.approve(agreement, by=protector)
    return sharing_requests.ask(
        agreement, Criteria(), areas=[world.area(place)], fields=["place"], as_of=today, channel="api",
        reason="essai de la matrice", expires_on=today, by=world.scene.maker,
    )  # fmt: skip


def _benefits(world: World, folder: Path) -> None:
    """A scheme that gave something to the household of each place; a batch about each place waits to be recorded."""
    world.scheme = make_scheme()
    for place in PLACES:
        households = [world.households[other].pk for other in ("own", "sister")] if place == "above" else []
        households = households or [world.households[place].pk]
        for number in households:
            give(world.scheme, number, f"{place}-{number}", world.scene.maker)
        lines = [line(f"attend-{place}-{number}", number) for number in households]
        path = write(folder / f"prestations-{place}.csv", lines)
        world.given[place] = schemes.receive(path, world.scheme, by=world.scene.maker)


def _fiches(world: World) -> None:
    """The shipped questionnaire, and a fiche of each place with a file and other answers under its number."""
    world.form = make_form(world.scene.maker)
    for place in PLACES:
        collector = make_user(f"enqueteur-{place}", "enumerator", world.commune(place))
        number, files = f"uuid:{place}", {"une.jpg": photo()}
        content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}}, number=number)
        world.fiches[place] = receive(content, files=files, device="", by=collector).submission
        with suppress(Raced):
            receive(fiche(number=number), files={}, device="", by=collector)


def _sheets(world: World) -> None:
    """Blank questionnaires of each village; a page that waits for a name, one attached to the household."""
    assert world.form
    by = make_user("feuilles", "social_officer")
    for place, village in world.villages.items():
        made = sheets.print_forms(world.form, count=2, pages=5, village=village, by=by)
        waiting, world.sheets[place] = made.sheets.order_by("pk")
        scan = Scan.objects.create(sha256=place, made_by=by)
        kept = {"scan": scan, "number": 1, "commune": village.parent, "sealed": sealed_bytes("scan", photo())}
        world.pages[place, "queued"] = ScannedPage.objects.create(position=1, sheet=waiting, why="nameless", **kept)
        page = ScannedPage.objects.create(position=2, sheet=world.sheets[place], why="nameless", **kept)
        sheets.attach_to_household(page, world.households[place], by=by)
        world.pages[place, "attached"] = page


def _people(world: World, place: str) -> None:
    """Somebody posted in the place, an invitation to it, an alert on one of its communes."""
    area = world.area(place)
    world.people[place] = make_user(f"personne-{place}", "social_officer", area)
    CollectionSecret.objects.create(user=world.people[place], sealed=b"", fingerprint=place)
    world.invitations[place] = Invitation.objects.create(
        token_hash=place, username=f"invitee-{place}", full_name="Invitée", role="social_officer", area=area,
        starts_on=date.today(), invited_by=world.scene.maker, expires_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip
    world.alerts[place] = Alert.objects.create(
        rule="many_reveals", subject=place, period="2026", label=f"Alerte {place}", count=1,
        commune=None if place == "above" else world.communes[place],
        first_seen=timezone.now(), last_seen=timezone.now(),
    )  # fmt: skip


def _requests(world: World) -> None:
    """Requests on a household of each place that no programme holds, in each state; a proposal of retention."""
    first, second = (make_user(f"donnees-{n}", "data_protection_officer") for n in (1, 2))
    for place, village in world.villages.items():
        world.asked[place] = household = Household.objects.get(pk=make_households(1, village, prefix=f"d-{place}")[0])
        for state, kind in (("received", "access"), ("accepted", "access"), ("erasure", "erasure")):
            made = protection.record(
                kind, household=household, asker="essai", identity_check="essai", statement="essai",
                received_on=date(2016, 3, 1), by=first,
            )  # fmt: skip
            if state != "received":
                protection.accept(made, reason="essai", by=second)
            world.requests[place, state] = made
    world.proposal = RetentionProposal.objects.create(
        as_of=date(2016, 3, 1), rules_hash="0" * 64, counts={"sessions": 1}, made_by=first
    )


def _changes(world: World) -> None:
    """Requests to change a household of each place, in each state, one with a paper; one that a file brought."""
    maker, checker = (make_user(f"changements-{n}", "social_officer") for n in (1, 2))
    for place, village in world.villages.items():
        household = Household.objects.get(pk=make_households(1, village, prefix=f"c-{place}")[0])
        for state in ("draft", "submitted", "approved"):
            child = household.memberships.get(relation="child").person
            made = changes.draft(
                "identity", household, typed={"person.nickname": state}, effective_on=date(2016, 3, 1), reason="essai",
                fact_source="visit", person=child, by=maker,
            )  # fmt: skip
            if state == "submitted":
                world.papers[place] = evidence.attach(made, name="acte.pdf", content=pdf(), by=maker)
            if state != "draft":
                changes.submit(made, by=maker)
            world.changes[place, state] = changes.decide(made, by=checker) if state == "approved" else made
        changes.refresh(world.changes[place, "submitted"], by=maker)
        world.bulks[place] = ChangeBulk.objects.create(file_name=f"{place}.csv", file_hash=place, rows=1, made_by=maker)
        _by_file(world.bulks[place], household, maker)


def _by_file(bulk: ChangeBulk, household: Household, maker: User) -> None:
    said = {"effective_on": date(2016, 3, 1), "reason": "essai", "fact_source": "file"}
    made = changes.draft("exit", household, typed={}, by=maker, **said)
    changes.submit(made, by=maker)
    ChangeRequest.objects.filter(pk=made.pk).update(bulk=bulk, line=2)


def _spread(world: World, place: str) -> list[Area]:
    return [world.communes["own"], world.communes["sister"]] if place == "above" else [world.communes[place]]


def _rounds(world: World, place: str, folder: Path) -> None:
    """One round in each state; those above are of a component of their own: a commune walks one calendar of each."""
    scene, communes = world.above if place == "above" else world.scene, _spread(world, place)
    for term, state in enumerate(reversed(STATES), start=1):
        opened = scene.open(term, communes=communes)
        world.rounds[place, state] = _brought_to(scene, opened, state)
    released = world.rounds[place, "released"]
    agent = make_agent(scene.agency, f"agence-{place}")
    world.refusals[place] = replies.refuse(released, scene.agency, by=agent, reason=f"caisse fermée {place}")
    rows: list[tuple[Any, ...]] = [
        (line.reference, "PAYE", line.amount_xof, "2016-02-10")
        for line in Instruction.objects.filter(payment_round=released).order_by("id")[:1]
    ]
    # An order that is in this round, of another amount: an exception that belongs to the place.
    wrong = Instruction.objects.filter(payment_round=released).order_by("-id")[0]
    rows.append((wrong.reference, "PAYE", 1, "2016-02-10"))
    world.returns[place] = scene.take(folder / f"retour-{place}.csv", rows).return_file
    world.lines[place] = ReturnLine.objects.get(return_file=world.returns[place], outcome="wrong_amount")
    world.runs[place] = Run.objects.filter(subject=f"payment_round:{released.pk}").order_by("id")[0]
    verifier = make_user(f"verifie-{place}", "grievance_officer")
    world.exercises[place] = verification.draw(released, Draw("phone", everyone=True), by=verifier)
    check = world.exercises[place].checks.get()
    verification.answer(check, "not_received", on=timezone.localdate(), by=verifier)
    world.findings[place] = Finding.objects.get(payment_round=released)


def _suspensions(world: World) -> None:
    """A commune of each place to be suspended, and one that is, of components whose rounds nobody pays."""
    for state in ("asked", "confirmed"):
        quiet = beside(world.scene, f"CALME-{state}")
        for place, commune in world.communes.items():
            said = {"starts_on": date(2015, 1, 1), "reason": f"attaques {place} {state}"}
            made = suspensions.ask(quiet.component, commune, **said, by=world.scene.maker)
            if state == "confirmed":
                suspensions.confirm(made, by=world.scene.approver)
            world.suspensions[place, state] = made


def _contracts(world: World) -> None:
    """A contract of each state in each place, with a target and a deliverable that waits."""
    ground = beside(world.scene, "MA")
    Component.objects.filter(pk=ground.component.pk).update(kind="sessions", amount_xof=0)
    operator = Operator.objects.create(code=world.scene.agency.code, name="ONG A (essai)", kind="ngo")
    last = date(2016, 12, 31)
    for place in ("own", "sister", "foreign", "above"):
        communes = [world.communes[p] for p in (("own", "sister") if place == "above" else (place,))]
        for status in ("draft", "active"):
            signed = {"signed_by": world.scene.approver, "signed_at": timezone.now()} if status == "active" else {}
            made = Contract.objects.create(
                number=f"{place}-{status}", title="Contrat d’essai", operator=operator, component=ground.component,
                agreement=ground.agreement, sort="sessions", starts_on=date(2016, 1, 1), ends_on=last,
                amount_xof=0, status=status, made_by=world.scene.maker, **signed,
            )  # fmt: skip
            ContractCommune.objects.bulk_create(ContractCommune(contract=made, commune=area) for area in communes)
            Target.objects.create(contract=made, measure="séances tenues", amount=12, due_on=last)
            Deliverable.objects.create(contract=made, rank=1, title="Rapport", due_on=last, amount_xof=0)
            world.contracts[place, status] = made


def _brought_to(scene: Scene, opened: PaymentRound, state: str) -> PaymentRound:
    ways = (
        ("prepared", actions.prepare, scene.maker), ("frozen", actions.freeze, scene.maker),
        ("approved", actions.approve, scene.approver), ("released", actions.release, scene.treasurer),
    )  # fmt: skip
    for reached, act, by in ways:
        if opened.status == state:
            break
        opened = act(opened, by=by)
        assert opened.status == reached
    return opened


def _campaign(world: World, place: str, folder: Path) -> TargetingRound:
    by = world.scene.maker
    communes = _spread(world, place)
    made = targeting.open_round(
        f"Campagne {place}", communes, programme_code=world.scene.component.programme.code, formula=None,
        quota_total=2, by=by,
    )  # fmt: skip
    listed = list(Household.objects.filter(commune__in=communes).values_list("pk", flat=True))
    targeting.import_lists(made, write_list(folder / f"liste-{place}.csv", listed), by=by)
    targeting.set_quotas(made, 2, {"ML": 0.4}, by=by)
    made.refresh_from_db()
    targeting.rank(made, by=by)
    made.refresh_from_db()
    return made


def make_person(role: str, *, at_country: bool, organisation: str = "") -> User:
    """Somebody in this role at the cercle ML0105, or at the country for the roles that are held there only."""
    place = make_commune("ML010501").parent
    assert place and place.parent
    user = make_user(f"matrice-{role}", role, place.parent.parent if at_country else place)
    user.staff_postings.update(organisation=organisation)
    return user

"""A campaign from its preparation to its last message: counted, previewed, approved by another, sent by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import among, fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.messaging import catalogue, rules, writing
from jigi.messaging.queries import APPROVE, PREPARE, postings
from jigi.messaging.writing import Line, Wording
from jigi.outreach.models import Campaign, Recipient
from jigi.outreach.states import CAMPAIGN
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Programme

SLICE = 2_000
SHOWN = 5
LATEST = time(18)
"""A message of a day is of no use any more from this hour of that day on."""
EVERYBODY = 2**63 - 1
USES = {"unpaid": "payments", "late": "reminders", "enrolled": "enrolled", "sessions": "sessions"}
"""Which templates may be said to which people."""
OF_A_ROUND = ("unpaid", "late")


@dataclass(frozen=True)
class Plan:
    """What a campaign is asked to be."""

    title: str
    audience: str
    programme: Programme
    area: Area
    template: str
    language: str = "fr"
    channel: str = "sms"
    payment_round: PaymentRound | None = None
    organisation: str = ""
    pay_point: str = ""
    day: date | None = None
    place: str = ""


@dataclass(frozen=True)
class Sample:
    """One message of a preview, without its telephone."""

    household: int
    text: str
    segments: int
    gsm: bool


@dataclass(frozen=True)
class Counted:
    """Who is in a list, who can be reached, and what writing to them costs at most."""

    recipients: int
    reachable: int
    segments: int
    cost_xof: int


@unfenced
@transaction.atomic
def make(plan: Plan, *, by: User) -> Campaign:
    """Prepare a campaign and count its list. Refused with what to mend: template, round, day or right."""
    _require(by, PREPARE, plan.area, plan.programme.code, plan.organisation)
    _refuse_unsound(plan)
    made = Campaign.objects.create(**_said_by(plan), made_by=by)
    _count(made)
    audit.record("make", CAMPAIGN.noun, made.pk, by=by, after=_told_of(plan))
    return made


@unfenced
@transaction.atomic
def correct(campaign: Campaign, plan: Plan, *, by: User) -> None:
    """Say a campaign in preparation anew, as when it was sent back: its list is thawed, and counted again.

    By who prepared it, so that who approves has written none of it.
    """
    held = _held(campaign, by, PREPARE)
    if held.status != "draft":
        raise Refused(
            "Cette campagne n’est plus en préparation",
            remedy="Qui l’approuve la renvoie d’abord, en disant ce qui est à corriger.",
        )
    if held.made_by_id != by.pk:
        raise Refused(
            "Seule la personne qui a préparé cette campagne la corrige", remedy="Annulez-la, et préparez-en une autre."
        )
    _require(by, PREPARE, plan.area, plan.programme.code, plan.organisation)
    _refuse_unsound(plan)
    before = {"audience": held.audience, "template": held.template, "area": held.area.code}
    for field, value in _said_by(plan).items():
        setattr(held, field, value)
    held.save()
    _count(held)
    audit.record("correct", CAMPAIGN.noun, held.pk, by=by, before=before, after=_told_of(plan))
    _follow(campaign, held)


@unfenced
@transaction.atomic
def ask(campaign: Campaign, *, by: User) -> None:
    """Freeze the list, count it and what it costs, and ask for another's approval."""
    held = _held(campaign, by, PREPARE)
    CAMPAIGN.check(held, "ask")
    counted = _counted(held)
    if not counted.reachable:
        raise Refused(
            "Personne ne recevrait ce message",
            why=f"{counted.recipients} personnes dans la liste, aucune joignable" if counted.recipients else "",
            remedy="Voyez le tour, le lieu et le jour ; un téléphone se note sur la fiche du ménage.",
        )
    CAMPAIGN.move(
        held, "ask", by=by, asked_by=by, asked_at=timezone.now(), recipients=counted.recipients,
        reachable=counted.reachable, segments=counted.segments, cost_xof=counted.cost_xof,
    )  # fmt: skip
    _follow(campaign, held)


@unfenced
@transaction.atomic
def send_back(campaign: Campaign, reason: str, *, by: User) -> None:
    """Give a campaign back to who prepared it, saying why."""
    held = _held(campaign, by, APPROVE)
    CAMPAIGN.move(held, "send_back", by=by, reason=_said(reason), asked_by=None, asked_at=None)
    _follow(campaign, held)


@unfenced
@transaction.atomic
def approve(campaign: Campaign, *, by: User, at: datetime | None = None) -> int:
    """Let the frozen list be sent: by another than who prepared it or asked.

    Returns how many of the list are no longer concerned, and are left out. Refused when nobody is, or when nothing
    could leave in time.
    """
    now = at or timezone.now()
    held = _held(campaign, by, APPROVE)
    CAMPAIGN.check(held, "approve")
    if by.pk in (held.made_by_id, held.asked_by_id):
        raise Refused("Vous avez préparé cette campagne", remedy="Une autre personne l’approuve.")
    if held.day is not None:
        _refuse_too_late(held.day, now, "Renvoyez la campagne pour qu’elle dise un autre jour, ou annulez-la.")
    left_out = _leave_out(held)
    if left_out >= held.reachable:
        raise Refused(
            "Plus personne de cette liste n’est concerné",
            why="depuis qu’elle est gelée, ils ont été payés, sont sortis, ou leur jour ou leur lieu a changé",
            remedy="Renvoyez la campagne pour que sa liste soit refaite, ou annulez-la.",
        )
    CAMPAIGN.move(held, "approve", by=by, approved_by=by, approved_at=now)
    _follow(campaign, held)
    return left_out


@unfenced
@transaction.atomic
def cancel(campaign: Campaign, reason: str, *, by: User) -> int:
    """Stop a campaign: what has not left does not leave. Returns how many messages were taken back."""
    held = _held(campaign, by, PREPARE, APPROVE)
    CAMPAIGN.move(held, "cancel", by=by, reason=_said(reason), ended_at=timezone.now())
    _follow(campaign, held)
    return writing.cancel(held.batch, by=by)


@unfenced
def write_waiting(number: int) -> int:
    """Put one slice of an approved campaign in the outbox; returns how many people of it were looked at, 0 at its end.

    Who is no longer concerned by now is left out. The slice and its marks are one transaction; after a kill it is taken
    again, and each cause is there once.
    """
    with transaction.atomic():
        found = Campaign.objects.select_for_update(of=("self",)).select_related("programme", "area", "approved_by")
        held = found.get(pk=number)
        if held.status != "sending":
            return 0
        rows = fetch_sql("outreach", "slice", {"campaign": held.pk, "most": SLICE})
        if not rows:
            return 0
        _leave_out(held, last=rows[-1]["id"], people=[row["person_id"] for row in rows])
        looked_at = Recipient.objects.filter(pk__in=among(row["id"] for row in rows))
        gone = set(looked_at.filter(left_out=True).values_list("pk", flat=True))
        # A telephone may have been taken away since the list was frozen.
        lines = [_line(held, row) for row in rows if row["sealed"] and row["id"] not in gone]
        assert held.approved_by is not None, "message_campaign_is_approved"
        writing.queue(_wording(held), lines, by=held.approved_by)
        looked_at.filter(left_out=False).update(written=True)
    return len(rows)


@unfenced
@transaction.atomic
def finish(number: int) -> bool:
    """End a campaign of which nothing waits any more; whether it did."""
    held = Campaign.objects.select_for_update(of=("self",)).get(pk=number)
    if held.status != "sending" or held.people.filter(reachable=True, written=False, left_out=False).exists():
        return False
    if any(writing.figures(held.batch).get(state) for state in ("queued", "leaving", "unclear")):
        return False
    CAMPAIGN.move(held, "finish", by=None, ended_at=timezone.now())
    return True


@unfenced
def under_way() -> list[int]:
    """The campaigns that the worker sends."""
    return list(Campaign.objects.filter(status="sending").order_by("approved_at").values_list("pk", flat=True))


@unfenced
def preview(campaign: Campaign, *, by: User) -> list[Sample]:
    """Five messages of the list as it was counted last."""
    held = _held(campaign, by, PREPARE, APPROVE, lock=False)
    wording, found = _wording(held), []
    for row in fetch_sql("outreach", "shown", {"campaign": held.pk, "most": SHOWN}):
        text, segments, _ = writing.written(wording, values_of(row, held.programme.name))
        found.append(Sample(row["household_id"], text, segments, rules.is_gsm(text)))
    return found


def values_of(row: dict[str, Any], programme: str) -> dict[str, str]:
    """What fills a template, from a row of a list; a fact that is not known is said so nowhere: it is blank."""
    amount = row["amount_xof"]
    return {
        "date": f"{row['day']:%d/%m/%Y}" if row["day"] else "", "lieu": row["place"], "village": row["village"],
        "montant": f"{amount:,}".replace(",", " ") if amount is not None else "", "programme": programme,
        "numero": "",
    }  # fmt: skip


def _said_by(plan: Plan) -> dict[str, Any]:
    """What a campaign says, to whom and where."""
    return {
        "title": plan.title.strip()[:120], "audience": plan.audience, "programme": plan.programme,
        "programme_code": plan.programme.code, "area": plan.area, "template": plan.template,
        "language": plan.language, "channel": plan.channel, "payment_round": plan.payment_round,
        "organisation": plan.organisation, "pay_point": plan.pay_point.strip(), "day": _day(plan),
        "place": plan.place.strip(),
    }  # fmt: skip


def _told_of(plan: Plan) -> dict[str, str]:
    return {"audience": plan.audience, "template": plan.template, "area": plan.area.code}


def _count(campaign: Campaign) -> None:
    """Count the list of a campaign in preparation, and write it on the campaign."""
    Campaign.objects.filter(pk=campaign.pk).update(**asdict(_counted(campaign)))
    campaign.refresh_from_db()


def _counted(campaign: Campaign) -> Counted:
    """Write the list of a campaign in preparation anew, and what it weighs: each wording once, however many hear it."""
    own = Recipient.objects.filter(campaign=campaign)
    own.delete()
    run_sql("outreach", "list", _facts(campaign))
    run_sql("outreach", "reachable", {"campaign": campaign.pk})
    wording, name, weights = _wording(campaign), campaign.programme.name, []
    for row in fetch_sql("outreach", "wordings", {"campaign": campaign.pk, "said": _placeholders(campaign)}):
        _, segments, cost = writing.written(wording, values_of(row, name))
        weights.append((segments * row["people"], cost * row["people"]))
    return Counted(own.count(), own.filter(reachable=True).count(), *rules.tally(weights))


def _leave_out(campaign: Campaign, *, last: int = EVERYBODY, people: Sequence[int] | None = None) -> int:
    """Mark who of the frozen list is no longer concerned, or no longer by what it tells them; returns how many."""
    own = {"said": _placeholders(campaign), "last": last, "people": None if people is None else list(people)}
    return run_sql("outreach", "leave_out", {**_facts(campaign), **own})


def _placeholders(campaign: Campaign) -> list[str]:
    """What the words of a campaign leave open."""
    words = catalogue.template(campaign.template).text(campaign.language, campaign.channel)
    return sorted(rules.placeholders(words.text))


def _line(campaign: Campaign, row: dict[str, Any]) -> Line:
    return Line(
        cause=f"{campaign.batch}:{row['person_id']}", phone_sealed=bytes(row["sealed"]),
        phone_index=bytes(row["number_index"]), values=values_of(row, campaign.programme.name), area=row["area_id"],
        household=row["household_id"], programme=campaign.programme_code, organisation=campaign.organisation,
    )  # fmt: skip


def _wording(campaign: Campaign) -> Wording:
    """A message of a day is of no use once the day is over."""
    over = None if campaign.day is None else _over(campaign.day)
    return Wording(campaign.template, campaign.language, campaign.channel, batch=campaign.batch, expires_at=over)


def _facts(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign": campaign.pk, "round": campaign.payment_round_id, "programme": campaign.programme_id,
        "path": campaign.area.path, "agency": campaign.organisation, "pay_point": campaign.pay_point,
        "day": campaign.day, "place": campaign.place, "audience": campaign.audience, "people": None,
        "today": timezone.localdate(),
    }  # fmt: skip


def _over(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, LATEST))


def _refuse_too_late(day: date, now: datetime, remedy: str) -> None:
    """Refused when nothing can leave, outside the quiet hours, before a message of that day is of no use."""
    terms = catalogue.terms()
    opened = rules.opens_at(timezone.localtime(now), terms.quiet_from, terms.quiet_until)
    if day < timezone.localdate(now):
        raise Refused("Le jour annoncé est passé", remedy=remedy)
    if opened >= _over(day):
        raise Refused(
            "Il est trop tard pour ce jour : aucun message ne partirait",
            why=f"un message ne part plus après {LATEST:%H} h du jour qu’il dit, ni aux heures calmes",
            remedy=remedy,
        )


def _held(campaign: Campaign, by: User, *rights: str, lock: bool = True) -> Campaign:
    found = Campaign.objects.select_related("programme", "area")
    held = (found.select_for_update(of=("self",)) if lock else found).get(pk=campaign.pk)
    if not may(by, held, *rights):
        raise Refused(
            "Votre affectation ne permet pas ceci pour cette campagne",
            remedy="Demandez à votre coordination qui tient ce rôle pour ce lieu et ce programme.",
        )
    return held


def may(user: User, campaign: Campaign, *rights: str) -> bool:
    """Whether a person holds one of these rights over a campaign; who approves is of the programme, no agency."""
    return any(_covers(user, right, campaign.area, campaign.programme_code, campaign.organisation) for right in rights)


def _covers(user: User, right: str, area: Area, programme: str, organisation: str) -> bool:
    return any(
        area.path.startswith(one.area.path) and one.programme_code in ("", programme)
        and (one.organisation == organisation if right == PREPARE else not one.organisation)
        for one in postings(user, right)
    )  # fmt: skip


def _require(by: User, right: str, area: Area, programme: str, organisation: str) -> None:
    if not _covers(by, right, area, programme, organisation):
        raise Refused(
            "Vous ne préparez pas de messages pour ce lieu, ce programme ou cette agence",
            remedy="Demandez à votre coordination qui tient ce rôle.",
        )


def _refuse_unsound(plan: Plan) -> None:
    if len(plan.title.strip()) < 3:
        raise Refused("Il manque un titre", remedy="Par exemple « Paiement de Safo, 12 mars ».")
    if plan.audience not in Campaign.Audience.values:
        raise Refused("Ces destinataires n’existent pas", remedy="Choisissez dans la liste.")
    if plan.channel not in ("sms", "voice"):
        raise Refused("Ce moyen n’existe pas", remedy="SMS ou voix.")
    template = catalogue.template(plan.template)
    wanted = rules.placeholders(template.text(plan.language, plan.channel).text)
    if template.use != USES[plan.audience]:
        raise Refused(
            f"« {template.title} » ne se dit pas à ces personnes", remedy="Choisissez un modèle fait pour elles."
        )
    if plan.organisation and plan.audience not in OF_A_ROUND:
        raise Refused("Une agence n’écrit qu’à qui elle paie", remedy="Choisissez un tour de paiement.")
    if plan.audience in OF_A_ROUND:
        _refuse_round(plan)
    day = _day(plan)
    if day is None and ("date" in wanted or plan.audience in ("sessions", "late")):
        raise Refused("Il manque le jour", remedy="Le message le dit : donnez-le.")
    if day is not None:
        _refuse_too_late(day, timezone.now(), "Donnez un jour à venir.")


def _day(plan: Plan) -> date | None:
    """The day that is told: who is late hears until when the round pays, unless an earlier day is given."""
    if plan.audience == "late" and plan.payment_round is not None:
        return plan.day or plan.payment_round.pays_until
    return plan.day


def _refuse_round(plan: Plan) -> None:
    own = plan.payment_round
    if own is None or own.component.programme_id != plan.programme.pk:
        raise Refused("Il manque un tour de ce programme", remedy="Choisissez un tour libéré.")
    if own.status != "released":
        raise Refused("Ce tour n’est pas libéré", remedy="On n’annonce que ce qui va être payé.")
    if plan.audience == "late" and plan.day and own.pays_until and plan.day > own.pays_until:
        raise Refused(
            f"Le tour ne paie que jusqu’au {own.pays_until:%d/%m/%Y}", remedy="Donnez ce jour, ou un jour avant."
        )


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) < 10:
        raise Refused("Il manque le motif", remedy="Écrivez-le en une phrase (10 caractères au moins).")
    return said[:200]


def _follow(campaign: Campaign, held: Campaign) -> None:
    """The caller's object says what the row says."""
    for field in held._meta.concrete_fields:
        setattr(campaign, field.attname, getattr(held, field.attname))

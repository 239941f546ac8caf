"""What is done of a case: heard, sorted, examined, decided by another, answered, appealed, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.grievances import queries
from jigi.grievances.models import UNATTENDED, Act, Case, CaseHousehold, CasePayment, Category
from jigi.grievances.states import CASE, LEVELS
from jigi.grievances.trail import keep
from jigi.payments.models import Instruction
from jigi.programmes.models import Programme
from jigi.registry.models import Household, Person

SHORTEST, LONGEST = 10, 4_000
EARLIEST = date(2014, 1, 1)


@dataclass(frozen=True)
class Heard:
    """A complaint as it was heard: what, by which channel, from whom, about which households and orders."""

    category: str
    told: str
    channel: str
    language: str = "fr"
    commune: Area | None = None
    programme: Programme | None = None
    household: Household | None = None
    person: Person | None = None
    name: str = ""
    phone: str = ""
    anonymous: bool = False
    received_on: date | None = None
    others: Sequence[Household] = field(default=())
    orders: Sequence[Instruction] = field(default=())


@unfenced
@transaction.atomic
def receive(heard: Heard, *, by: User | None) -> Case:
    """Write down a complaint; `by` is None where nobody is behind the channel. Refused with what to mend."""
    category = _category(heard.category)
    commune = heard.commune or (heard.household.commune if heard.household else None)
    if by is None:
        assert heard.channel in UNATTENDED, "a desk and a telephone call have somebody behind them"
    elif not queries.may_enter(by, commune):
        require(by, queries.HANDLE, areas=[commune] if commune else None)
    _refuse_unsound(heard)
    case = Case(
        category=category, sensitive=category.sensitive, channel=heard.channel, language=heard.language,
        commune=commune, programme=heard.programme, anonymous=heard.anonymous, received_by=by,
        received_on=heard.received_on or timezone.localdate(),
        level=Case.Level.COMMUNE if commune else Case.Level.COUNTRY, person=None if heard.anonymous else heard.person,
    )  # fmt: skip
    case.told = heard.told.strip()
    case.name, case.phone = ("", "") if heard.anonymous else (heard.name.strip()[:120], heard.phone.strip()[:30])
    case.save()
    case.refresh_from_db()
    _concern(case, heard)
    keep(case, "receive", by=by, facts={"channel": heard.channel})
    return case


@unfenced
@transaction.atomic
def receive_from_public(heard: Heard, *, same: QuerySet[Case] | None = None) -> Case:
    """A complaint of the public page, or of another channel with nobody behind it. The same story with the same
    telephone, the same day, is the same complaint: a form sent twice on a bad link keeps its number. `same`: what is
    the same, where the channel knows it better (it is asked once nobody else writes that story)."""
    told = vault().index("grievance", heard.told.strip())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('grievance'), hashtext(%s))", [told.hex()])
    phone = vault().index("phone", heard.phone.strip()) if heard.phone.strip() and not heard.anonymous else b""
    if same is None:
        same = Case.objects.filter(
            phone_index=phone, channel=heard.channel, received_on=timezone.localdate(), commune=heard.commune
        )
    return same.filter(told_index=told).order_by("pk").first() or receive(heard, by=None)


@unfenced
def acknowledge(case: Case, *, by: User) -> None:
    """Say to the complainant that the complaint is known, with its number."""
    move(case, "acknowledge", by)


@unfenced
@transaction.atomic
def sort(case: Case, category: str, *, by: User) -> None:
    """Confirm or change the category, until something is decided: it says in how many days, and who may see it.

    A case that turns sensitive is gone for who sorted it, unless they hold that right; what it still asked is
    withdrawn, what was found before is to be found again.
    """
    chosen = _category(category)
    if case.sensitive and not chosen.sensitive:
        raise Refused(
            "Une plainte sensible ne devient pas ordinaire",
            remedy="Enregistrez une autre plainte pour ce qui n’est pas sensible.",
        )
    if chosen.sensitive and not case.sensitive:
        signed = {"status": "withdrawn", "done_by": by, "done_at": timezone.now()}
        Act.objects.filter(case=case, status="asked").update(**signed)
        for joined in case.joined.select_for_update().order_by("pk"):
            Case.objects.filter(pk=joined.pk).update(status="received", same_as=None)
            joined.refresh_from_db()
            keep(joined, "part", by=by)
        case.subject, case.assigned_to = "", None
    move(
        case, "sort", by, category=chosen, sensitive=chosen.sensitive, subject=case.subject,
        assigned_to=case.assigned_to, outcome="", proposed_by=None,
    )  # fmt: skip


@unfenced
@transaction.atomic
def assign(case: Case, to: User, *, by: User) -> None:
    """Give a case to a person who may see it."""
    require_case(case, by)
    if not queries.may_handle(to, case):
        raise Refused(f"{to} ne peut pas traiter cette plainte", remedy="Choisissez qui tient ce rôle pour ce lieu.")
    Case.objects.filter(pk=case.pk).update(assigned_to=to)
    keep(case, "give_case", by=by, facts={"to": to.username})


@unfenced
@transaction.atomic
def note(case: Case, text: str, *, by: User) -> None:
    """An internal note: read by who handles the case, never told to the complainant."""
    require_case(case, by)
    keep(case, "note", by=by, note=worded(text, "la note"))


@unfenced
def examine(case: Case, *, by: User) -> None:
    """Begin the examination."""
    move(case, "examine", by, assigned_to=by)


@unfenced
@transaction.atomic
def propose(case: Case, outcome: str, text: str, *, by: User) -> None:
    """Say what the examination found: it waits for another person's decision. Written again, it replaces the last."""
    require_case(case, by)
    if case.status != "examination":
        raise Refused("Cette plainte n’est pas en examen", remedy="Rechargez la page.")
    if outcome not in Case.Outcome.values or not outcome:
        raise Refused("L’issue n’est pas choisie", remedy="Fondée, fondée en partie ou non fondée.")
    if queries.touched(by, case, before_appeal=True):
        raise Refused("Vous avez examiné ou décidé cette plainte", remedy="Une autre personne examine le recours.")
    said = worded(text, "ce que l’examen a trouvé")
    done = Case.objects.filter(pk=case.pk, status="examination").update(
        outcome=outcome, proposed_by=by, decided_by=None, decided_on=None
    )
    if not done:
        raise Raced("Quelqu’un a agi avant vous", remedy="Rechargez la page.")
    case.refresh_from_db()
    keep(case, "propose", by=by, note=said, facts={"outcome": outcome})


@unfenced
@transaction.atomic
def decide(case: Case, text: str, *, by: User) -> None:
    """Confirm what was proposed: by another than who examined, at the level of the case or above."""
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _require_decision(held, by)
    said = worded(text, "le motif de la décision")
    move(held, "decide", by, said=said, decided_by=by, decided_on=timezone.localdate())


@unfenced
@transaction.atomic
def send_back(case: Case, text: str, *, by: User) -> None:
    """Ask for more of the examination: what was proposed is taken away."""
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _require_decision(held, by)
    Case.objects.filter(pk=held.pk).update(outcome="", proposed_by=None)
    held.refresh_from_db()
    keep(held, "send_back", by=by, note=worded(text, "ce qui manque"))


@unfenced
def answer(case: Case, text: str, *, by: User, how: str = "", on: date | None = None) -> None:
    """What was decided was told to the complainant, with how to appeal; `how`: by their own channel when ""."""
    day, how = on or timezone.localdate(), how or queries.answered_by(case)
    if how not in Case.Answered.values or not how:
        raise Refused("Dites comment la réponse a été donnée", remedy="Choisissez dans la liste.")
    if not case.received_on <= day <= timezone.localdate():
        raise Refused("Ce jour ne va pas", remedy="Entre la réception et aujourd’hui.")
    move(
        case, "answer", by, said=worded(text, "ce qui a été répondu"), answered_on=case.answered_on or day,
        answered_how=how, facts={"means": Case.Answered(how).label},
    )  # fmt: skip


@unfenced
def appeal(case: Case, text: str, *, by: User) -> None:
    """The complainant does not agree: the case goes one level up."""
    up = LEVELS[min(LEVELS.index(case.level) + 1, len(LEVELS) - 1)]
    move(
        case, "appeal", by, said=worded(text, "ce que dit le plaignant"), level=up, appeals=F("appeals") + 1,
        assigned_to=None,
    )  # fmt: skip


@unfenced
@transaction.atomic
def hear(case: Case, *, by: User) -> None:
    """Examine an appeal: by another than who decided before."""
    if queries.touched(by, case):
        raise Refused("Vous avez examiné ou décidé cette plainte", remedy="Une autre personne examine le recours.")
    move(case, "hear", by, outcome="", proposed_by=None, decided_by=None, decided_on=None, assigned_to=by)


@unfenced
@transaction.atomic
def close(case: Case, satisfaction: str, *, by: User) -> None:
    """End a case that was answered, with what the complainant thinks of the answer; nothing it did waits or holds."""
    if satisfaction not in Case.Satisfaction.values or not satisfaction:
        raise Refused("Dites si le plaignant est satisfait", remedy="Ou « injoignable », s’il n’a pas pu être demandé.")
    refuse_open_acts(case)
    move(case, "close", by, satisfaction=satisfaction)


@unfenced
def reopen(case: Case, text: str, *, by: User) -> None:
    """Take a closing back."""
    move(case, "reopen", by, said=worded(text, "le motif"), satisfaction="")


@unfenced
@transaction.atomic
def cancel(case: Case, text: str, *, by: User) -> None:
    """Set aside what was entered by mistake, or twice: it stays, and may be restored."""
    refuse_open_acts(case)
    if case.joined.exists():
        raise Refused("D’autres plaintes lui sont jointes", remedy="Séparez-les d’abord.")
    move(case, "cancel", by, said=worded(text, "le motif"))


@unfenced
def restore(case: Case, text: str, *, by: User) -> None:
    """Take a cancelling back."""
    move(case, "restore", by, said=worded(text, "le motif"))


def move(
    case: Case, verb: str, by: User, *, said: str = "", facts: Mapping[str, Any] | None = None, **fields: Any
) -> None:
    """A compare-and-set on the status, with the rows that keep it. Refused or Raced as `StateTable.move`."""
    require_case(case, by)
    CASE.check(case, verb)
    step, before = CASE.transition(verb), case.status
    with transaction.atomic():
        if not Case.objects.filter(pk=case.pk, status=before).update(status=step.target, **fields):
            raise Raced(
                f"« {step.label} » n’a pas été fait : quelqu’un a agi avant vous",
                remedy="Rechargez la page pour voir l’état présent.",
            )
        case.refresh_from_db()
        keep(case, verb, by=by, note=said, facts=facts, before={"status": before})


def require_case(case: Case, by: User) -> None:
    if not queries.may_handle(by, case):
        require(by, queries.SENSITIVE if case.sensitive else queries.HANDLE)
        raise Refused("Cette plainte n’est pas de vos communes", remedy="Elle revient à qui suit ces communes.")


def _require_decision(case: Case, by: User) -> None:
    require_case(case, by)
    if not case.proposed_by_id or not case.outcome:
        raise Refused("L’examen n’a encore rien proposé", remedy="Qui examine écrit d’abord ce qui a été trouvé.")
    if queries.touched(by, case):
        raise Refused("Vous avez examiné ou décidé cette plainte", remedy="Une autre personne décide.")
    if not queries.may_decide(by, case):
        raise Refused(
            f"Cette plainte se décide au niveau {case.get_level_display()} ou au-dessus",
            remedy="Demandez à votre coordination qui tient ce rôle.",
        )


def refuse_open_acts(case: Case) -> None:
    if case.acts.filter(status="asked").exists():
        raise Refused("Un acte demandé attend encore", remedy="Faites-le faire, refuser ou retirer d’abord.")
    held = case.acts.filter(sensitive=False, kind="block", status="done", lifted_at__isnull=True)
    if held.filter(enrolment__status="suspended").exists():
        raise Refused(
            "Un blocage tient encore : ce ménage n’est pas payé",
            remedy="Faites-le lever ; si le ménage ne doit plus être payé, son inscription se suspend ou finit.",
        )


def _category(code: str) -> Category:
    found = Category.objects.filter(code=code, in_use=True).first()
    if found is None:
        raise Refused("La catégorie n’est pas connue", remedy="Choisissez-la dans la liste.")
    return found


def _refuse_unsound(heard: Heard) -> None:
    worded(heard.told, "ce qui s’est passé")
    if heard.channel not in Case.Channel.values or heard.language not in Case.Language.values:
        raise Refused("Le canal ou la langue n’est pas connu", remedy="Choisissez dans la liste.")
    called_back = heard.channel in UNATTENDED and heard.phone.strip()
    if not (heard.anonymous or called_back or heard.name.strip() or heard.person or heard.household):
        raise Refused("Qui se plaint ?", remedy="Donnez un nom, un ménage, ou cochez « anonyme ».")
    if heard.received_on and not EARLIEST <= heard.received_on <= timezone.localdate():
        raise Refused("Le jour de réception ne va pas", remedy="Il n’est ni à venir, ni avant 2014.")


def _concern(case: Case, heard: Heard) -> None:
    own = [heard.household] if heard.household else []
    concerned = {one.pk: one for one in (*own, *heard.others)}
    CaseHousehold.objects.bulk_create(
        CaseHousehold(case=case, household=one, complains=bool(own) and not heard.anonymous and one.pk == own[0].pk)
        for one in concerned.values()
    )
    concern_orders(case, heard.orders)


def concern_orders(case: Case, orders: Sequence[Instruction]) -> None:
    """Write the orders that a case concerns, each once; Refused for one of a household that it does not name."""
    named = set(case.concerned.values_list("household", flat=True))
    for order in orders:
        if order.household_id not in named:
            raise Refused(
                f"L’ordre {order.reference} n’est pas d’un ménage de la plainte", remedy="Ajoutez d’abord ce ménage."
            )
        CasePayment.objects.get_or_create(
            case=case, instruction_id=order.pk, origin_round_id=order.origin_round_id,
            defaults={"household_id": order.household_id, "reference": order.reference},
        )  # fmt: skip


def worded(text: str, what: str) -> str:
    said = text.strip()
    if len(said) < SHORTEST:
        raise Refused(f"Il manque {what}", remedy=f"Écrivez-le en une phrase ({SHORTEST} caractères au moins).")
    if len(said) > LONGEST:
        raise Refused("Le texte est trop long", remedy=f"Résumez-le en {LONGEST} caractères.")
    return said

"""What may be asked of payments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import fetch_sql, statement
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area, StaffPosting
from jigi.payments import approvals, pipeline
from jigi.payments.models import (
    Entitlement,
    Instruction,
    PaymentRound,
    ReturnFile,
    ReturnLine,
    RoundChange,
    RoundCommune,
)
from jigi.programmes.models import Agency, AgencyCommune, Agreement, Component, FundingLine
from jigi.registry.models import Household


@dataclass(frozen=True)
class Figures:
    """What a round holds in one commune, or in several. Orders and households are counted apart."""

    households: int = 0
    arrears_households: int = 0
    orders: int = 0
    amount_xof: int = 0
    arrears: int = 0
    arrears_xof: int = 0
    open: int = 0
    open_xof: int = 0
    paid: int = 0
    paid_xof: int = 0

    @property
    def unpaid(self) -> int:
        """Orders that came back without payment: absent, refused, reversed, without answer."""
        return self.orders - self.open - self.paid

    @property
    def unpaid_xof(self) -> int:
        return self.amount_xof - self.open_xof - self.paid_xof


@dataclass(frozen=True)
class CommuneFigures(Figures):
    """The figures of one commune, with its cercle and the agencies that pay there."""

    commune_id: int = 0
    commune: str = ""
    cercle: str = ""
    agencies: str = ""


@dataclass(frozen=True)
class Funding:
    """What a round takes from a funding line, and what is available there now (`reserved`: taken already)."""

    line: FundingLine
    amount_xof: int
    available_xof: int
    reserved: bool

    @property
    def after_xof(self) -> int:
        """What is, or would be, available once the round's new rights are reserved."""
        return self.available_xof if self.reserved else self.available_xof - self.amount_xof


@dataclass(frozen=True)
class Rights:
    """What an agreement owes for one round in one commune: rights, and francs by what became of them."""

    round_id: int
    commune_id: int
    rights: int
    amount_xof: int
    paid: int
    paid_xof: int
    owed_xof: int
    returned_xof: int


@dataclass(frozen=True)
class Refundable:
    """What an agreement would get back: rights of households that have left, and their francs."""

    code: str
    name: str
    rights: int
    amount_xof: int


@unfenced
def refundable(component: Component) -> list[Refundable]:
    """What `actions.return_to_funds` would give back now, by agreement."""
    return [Refundable(**row) for row in fetch_sql("payments", "refundable", {"component": component.pk})]


def visible_to(user: User) -> QuerySet[PaymentRound]:
    """The rounds that touch a commune, in a programme, where the user may see payments."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, "payments.see"):
        here = RoundCommune.objects.filter(payment_round=OuterRef("pk"), commune__path__startswith=posting.area.path)
        seen = Q(Exists(here))
        if posting.programme_code:
            seen &= Q(component__programme__code=posting.programme_code)
        condition |= seen
    rounds = PaymentRound.objects.filter(condition)
    return rounds.select_related("component__programme").order_by("-term", "-id")


def communes_seen(user: User, payment_round: PaymentRound) -> QuerySet[Area]:
    """The communes of a round where the user may see payments."""
    programme = payment_round.component.programme.code
    seen = Area.objects.filter(communes_with(user, "payments.see", programme=programme))
    return seen.filter(pk__in=payment_round.communes.values("commune")).order_by("name")


def instructions_visible_to(user: User, payment_round: PaymentRound) -> QuerySet[Instruction]:
    """The orders of a round in the communes where the user may see payments."""
    found = Instruction.objects.filter(payment_round=payment_round, commune__in=communes_seen(user, payment_round))
    return found.select_related("household", "recipient", "agency", "commune").order_by("id")


def agencies_held(user: User, right: str) -> QuerySet[Agency]:
    """The agencies of which a person holds a right in every commune they serve: their files speak of any of them."""
    postings = postings_with(user, right)
    if any(held.area.level == Area.Level.COUNTRY and not held.programme_code for held in postings):
        return Agency.objects.all()
    condition = Q(pk__in=[])
    for held in postings:
        here = Q(commune__path__startswith=held.area.path)
        condition |= here & Q(component__programme__code=held.programme_code) if held.programme_code else here
    served = AgencyCommune.objects.filter(agency=OuterRef("pk"))
    return Agency.objects.filter(Exists(served), ~Exists(served.exclude(condition)))


def sees_returns(user: User) -> bool:
    """Whether some agency's return files are for this person; all those to come for who sees the whole country."""
    held = postings_with(user, "payments.see")
    everywhere = any(one.area.level == Area.Level.COUNTRY and not one.programme_code for one in held)
    return everywhere or agencies_held(user, "payments.see").exists()


def return_files_visible_to(user: User) -> QuerySet[ReturnFile]:
    """The return files of the agencies whose every commune the person sees."""
    files = ReturnFile.objects.select_related("agency", "made_by")
    return files.filter(agency__in=agencies_held(user, "payments.see"))


def rounds_of_agencies(codes: Collection[str]) -> QuerySet[PaymentRound]:
    """The released rounds in which these agencies have orders to take, latest first."""
    theirs = AgencyCommune.objects.filter(
        component=OuterRef("component"), agency__code__in=codes, commune__in=OuterRef("communes__commune")
    )
    rounds = PaymentRound.objects.filter(Exists(theirs), status="released")
    return rounds.select_related("component__programme").distinct().order_by("-term", "-id")


def awaiting(user: User) -> dict[str, QuerySet[PaymentRound]]:
    """The rounds that wait for something this user may do, by the verb of what is to be done."""
    ended = Q(pays_until__isnull=True) | Q(pays_until__lt=timezone.localdate())
    another = Q(made_by=user) | Q(frozen_by=user)
    waiting = {
        "prepare": ("payments.prepare", Q(status="draft")),
        "freeze": ("payments.prepare", Q(status="prepared")),
        "approve": ("payments.approve", Q(status="frozen") & ~another & approvals.awaited_of(user)),
        "release": ("payments.release", Q(status="approved") & ~another & ~approvals.approved_by(user)),
        "reconcile": ("payments.reconcile", Q(status="released")),
        "close": ("payments.close", Q(status="released") & ended),
    }
    held = {right: postings_with(user, right) for right, _ in waiting.values()}
    return {
        verb: visible_to(user).filter(where).filter(_held_everywhere(held[right]))
        if held[right]
        else PaymentRound.objects.none()
        for verb, (right, where) in waiting.items()
    }


def has_been(payment_round: PaymentRound, verb: str) -> bool:
    """Whether a round has gone through a verb: prepare, freeze, approve, release or close."""
    if payment_round.status not in _WAY:
        return False
    return _WAY.index(payment_round.status) > _VERBS.index(verb)


@unfenced
def enrolled_in(payment_round: PaymentRound) -> int:
    """Households that a term round would pay: active, at one of their terms, in its communes."""
    term = payment_round.term
    enrolled = Enrolment.objects.filter(
        component=payment_round.component, commune__in=payment_round.communes.values("commune"),
        status="active", first_term__lte=term, last_term__gte=term,
    )  # fmt: skip
    return enrolled.count()


@unfenced
def enrolled_by(payment_round: PaymentRound, user: User) -> bool:
    """Whether a person enrolled some household of a round's list, changed its recipient or moved its enrolment."""
    with connection.cursor() as cursor:
        named = [payment_round.pk, payment_round.component_id, user.pk]
        cursor.execute("SELECT payments_enrolled_by(%s, %s, %s)", named)
        return bool(cursor.fetchone()[0])


def previous_rounds(payment_round: PaymentRound) -> list[int]:
    """The rounds of the last term that this one is compared with, as they stood when it was prepared."""
    before = PaymentRound.objects.filter(
        component=payment_round.component, kind="term", term__lt=payment_round.term,
        communes__commune__in=payment_round.communes.values("commune"),
        status__in=("frozen", "approved", "released", "closed"),
    )  # fmt: skip
    if payment_round.prepared_at:
        before = before.filter(frozen_at__lte=payment_round.prepared_at)
    last = before.aggregate(last=Max("term"))["last"]
    return sorted(before.filter(term=last).values_list("pk", flat=True).distinct()) if last else []


def changed_households(change: RoundChange, communes: Iterable[Area]) -> QuerySet[Household]:
    """The households of one line of a round's difference, in these communes.

    Each comes with `now_xof` and `before_xof` (None without a right), `arrears_xof`, and the names and
    accounts (sealed) of who received before and who receives now.
    """
    payment_round = change.payment_round
    before = previous_rounds(payment_round)
    facts = {
        "round": payment_round.pk, "component": payment_round.component_id, "term": payment_round.term,
        "previous_rounds": before, "rivals": pipeline.rivals(payment_round),
        "earned": payment_round.component.kind in Component.EARNED,
        "movement": change.movement, "reason": change.reason, "communes": [area.pk for area in communes],
    }  # fmt: skip
    now_right = Entitlement.objects.filter(payment_round=payment_round, household=OuterRef("pk"))
    old_right = Entitlement.objects.filter(payment_round__in=before, household=OuterRef("pk"))
    arrears = Instruction.objects.filter(payment_round=payment_round, household=OuterRef("pk"), kind="arrears")
    found = Household.objects.filter(pk__in=RawSQL(*_positional("changed_households", facts)))
    return found.select_related("commune", "village").annotate(
        now_xof=_one(now_right, "amount_xof"),
        before_xof=_one(old_right, "amount_xof"),
        arrears_xof=Subquery(arrears.values("household").annotate(sum=Sum("amount_xof")).values("sum")),
        recipient_now=_one(now_right, _FULL_NAME),
        recipient_before=_one(old_right, _FULL_NAME),
        enrolment_number=Coalesce(_one(now_right, "enrolment"), _one(old_right, "enrolment")),
        account_now=_one(now_right, "account_sealed"),
        account_before=_one(old_right, "account_sealed"),
    )


@unfenced
def by_commune(payment_round: PaymentRound) -> list[CommuneFigures]:
    """The figures of a round in each of its communes, by cercle and name."""
    rows = fetch_sql("payments", "by_commune", {"round": payment_round.pk})
    return [CommuneFigures(**row) for row in rows]


def total(communes: Iterable[Figures]) -> Figures:
    """The figures of several communes together. A household is in one commune of a round."""
    found = list(communes)
    return Figures(**{f.name: sum(getattr(one, f.name) for one in found) for f in fields(Figures)})


@unfenced
def by_agency(payment_round: PaymentRound) -> list[dict[str, Any]]:
    """Per agency of a round: `agency`, `orders`, `amount_xof`, `open`, `paid`, `paid_xof`."""
    rows = (
        Instruction.objects.filter(payment_round=payment_round)
        .values("agency_id")
        .annotate(
            orders=Count("id"),
            open=Count("id", filter=Q(status="open")),
            paid=Count("id", filter=Q(status="paid")),
            paid_xof=Sum("amount_xof", filter=Q(status="paid"), default=0) + Sum("paid_xof"),
            amount_xof=Sum("amount_xof"),
        )
    )
    agencies = Agency.objects.in_bulk()
    found = [{**row, "agency": agencies[row["agency_id"]]} for row in rows.order_by()]
    return sorted(found, key=lambda row: str(row["agency"]))


@unfenced
def funding(payment_round: PaymentRound) -> list[Funding]:
    """What the new rights of a round take from each funding line, and what is available there now."""
    lines = FundingLine.objects.select_related("agreement", "available").in_bulk()
    reserved = has_been(payment_round, "approve")
    found = [
        Funding(line, row["amount_xof"], line.available.balance_xof, reserved)
        for row in pipeline.reservations(payment_round)
        for line in [lines[row["funding_line_id"]]]
    ]
    return sorted(found, key=lambda one: one.line.rank)


@unfenced
def rights_of(agreement: Agreement) -> list[Rights]:
    """What an agreement owes and has paid, by round and commune, in the rounds that were approved."""
    rows = fetch_sql("payments", "rights_of_agreement", {"agreement": agreement.pk})
    return [Rights(**row) for row in rows]


def pay_list(payment_round: PaymentRound, communes: Collection[int]) -> list[dict[str, Any]]:
    """The lines of the lists that are signed, by commune, agency and pay point, then by name."""
    return fetch_sql("payments", "pay_list", {"round": payment_round.pk, "communes": list(communes)})


@unfenced
def returns_of(payment_round: PaymentRound) -> list[dict[str, Any]]:
    """The return files that answered orders of a round, with what each brought to it."""
    return fetch_sql("payments", "returns_of_round", {"round": payment_round.pk})


@unfenced
def verify_hash(payment_round: PaymentRound) -> bool:
    """Whether the list as it stands has the hash it was frozen with, and its accounts are those it promised."""
    return pipeline.list_hash(payment_round) == payment_round.list_hash and pipeline.accounts_hold(payment_round)


def exceptions(user: User) -> QuerySet[ReturnLine]:
    """Lines of the returns that a person sees, that wait for a decision."""
    # The counter of the file leads to the few that have some: the lines of a year are not read for them.
    lines = ReturnLine.objects.filter(
        return_file__exceptions__gt=0, outcome__in=ReturnLine.EXCEPTIONS, resolved_at__isnull=True
    )
    lines = lines.filter(return_file__agency__in=agencies_held(user, "payments.see"))
    return lines.select_related("return_file__agency").order_by("id")


def frozen_in(component: Component, term: int) -> list[int]:
    """The communes whose list of a term is frozen, or further on."""
    found = RoundCommune.objects.filter(component=component, term=term, live=True, payment_round__kind="term")
    return list(found.exclude(payment_round__status__in=("draft", "prepared")).values_list("commune", flat=True))


@unfenced
def withheld(payment_round: PaymentRound) -> dict[str, int]:
    """How many enrolments of a round's term and communes nothing is asked for, by the reason (rules.WITHHELD)."""
    facts = {"round": payment_round.pk, "component": payment_round.component_id, "term": payment_round.term}
    return {row["reason"]: row["enrolments"] for row in fetch_sql("payments", "count_withheld", facts)}


@unfenced
def unpayable(payment_round: PaymentRound) -> int:
    """How many open orders of a round have a recipient who died or left: held at the release, recalled after it."""
    orders: int = fetch_sql("payments", "count_unpayable", {"round": payment_round.pk})[0]["orders"]
    return orders


@unfenced
def stale(payment_round: PaymentRound) -> int:
    """How many lines of a prepared list are older than what was decided of their enrolment: it can't be frozen so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_stale(%s)", [payment_round.pk])
        return int(cursor.fetchone()[0])


@unfenced
def rights_before(payment_round: PaymentRound) -> dict[str, int]:
    """The rights that the last rounds gave in the communes of this one (`rights`, `amount_xof`): where its difference
    starts from.
    """
    before = Entitlement.objects.filter(
        payment_round__in=previous_rounds(payment_round), commune__in=payment_round.communes.values("commune")
    )
    return before.exclude(status="cancelled").aggregate(rights=Count("id"), amount_xof=Sum("amount_xof", default=0))


@unfenced
def settlement(payment_round: PaymentRound) -> dict[str, dict[str, int]]:
    """Orders and francs of a round by what became of them: paid, absent, refused, open..."""
    rows = (
        Instruction.objects.filter(payment_round=payment_round)
        .values("status")
        .annotate(orders=Count("id"), amount_xof=Sum("amount_xof"))
    )
    return {row["status"]: {"orders": row["orders"], "amount_xof": row["amount_xof"]} for row in rows}


@unfenced
def owed(component_id: int) -> dict[str, int]:
    """Entitlements in arrears of a component: how many, how much."""
    return fetch_sql("payments", "owed", {"component": component_id})[0]


_VERBS = ("prepare", "freeze", "approve", "release", "close")
_WAY = ("draft", "prepared", "frozen", "approved", "released", "closed")
_FULL_NAME = Concat("recipient__given_names", Value(" "), "recipient__surname")


def _held_everywhere(postings: Iterable[StaffPosting]) -> Q:
    """Rounds of which every commune is under one of these postings, each in its programme."""
    postings = list(postings)
    condition = Q(pk__in=[])
    for programme in {posting.programme_code for posting in postings}:
        held = Q(commune__pk__in=[])
        for posting in postings:
            if posting.programme_code in ("", programme):
                held |= Q(commune__path__startswith=posting.area.path)
        beyond = RoundCommune.objects.filter(payment_round=OuterRef("pk")).exclude(held)
        here = ~Q(Exists(beyond))
        condition |= here & Q(component__programme__code=programme) if programme else here
    return condition


def _one(rights: QuerySet[Entitlement], field: str | Concat) -> Subquery:
    return Subquery(rights.order_by().values_list(field)[:1])


def _positional(name: str, facts: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A named statement for a place where Django numbers its parameters."""
    text, values = statement("payments", name), []

    def numbered(found: re.Match[str]) -> str:
        values.append(facts[found[1]])
        return "%s"

    return re.sub(r"%\((\w+)\)s", numbered, text), values

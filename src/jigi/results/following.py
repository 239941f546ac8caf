"""Who is followed (an agreement, an agency, an operator) or a place: what was ordered, paid, late, sent back, how fast.

Everything is added up from the kept counts of order_counts.sql and event_counts.sql. Who works for an agency or an
operator sees its own alone; who sees results sees those of their places and programmes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from jigi.delivery.contracts.models import Operator
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.programmes.models import Agency, Agreement
from jigi.results.actions import SEE
from jigi.results.framework import framework
from jigi.results.models import Covered, EventCount, OrderCount
from jigi.shocks.models import SignalValue

SORTS = {"agreement": "convention", "agency": "agence", "operator": "opérateur"}
OWN = {"agency": "payments.agency", "operator": "delivery.operate"}
"""By which right one sees one's own organisation."""
NAMES: dict[str, type[Agency] | type[Agreement] | type[Operator]] = {
    "agreement": Agreement, "agency": Agency, "operator": Operator,
}  # fmt: skip
PAID, BACK, WAITING = ("paid", "partial"), ("absent", "refused", "unanswered", "reversed"), ("open", "held")
FOOD_INSECURE = "ch_phase35"
EVENTS = {"sessions": "Séances", "nutrition": "Rations remises", "works": "Jours de travail"}


@dataclass(frozen=True)
class Orders:
    """Orders and their francs: a right that is presented again is ordered again.

    Late: paid after the last day planned, or in part; an order whose round has no day is neither late nor in time.
    Median: days after the first day planned.
    """

    orders: int = 0
    amount_xof: int = 0
    paid: int = 0
    paid_xof: int = 0
    on_time: int = 0
    back: int = 0
    back_xof: int = 0
    waiting: int = 0
    arrears: int = 0
    arrears_xof: int = 0
    late: int = 0
    median_days: int | None = None


@dataclass(frozen=True)
class Events:
    """What an operator did of one sort: planned (0 when nothing plans it), done, done on the day, median days."""

    sort: str
    planned: int
    done: int
    on_day: int
    median_days: int | None


@dataclass(frozen=True)
class Coverage:
    """Persons covered in a place, its population, the poor (at the national rate), and those that the last analysis
    found in phase 3 or worse (None: no analysis is loaded), with when it is of."""

    covered: int
    population: int
    poor: int
    insecure: int | None
    analysed: str = ""


def orders_seen(user: User, sort: str = "", code: str = "", place: Area | None = None) -> QuerySet[OrderCount]:
    """The counts of orders that a person sees, of one agreement or agency, in a place."""
    found = OrderCount.objects.filter(_condition(user, sort, code))
    return _of(found, sort, code, place)


def events_seen(user: User, code: str, place: Area | None = None) -> QuerySet[EventCount]:
    """The same of an operator's doings."""
    return _of(EventCount.objects.filter(_condition(user, "operator", code)), "operator", code, place)


def subjects(user: User, sort: str) -> list[tuple[str, str]]:
    """Code and name of what a person may follow of a sort, by name."""
    counts = EventCount.objects.all() if sort == "operator" else OrderCount.objects.all()
    seen = counts.filter(_condition(user, sort, "")).values_list(sort, flat=True)
    codes = set(seen.distinct()) | _own(user, sort)
    return sorted(((one.code, name_of(one)) for one in NAMES[sort].objects.filter(code__in=codes)), key=lambda x: x[1])


def name_of(one: Any) -> str:
    return f"{one.donor} {one.code}" if isinstance(one, Agreement) else str(one.name)


def orders(found: QuerySet[OrderCount]) -> Orders:
    """What some counts amount to."""
    return _told(_lines(found))


def by_quarter(found: QuerySet[OrderCount]) -> list[tuple[str, Orders]]:
    """The same, quarter by quarter of the last day planned."""
    return _grouped(found, "quarter")


def by_commune(found: QuerySet[OrderCount]) -> list[tuple[Area, Orders]]:
    told = _grouped(found, "commune")
    areas = Area.objects.select_related("parent__parent").in_bulk([key for key, _ in told])
    return sorted(((areas[key], one) for key, one in told), key=lambda pair: pair[0].path)


def events(found: QuerySet[EventCount]) -> list[Events]:
    """What an operator did, by sort."""
    lines: dict[str, list[tuple[bool, int | None, int]]] = {}
    counted = found.order_by("sort").values_list("sort", "done", "days").annotate(Sum("events"))
    for sort, done, days, count in counted:
        lines.setdefault(sort, []).append((done, days, count))
    return [_events(sort, lines[sort]) for sort in EVENTS if sort in lines]


def events_by_quarter(found: QuerySet[EventCount]) -> list[tuple[str, str, int, int]]:
    """Quarter, sort, planned, done."""
    told: dict[tuple[str, str], list[int]] = {}
    for quarter, sort, done, count in found.values_list("quarter", "sort", "done").annotate(Sum("events")):
        sums = told.setdefault((quarter, sort), [0, 0])
        sums[0] += count
        sums[1] += count if done else 0
    return [(quarter, sort, planned, done) for (quarter, sort), (planned, done) in sorted(told.items())]


def coverage(user: User, place: Area) -> Coverage:
    """Persons covered in a place that a person sees, against its poor and its food-insecure."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, SEE, programme=""):
        condition |= Q(commune__path__startswith=posting.area.path)
    seen = Covered.objects.filter(condition, commune__path__startswith=place.path)
    covered = seen.aggregate(Sum("persons"))["persons__sum"] or 0
    communes = Area.objects.filter(path__startswith=place.path, level=Area.Level.COMMUNE)
    population = communes.aggregate(Sum("population"))["population__sum"] or place.population or 0
    insecure, when = _insecure(place)
    return Coverage(covered, population, population * framework().poor_per_mille // 1000, insecure, when)


def _insecure(place: Area) -> tuple[int | None, str]:
    """Who the last analysis of the Cadre Harmonisé finds in phase 3 or worse; an area in another counts once."""
    found = SignalValue.objects.filter(
        signal=FOOD_INSECURE, superseded_by=None, area__path__startswith=place.path
    ).select_related("area")
    last = found.order_by(
        "outlook", "-starts_on", "-published_on"
    ).first()  # what was observed before what was projected
    if last is None:
        return None, ""
    values: dict[str, float] = {}
    for one in found.filter(starts_on=last.starts_on, outlook=last.outlook).order_by("published_on", "pk"):
        values[one.area.path] = one.value
    parts = [path for path in values if not any(other != path and other.startswith(path) for other in values)]
    return round(sum(values[path] for path in parts)), f"{last.starts_on:%m/%Y} à {last.ends_on:%m/%Y}"


def median(days: Iterable[tuple[int, int]]) -> int | None:
    """The middle of some numbers, each with how many times it stands; the lower of two middles; None of none."""
    ordered = sorted(days)
    half, seen = (sum(count for _, count in ordered) + 1) // 2, 0
    for number, count in ordered:
        seen += count
        if seen >= half:
            return number
    return None


def _condition(user: User, sort: str, code: str) -> Q:
    condition = Q(pk__in=[])
    for posting in postings_with(user, SEE):
        condition |= _within(posting)
    for posting in postings_with(user, OWN[sort]) if sort in OWN else ():
        if posting.organisation and code in ("", posting.organisation):
            condition |= _within(posting) & Q(**{sort: posting.organisation})
    return condition


def _within(posting: Any) -> Q:
    here = Q(commune__path__startswith=posting.area.path)
    return here & Q(programme=posting.programme_code) if posting.programme_code else here


def _own(user: User, sort: str) -> set[str]:
    return {one.organisation for one in postings_with(user, OWN[sort])} - {""} if sort in OWN else set()


def _of(found: QuerySet[Any], sort: str, code: str, place: Area | None) -> QuerySet[Any]:
    if sort:
        found = found.filter(**{sort: code})
    return found.filter(commune__path__startswith=place.path) if place else found


FACTS = ("kind", "status", "on_time", "days")


def _lines(found: QuerySet[OrderCount], *more: str) -> list[tuple[Any, ...]]:
    sums = (Sum("orders"), Sum("amount_xof"), Sum("paid_xof"))
    return list(found.order_by(*more).values_list(*more, *FACTS).annotate(*sums))


def _grouped(found: QuerySet[OrderCount], by: str) -> list[tuple[Any, Orders]]:
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for key, *rest in _lines(found, by):
        groups.setdefault(key, []).append(tuple(rest))
    return [(key, _told(lines)) for key, lines in groups.items()]


def _told(lines: list[tuple[Any, ...]]) -> Orders:
    """`lines`: kind, status, on_time, days, orders, amount, paid."""

    def total(column: int, **kept: Any) -> int:
        places = {"kind": 0, "status": 1, "on_time": 2}
        return sum(line[column] for line in lines if all(line[places[name]] in said for name, said in kept.items()))

    return Orders(
        orders=total(4), amount_xof=total(5), paid=total(4, status=PAID), paid_xof=total(6),
        on_time=total(4, on_time=(True,)), back=total(4, status=BACK), back_xof=total(5, status=BACK),
        waiting=total(4, status=WAITING), arrears=total(4, kind=("arrears",)), arrears_xof=total(5, kind=("arrears",)),
        late=total(4, on_time=(False,)),
        median_days=median((line[3], line[4]) for line in lines if line[3] is not None),
    )  # fmt: skip


def _events(sort: str, lines: list[tuple[bool, int | None, int]]) -> Events:
    done = sum(count for is_done, _, count in lines if is_done)
    return Events(
        sort, sum(count for _, _, count in lines) if sort == "sessions" else 0, done,
        sum(count for is_done, days, count in lines if is_done and days == 0),
        median((days, count) for _, days, count in lines if days is not None),
    )  # fmt: skip

"""A request to change the register: drafted, shown its evidence, submitted, checked by another, undone. One verb, one
transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.changes import applying
from jigi.changes.facts import input_of
from jigi.changes.ground import Ground, ground_of
from jigi.changes.models import ChangeItem, ChangeRequest
from jigi.changes.rules import COUNTER, KINDS, Kind
from jigi.changes.states import CHANGE
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with, require
from jigi.geography.models import Area
from jigi.registry.models import Household, Person

ASK, CHECK = "changes.request", "changes.approve"
EARLIEST = date(2010, 1, 1)
AT_ONCE = 10_000
LONGEST = 300
"""Characters of a reason."""

Typed = Mapping[str, str]
Items = list[tuple[str, int | None, Any, Any]]
"""Code, person, before, after."""


@unfenced
@transaction.atomic
def draft(
    kind: str, household: Household, *, typed: Typed, effective_on: date, reason: str, fact_source: str, by: User,
    person: Person | None = None, other: str = "",
) -> ChangeRequest:  # fmt: skip
    """Write down what is asked, as it was typed: `typed` holds the inputs of the kind by name, `other` an RSU number.

    Only facts that differ from the register become items; Refused when none does.
    """
    asked = _kind(kind)
    _require_ask(asked, household, by)
    _check_day(effective_on)
    if fact_source not in ChangeRequest.Source.values:
        raise Refused("D’où vient le fait n’est pas choisi", remedy="Choisissez-le dans la liste.")
    other_household = _household(other) if asked.other else None
    ground = ground_of(household)
    items = items_of(asked, ground, person.pk if person else None, typed, other_household, seen=seen_by(by))
    made = ChangeRequest.objects.create(
        kind=kind, household=household, other=other_household, effective_on=effective_on,
        reason=said(reason, "le motif du changement"), fact_source=fact_source, made_by=by,
    )  # fmt: skip
    write_items([(made, items)])
    audit.record("draft", CHANGE.noun, made.pk, by=by, after={"kind": kind}, subjects=subjects(made))
    return made


@unfenced
def submit(request: ChangeRequest, *, by: User) -> None:
    """Hand a draft to those who check: by who made it."""
    _require_maker(request, by)
    CHANGE.move(request, "submit", by=by, subjects=subjects(request))


@unfenced
def withdraw(request: ChangeRequest, *, by: User) -> None:
    """Take back a request that nobody has decided: by who made it."""
    _require_maker(request, by)
    CHANGE.move(request, "withdraw", by=by, subjects=subjects(request))


@unfenced
@transaction.atomic
def refresh(request: ChangeRequest, *, by: User) -> int:
    """Rest an undecided request on the register as it is now: by who made it; returns how many items changed."""
    _require_maker(request, by)
    if not request.is_open:
        raise Refused("Cette demande est déjà décidée")
    ground, changed = ground_of(request.household, held=True), 0
    for item in request.items.select_for_update():
        now = present(request, item, ground)
        if now != item.before:
            item.facts = {"before": now, "after": item.after}
            item.save(update_fields=["sealed"])
            changed += 1
    ChangeRequest.objects.filter(pk=request.pk).update(left_because="")
    audit.record("refresh", CHANGE.noun, request.pk, by=by, after={"rows": changed}, subjects=subjects(request))
    return changed


@unfenced
@transaction.atomic
def decide(
    request: ChangeRequest, *, refused: Mapping[int, str] | None = None, reason: str = "", by: User
) -> ChangeRequest:
    """Apply a request but for the items refused (their numbers, each with why): by another than who made it.

    An item whose fact changed since it was asked stops everything: the maker refreshes the request, or the item is
    refused. When every item is refused the request is.
    """
    held = _held(request)
    require_checker(held, by)
    CHANGE.check(held, "approve")
    items, turned_down = list(held.items.all()), refused or {}
    if held.undoes and turned_down and len(turned_down) < len(items):
        raise Refused(
            "Une contre-demande se décide en entier", why="Ce qui resterait appliqué ne pourrait plus être défait.",
            remedy="Approuvez-la toute, ou refusez-la.",
        )  # fmt: skip
    accepted = [item for item in items if item.pk not in turned_down]
    if not items:
        raise Refused("Cette demande ne change rien", remedy="Refusez-la avec un motif.")
    if not accepted:
        return _refuse(held, items, turned_down, reason, by)
    check_current(held, accepted, ground_of(held.household))
    for item, written in applying.apply(held, accepted, applying.Singly(by)):
        item.done = [one.told() for one in written]
        _decide(item, ChangeItem.Decision.ACCEPTED, "")
    for item in items:
        if item.pk in turned_down:
            _decide(item, ChangeItem.Decision.REFUSED, said(turned_down[item.pk], "pourquoi ce fait est refusé"))
    _sign(held, "approve_partly" if turned_down else "approve", reason or _first(turned_down), by)
    if held.undoes and not turned_down:
        CHANGE.move(held.undoes, "undo", by=by, reason=f"demande {held.pk}", subjects=subjects(held))
    return held


@unfenced
@transaction.atomic
def refuse(request: ChangeRequest, *, reason: str, by: User) -> ChangeRequest:
    """Turn a request down whole: by another than who made it, with the reason."""
    held = _held(request)
    require_checker(held, by)
    CHANGE.check(held, "refuse")
    why = said(reason, "le motif du refus")
    items = list(held.items.all())
    return _refuse(held, items, {item.pk: why for item in items}, why, by)


@unfenced
@transaction.atomic
def counter(request: ChangeRequest, *, reason: str, by: User) -> ChangeRequest:
    """Ask that an applied request be undone: its accepted items turned round, for another person to check."""
    request = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    require(by, ASK, areas=places(request))
    if request.right:
        require(by, request.right, areas=places(request))
    if request.undoes_id:
        raise Refused("Une contre-demande ne se défait pas", remedy="Demandez de nouveau le changement.")
    CHANGE.check(request, "undo")
    if ChangeRequest.objects.filter(undoes=request).exclude(status__in=("refused", "withdrawn")).exists():
        raise Refused("Une contre-demande est déjà en cours", remedy="Ouvrez-la depuis cette page.")
    made = ChangeRequest.objects.create(
        kind=COUNTER, household=request.household, other=request.other, effective_on=request.effective_on,
        reason=said(reason, "le motif de la contre-demande"), fact_source=request.fact_source, made_by=by,
        undoes=request, status="submitted",
    )  # fmt: skip
    write_items([(made, turned(request))])
    audit.record("counter", CHANGE.noun, made.pk, by=by, after={"request": request.pk}, subjects=subjects(made))
    return made


# --- what requests are made of --------------------------------------------------------------------------------------


def seen_by(user: User) -> frozenset[int]:
    """The communes whose households a person sees: the names of people elsewhere are not told to them."""
    return frozenset(Area.objects.filter(communes_with(user, "registry.see")).values_list("pk", flat=True))


def items_of(
    kind: Kind, ground: Ground, person: int | None, typed: Typed, other: Household | None, *, seen: Collection[int]
) -> Items:
    """The items of what was typed, on the ground of its household; `seen`: the communes that its maker sees."""
    if kind.member and ground.member(person) is None:
        raise Refused("Choisissez le membre dont il s’agit", remedy="Il doit être un membre présent du ménage.")
    if not kind.member:
        person = None
    values = {code: input_of(code).read(typed.get(code, "")) for code in kind.codes if typed.get(code, "").strip()}
    if missing := [input_of(code).label for code in sorted(kind.required - values.keys())]:
        raise Refused(f"Il manque : {', '.join(missing)}", remedy="Remplissez ces cases.")
    if kind.operation:
        said_values = _operands(kind, ground, values, other)
        return [(kind.code, person, ground.rests(kind.code, person, said_values, other), said_values)]
    items: Items = []
    for code in kind.codes:
        if code not in typed:
            continue
        now, after = ground.fact(code, person), values.get(code, input_of(code).read(""))
        if after != now:
            items.append((code, person, now, after))
    items = _with_parents(_with_telephones(items, ground, person, values), ground, person, seen)
    _check_kept(items)
    if not items:
        raise Refused(
            "Rien ne change", why="Ce qui est écrit est déjà au registre.", remedy="Corrigez au moins une case."
        )
    return items


def write_items(made: Sequence[tuple[ChangeRequest, Items]]) -> None:
    """Keep the items of requests, sealed, some thousands at once."""
    rows = []
    for request, items in made:
        for position, (code, person, before, after) in enumerate(items, 1):
            row = ChangeItem(request=request, position=position, person_id=person, code=code)
            row.facts = {"before": before, "after": after}
            rows.append(row)
    ChangeItem.objects.bulk_create(rows, batch_size=AT_ONCE)


def turned(request: ChangeRequest) -> Items:
    """The accepted items of a request, turned round."""
    accepted = [item for item in request.items.all() if item.decision == ChangeItem.Decision.ACCEPTED]
    return [(item.code, item.person_id, item.after, item.before) for item in accepted]


def present(request: ChangeRequest, item: ChangeItem, ground: Ground) -> Any:
    """What an item's `before` would be if it were asked now. What a counter-request finds is weighed row by row."""
    if request.undoes_id:
        return item.before
    if request.asks and request.asks.operation:
        return ground.rests(request.kind, item.person_id, item.after, request.other)
    return ground.fact(item.code, item.person_id)


def subjects(request: ChangeRequest) -> list[int]:
    """The numbers of the households that a request concerns."""
    return [request.household_id, *([request.other_id] if request.other_id else [])]


def places(request: ChangeRequest) -> list[Any]:
    """The communes where the right to ask or to check a request is needed."""
    return [request.household.commune, *([request.other.commune] if request.other else [])]


def said(text: str, what: str) -> str:
    """A sentence that somebody had to write. Refused when they did not."""
    written = text.strip()
    if len(written) < 3:
        raise Refused(f"Il manque {what}", remedy="Écrivez-le en quelques mots.")
    if len(written) > LONGEST:
        raise Refused(f"C’est trop long pour {what}", remedy=f"{LONGEST} caractères suffisent.")
    return written


def _operands(kind: Kind, ground: Ground, values: dict[str, Any], other: Household | None) -> dict[str, Any]:
    """What an operation is given: persons are members of the household, places and households exist."""
    for code in ("op.head", "op.new_head"):
        if code in values and ground.member(values[code]) is None:
            raise Refused("Le chef choisi n’est pas un membre présent", remedy="Choisissez-le dans la liste.")
    if any(ground.member(one) is None for one in values.get("op.leaving", [])):
        raise Refused("Qui partirait n’est pas toujours un membre présent", remedy="Rechargez la page.")
    if (
        kind.code == "arrival"
        and "op.found" not in values
        and not {"person.given_names", "person.surname", "person.sex"} <= values.keys()
    ):
        raise Refused(
            "Qui arrive ?",
            remedy="Donnez le NINA ou la fiche d’une personne du registre, ou son prénom, son nom et son sexe.",
        )
    return values


def _with_telephones(items: Items, ground: Ground, person: int | None, values: Mapping[str, Any]) -> Items:
    """Whose a telephone is says nothing where there is none; a member's two telephones are not one number twice."""
    if values.get("phone.number") and values.get("phone.number") == values.get("phone.second"):
        raise Refused("Les deux téléphones sont le même numéro", remedy="Gardez-en un.")
    numbers = {"phone.owner": "phone.number", "phone.second_owner": "phone.second"}

    def tells(code: str, after: Any) -> bool:
        number = numbers.get(code)
        return not number or bool(after and values.get(number, ground.fact(number, person)))

    return [item for item in items if tells(item[0], item[3])]


def _with_parents(items: Items, ground: Ground, person: int | None, seen: Collection[int]) -> Items:
    """A father is a man, a mother a woman, nobody is their own parent; their name is written down where none was.

    The name of somebody whose household the maker does not see is told nowhere.
    """
    said, found = {code: after for code, _, _, after in items}, list(items)
    for code, sex, what in (("person.father", "M", "son père"), ("person.mother", "F", "sa mère")):
        if not said.get(code):
            continue
        parent = Person.objects.get(pk=said[code])
        if parent.sex != sex or parent.pk == person:
            raise Refused(
                f"Cette personne ne peut pas être {what}", remedy="Relisez le numéro, ou corrigez d’abord son sexe."
            )
        if parent.commune_id in seen and f"{code}_name" not in said and not ground.fact(f"{code}_name", person):
            found.append((f"{code}_name", person, "", str(parent)[:120]))
    return found


def _check_kept(items: Items) -> None:
    """Facts that no row may be without."""
    for code, _, _, after in items:
        one = input_of(code)
        kept = ("person.given_names", "person.surname", "person.sex", "membership.relation", "membership.unit",
                "membership.absent", "membership.shared", "household.situation")  # fmt: skip
        if code in kept and after in (None, ""):
            raise Refused(f"{one.label.capitalize()} ne peut pas être vide", remedy="Écrivez-le.")


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Refused("La nature du changement n’est pas choisie", remedy="Choisissez-la dans la liste.")
    return KINDS[code]


def _household(number: str) -> Household:
    digits = "".join(filter(str.isdigit, number))
    found = Household.objects.filter(rsu_number=digits).first()
    if found is None:
        raise Refused("L’autre ménage n’est pas au registre", remedy="Relisez son numéro RSU : dix chiffres.")
    return found


def _check_day(on: date) -> None:
    if not EARLIEST <= on <= timezone.localdate():
        raise Refused(
            "La date d’effet est hors du possible", why=f"Elle va du {EARLIEST:%d/%m/%Y} à aujourd’hui.",
            remedy="Corrigez-la.",
        )  # fmt: skip


def _require_ask(kind: Kind, household: Household, by: User) -> None:
    require(by, ASK, areas=[household.commune])
    if kind.right:
        require(by, kind.right, areas=[household.commune])
    if household.is_erased:
        raise Refused("Les données de ce ménage sont effacées : rien n’y change plus")


def _require_maker(request: ChangeRequest, by: User) -> None:
    require(by, ASK, areas=places(request)[:1])
    if request.made_by_id != by.pk:
        raise Refused("Cette demande est celle d’une autre personne", remedy="Demandez-lui, ou faites la vôtre.")


def require_checker(request: ChangeRequest, by: User) -> None:
    """Refused for who made a request, and for who does not check the changes of its communes."""
    require(by, CHECK, areas=places(request))
    if request.right:
        require(by, request.right, areas=places(request))
    if request.made_by_id == by.pk:
        raise Refused(
            "Vous avez fait cette demande : une autre personne doit la vérifier",
            remedy="Prévenez une personne qui vérifie les changements de cette commune.",
        )


def _held(request: ChangeRequest) -> ChangeRequest:
    """The request as it is, its households locked first: two checkers of one household follow one another."""
    numbers = [n for n in (request.household_id, request.other_id) if n]
    list(Household.objects.select_for_update().filter(pk__in=numbers).order_by("pk"))
    return ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


def check_current(request: ChangeRequest, accepted: Sequence[ChangeItem], ground: Ground) -> None:
    """Refused when a fact is no longer what it was when it was asked."""
    stale = [item for item in accepted if present(request, item, ground) != item.before]
    if not stale:
        return
    names = ", ".join(sorted({label(request, item) for item in stale}))
    raise Refused(
        f"Le registre a changé depuis la demande : {names}",
        why="Ce qui était au registre quand la demande a été faite n’y est plus.",
        remedy="Qui l’a faite doit l’actualiser, ou refusez ce fait.",
    )


def label(request: ChangeRequest, item: ChangeItem) -> str:
    """The French name of an item."""
    return input_of(item.code).label if "." in item.code else request.title.lower()


def _decide(item: ChangeItem, decision: str, why: str) -> None:
    item.decision, item.why = decision, why
    item.save(update_fields=["decision", "why", "done_sealed"])


def _refuse(
    request: ChangeRequest, items: Sequence[ChangeItem], why: Mapping[int, str], reason: str, by: User
) -> ChangeRequest:
    for item in items:
        _decide(item, ChangeItem.Decision.REFUSED, said(why[item.pk], "pourquoi ce fait est refusé"))
    _sign(request, "refuse", reason or _first(why), by)
    return request


def _sign(request: ChangeRequest, verb: str, reason: str, by: User) -> None:
    now = timezone.now()
    CHANGE.move(
        request, verb, by=by, reason=reason, subjects=subjects(request), checked_by=by, checked_at=now, decision=reason
    )


def _first(why: Mapping[int, str]) -> str:
    return next(iter(why.values()), "")

"""What happens to stock: places opened, lots named, what arrives, moves, is lost, returned, counted, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_plan
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition.access import require_place
from jigi.delivery.nutrition.models import Lot, Product, StockAct, StockBalance, StockCheck, StockMovement, StockPlace
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.models import Component

NOUN = "stock"
Kind = StockAct.Kind
MOST_GRAMS = 10**13
"""Ten million tonnes: what is beyond is a slip of the hand."""


@dataclass(frozen=True)
class Portion:
    """Grams of a lot."""

    lot: Lot
    grams: int


@unfenced
@transaction.atomic
def open_place(
    component: Component, kind: str, name: str, commune: Area, *, contract: Contract | None = None,
    village: Area | None = None, by: User,
) -> StockPlace:  # fmt: skip
    """Open a warehouse, or a site of a contract. Refused where the name is taken in the commune."""
    place = StockPlace(
        component=component, contract=contract, kind=kind, name=_said(name, "Donnez un nom à ce lieu")[:120],
        commune=commune, village=village, made_by=by,
    )  # fmt: skip
    require_place(by, place)
    if kind == StockPlace.Kind.SITE and contract is None:
        raise Refused("Un site est celui d’un contrat", remedy="Choisissez le contrat, ou ouvrez un magasin.")
    if StockPlace.objects.filter(component=component, commune=commune, name=place.name).exists():
        raise Refused(f"« {place.name} » existe déjà dans cette commune", remedy="Choisissez un autre nom.")
    place.save()
    audit.record("open", "stock_place", place.pk, by=by, after={"name": place.name, "kind": kind})
    return place


@transaction.atomic
def name_lot(
    place: StockPlace, product: Product, number: str, expires_on: date, *, supplier: str = "", by: User
) -> Lot:
    """The lot of a number, known or new, as who handles a place reads it on the bags.

    Refused when it is known with another day of expiry: one of the two is misread.
    """
    require_place(by, place)
    number = "".join(number.split()).upper()[:40]
    if not number:
        raise Refused("Quel est le numéro du lot ?", remedy="Recopiez celui des sacs.")
    lot, made = Lot.objects.get_or_create(
        product=product, number=number, defaults={"expires_on": expires_on, "supplier": supplier[:120]}
    )
    if lot.expires_on != expires_on:
        raise Refused(
            f"Le lot {number} est connu avec une autre date : {lot.expires_on:%d/%m/%Y}",
            remedy="Relisez les sacs ; si la première saisie est fausse, demandez sa correction.",
        )
    if made:
        audit.record("name", "lot", lot.pk, by=by, after={"number": number, "expires_on": expires_on.isoformat()})
    return lot


@unfenced
@transaction.atomic
def correct_lot(lot: Lot, expires_on: date, *, by: User) -> None:
    """Correct the day of expiry of a lot that nobody received yet (the database refuses it later)."""
    require_plan_somewhere(by, lot)
    if StockMovement.objects.filter(lot=lot, handout__isnull=False).exists():
        raise Refused("Ce lot a déjà été distribué : sa date ne change plus", remedy="Rappelez-le s’il est périmé.")
    before = Lot.objects.filter(pk=lot.pk).values_list("expires_on", flat=True).get()
    Lot.objects.filter(pk=lot.pk).update(expires_on=expires_on)
    audit.record("correct", "lot", lot.pk, by=by, before={"expires_on": before.isoformat()},
                 after={"expires_on": expires_on.isoformat()})  # fmt: skip


def may_correct(lot: Lot, by: User) -> bool:
    """Whether `correct_lot` would let through: for the form of its page."""
    if StockMovement.objects.filter(lot=lot, handout__isnull=False).exists():
        return False
    try:
        require_plan_somewhere(by, lot)
    except Refused:
        return False
    return True


def require_plan_somewhere(by: User, lot: Lot) -> None:
    """Who plans one of the components that hold a lot may say what it is."""
    held = StockBalance.objects.filter(lot=lot).select_related("place__component", "place__commune")
    for one in held:
        try:
            return require_plan(by, one.place.component, [one.place.commune])
        except Refused:
            continue
    raise Refused("Ce lot n’est pas à vous", remedy="Demandez à qui planifie la composante.")


def arrive(place: StockPlace, portions: Iterable[Portion], *, day: date, reference: str = "", by: User) -> StockAct:
    """Take in what arrives at a place."""
    return _post(Kind.ARRIVAL, [(place, one.lot, one.grams) for one in portions], day=day, reference=reference, by=by)


def transfer(
    source: StockPlace, target: StockPlace, portions: Iterable[Portion], *, day: date, reference: str = "", by: User
) -> StockAct:
    """Move lots from a place to another."""
    return _carry(Kind.TRANSFER, source, target, portions, day, reference, by)


def give_back(
    site: StockPlace, warehouse: StockPlace, portions: Iterable[Portion], *, day: date, reference: str = "", by: User
) -> StockAct:
    """Return what a site has left to a warehouse."""
    return _carry(Kind.RETURN, site, warehouse, portions, day, reference, by)


def lose(place: StockPlace, portions: Iterable[Portion], *, day: date, reason: str, by: User) -> StockAct:
    """Write off what was lost, spoilt or destroyed, and say how."""
    why = _said(reason, "Dites comment ce stock a été perdu")
    return _post(Kind.LOSS, [(place, one.lot, -one.grams) for one in portions], day=day, reason=why, by=by)


@transaction.atomic
def count(place: StockPlace, found: Sequence[Portion], *, day: date, reason: str, by: User) -> StockAct | None:
    """Say what was counted of some lots at a place; the difference is posted. None when the books already agree.

    The balances are held while the difference is taken: nobody moves the lot meanwhile.
    """
    why = _said(reason, "Dites qui a compté, et pourquoi le stock diffère")
    return _counted(place, found, day, why, by)


@unfenced
@transaction.atomic
def _counted(place: StockPlace, found: Sequence[Portion], day: date, why: str, by: User) -> StockAct | None:
    require_place(by, place)
    _hold([place])
    held = StockBalance.objects.select_for_update().filter(place=place, lot__in=[one.lot for one in found])
    books = {one.lot_id: one.grams for one in held.order_by("lot")}
    if any(one.grams < 0 for one in found):
        raise Refused("Un stock compté n’est pas négatif", remedy="Corrigez la quantité.")
    moves = [(place, one.lot, one.grams - books.get(one.lot.pk, 0)) for one in found]
    moves = [one for one in moves if one[2]]
    return _post(Kind.COUNT, moves, day=day, reason=why, by=by) if moves else None


@unfenced
@transaction.atomic
def correct(act: StockAct, *, reason: str, by: User) -> StockAct:
    """Take an act back whole, by its counter-movements. Refused once something of it has left again."""
    why = _said(reason, "Dites pourquoi cette opération était fausse")
    if act.kind in (Kind.CORRECTION, Kind.DISTRIBUTION):
        raise Refused(
            "Cette opération ne se corrige pas ainsi", remedy="Une ration remise s’annule depuis la liste, une à une."
        )
    if StockAct.objects.filter(corrects=act).exists():
        raise Raced("Cette opération est déjà corrigée", remedy="Rechargez la page.")
    moves = [(one.place, one.lot, -one.grams) for one in act.movements.select_related("place", "lot")]
    return _post(Kind.CORRECTION, moves, day=timezone.localdate(), reason=why, corrects=act, by=by)


@unfenced
@transaction.atomic
def check(act: StockAct, *, by: User) -> StockCheck:
    """Confirm an act against its paper: a controller who did not make it."""
    if act.made_by_id == by.pk:
        raise Refused("Qui a fait une opération ne la contrôle pas", remedy="Demandez à une autre personne.")
    for place in StockPlace.objects.filter(movements__act=act).distinct():
        require_check(by, place.contract or place.component, [place.commune])
    made, new = StockCheck.objects.get_or_create(act=act, defaults={"by": by})
    if not new:
        raise Raced("Cette opération est déjà contrôlée", remedy="Rechargez la page.")
    audit.record("check", NOUN, act.pk, by=by)
    return made


def _carry(
    kind: str, source: StockPlace, target: StockPlace, portions: Iterable[Portion], day: date, reference: str, by: User
) -> StockAct:
    if source.component_id != target.component_id or source == target:
        raise Refused("Le stock va d’un lieu à un autre de la même composante", remedy="Choisissez deux lieux.")
    moves = [(source, one.lot, -one.grams) for one in portions]
    back = [(target, lot, -grams) for _, lot, grams in moves]
    return _post(kind, moves + back, day=day, reference=reference, by=by)


@unfenced
@transaction.atomic
def _post(
    kind: str, moves: Sequence[tuple[StockPlace, Lot, int]], *, day: date, by: User, reference: str = "",
    reason: str = "", corrects: StockAct | None = None,
) -> StockAct:  # fmt: skip
    """Write an act with its movements. Its hand holds the place that stock leaves, or comes to from outside."""
    _weigh(kind, moves, day)
    for place in _answering(kind, moves):
        require_place(by, place)
    _hold([place for place, _, _ in moves])
    act = StockAct.objects.create(
        kind=kind, day=day, reference=reference.strip()[:60], reason=reason, corrects=corrects, made_by=by
    )
    try:
        with transaction.atomic():
            StockMovement.objects.bulk_create(
                StockMovement(act=act, place=place, lot=lot, grams=grams) for place, lot, grams in moves
            )
    except IntegrityError as error:
        if "stock_balance_never_negative" not in str(error):
            raise
        raise _short(moves) from None
    facts: dict[str, Any] = {
        "day": day.isoformat(), "reference": act.reference,
        "movements": [[place.pk, lot.pk, grams] for place, lot, grams in moves],
    }  # fmt: skip
    audit.record(f"stock_{kind}", NOUN, act.pk, by=by, after=facts, reason=reason)
    return act


def _hold(places: Iterable[StockPlace]) -> None:
    """One hand at a time in a place: a lot that has no balance there yet has no row to hold."""
    found = StockPlace.objects.filter(pk__in={place.pk for place in places}).order_by("pk")
    list(found.select_for_update(no_key=True))


def _weigh(kind: str, moves: Sequence[tuple[StockPlace, Lot, int]], day: date) -> None:
    if not moves or any(grams == 0 or abs(grams) > MOST_GRAMS for _, _, grams in moves):
        raise Refused("Quelle quantité ?", remedy="Donnez pour chaque lot un poids au-dessus de zéro, en kilogrammes.")
    wrong = {Kind.ARRIVAL: -1, Kind.LOSS: 1}.get(StockAct.Kind(kind), 0)
    if any(grams * wrong > 0 for _, _, grams in moves) or (kind in (Kind.TRANSFER, Kind.RETURN) and moves[0][2] > 0):
        raise Refused("Une quantité est au-dessus de zéro", remedy="Pour reprendre une opération, corrigez-la.")
    if day > timezone.localdate():
        raise Refused("Ce jour n’est pas encore venu", remedy="Donnez le jour où le stock a bougé.")


def _answering(kind: str, moves: Sequence[tuple[StockPlace, Lot, int]]) -> list[StockPlace]:
    """The places whose hand is needed: those that something leaves, or all when nothing leaves a place for another."""
    carried = any(grams < 0 for _, _, grams in moves) and any(grams > 0 for _, _, grams in moves)
    alone = kind not in (Kind.TRANSFER, Kind.RETURN) or not carried
    return list({place.pk: place for place, _, grams in moves if alone or grams < 0}.values())


def _short(moves: Sequence[tuple[StockPlace, Lot, int]]) -> Refused:
    for place, lot, grams in moves:
        held = StockBalance.objects.filter(place=place, lot=lot).values_list("grams", flat=True).first() or 0
        if held + grams < 0:
            return Refused(
                f"« {place} » n’a pas assez du {lot}", why=f"Il en reste {_kg(held)}, il en faudrait {_kg(-grams)}.",
                remedy="Corrigez la quantité, ou notez d’abord l’arrivée qui manque.",
            )  # fmt: skip
    return Raced("Le stock a bougé entre-temps", remedy="Rechargez la page, et recommencez.")


def _kg(grams: int) -> str:
    whole, rest = divmod(grams, 1000)
    return f"{whole:,}".replace(",", "\u202f") + (f",{rest:03}" if rest else "") + " kg"


def _said(text: str, ask: str) -> str:
    said = " ".join(text.split())
    if len(said) < 2:
        raise Refused(ask, remedy="Quelques mots suffisent.")
    return said[:300]

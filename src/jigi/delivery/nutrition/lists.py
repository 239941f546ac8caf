"""A distribution: planned, its villages sent to sites on days, its list drawn from the census, approved, closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition.models import (
    Distribution,
    DistributionLine,
    DistributionStop,
    RationScale,
    StockPlace,
)
from jigi.delivery.nutrition.rules import Need
from jigi.delivery.nutrition.states import DISTRIBUTION
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area

NOUN = DISTRIBUTION.noun


@dataclass(frozen=True)
class Stop:
    """A village that comes to a site on a day."""

    village: Area
    place: StockPlace
    day: date


@transaction.atomic
def plan(contract: Contract, scale: RationScale, *, months: int, stops: Iterable[Stop] = (), by: User) -> Distribution:
    """Prepare the next distribution of a contract. Refused out of the dates of the scale or of the contract, and where
    the right lacks in the commune of a village (none is given: somewhere in the contract).
    """
    stops = list(stops)
    _require(contract, [one.village.parent for one in stops if one.village.parent], by)
    if not 1 <= months <= 12:
        raise Refused("Une distribution donne de 1 à 12 mois de ration", remedy="Corrigez le nombre de mois.")
    if contract.status != "active":
        raise Refused("Ce contrat n’est pas en vigueur", remedy="Attendez sa signature, ou choisissez-en un autre.")
    last = Distribution.objects.filter(contract=contract).order_by("-number").first()
    made = Distribution.objects.create(
        contract=contract, number=last.number + 1 if last else 1, scale=scale, months=months, made_by=by
    )
    audit.record("plan", NOUN, made.pk, by=by, after={"scale": scale.code, "months": months, "number": made.number})
    for stop in stops:
        add_stop(made, stop, by=by)
    return made


@unfenced
@transaction.atomic
def add_stop(made: Distribution, stop: Stop, *, by: User) -> DistributionStop:
    """Send a village to a site on a day, or change where and when it was sent; its people are listed anew."""
    require_operator(by, made.contract, stop.village.parent)
    _open(made)
    contract, scale = made.contract, made.scale
    if not contract.starts_on <= stop.day <= contract.ends_on:
        raise Refused("Ce jour est hors du contrat", why=f"Il court du {contract.starts_on:%d/%m/%Y} au "
                      f"{contract.ends_on:%d/%m/%Y}.", remedy="Choisissez un autre jour.")  # fmt: skip
    if stop.day < scale.valid_from or (scale.valid_until and stop.day > scale.valid_until):
        raise Refused("Le barème n’est pas en vigueur ce jour-là", remedy="Choisissez un autre jour, ou barème.")
    if stop.place.contract_id != contract.pk or stop.place.kind != StockPlace.Kind.SITE:
        raise Refused("Ce lieu n’est pas un site du contrat", remedy="Choisissez un de ses sites.")
    known = made.stops.filter(village=stop.village).first()
    if known and known.lines.filter(handouts__cancelled_at=None, handouts__isnull=False).exists():
        raise Refused("Ce village a commencé à être servi", remedy="Son site et son jour ne changent plus.")
    facts = {"place": stop.place, "day": stop.day, "commune": stop.village.parent}
    found, _ = DistributionStop.objects.update_or_create(distribution=made, village=stop.village, defaults=facts)
    audit.record("stop", NOUN, made.pk, by=by, after={"village": stop.village.pk, "day": stop.day.isoformat(),
                 "place": stop.place.pk})  # fmt: skip
    return found


@unfenced
@transaction.atomic
def remove_stop(stop: DistributionStop, *, by: User) -> None:
    """Take a village out of a distribution that is in preparation."""
    made = stop.distribution
    require_operator(by, made.contract, stop.commune)
    if made.status != "draft":
        raise Refused(
            "La distribution est approuvée : ses villages ne changent plus", remedy="Abandonnez, ou servez-le."
        )
    DistributionLine.objects.filter(stop=stop).delete()
    stop.delete()
    audit.record("remove_stop", NOUN, made.pk, by=by, before={"village": stop.village_id})


@unfenced
@transaction.atomic
def draw(made: Distribution, *, by: User) -> int:
    """Draw the list of a distribution from the census; returns how many lines it has now.

    In preparation, the list is made anew. Once approved, sheets are out: who was counted in since is added at its end,
    and nobody's number changes. The number of statements does not depend on the number of persons. Refused without the
    right in every commune of its villages.
    """
    held = Distribution.objects.select_for_update(of=("self",)).get(pk=made.pk)
    _require(made.contract, communes_of(made), by)
    _open(made)
    if held.status == "draft":
        DistributionLine.objects.filter(distribution=made).delete()
    run_sql("delivery", "nutrition_draw_list", _facts(made))
    total = DistributionLine.objects.filter(distribution=made).count()
    audit.record("draw_list", NOUN, made.pk, by=by, after={"lines": total})
    return total


@unfenced
def approve(made: Distribution, *, by: User) -> None:
    """Approve the plan and the list: a controller who did not prepare it. Refused while the list is empty."""
    require_check(by, made.contract)
    DISTRIBUTION.check(made, "approve")
    if made.made_by_id == by.pk:
        raise Refused("Qui a préparé une distribution ne l’approuve pas", remedy="Demandez à une autre personne.")
    if not DistributionLine.objects.filter(distribution=made).exists():
        raise Refused("La liste est vide", remedy="Recensez, placez les villages, puis établissez la liste.")
    DISTRIBUTION.move(made, "approve", by=by, approved_by=by, approved_at=timezone.now())


@unfenced
def close(made: Distribution, *, by: User) -> None:
    """Close a distribution: a controller says that its sheets are in. Nothing is given or cancelled any more."""
    require_check(by, made.contract)
    DISTRIBUTION.check(made, "close")
    if made.stops.filter(day__gt=timezone.localdate()).exists():
        raise Refused("Des villages sont encore attendus", remedy="Attendez leur jour, ou changez leur passage.")
    DISTRIBUTION.move(made, "close", by=by, closed_by=by, closed_at=timezone.now())


@unfenced
@transaction.atomic
def cancel(made: Distribution, *, by: User) -> None:
    """Give up a distribution that is in preparation, with its list. Refused without the right in all its communes."""
    Distribution.objects.select_for_update(of=("self",)).get(pk=made.pk)
    _require(made.contract, communes_of(made), by)
    DISTRIBUTION.move(made, "cancel", by=by)
    DistributionLine.objects.filter(distribution=made).delete()


@unfenced
def needs(made: Distribution) -> list[tuple[str, Need]]:
    """Per site and product, what the list still needs and what the site holds, in grams. No person leaves it."""
    rows = fetch_sql("delivery", "nutrition_needs", {"distribution": made.pk})
    return [(row["place"], Need(row["product"], row["sure"], row["unsure"], row["held"])) for row in rows]


@unfenced
def forecast(contract: Contract, scale: RationScale, *, months: int, day: date) -> list[dict[str, object]]:
    """What a distribution on a day would need, by product, category and verdict: `persons`, `grams`. Adds up only."""
    facts = {"contract": contract.pk, "scale": scale.pk, "months": months, "day": day}
    return fetch_sql("delivery", "nutrition_forecast", facts)


def communes_of(made: Distribution) -> list[Area]:
    """The communes of the villages of a distribution."""
    return list(Area.objects.filter(pk__in=DistributionStop.objects.filter(distribution=made).values("commune")))


def may_change(made: Distribution, by: User) -> bool:
    """Whether a person has the right over the whole of a distribution: its list, giving it up. For buttons."""
    try:
        _require(made.contract, communes_of(made), by)
    except Refused:
        return False
    return True


def _require(contract: Contract, communes: list[Area], by: User) -> None:
    asked: list[Area | None] = [*communes] or [None]
    for commune in asked:
        require_operator(by, contract, commune)


def _open(made: Distribution) -> None:
    if made.status not in ("draft", "approved"):
        raise Raced("Cette distribution n’est plus ouverte", remedy="Rechargez la page.")


def _facts(made: Distribution) -> dict[str, object]:
    return {
        "distribution": made.pk, "contract": made.contract_id, "scale": made.scale_id, "months": made.months,
    }  # fmt: skip

"""Distributions from telephones: how the questionnaire « distribution-pnp » is read, ration by ration."""

from __future__ import annotations

import re
from uuid import NAMESPACE_URL, uuid5

from jigi.delivery.fiches.reading import Form, Reading, printing_of, unknown_event, whole
from jigi.delivery.fiches.who import households_of
from jigi.delivery.nutrition import giving, queries
from jigi.delivery.nutrition.giving import SAID, Said
from jigi.delivery.nutrition.models import Distribution, DistributionLine, DistributionStop
from jigi.foundation.errors import InputError
from jigi.geography.models import Area

PRODUCTS = {"csb_pp": "CSB++", "csb_p": "CSB+"}
RECEIVERS = {"person": "self", "proxy": "proxy"}
QUESTIONS = {
    "unknown_lot": "lot", "recalled": "lot", "expired": "lot", "no_stock": "lot", "unsure": "age_verifie",
    "future": "jour", "other_day": "jour",
}  # fmt: skip
"""The question that each refusal of `giving` is about; the others are about the line."""
_NUMBER = re.compile(r"(?:(?P<contract>\S.*?)\s*[-/·]\s*)?(?:n°\s*)?(?P<number>\d{1,4})")


def apply(said: Reading) -> None:
    """Hand out every ration that is told, or none."""
    made = _distribution(said)
    ranks = {rank for turn in said.turns.values() if (rank := whole(turn.get("ligne", "")))}
    found = DistributionLine.objects.filter(distribution=made, rank__in=ranks)
    lines = {line.rank: line for line in found.select_related("product", "stop__commune")}
    said.of(made.contract, _place(made, lines))
    said.households |= {line.household_id for line in lines.values() if line.household_id}
    if not said.turns:
        raise InputError("Cette fiche ne dit aucune ration", remedy="Écartez-la.")
    asked = _asked(said, lines)
    said.check()
    results = giving.give(made, list(asked.values()), reference=f"ODK {said.fiche.instance_id}", by=said.sender)
    for n, result in zip(asked, results, strict=True):
        if not result.is_good:
            said.wrong(n, QUESTIONS.get(result.outcome, "ligne"), result.what, result.remedy)
    said.check()


def _distribution(said: Reading) -> Distribution:
    """The distribution of a village's numbered sheet, or of its number, said with that of its contract if need be."""
    seen = queries.distributions(said.sender)
    meant = _NUMBER.fullmatch(said.number.strip())
    if (printing := printing_of(said.number)) is not None:
        found = list(seen.filter(stops__printing=printing))
    elif meant is None:
        found = []
    else:
        found = list(seen.filter(number=int(meant["number"])).exclude(status="cancelled"))
        if meant["contract"]:
            found = [one for one in found if one.contract.number.casefold() == meant["contract"].casefold()]
    if len(found) > 1:
        raise InputError(
            f"{len(found)} distributions ont le numéro « {said.number} »", column="distribution",
            remedy=f"Écrivez-le avec celui du contrat : {found[0].contract.number}/{found[0].number}.",
        )  # fmt: skip
    if not found:
        raise unknown_event(said, "distribution", "distribution")
    return found[0]


def _place(made: Distribution, lines: dict[int, DistributionLine]) -> Area:
    """Where it was: the commune of the first line, else of the first stop."""
    if lines:
        return lines[min(lines)].stop.commune
    stop = DistributionStop.objects.select_related("commune").filter(distribution=made).order_by("pk").first()
    if stop is None:
        raise InputError(
            "Cette distribution n’a encore aucun village", column="distribution",
            remedy="Corrigez son numéro, ou écartez la fiche.",
        )  # fmt: skip
    return stop.commune


def _asked(said: Reading, lines: dict[int, DistributionLine]) -> dict[int, Said]:
    """Each ration to hand out, by its line of the questionnaire; what is wrong of the others is noted."""
    day, households = said.day("jour"), households_of(said)
    asked: dict[int, Said] = {}
    for n, turn in said.turns.items():
        rank = whole(turn.get("ligne", ""))
        line = lines.get(rank or 0)
        if rank is None or line is None:
            said.wrong(n, "ligne", *SAID["unknown"])
            continue
        if line.household_id and households.get(n, line.household_id) != line.household_id:
            said.wrong(n, "ligne", "La carte n’est pas celle du ménage de cette ligne", "Relisez le numéro du nom.")
        _weigh(said, n, turn, line)
        receiver = RECEIVERS.get(turn.get("receveur", ""), "")
        proxy = turn.get("mandataire", "") if receiver == "proxy" else ""
        if not receiver or (receiver == "proxy" and not proxy):
            said.wrong(n, "receveur", "Qui a reçu la ration ?", "Dites-le, ou saisissez la remise sur la page.")
        number = uuid5(NAMESPACE_URL, f"{said.fiche.instance_id}/{n}")
        checked = turn.get("age_verifie", "") == "oui"
        asked[n] = Said(rank, day, receiver, proxy, checked, turn.get("lot", ""), number=number)
        if not turn.get("lot"):
            said.wrong(n, "lot", "Le numéro du lot manque", "Écrivez celui du sac.")
    return asked


def _weigh(said: Reading, n: int, turn: dict[str, str], line: DistributionLine) -> None:
    """A ration is of the product of its line, and given whole: never more, never less."""
    if PRODUCTS.get(turn.get("produit", ""), "") != line.product.code:
        said.wrong(n, "produit", f"Cette ligne attend du {line.product.code}", "Voyez la catégorie de la personne.")
    grams = whole(turn.get("grammes", ""))
    if grams is None or grams != line.grams:
        over = "dépasse" if (grams or 0) > line.grams else "n’est pas"
        what = f"{grams or 0} g {over} la ration de cette ligne : {line.grams} g"
        said.wrong(n, "grammes", what, "Corrigez la quantité, ou laissez la ligne de côté.")


FORM = Form(
    "distribution-pnp", "Distribution du paquet nutritionnel", "distribution", apply,
    {"distribution": "numéro de la distribution", "jour": "jour"},
    "remises",
    {
        "ligne": "ligne de la personne", "produit": "produit", "lot": "numéro du lot", "grammes": "quantité (g)",
        "age_verifie": "âge vérifié (oui ou non)",
    },
)  # fmt: skip

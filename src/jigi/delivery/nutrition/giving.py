"""Rations handed out: once a person and distribution, of the lots that expire first or of the lot that is said.

Of two hands on one line the second learns that it was served: the stock of the sites is held from the judging of the
lines to their writing. What is refused of many lines is said line by line; the others are written together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import may_operate, require_operator
from jigi.delivery.nutrition.models import Distribution, DistributionLine, DistributionStop, Handout
from jigi.delivery.nutrition.states import DISTRIBUTION
from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area

NOUN = DISTRIBUTION.noun
GIVEN, KNOWN = "given", "known"
STAGED = ("n", "rank", "name", "number", "receiver", "proxy_name", "age_checked", "given_on", "lot_number")
SAID = {
    GIVEN: ("Remis.", ""),
    KNOWN: ("Déjà noté : rien n’a changé.", ""),
    "unknown": ("Ce numéro n’est pas sur la liste", "Relisez le numéro, et de quelle distribution est la feuille."),
    "repeated": ("Cette ligne est déjà plus haut", "Gardez une seule des deux."),
    "other_name": ("Le nom n’est pas celui de ce numéro : des lignes ont été échangées", "Relisez la feuille."),
    "double": ("Cette personne a déjà reçu sa ration", "Si l’autre saisie est fausse, annulez-la d’abord."),
    "left": ("Cette personne a été retirée du recensement", "Voyez pourquoi, ou défaites son retrait."),
    "unsure": ("L’âge est à vérifier avant de remettre", "Voyez le carnet ou l’acte, puis cochez « âge vérifié »."),
    "future": ("Ce jour n’est pas encore venu", "Corrigez la date."),
    "other_day": ("Ce jour est loin du passage du village", "Cette feuille est peut-être d’une autre distribution."),
    "unknown_lot": ("Ce lot n’est pas connu", "Relisez le numéro sur le sac, ou notez d’abord son arrivée."),
    "recalled": ("Ce lot est rappelé : il ne se distribue plus", "Mettez les sacs de côté."),
    "expired": ("Ce lot est périmé ce jour-là", "Mettez les sacs de côté, et notez une perte."),
    "no_stock": ("Le site n’a plus assez de ce produit", "Notez l’arrivée qui manque, puis renvoyez cette ligne."),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What is said of one line: `rank` is its number on the sheet, `name` (if any) must be its person's.

    `lot_number` "" takes the lots that expire first. `number` is the hand-out's own, drawn by the page.
    """

    rank: int
    given_on: date
    receiver: str = "self"
    proxy_name: str = ""
    age_checked: bool = False
    lot_number: str = ""
    name: str = ""
    number: UUID | None = None


@dataclass(frozen=True)
class Result:
    """What became of one line: given, known, or why not, with what to do."""

    rank: int
    outcome: str

    @property
    def what(self) -> str:
        return SAID[self.outcome][0]

    @property
    def remedy(self) -> str:
        return SAID[self.outcome][1]

    @property
    def is_good(self) -> bool:
        return self.outcome in (GIVEN, KNOWN)


@unfenced
@transaction.atomic
def give(made: Distribution, said: Sequence[Said], *, reference: str = "", by: User) -> list[Result]:
    """Hand out rations; each result in the order of the lines. The number of statements does not depend on theirs.

    Refused without the right in every commune of the lines' villages, and where the distribution is not approved.
    """
    # Held against who closes it, or adds to its list, at this moment.
    made = Distribution.objects.select_for_update(no_key=True).get(pk=made.pk)
    _require(made, said, by)
    if made.status != "approved":
        raise Refused("Cette distribution n’est pas ouverte", remedy="Elle s’approuve avant qu’on remette des rations.")
    if any((one.receiver == "proxy") != bool(one.proxy_name.strip()) for one in said):
        raise Refused("Qui est venu à sa place ?", remedy="Écrivez le nom du mandataire, ou laissez-le vide.")
    _stage(said)
    facts = {
        "distribution": made.pk, "today": timezone.localdate(), "by": by.pk, "reference": reference[:60],
    }  # fmt: skip
    fetch_sql("delivery", "nutrition_lock_sites", facts)
    run_sql("delivery", "nutrition_judge", facts)
    run_sql("delivery", "nutrition_portion_of_lots")
    run_sql("delivery", "nutrition_portion_by_expiry")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_portion")
    run_sql("delivery", "nutrition_no_stock")
    if _any_good():
        run_sql("delivery", "nutrition_hand_out", facts)
    results = _results()
    good = sum(one.outcome == GIVEN for one in results)
    if good:
        told = {"given": good, "of": len(said), "reference": reference[:60]}
        audit.record("give", NOUN, made.pk, by=by, after=told, subjects=_households())
    return results


@unfenced
@transaction.atomic
def take_back(handout: Handout, *, reason: str, by: User) -> None:
    """Cancel a hand-out that was noted by mistake: its grams are at the site again, its line may be served."""
    made = handout.distribution
    require_operator(by, made.contract, handout.commune)
    why = " ".join(reason.split())[:200]
    if len(why) < 2:
        raise Refused("Dites pourquoi cette remise est annulée", remedy="Quelques mots suffisent.")
    held = Distribution.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if held.status != "approved":
        raise Refused("La distribution est close : rien ne s’y annule plus", remedy="Notez un inventaire au site.")
    if Handout.objects.filter(pk=handout.pk, cancelled_at__isnull=False).exists():
        raise Raced("Cette remise est déjà annulée", remedy="Rechargez la page.")
    facts = {"handout": handout.pk, "reason": why, "by": by.pk, "today": timezone.localdate()}
    if not run_sql("delivery", "nutrition_take_back", facts):
        raise Raced("Cette remise vient d’être annulée", remedy="Rechargez la page.")
    subjects = [handout.household_id] if handout.household_id else []
    audit.record("take_back", NOUN, made.pk, by=by, after={"handout": handout.pk}, reason=why, subjects=subjects)


def _require(made: Distribution, said: Sequence[Said], by: User) -> None:
    """The right in the communes of the lines; where none is known, in one of the distribution's."""
    lines = DistributionLine.objects.filter(distribution=made, rank__in={one.rank for one in said})
    communes = list(Area.objects.filter(pk__in=lines.values("stop__commune")))
    if not communes:
        asked = Area.objects.filter(pk__in=DistributionStop.objects.filter(distribution=made).values("commune"))
        communes = [one for one in asked if may_operate(by, made.contract, one)][:1] or list(asked)
    for commune in communes:
        require_operator(by, made.contract, commune)


def _stage(said: Sequence[Said]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_handout, stage_portion")
    run_sql("delivery", "nutrition_stage")
    copy_rows(
        "stage_handout", STAGED,
        (
            (n, one.rank, one.name.strip(), str(one.number or uuid4()), one.receiver,
             " ".join(one.proxy_name.split())[:120], one.age_checked, one.given_on,
             "".join(one.lot_number.split()).upper())
            for n, one in enumerate(said)
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_handout")  # nobody else does for a table that lasts a transaction


def _any_good() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM stage_handout WHERE fault IS NULL)")
        return bool(cursor.fetchone()[0])


def _results() -> list[Result]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rank, coalesce(fault, 'given') FROM stage_handout ORDER BY n")
        return [Result(rank, outcome) for rank, outcome in cursor.fetchall()]


def _households() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT line.household_id FROM stage_handout AS stage JOIN delivery_distributionline AS line"
            " ON line.id = stage.line_id WHERE stage.fault IS NULL AND line.household_id IS NOT NULL ORDER BY 1"
        )
        return [household for (household,) in cursor.fetchall()]

"""What changes a targeting campaign. One verb, one function, one transaction, `by` always."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.geography.queries import under
from jigi.programmes.models import Programme
from jigi.registry.models import LivingConditions
from jigi.targeting import pipeline, pmt
from jigi.targeting.formula import FittedFormula
from jigi.targeting.formula_file import fitted_toml, read_formula
from jigi.targeting.lists import ListReport, take_list
from jigi.targeting.models import ScoringFormula, TargetingCommune, TargetingRound
from jigi.targeting.queries import fitted_of
from jigi.targeting.rules import Village, share_places
from jigi.targeting.states import ROUND

# Of the draws of clusters by which the error is measured: the same survey gives the same figures.
SEED = 1


@unfenced
def fit(survey: str, formula_path: str | Path, *, by: User, seed: int = SEED) -> ScoringFormula:
    """Fit a formula's file on an imported survey, measure its error, keep it as a version for good.

    The same version fitted again on the same rows gives the one that is kept; with another result it is
    refused. `formula_file.write_fitted(path, fitted_of(row))` writes it for review.
    """
    require(by, "targeting.run")
    formula = read_formula(formula_path)
    title = f"Ajustement de {formula.name} sur {survey}"
    with runs.start("targeting.fit", title, by=by, subject=f"formula:{formula.name}") as work:
        with work.step("Lecture de l’enquête") as step:
            columns = pipeline.survey_columns(survey, formula.columns)
            step.rows_in = len(columns[formula.outcome])
        if not step.rows_in:
            raise Refused(
                f"L’enquête « {survey} » n’a aucune fiche",
                why=f"Enquêtes connues : {_surveys() or 'aucune'}",
                remedy="Importez-la d’abord avec sa correspondance : jigi intake import.",
            )  # fmt: skip
        with work.step("Moindres carrés") as step:
            fitted = pmt.fit(formula, columns, survey=survey, fitted_on=date.today())
            step.rows_in = fitted.rows
        with work.step("Mesure de l’erreur sur des grappes tenues à l’écart"):
            fitted = replace(fitted, evaluation=pmt.evaluate(formula, columns, seed=seed))
        return _kept_version(fitted, by)


@unfenced
def open_round(
    name: str,
    areas: Sequence[Area],
    *,
    programme_code: str,
    formula: ScoringFormula | None,
    quota_total: int,
    where_they_stay: bool = False,
    by: User,
) -> TargetingRound:
    """Open a campaign in the communes of some areas (communes, or all those of a cercle or region).

    Without a formula, the committees' ranks decide alone. Quotas are shared out by `set_quotas`. `where_they_stay`:
    displaced households are looked for in the villages where they stay.
    """
    communes = _communes_of(areas)
    require(by, "targeting.run", areas=communes, programme=programme_code)
    if not Programme.objects.filter(code=programme_code).exists():
        raise Refused(f"Le programme « {programme_code} » est inconnu", remedy="Chargez d’abord son fichier.")
    _refuse_outdated(formula)
    try:
        with transaction.atomic():
            targeting_round = TargetingRound.objects.create(
                name=name, programme_code=programme_code, formula=formula, quota_total=quota_total,
                where_they_stay=where_they_stay, made_by=by,
            )  # fmt: skip
            TargetingCommune.objects.bulk_create(
                TargetingCommune(targeting_round=targeting_round, commune=commune) for commune in communes
            )
            facts = {
                "programme": programme_code, "formula": str(formula or ""), "communes": len(communes),
                "quota_total": quota_total,
            }  # fmt: skip
            audit.record("open", ROUND.noun, targeting_round.pk, by=by, after=facts)
    except IntegrityError as error:
        raise Refused(f"Une campagne s’appelle déjà « {name} »", remedy="Donnez un autre nom.") from error
    return targeting_round


@unfenced
def set_quotas(
    targeting_round: TargetingRound,
    total: int,
    poverty_rates: Mapping[str, float],
    *,
    poverty_exponent: float = 1.0,
    population_exponent: float = 1.0,
    by: User,
) -> dict[int, int]:
    """Share `total` places between the campaign's villages as population^a x poverty^b; exact sum.

    `poverty_rates`: share of poor people (0 to 1) by area code at any level; a village takes the rate of the
    smallest area that has one. Once lists are in, no village gets more places than it has listed households
    that can be ranked; before, nothing limits it. Returns places by village number.
    """
    _require(targeting_round, by)
    _refuse_odd_exponents(poverty_exponent, population_exponent)
    with _run("targeting.quotas", "Quotas", targeting_round, by) as work, transaction.atomic():
        locked = _locked_open(targeting_round)
        figures = _village_figures(locked, poverty_rates, needs_rate=poverty_exponent > 0)
        places = share_places(
            total, figures, poverty_exponent=poverty_exponent, population_exponent=population_exponent
        )
        with work.step("Quotas par village") as step:
            step.rows_out = pipeline.write_quotas(locked, figures, places)
        formula = {
            "quota_total": total, "poverty_exponent": poverty_exponent,
            "population_exponent": population_exponent,
        }  # fmt: skip
        before = {name: getattr(locked, name) for name in formula}
        TargetingRound.objects.filter(pk=locked.pk).update(**formula)
        audit.record("set_quotas", ROUND.noun, locked.pk, by=by, before=before, after=formula)
    targeting_round.refresh_from_db()
    return places


@unfenced
def import_lists(
    targeting_round: TargetingRound, path: str | Path, *, by: User, rejects: str | Path | None = None
) -> ListReport:
    """Take a file of community lists into an open campaign; the same file again changes nothing.

    Columns: numero_rsu or numero_fiche, rang, the four criteria, motif and village_code if known. A household
    listed before takes what the new file says. Lines in error are held back, see `lists.take_list`.
    """
    _require(targeting_round, by)
    with _run("targeting.lists", "Listes communautaires", targeting_round, by) as work, transaction.atomic():
        locked = _locked_open(targeting_round)
        with work.step("Contrôle et versement des listes") as step:
            report = take_list(locked, path, rejects)
            step.rows_in, step.rows_out = report.read, report.added + report.changed
        facts = {
            "file": report.file_name, "read": report.read, "added": report.added, "changed": report.changed,
            "held": report.held,
        }  # fmt: skip
        audit.record("import_lists", ROUND.noun, targeting_round.pk, by=by, after=facts)
    return report


@unfenced
def rank(targeting_round: TargetingRound, *, by: User) -> dict[str, int]:
    """Score every household of the campaign and rank the listed ones inside their village's quota.

    Returns households by reason (`Result.Reason`). Refused while there is no quota or no list.
    """
    _require(targeting_round, by)
    with _run("targeting.rank", "Classement", targeting_round, by) as work, transaction.atomic():
        locked = _locked_open(targeting_round)
        _refuse_unready(locked)
        with work.step("Scores et rangs") as step:
            fitted = fitted_of(locked.formula) if locked.formula else None
            step.rows_out = pipeline.write_results(locked, fitted)
        counters = pipeline.counters(locked)
        work.check(
            "le quota n’est pas dépassé", counters["within_quota"] <= locked.quota_total,
            f"{counters['within_quota']} retenus pour {locked.quota_total} places",
        )  # fmt: skip
        ROUND.move(locked, "rank", by=by)
    targeting_round.refresh_from_db()
    return counters


@unfenced
def reopen(targeting_round: TargetingRound, *, by: User, reason: str) -> None:
    """Undo a ranking that is not frozen, to correct lists or quotas."""
    _require(targeting_round, by)
    if not reason.strip():
        raise Refused("Une réouverture se motive", remedy="Écrivez le motif.")
    with transaction.atomic():
        ROUND.move(targeting_round, "reopen", by=by, reason=reason)
        pipeline.forget_results(targeting_round)


@unfenced
def freeze(targeting_round: TargetingRound, *, by: User) -> str:
    """Hash the result (SHA-256); from here the database refuses any change. Returns the hash."""
    _require(targeting_round, by)
    with _run("targeting.freeze", "Gel", targeting_round, by) as work, transaction.atomic():
        locked = TargetingRound.objects.select_for_update(no_key=True).get(pk=targeting_round.pk)
        with work.step("Empreinte du résultat"):
            digest = pipeline.result_hash(locked)
        ROUND.move(locked, "freeze", by=by, frozen_by=by, frozen_at=timezone.now(), result_hash=digest)
    targeting_round.refresh_from_db()
    return digest


def _kept_version(fitted: FittedFormula, by: User) -> ScoringFormula:
    formula = fitted.formula
    known = ScoringFormula.objects.filter(name=formula.name, version=formula.version).first()
    if known:
        if replace(fitted, fitted_on=fitted_of(known).fitted_on) == fitted_of(known):
            return known
        raise Refused(
            f"{known} existe déjà, avec un autre texte, une autre enquête ou d’autres coefficients",
            why="Une version ajustée ne change jamais : ses scores doivent rester explicables",
            remedy=f"Écrivez « version = {formula.version + 1} » dans le fichier de la formule.",
        )
    assert fitted.evaluation is not None
    mean = fitted.evaluation.mean
    coefficients: dict[str, dict[str, float]] = {}
    for (term, code), value in fitted.coefficients.items():
        coefficients.setdefault(term, {})[code] = value
    with transaction.atomic():
        kept = ScoringFormula.objects.create(
            name=formula.name, version=formula.version, survey=fitted.survey, definition=fitted_toml(fitted),
            coefficients=coefficients, rows=fitted.rows, r2=mean.r2, error_20=mean.errors[0].exclusion,
            error_40=mean.errors[1].exclusion, fitted_by=by,
        )  # fmt: skip
        facts = {"survey": fitted.survey, "rows": fitted.rows, "r2": mean.r2, "error_40": kept.error_40}
        audit.record("fit", "scoring_formula", kept.pk, by=by, after={"formula": str(kept)} | facts)
    return kept


def _surveys() -> str:
    known = LivingConditions.objects.filter(survey__isnull=False).values_list("survey", flat=True)
    return ", ".join(sorted(filter(None, known.distinct())))


def _communes_of(areas: Sequence[Area]) -> list[Area]:
    """The communes of these areas; no area is no commune, and is refused."""
    within = Q(pk__in=[])
    for area in areas:
        within |= under(area)
    communes = list(Area.objects.filter(within, level=Area.Level.COMMUNE).order_by("code"))
    if not communes:
        raise Refused(
            "La campagne n’aurait aucune commune",
            remedy="Choisissez au moins une commune. Une liste vide ne veut jamais dire « toutes ».",
        )
    return communes


def _village_figures(
    targeting_round: TargetingRound, poverty_rates: Mapping[str, float], *, needs_rate: bool
) -> list[Village]:
    rows = pipeline.villages(targeting_round)
    if odd := [code for code, rate in poverty_rates.items() if not 0 <= rate <= 1]:
        raise Refused(f"Le taux de pauvreté de {odd[0]} n’est pas entre 0 et 1", remedy="Écrivez 0,45 pour 45 %.")
    rates = {row["id"]: _rate(str(row["path"]), poverty_rates) for row in rows}
    unknown = [row["name"] for row in rows if rates[row["id"]] is None]
    if unknown and needs_rate:
        raise Refused(
            f"{len(unknown)} villages n’ont pas de taux de pauvreté : {', '.join(map(str, unknown[:3]))}…",
            remedy="Donnez un taux à leur commune, cercle ou région, ou mettez l’exposant à 0.",
        )
    lists_are_in = any(row["listed"] for row in rows)
    return [
        Village(row["id"], row["population"], rates[row["id"]] or 0.0, row["listed"] if lists_are_in else None)
        for row in rows
    ]


def _rate(path: str, poverty_rates: Mapping[str, float]) -> float | None:
    for code in reversed(path.strip("/").split("/")):
        if code in poverty_rates:
            return poverty_rates[code]
    return None


def _refuse_odd_exponents(*exponents: float) -> None:
    if any(not math.isfinite(exponent) or not 0 <= exponent <= 5 for exponent in exponents):
        raise Refused("Un exposant du quota n’est pas entre 0 et 5")


def _refuse_outdated(formula: ScoringFormula | None) -> None:
    if formula is None:
        return
    known, today = fitted_of(formula).formula, date.today()
    if known.valid_until and known.valid_until < today:
        raise Refused(
            f"La formule {formula} n’est plus valable depuis le {known.valid_until:%d/%m/%Y}",
            remedy="Ajustez une formule sur une enquête plus récente.",
        )


def _refuse_unready(targeting_round: TargetingRound) -> None:
    if not targeting_round.quotas.filter(places__gt=0).exists():
        raise Refused("Aucun village n’a de quota", remedy="Répartissez d’abord les places entre les villages.")
    if not targeting_round.listed.exists():
        raise Refused("Aucun ménage n’est listé", remedy="Importez d’abord les listes communautaires.")


def _require(targeting_round: TargetingRound, by: User) -> None:
    communes = Area.objects.filter(pk__in=targeting_round.communes.values("commune"))
    require(by, "targeting.run", areas=communes, programme=targeting_round.programme_code)


def _locked_open(targeting_round: TargetingRound) -> TargetingRound:
    """The campaign as it stands, locked; Refused unless it is open."""
    locked = TargetingRound.objects.select_for_update(no_key=True, of=("self",)).select_related("formula")
    found = locked.get(pk=targeting_round.pk)
    if found.status != TargetingRound.Status.OPEN:
        raise Refused(
            f"La campagne est {ROUND.states[found.status]} : ses quotas, listes et scores ne changent plus",
            remedy="Rouvrez-la avec un motif, si elle n’est pas gelée.",
        )
    return found


def _run(kind: str, verb: str, targeting_round: TargetingRound, by: User):  # type: ignore[no-untyped-def]
    return runs.start(
        kind, f"{verb} · {targeting_round}", by=by, subject=f"{ROUND.noun}:{targeting_round.pk}",
        parameters={"round": targeting_round.pk},
    )  # fmt: skip

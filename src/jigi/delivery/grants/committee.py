"""The committee of a call: its members, people of the commune without an account, and the points they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from jigi.delivery.contracts.access import require_plan
from jigi.delivery.grants.application_file import Fault
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.delivery.grants.selection_models import GrantJuror, GrantScore
from jigi.foundation import audit
from jigi.foundation.cells import as_integer
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import Table
from jigi.registry.names import keys

NOUN = "grant_juror"
Points = Mapping[int, Mapping[int, int]]
"""Application -> criterion -> points; an application that gets no points is no longer scored."""


def add_juror(call: GrantCall, name: str, function: str, *, by: User) -> GrantJuror:
    """Name a member of the committee of a call."""
    _require(call, by)
    if not name.strip() or not function.strip():
        raise Refused("Un membre du comité a un nom et une fonction")
    try:
        with transaction.atomic():
            made = GrantJuror.objects.create(call=call, name=name.strip(), function=function.strip(), made_by=by)
    except IntegrityError as error:
        raise Refused(f"{name} est déjà du comité") from error
    audit.record("make", NOUN, made.pk, by=by, after={"call": call.code, "function": made.function})
    return made


@unfenced
@transaction.atomic
def drop_juror(juror: GrantJuror, *, by: User) -> None:
    """Take back a member who gave no points."""
    _require(juror.call, by)
    if juror.scores.exists():
        raise Refused("Ce membre a noté des candidatures", remedy="Effacez d’abord ses notes, ou laissez-le.")
    audit.record("drop", NOUN, juror.pk, by=by, before={"call": juror.call.code, "function": juror.function})
    juror.delete()


@unfenced
@transaction.atomic
def score(juror: GrantJuror, points: Points, *, by: User) -> int:
    """Write the points of a member for these applications, in place of the former; returns how many applications.

    Raises Refused unless the call is closed and no selection rests on its scores, for points above the criterion's, or
    when an application gets points by some criteria only.
    """
    call = juror.call
    _require(call, by)
    _check_open(call)
    criteria = {one.pk: one for one in call.criteria.all()}
    found = {one.pk: one for one in call.applications.filter(pk__in=points, status="submitted")}
    if len(found) < len(points):
        raise Refused("Une candidature n’est plus à noter", why="Elle est d’un autre appel, ou retirée.")
    for pk, given in points.items():
        if given and set(given) != set(criteria):
            raise Refused(f"{found[pk].shown} n’a pas de points à chaque critère", remedy="Donnez-les tous, ou aucun.")
        for criterion, value in given.items():
            if not 0 <= value <= criteria[criterion].most_points:
                most = criteria[criterion].most_points
                raise Refused(f"{found[pk].shown} : « {criteria[criterion]} » va de 0 à {most}, non {value}")
    GrantScore.objects.filter(juror=juror, application__in=found).delete()
    GrantScore.objects.bulk_create(
        GrantScore(
            call=call, application_id=pk, contract_id=call.contract_id, juror=juror, criterion_id=criterion,
            most_points=criteria[criterion].most_points, points=value, made_by=by,
        )
        for pk, given in points.items() for criterion, value in given.items()
    )  # fmt: skip
    audit.record(
        "score", NOUN, juror.pk, by=by, after={"call": call.code, "applications": len(found)},
        subjects=[one.household_id for one in found.values()],
    )  # fmt: skip
    return len(found)


@dataclass
class Scored:
    """What a file of points did: lines read, applications scored by each member, faults of the other lines."""

    read: int = 0
    scored: int = 0
    faults: list[Fault] = field(default_factory=list)


@unfenced
@transaction.atomic
def take(call: GrantCall, table: Table, *, by: User) -> Scored:
    """Read points from a file: « candidature », « membre », and a column for each criterion by its code."""
    _require(call, by)
    _check_open(call)
    criteria = {one.code: one for one in call.criteria.all()}
    table.require("candidature", "membre", *criteria)
    applications = {one.shown.casefold(): one for one in _of(call)}
    jurors = {tuple(keys(one.name)): one for one in call.jurors.select_related("call__contract")}
    taken, by_juror = Scored(), {}  # type: ignore[var-annotated]
    for line, cells in table:
        taken.read += 1
        row = dict(zip(table.header, cells, strict=True))
        one, juror = applications.get(row["candidature"].strip().casefold()), jurors.get(tuple(keys(row["membre"])))
        fault: tuple[str, str, str] | None
        if one is None:
            fault = ("candidature", "Aucune candidature à noter n’a ce numéro", "Recopiez celui de la liste.")
        elif juror is None:
            fault = ("membre", "Ce n’est pas un membre du comité", "Nommez-le d’abord sur la page de l’appel.")
        elif one.pk in by_juror.setdefault(juror, {}):
            fault = ("candidature", "Cette candidature est notée deux fois par ce membre", "Gardez une des lignes.")
        else:
            given, fault = _points(row, criteria)
            if not fault:
                by_juror[juror][one.pk] = given
        if fault:
            column, what, remedy = fault
            taken.faults.append(Fault(line, column, row[column][:80], what, remedy))
    for juror, points in by_juror.items():
        taken.scored += score(juror, points, by=by) if points else 0
    return taken


def _points(
    row: Mapping[str, str], criteria: Mapping[str, object]
) -> tuple[dict[int, int], tuple[str, str, str] | None]:
    given: dict[int, int] = {}
    for code, criterion in criteria.items():
        most = criterion.most_points  # type: ignore[attr-defined]
        try:
            value = as_integer(row[code])
        except ValueError as error:
            return {}, (code, f"« {row[code][:20]} » {error}", f"Écrivez un nombre de 0 à {most}.")
        if not 0 <= value <= most:
            return {}, (code, f"Ce critère va de 0 à {most}", "Corrigez les points.")
        given[criterion.pk] = value  # type: ignore[attr-defined]
    return given, None


def _of(call: GrantCall) -> list[GrantApplication]:
    return list(call.applications.filter(status="submitted").select_related("call"))


def _check_open(call: GrantCall) -> None:
    status = GrantCall.objects.values_list("status", flat=True).get(pk=call.pk)
    if status != "closed":
        raise Refused("Le comité note une fois les candidatures closes", remedy="Closez l’appel, puis notez.")
    if call.selections.exclude(status="rejected").exists():
        raise Refused("Une sélection repose sur ces notes", remedy="Rejetez-la pour noter de nouveau.")


def _require(call: GrantCall, by: User) -> None:
    require_plan(by, call.contract, [one.commune for one in call.communes.select_related("commune")])

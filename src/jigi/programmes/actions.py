"""Loading a programme from its reviewed file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.geography import access
from jigi.geography.models import Area, AreaVersion
from jigi.programmes import eligibility, funding, rules
from jigi.programmes.allocation import allocate, named
from jigi.programmes.definition import Allocation, ComponentDefinition, ProgrammeDefinition
from jigi.programmes.definition_file import read_definition
from jigi.programmes.models import Component, ComponentCommune, Programme


@dataclass(frozen=True)
class LoadedProgramme:
    """What a load did: the programme, « créé », « mis à jour » or « inchangé », and what to look at."""

    programme: Programme
    outcome: str
    components: int
    communes: int
    warnings: tuple[str, ...] = ()


def load_file(path: str | Path, *, by: User) -> LoadedProgramme:
    """Load a programme file, whole or not at all; the same file again changes nothing.

    Raises InputError with the line of the first mistake, or of the first change that an existing programme
    does not allow; Refused when `by` may not load this programme.
    """
    return load(read_definition(path), by=by)


@transaction.atomic
def load(definition: ProgrammeDefinition, *, by: User) -> LoadedProgramme:
    """The same, from a definition that has been read."""
    rules.check(definition)
    communes = _communes_of(definition)
    gazetteer = {code: area.path for code, area in communes.items()}
    allocations = {c.code: allocate(c, gazetteer, definition.division) for c in definition.components}
    rules.check_calendar(definition, allocations, standing=funding.standing(definition), paths=gazetteer)
    reached = {code for allocation in allocations.values() for code in allocation.terms}
    access.require(by, "programmes.load", areas=[communes[code] for code in reached], programme=definition.code)
    # One load at a time: two new files must not open the same agreement twice.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE programmes_programme IN SHARE ROW EXCLUSIVE MODE")
    warnings = (*rules.warnings(definition, allocations), *eligibility.unknown_components(definition))
    before = Programme.objects.filter(code=definition.code).first()
    if before and before.file_hash == definition.file_hash:
        return LoadedProgramme(before, "inchangé", len(allocations), len(reached), warnings)
    programme = _write(definition, allocations, communes, before, by=by)
    return LoadedProgramme(programme, "mis à jour" if before else "créé", len(allocations), len(reached), warnings)


def _write(
    definition: ProgrammeDefinition, allocations: Mapping[str, Allocation], communes: Mapping[str, Area],
    before: Programme | None, *, by: User,
) -> Programme:  # fmt: skip
    programme, _ = Programme.objects.update_or_create(
        code=definition.code,
        defaults={
            name: getattr(definition, name)
            for name in (
                "name",
                "description",
                "unit",
                "author",
                "source",
                "valid_from",
                "file_name",
                "file_hash",
            )
        },
    )
    _refuse_lost_components(definition, programme)
    agreements = funding.agreements(definition, by=by)
    agencies = funding.agencies(definition, programme, by=by)
    for described in definition.components:
        allocation = allocations[described.code]
        component = _component(programme, described, allocation)
        _set_communes(component, described, allocation, communes)
        lines = funding.lines(component, described, agreements)
        funding.set_communes(component, allocation, lines, agencies, communes)
        funding.open_agency_accounts(component)
    audit.record(
        "load", "programme", programme.code, by=by,
        before={"file_hash": before.file_hash, "file_name": before.file_name} if before else {},
        after={"file_hash": definition.file_hash, "file_name": definition.file_name},
    )  # fmt: skip
    return programme


def _communes_of(definition: ProgrammeDefinition) -> dict[str, Area]:
    """The communes of the division that the file names, by code."""
    if not AreaVersion.objects.filter(code=definition.division).exists():
        known = ", ".join(AreaVersion.objects.order_by("code").values_list("code", flat=True))
        raise definition.place.error(
            "division",
            f"Le découpage « {definition.division} » n’est pas chargé",
            remedy=f"Découpages chargés : {known}" if known else "Chargez d’abord les lieux du pays",
        )
    found = Area.objects.filter(version__code=definition.division, level=Area.Level.COMMUNE)
    return {area.code: area for area in found.order_by("code")}


def _component(programme: Programme, described: ComponentDefinition, allocation: Allocation) -> Component:
    """The component, made, or updated in what may change."""
    fixed = {
        "kind": described.kind,
        "purpose": described.purpose,
        "amount_xof": described.amount_xof,
        "terms": described.terms,
        "first_period": described.first_period.code,
        "months": described.months,
    }
    free = {
        "name": described.name,
        "planned_households": sum(allocation.households.values()) or None,
        "recipient_rule": described.recipient_rule,
        "pay_point_rule": described.pay_point_rule,
    }
    existing = Component.objects.filter(programme=programme, code=described.code).first()
    for key, value in fixed.items() if existing else ():
        if (kept := getattr(existing, key)) != value:
            raise _fixed(described, key, f"« {key} » était {kept} et serait {value}")
    component, _ = Component.objects.update_or_create(
        programme=programme, code=described.code, defaults=free, create_defaults=fixed | free
    )
    return component


def _set_communes(
    component: Component, described: ComponentDefinition, allocation: Allocation, communes: Mapping[str, Area]
) -> None:
    """Add the new communes; none of the others may leave or have another number of terms."""
    existing = dict(component.communes.values_list("commune__code", "terms"))
    if lost := sorted(existing.keys() - allocation.terms.keys()):
        raise _fixed(described, "area", f"Des communes manquent : {named(lost)}")
    if changed := [code for code, terms in existing.items() if allocation.terms[code] != terms]:
        raise _fixed(described, "area", f"Le nombre d’échéances a changé dans : {named(changed)}")
    ComponentCommune.objects.bulk_create(
        ComponentCommune(component=component, commune=communes[code], terms=terms)
        for code, terms in allocation.terms.items()
        if code not in existing
    )


def _refuse_lost_components(definition: ProgrammeDefinition, programme: Programme) -> None:
    described = {component.code for component in definition.components}
    if lost := sorted(set(programme.components.values_list("code", flat=True)) - described):
        raise definition.place.error(
            "component", f"La composante {named(lost)} n’est plus dans le fichier",
            why="Des ménages peuvent y être inscrits et des droits y courir",
            remedy="Remettez son bloc [[component]]",
        )  # fmt: skip


def _fixed(described: ComponentDefinition, key: str, what: str) -> InputError:
    return described.place.error(
        key, what,
        why=f"La composante {described.code} existe : les droits déjà ouverts dépendent de ce qu’elle donne",
        remedy="Remettez l’ancienne valeur, ou décrivez une nouvelle composante sous un autre code",
    )  # fmt: skip

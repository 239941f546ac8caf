"""The ground of the benches of payment: a programme with money enough, households enrolled in it, set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connection, transaction

from jigi.demo.ground import ACCOUNTS, Staff, people
from jigi.enrolment.actions import enrol_households
from jigi.foundation.bulk import copy_lines, fetch_sql, to_copy
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.installation import OPERATOR
from jigi.geography.models import Area
from jigi.payments import actions
from jigi.payments.models import PaymentRound
from jigi.programmes import actions as programmes
from jigi.programmes.definition import ComponentDefinition, ProgrammeDefinition, Turn
from jigi.programmes.definition_file import read_definition
from jigi.programmes.models import Component

TM1 = Path(programmes.__file__).resolve().parent / "definitions" / "tm1.toml"
TERMS = 12  # of TM1
ENOUGH_XOF = 10**15
FIRST_PHONE = 60_000_001
PEOPLE = ("registry_household", "registry_person", "registry_membership", "registry_phone")
ENROLMENTS = ("enrolment_enrolment",)


def lay(households: int, *, one_agency: bool = False, wallets: bool = False, percents: Sequence[int] = ()) -> Component:
    """Tables, staff, the 121 communes of TM1 with more money, and so many households enrolled for 12 terms.

    `wallets`: agencies pay by telephone, so that every household has an account. `percents`: the agreements of TM1
    share every commune so.
    """
    staff = people()
    programmes.load(_enriched(_shared(read_definition(TM1), percents), one_agency, wallets), by=staff.operator)
    component = Component.objects.get(programme__code="TM1")
    communes = [area.pk for area in communes_of(component)]
    with transaction.atomic(), without_foreign_keys(PEOPLE):
        made = fetch_sql("demo", "households", {"n": households, "communes": communes})
        give_phones([row["person"] for row in made], FIRST_PHONE)
    settle_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_household ORDER BY id")
        numbers = [row[0] for row in cursor.fetchall()]
    with transaction.atomic(), without_foreign_keys(ENROLMENTS):
        enrol_households(component, numbers, cohort_name="Cohorte mesurée", by=staff.manager)
    settle_tables()
    return component


def give_phones(persons: Sequence[int], first: int) -> None:
    """A telephone of their own to each, sealed; they follow one another from `first`, in eight digits."""
    numbers = [f"+223{first + rank}" for rank in range(len(persons))]
    sealed, indexes = vault().seal_many("phone", numbers), vault().index_many("phone", numbers)
    lines = (
        f"{person}\t{to_copy(value)}\t{to_copy(index)}\tself\n".encode()
        for person, value, index in zip(persons, sealed, indexes, strict=True)
    )
    copy_lines("registry_phone", ("person_id", "sealed", "number_index", "owner"), lines)


def staff() -> Staff:
    """The people that `lay` made."""
    accounts = User.objects.in_bulk([OPERATOR, *ACCOUNTS], field_name="username")
    return Staff(
        accounts[OPERATOR], accounts["responsable"], accounts["coordination"], accounts["tresorerie"],
        accounts["paiements"],
    )  # fmt: skip


def communes_of(component: Component) -> list[Area]:
    return list(Area.objects.filter(pk__in=component.communes.values("commune")).order_by("code"))


def release_round(component: Component, term: int) -> PaymentRound:
    """Open, prepare, freeze, approve and release a round, by the three hands it needs."""
    hands = staff()
    opened = actions.open_round(component, term, communes_of(component), by=hands.manager)
    prepared = actions.freeze(actions.prepare(opened, by=hands.manager), by=hands.manager)
    return actions.release(actions.approve(prepared, by=hands.coordinator), by=hands.treasurer)


def empty_tables(tables: Iterable[str]) -> None:
    """Empty some tables and all that point at them; the guards against that are set aside for this one statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger"
            " WHERE tgtype & 32 <> 0 AND NOT tgisinternal AND tgparentid = 0"
        )
        guards = cursor.fetchall()
        for table, guard in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        for table, guard in guards:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")


def settle_tables() -> None:
    """Statistics and visibility as a server has them some minutes after a load."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def enriched(definition: ProgrammeDefinition) -> ProgrammeDefinition:
    """The same definition with more money than any bench spends."""
    return _enriched(definition, False, False)


def _enriched(definition: ProgrammeDefinition, one_agency: bool, wallets: bool) -> ProgrammeDefinition:
    """TM1 with agreements that no size exhausts; served by its last agency alone if asked."""
    agreements = tuple(replace(agreement, amount_xof=ENOUGH_XOF, foreign=None) for agreement in definition.agreements)
    if wallets:
        paying = tuple(replace(agency, kind="wallet") for agency in definition.agencies)
        definition = replace(definition, agencies=paying)
    if not one_agency:
        return replace(definition, agreements=agreements)
    components = tuple(map(_served_by_one, definition.components))
    kept = {component.agencies[0].to for component in components}
    agencies = tuple(agency for agency in definition.agencies if agency.code in kept)
    return replace(definition, agreements=agreements, agencies=agencies, components=components)


def _shared(definition: ProgrammeDefinition, percents: Sequence[int]) -> ProgrammeDefinition:
    """TM1 with its agreements in every commune, each for its percentage; as it is without any."""
    if not percents:
        return definition
    return replace(definition, components=tuple(_funded_by_all(one, percents) for one in definition.components))


def _funded_by_all(component: ComponentDefinition, percents: Sequence[int]) -> ComponentDefinition:
    everywhere = next(one.selection for one in component.fundings if one.selection.others)
    shares = zip(component.fundings, percents, strict=True)
    fundings = tuple(replace(one, selection=everywhere, turn=Turn(percent=percent)) for one, percent in shares)
    return replace(component, fundings=fundings)


def _served_by_one(component: ComponentDefinition) -> ComponentDefinition:
    return replace(component, agencies=tuple(a for a in component.agencies if a.selection.others))


@contextmanager
def without_foreign_keys(tables: Sequence[str]) -> Iterator[None]:
    """Checked once over all rows on leaving, instead of row by row: laying the ground is not what is measured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])",
            [list(tables)],
        )
        keys = cursor.fetchall()
        for table, name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

"""A committee's register by file: good lines become cases, the others are told with line, column and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import connection

from jigi.foundation.bulk import StatementCount
from jigi.foundation.errors import InputError, Refused
from jigi.grievances.models import Case
from jigi.grievances.registers import Taken, take
from jigi.registry.models import Household
from tests.factories import make_households
from tests.grievances.world import TOLD, World

pytestmark = pytest.mark.django_db
HEADER = "Date;Catégorie;Récit;Commune;Numéro RSU;Nom;Téléphone;Langue;Anonyme"


def taken(world: World, folder: Path, rows: Sequence[str], name: str = "registre.csv", header: str = HEADER) -> Taken:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return take(path, by=world.officer)


def good(world: World, told: str = TOLD, name: str = "Awa") -> str:
    return f"12/05/2026;frais exigés;{told};{world.commune.name};;{name};76123456;bambara;"


def test_good_lines_become_cases_and_bad_ones_are_told(world: World, tmp_path: Path) -> None:
    home = world.households[0].rsu
    done = taken(world, tmp_path, [
        good(world),
        f"12/05/2026;fraude;Le chef garde les cartes.;;{home};;;;oui",
        f"demain;magie;court;{world.areas.communes[1].name};;;;;peut-être",
        f"12/05/2026;fraude;{TOLD};;0000000098;Awa;;;",
    ])  # fmt: skip
    assert [(one.category_id, one.anonymous, one.language) for one in done.cases] == [
        ("fees_demanded", False, "bm"), ("fraud", True, "fr"),
    ]  # fmt: skip
    assert done.cases[1].concerned.get().household == world.households[0]
    told = {(fault.line, fault.column) for fault in done.faults}
    wrong = ("date", "catégorie", "récit", "commune", "nom", "anonyme")
    assert told == {*((4, one) for one in wrong), (5, "numéro RSU")}
    assert all(fault.remedy for fault in done.faults)


def test_a_corrected_file_sent_whole_adds_what_was_missing(world: World, tmp_path: Path) -> None:
    taken(world, tmp_path, [good(world), "x;y;z;;;;;;"])
    again = taken(world, tmp_path, [good(world), good(world, "Le chef garde les cartes des femmes.")], "corrigé.csv")
    assert (again.known, len(again.cases), Case.objects.count()) == (1, 1, 2)
    with pytest.raises(Refused, match="déjà enregistré"):
        take(tmp_path / "corrigé.csv", by=world.officer)


def test_a_file_without_a_needed_column_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="récit, commune"):
        taken(world, tmp_path, ["12/05/2026;fraude"], header="Date;Catégorie")


def test_the_statements_do_not_grow_with_the_lines(world: World, tmp_path: Path) -> None:
    counts = []
    for n, lines in enumerate((2, 40)):
        counter = StatementCount()
        with connection.execute_wrapper(counter):
            taken(world, tmp_path, [good(world, f"{TOLD} {n} {line}") for line in range(lines)], f"{n}.csv")
        counts.append(counter.count)
    assert counts[0] == counts[1]


def test_a_household_of_another_commune_of_the_same_name_is_not_mine(world: World, tmp_path: Path) -> None:
    there = world.areas.communes[1]
    type(there).objects.filter(pk=there.pk).update(name=world.commune.name)
    far = Household.objects.get(pk=make_households(1, world.areas.villages[-1])[0])
    done = taken(world, tmp_path, [f"12/05/2026;fraude;{TOLD};;{far.rsu};Awa;;;"])
    assert not done.cases and "d’aucun ménage de vos communes" in done.faults[0].what

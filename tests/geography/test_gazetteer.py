"""What the shipped gazetteer says, before any database."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from jigi.geography import gazetteer
from jigi.geography.gazetteer import areas
from jigi.geography.polygons import MALI
from jigi.geography.rules import name_key

VERSIONS = ["COD2019", "LOI2023"]


def levels(version: str) -> Counter[str]:
    return Counter(area.level for area in areas(version))


def test_the_counts_of_each_division() -> None:
    assert levels("COD2019") == {"country": 1, "region": 9, "cercle": 50, "commune": 701}
    assert levels("LOI2023") == {"country": 1, "region": 20, "cercle": 159}


@pytest.mark.parametrize("version", VERSIONS)
def test_codes_are_unique_and_parents_come_first_one_level_above(version: str) -> None:
    above = {"country": "", "region": "country", "cercle": "region", "commune": "cercle"}
    seen = {"": ""}
    for area in areas(version):
        assert area.code not in seen
        assert seen[area.parent] == above[area.level]
        seen[area.code] = area.level


@pytest.mark.parametrize("version", VERSIONS)
def test_positions_are_in_the_country(version: str) -> None:
    known = [area for area in areas(version) if area.longitude is not None]
    assert all(MALI.holds(area.longitude or 0.0, area.latitude or 0.0) for area in known)
    assert all(area.longitude is not None for area in areas(version) if version == "COD2019")


def test_surfaces_and_populations_add_up_to_the_country() -> None:
    for level in ("region", "cercle", "commune"):
        total = sum(area.area_km2 or 0 for area in areas("COD2019") if area.level == level)
        assert total == pytest.approx(areas("COD2019")[0].area_km2 or 0, abs=30)
    for version in VERSIONS:
        regions = sum(area.population or 0 for area in areas(version) if area.level == "region")
        assert regions == areas(version)[0].population
    assert areas("LOI2023")[0].population == 21_347_586


def test_names_are_distinct_inside_their_parent_even_as_keys() -> None:
    for version in VERSIONS:
        keys = Counter((area.parent, name_key(area.name)) for area in areas(version))
        assert [key for key, count in keys.items() if count > 1] == []


def test_every_region_and_cercle_of_2009_has_a_successor_of_the_right_kind() -> None:
    old = {area.code for area in areas("COD2019") if area.level in ("region", "cercle")}
    new = {area.code for area in areas("LOI2023")}
    successors = defaultdict(list)
    for fact in gazetteer.successions():
        assert fact.successor in new
        assert fact.note and fact.source
        successors[fact.predecessor].append(fact.kind)
    assert set(successors) == old
    assert all(kinds == ["same"] for kinds in successors.values() if "same" in kinds and len(kinds) == 1)
    assert not [code for code, kinds in successors.items() if "same" in kinds and len(kinds) > 1]


def test_a_cercle_and_its_successors_lie_in_successor_regions() -> None:
    parents = {area.code: area.parent for version in VERSIONS for area in areas(version)}
    pairs = {(fact.predecessor, fact.successor) for fact in gazetteer.successions()}
    for predecessor, successor in pairs:
        if len(predecessor) == 6 and parents[successor] != "ML":
            assert (parents[predecessor], parents[successor]) in pairs


def test_other_spellings_belong_to_known_places_and_are_needed() -> None:
    names = {area.code: area.name for area in areas("COD2019")}
    for alias in gazetteer.aliases():
        assert name_key(alias.name) != name_key(names[alias.code])


def test_the_shipped_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in Path(gazetteer.DATA).iterdir()) < 150_000


def test_the_gazetteer_agrees_with_the_published_code_list(shared: Path) -> None:
    lines = (shared / "data" / "mali_admin" / "mali_adm3_communes_cod2019.csv").read_text("utf-8").splitlines()
    published = {line.split(",")[4]: name_key(line.split(",")[5]) for line in lines[1:]}
    assert published == {a.code: name_key(a.name) for a in areas("COD2019") if a.level == "commune"}

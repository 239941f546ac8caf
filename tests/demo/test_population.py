"""The fictitious population looks like the published figures, is whole, and comes out the same twice."""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jigi.demo.population import CommuneSpot, Manifest, contact, make, make_population
from jigi.foundation.errors import InputError

HOUSEHOLDS = 5_000
REGIONS = (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8)
COMMUNES = [
    CommuneSpot(f"ML{region:02}01{place:02}", -8.0 + place / 4, 12.0 + region / 2, urban=place == 3)
    for place, region in enumerate(REGIONS, start=1)
]

Row = dict[str, str]


@dataclass(frozen=True)
class Population:
    """The files read back as an importer would, with the csv module."""

    manifest: Manifest

    def read(self, name: str) -> list[Row]:
        with (self.manifest.folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def households(self) -> list[Row]:
        return self.read("menages.csv")

    @cached_property
    def members(self) -> list[Row]:
        return self.read("membres.csv")

    @cached_property
    def by_form(self) -> dict[str, list[Row]]:
        homes: dict[str, list[Row]] = defaultdict(list)
        for member in self.members:
            homes[member["numero_fiche"]].append(member)
        return homes


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Population:
    return Population(make_population(tmp_path_factory.mktemp("population"), HOUSEHOLDS, 7, COMMUNES))


def stated_age(member: Row) -> int:
    born = date.fromisoformat((member["date_naissance"] + "-01-01")[:10])
    return 2016 - born.year - ((born.month, born.day) > (3, 1))


def share(rows: list[Row], column: str, *values: str) -> float:
    return sum(row[column] in values for row in rows) / len(rows)


# Whole and coherent


def test_the_manifest_counts_what_the_files_hold(people: Population) -> None:
    manifest = people.manifest
    assert manifest.households == HOUSEHOLDS == len(people.households)
    assert manifest.members == len(people.members)
    assert manifest.listed == len(people.read("listes.csv"))
    assert manifest.surveyed == len(people.read("enquete.csv"))
    assert {path.name for path in manifest.folder.iterdir()} == set(manifest.files)


def test_every_member_has_a_household_and_lines_count_from_one(people: Population) -> None:
    assert list(people.by_form) == [row["numero_fiche"] for row in people.households]
    for row, home in zip(people.households, people.by_form.values(), strict=True):
        assert [member["numero_ligne"] for member in home] == [str(n + 1) for n in range(int(row["taille"]))]


def test_a_household_has_one_head_one_recipient_and_at_most_one_alternate(people: Population) -> None:
    for home in people.by_form.values():
        roles = Counter(member["role"] for member in home)
        assert [member["numero_ligne"] for member in home if member["lien"] == "chef"] == ["1"]
        assert roles["allocataire"] == 1 and roles["suppleant"] <= 1


def test_mothers_and_fathers_are_on_the_line_that_is_said(people: Population) -> None:
    for home in people.by_form.values():
        for child in home:
            for line, sex, name in (("mere_ligne", "F", "nom_mere"), ("pere_ligne", "M", "nom_pere")):
                if child[line]:
                    parent = home[int(child[line]) - 1]
                    assert parent["sexe"] == sex and child[name] == f"{parent['prenom']} {parent['nom']}"


def test_what_the_questionnaire_counts_is_what_the_members_are(people: Population) -> None:
    for row, home in zip(people.households, people.by_form.values(), strict=True):
        ages = [stated_age(member) for member in home]
        assert int(row["enfants_moins_5"]) == sum(age < 5 for age in ages)
        assert int(row["enfants_moins_15"]) == sum(age < 15 for age in ages)
        assert int(row["epouses"]) == sum(member["lien"] == "epouse" for member in home)
        assert (int(row["age_chef"]), row["sexe_chef"]) == (ages[0], home[0]["sexe"])


def test_villages_hold_their_people(people: Population) -> None:
    villages = people.read("villages.csv")
    village_of = {row["numero_fiche"]: row["village_code"] for row in people.households}
    living = Counter(village_of[member["numero_fiche"]] for member in people.members)
    assert {row["code"]: int(row["population"]) for row in villages} == living
    assert {row["commune_code"] for row in villages} <= {spot.code for spot in COMMUNES}
    sizes = Counter(village_of.values())
    assert sum(60 <= size <= 200 for size in sizes.values()) > 0.9 * len(sizes)


def test_everything_says_that_it_is_fictitious(people: Population) -> None:
    assert all(row["numero_fiche"].startswith("F-") for row in people.households)
    assert all(row["enqueteur"].startswith("FICTIF-") for row in people.households)
    assert all(row["nom"].startswith("Village fictif ") for row in people.read("villages.csv"))
    assert all(row["numero_fiche"].startswith("FE-") for row in people.read("enquete.csv"))
    assert "PERSONNE ICI N’EXISTE" in (people.manifest.folder / "LISEZMOI.txt").read_text(encoding="utf-8")


# Like the published figures


def test_households_have_seven_to_eight_members_from_one_to_more_than_thirty(people: Population) -> None:
    sizes = [int(row["taille"]) for row in people.households]
    assert 7.2 < np.mean(sizes) < 8.2
    assert min(sizes) == 1 and max(sizes) > 30
    assert 5 <= np.median(sizes) <= 8


def test_four_rural_wives_in_ten_share_their_husband(people: Population) -> None:
    wives = [int(row["epouses"]) for row in people.households if row["milieu"] == "rural"]
    assert sum(n for n in wives if n > 1) / sum(wives) == pytest.approx(0.43, abs=0.035)
    assert max(wives) == 4


def test_wives_are_ranked_and_keep_their_fathers_name(people: Population) -> None:
    named_alike = []
    for home in people.by_form.values():
        wives = [member for member in home if member["lien"] == "epouse"]
        assert [wife["rang_epouse"] for wife in wives] == [str(n + 1) for n in range(len(wives))]
        named_alike += [wife["nom"] == home[0]["nom"] for wife in wives]
    assert np.mean(named_alike) < 0.2


def test_half_of_the_stated_ages_end_in_0_or_5(people: Population) -> None:
    heaped = np.mean([stated_age(member) % 5 == 0 for member in people.members])
    assert heaped == pytest.approx(0.48, abs=0.015)


def test_a_quarter_have_a_certificate_and_most_are_born_about_a_year(people: Population) -> None:
    assert 0.24 <= share(people.members, "precision_naissance", "jour") <= 0.30
    assert share(people.members, "precision_naissance", "annee", "environ") > 0.65
    assert all(
        (len(row["date_naissance"]) == 10) == (row["precision_naissance"] in ("jour", "mois")) for row in people.members
    )


def test_five_surnames_cover_thirty_percent_and_twenty_nearly_sixty(people: Population) -> None:
    table = (files("jigi.demo") / "data" / "surnames.csv").read_text(encoding="utf-8").splitlines()
    spelt = {form: row["name"] for row in csv.DictReader(table) for form in (row["name"], *row["variants"].split("|"))}
    counts = Counter(spelt.get(member["nom"], member["nom"]) for member in people.members).most_common()
    five, twenty = (sum(n for _, n in counts[:top]) / len(people.members) for top in (5, 20))
    assert five == pytest.approx(0.30, abs=0.03) and twenty == pytest.approx(0.58, abs=0.04)
    assert len({member["nom"] for member in people.members} & {"Coulibaly", "Koulibaly", "Kulibali"}) == 3


def test_particles_of_the_north_follow_sex_and_the_fathers_given_name(people: Population) -> None:
    carriers = [row for row in people.members if re.match("(Ag|Walet|Ould|Mint) ", row["nom"])]
    assert 0.02 < len(carriers) / len(people.members) < 0.15
    assert all((row["nom"].split()[0] in ("Ag", "Ould")) == (row["sexe"] == "M") for row in carriers)
    villages = {row["code"]: row["commune_code"] for row in people.read("villages.csv")}
    place = {row["numero_fiche"]: villages[row["village_code"]][:4] for row in people.households}
    regions = Counter(place[row["numero_fiche"]] for row in carriers)
    assert regions["ML06"] + regions["ML07"] + regions["ML08"] > 0.7 * len(carriers)


def test_a_nina_is_unique_agrees_with_sex_and_year_and_is_nobodys(people: Population) -> None:
    holders = [member for member in people.members if member["nina"]]
    assert len({member["nina"][:-1] for member in holders}) == len(holders)
    assert len(holders) / len(people.members) == pytest.approx(0.30, abs=0.03)
    for member in holders:
        sex = "1" if member["sexe"] == "M" else "2"
        assert re.fullmatch(f"1{sex}{member['date_naissance'][2:4]}99[0-9]{{8}}[A-Z]", member["nina"])


def test_nine_households_in_ten_have_a_phone_often_somebody_elses(people: Population) -> None:
    phones = [member for member in people.members if member["telephone"]]
    own = [member["telephone"] for member in phones if member["telephone_de"] == "soi"]
    assert len({member["numero_fiche"] for member in phones}) / HOUSEHOLDS == pytest.approx(0.90, abs=0.02)
    assert all(re.fullmatch("[6-9][0-9]{7}", member["telephone"]) for member in phones)
    assert len(set(own)) == len(own) < 0.6 * len(phones)
    assert {member["telephone"] for member in phones} == set(own)


def test_the_largest_population_has_a_number_for_every_line() -> None:
    assert make.MOST_HOUSEHOLDS * contact.LINES_PER_HOUSEHOLD <= contact.NUMBERS
    assert math.gcd(contact.STRIDE, contact.NUMBERS) == 1


# Targeting has something to find, and errs as it does in the field


def design(rows: list[Row]) -> NDArray[np.float64]:
    """Dummies of the codes and a few numbers, as a proxy means test would take them."""
    columns = [np.ones(len(rows)), np.log([int(row["taille"]) for row in rows])]
    for name in (
        "milieu",
        "instruction_chef",
        "moyen_existence",
        "mur",
        "toit",
        "sol",
        "eau",
        "eclairage",
        "moto",
    ):
        columns += [np.array([row[name] == code for row in rows]) for code in sorted({row[name] for row in rows})[1:]]
    for name in ("enfants_moins_15", "adultes_actifs", "bovins", "pieces"):
        columns.append(np.sqrt([float(row[name] or 0) for row in rows]))
    return np.column_stack(columns).astype(float)


def test_a_pmt_explains_a_quarter_to_under_half_on_clusters_it_has_not_seen(tmp_path: Path) -> None:
    survey = Population(make_population(tmp_path, 30_000, 3, COMMUNES)).read("enquete.csv")
    x, y = design(survey), np.log([int(row["consommation"]) for row in survey])
    w = np.array([float(row["poids"]) * int(row["taille"]) for row in survey])
    fitted = np.array([int(row["grappe"][2:]) % 2 for row in survey], bool)
    root = np.sqrt(w[fitted])
    weights = np.linalg.lstsq(x[fitted] * root[:, None], y[fitted] * root, rcond=None)[0]
    y, w, predicted = y[~fitted], w[~fitted], x[~fitted] @ weights
    r2 = 1 - np.average((y - predicted) ** 2, weights=w) / np.cov(y, aweights=w)
    assert 0.25 < r2 < 0.45


def test_the_survey_has_clusters_of_fifteen_and_stands_for_the_country(people: Population) -> None:
    survey = people.read("enquete.csv")
    assert set(Counter(row["grappe"] for row in survey).values()) == {15}
    assert sum(float(row["poids"]) for row in survey) == pytest.approx(HOUSEHOLDS, rel=0.01)


def test_committees_list_half_of_their_village_ranked_with_reasons(people: Population) -> None:
    listed: dict[str, list[Row]] = defaultdict(list)
    for row in people.read("listes.csv"):
        listed[row["village_code"]].append(row)
    sizes = Counter(row["village_code"] for row in people.households)
    assert all(0.49 < len(rows) / sizes[code] < 0.61 for code, rows in listed.items())
    assert all([int(row["rang"]) for row in rows] == [*range(1, len(rows) + 1)] for rows in listed.values())
    criteria = ("insecurite_alimentaire", "source_revenu", "outils_production", "taille_composition")
    assert all(row["motif"] and "1" in {row[name] for name in criteria} for rows in listed.values() for row in rows)


def test_committees_agree_with_consumption_but_only_in_part(people: Population) -> None:
    spending = {row["numero_fiche"]: int(row["consommation"]) for row in people.read("consommation.csv")}
    listed = {row["numero_fiche"] for row in people.read("listes.csv")}
    poor = sorted(spending, key=spending.__getitem__)[: HOUSEHOLDS * 2 // 5]
    found = sum(form in listed for form in poor) / len(poor)
    others = (len(listed) - found * len(poor)) / (HOUSEHOLDS - len(poor))
    assert 0.6 < found < 0.85 and 0.35 < others < 0.52


# The same twice, and clear when it cannot be


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make.os, "cpu_count", lambda: 3)
    first = make_population(tmp_path / "a", 9_000, 11, COMMUNES)
    monkeypatch.setattr(make.os, "cpu_count", lambda: 1)
    assert make_population(tmp_path / "b", 9_000, 11, COMMUNES).files == first.files
    assert make_population(tmp_path / "b", 9_000, 12, COMMUNES).files != first.files


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make_population(tmp_path, 9_000, 1, COMMUNES, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and len(told) > 1 and told[-1] == (9_000, 9_000)


@pytest.mark.parametrize("households", [1, 3, 130])
def test_a_handful_of_households_is_still_a_population(tmp_path: Path, households: int) -> None:
    manifest = make_population(tmp_path, households, 1, COMMUNES)
    assert manifest.households == households and manifest.listed >= 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((0, 1, COMMUNES), "ménages"), ((10, -1, COMMUNES), "graine"), ((10, 1, []), "commune")],
)
def test_impossible_requests_are_refused_in_french(tmp_path: Path, arguments: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        make_population(tmp_path / "rien", *arguments)
    assert not (tmp_path / "rien").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(InputError, match="dossier"):
        make_population(tmp_path / "fichier", 10, 1, COMMUNES)


@pytest.mark.parametrize(
    ("mapping", "table", "section"),
    [
        ("population_fictive", "menages.csv", "household"),
        ("population_fictive", "membres.csv", "members"),
        ("population_enquete", "enquete.csv", "household"),
    ],
)
def test_the_mappings_know_every_column_and_code(people: Population, mapping: str, table: str, section: str) -> None:
    text = (files("jigi.intake") / "mappings" / f"{mapping}.toml").read_text(encoding="utf-8")
    rows = people.read(table)
    for target in tomllib.loads(text)[section]["columns"].values():
        column, codes = (target, None) if isinstance(target, str) else (target["column"], target["codes"])
        assert column in rows[0]
        assert codes is None or {row[column] for row in rows} - {""} <= set(codes)

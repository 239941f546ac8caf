"""A programme file is right, or refused at the line that is wrong; the shipped ones are right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError
from jigi.foundation.periods import Period
from jigi.geography import gazetteer
from jigi.programmes import rules
from jigi.programmes.allocation import allocate
from jigi.programmes.definition import Allocation, ProgrammeDefinition
from jigi.programmes.definition_file import SHIPPED, parse_definition, read_definition

GOOD = """code = "ESSAI"
name = "Programme d’essai"
unit = "Unité d’essai"
author = "Essai"
source = "Essai"
valid_from = 2014-01-01
division = "COD2019"
[[component]]
code = "TM"
name = "Transfert"
kind = "regular"
purpose = "consommation"
amount_xof = 30_000
terms = 12
first_period = "2015T1"
months = 3
[[component.area]]
households = 5
communes = [
  "ML010501",
  "ML010502",
]
[[component.area]]
terms = 16
communes = ["ML030305"]
[[component.funding]]
agreement = "DON"
communes = ["ML010501"]
[[component.funding]]
agreement = "ETAT"
others = true
[[component.agency]]
agency = "A"
within = ["ML01", "ML0303"]
[[agreement]]
code = "DON"
donor = "IDA"
name = "Don"
amount_xof = 35_000_000_000
effective_on = 2014-01-01
closes_on = 2018-12-31
[[agreement]]
code = "ETAT"
donor = "État"
name = "Budget"
amount_xof = 600_000_000
effective_on = 2014-01-01
closes_on = 2018-06-30
closing_extended_to = 2018-12-31
[[agency]]
code = "A"
name = "Agence A"
kind = "wallet"
"""
COMMUNES = {fact.code: fact.path for fact in gazetteer.areas("COD2019") if fact.level == "commune"}


def checked(text: str) -> tuple[ProgrammeDefinition, dict[str, Allocation]]:
    definition = parse_definition(text, "essai.toml")
    rules.check(definition)
    allocations = {one.code: allocate(one, COMMUNES, "COD2019") for one in definition.components}
    rules.check_calendar(definition, allocations)
    return definition, allocations


def test_a_file_says_what_each_commune_gets_from_whom_through_whom() -> None:
    _, allocations = checked(GOOD)
    found = allocations["TM"]
    assert found.terms == {"ML010501": 12, "ML010502": 12, "ML030305": 16}
    assert found.households == {"ML010501": 3, "ML010502": 2}
    assert found.agreements == {"ML010501": "DON", "ML010502": "ETAT", "ML030305": "ETAT"}
    assert set(found.agencies.values()) == {"A"}


# What is written instead of what, the line of the refusal, and its words.
BAD = [
    ('code = "ESSAI"\n', "", 1, "Il manque « code »"),
    ('author = "Essai"\n', "", 1, "Il manque « author »"),
    ('source = "Essai"\n', "", 1, "Il manque « source »"),
    ("valid_from = 2014-01-01", 'valid_from = "2014"', 6, "pas du bon type"),
    ('code = "ESSAI"', 'code = "TM 1"', 1, "forme attendue"),
    ('unit = "Unité d’essai"', 'unité = "Unité"', 3, "TOML"),
    ('name = "Programme d’essai"', 'nom = "Programme"\nname = "P"', 2, "La clef « nom » est inconnue"),
    ("months = 3", "months = 3\nround = 1", 17, "La clef « round » est inconnue"),
    ("households = 5", "household = 5", 18, "La clef « household » est inconnue"),
    ("amount_xof = 30_000", "amount_xof = 30000.50", 13, "nombre entier"),
    ("amount_xof = 30_000", 'amount_xof = "30 000"', 13, "pas du bon type"),
    ("amount_xof = 30_000", "amount_xof = true", 13, "pas du bon type"),
    ("amount_xof = 30_000", "amount_xof = 0", 13, "pas un montant possible"),
    ("amount_xof = 30_000", "amount_xof = -30000", 13, "pas un montant possible"),
    ("amount_xof = 30_000", "amount_xof = 30_000_000_000_000_000_000", 13, "pas un montant possible"),
    ("terms = 12", "terms = 0", 14, "plus petit que 1"),
    ("terms = 12", "terms = 401", 14, "plus grand que 400"),
    ("terms = 12\n", "", 8, "Il manque « terms »"),
    ("households = 5", "households = 0", 18, "plus petit que 1"),
    ('first_period = "2015T1"', 'first_period = "2015T5"', 15, "n’est pas une période"),
    ('first_period = "2015T1"', 'first_period = "2015-01-01/2015-02-31"', 15, "n’est pas une période"),
    ('first_period = "2015T1"', 'first_period = "2015-01"', 15, "ne dure pas 3 mois entiers"),
    ('first_period = "2015T1"', 'first_period = "2015-01-15/2015-04-14"', 15, "ne dure pas 3 mois"),
    ('first_period = "2015T1"', 'first_period = "9999T1"', 15, "entre 1990 et 2200"),
    ('kind = "regular"', 'kind = "régulier"', 11, "« régulier » est inconnu ici"),
    ('kind = "wallet"', 'kind = "orange"', 53, "« orange » est inconnu ici"),
    ('  "ML010502",\n', '  "ML010502",\n  "ML010599",\n', 22, "n’est pas une commune du découpage COD2019"),
    ('  "ML010502",\n', '  "ML0105",\n', 21, 'Écrivez within = ["ML0105"]'),
    ('  "ML010502",\n', '  "ML010502",\n\n  "ML010501",\n', 23, "est choisie deux fois"),
    ('communes = ["ML030305"]', 'communes = ["ML030305", "ML010502"]', 25, "dans deux blocs [[component.a"),
    ('communes = ["ML030305"]', "communes = []", 25, "Une liste vide ne choisit personne"),
    ('communes = ["ML030305"]\n', "", 23, "ne choisit aucune commune"),
    ('communes = ["ML030305"]\n', "others = true\n", 25, "La clef « others » est inconnue"),
    ('communes = ["ML010501"]', "communes = []", 28, "Une liste vide ne choisit personne"),
    ('communes = ["ML010501"]', 'communes = ["ML010501", "ML010505"]', 28, "pas dans les communes de TM"),
    ("others = true", 'communes = ["ML010501", "ML010502"]', 31, "est dans deux blocs [[component.funding]]"),
    ("others = true", 'communes = ["ML030305"]', 26, "Aucune convention ne paie la commune : ML010502"),
    ("others = true", 'others = true\nwithin = ["ML01"]', 31, "Écrivez-le seul"),
    ('communes = ["ML010501"]', 'within = ["ML01", "ML0303"]', 31, "Il ne reste aucune commune"),
    ('within = ["ML01", "ML0303"]', 'within = ["ML01"]', 32, "Aucune agence ne sert la commune : ML030305"),
    ('within = ["ML01", "ML0303"]', 'within = ["ML01", "ML99"]', 34, "« ML99 » ne contient aucune"),
    ('within = ["ML01", "ML0303"]', 'within = ["ML01", "ML0105"]', 34, "est choisie deux fois"),
    ('agreement = "ETAT"', 'agreement = "SUISSE"', 30, "SUISSE n’est pas décrite ici"),
    ('agreement = "ETAT"', 'agreement = "DON"', 30, "La convention DON est écrite deux fois"),
    ('agency = "A"', 'agency = "B"', 33, "L’agence B n’est pas décrite ici"),
    ('code = "ETAT"', 'code = "DON"', 43, "La convention DON est écrite deux fois"),
    ("closes_on = 2018-12-31", "closes_on = 2013-12-31", 41, "close avant d’entrer en vigueur"),
    ("closes_on = 2018-12-31", "closes_on = 2017-12-30", 41, "« closing_extended_to »"),
    ("closing_extended_to = 2018-12-31", "closing_extended_to = 2018-06-30", 49, "ne reporte rien"),
    ("closing_extended_to = 2018-12-31", "closing_extended_to = 2018-12-30", 49, "avant la fin"),
    ("closing_extended_to = 2018-12-31\n", "", 48, "de l’échéance 16"),
    ('[[agency]]\ncode = "A"\nname = "Agence A"\nkind = "wallet"\n', "", 1, "un bloc [[agency]]"),
    ("[[component.agency]]", "[[component.agence]]", 8, "[[component.agency]]"),
    ("[[component.agency]]", "[component.agency]", 32, "pas du bon type"),
    ("others = true", "others = 1", 31, "true ou false"),
    ('source = "Essai"', 'source = "Ess\\u0000ai"', 5, "caractère nul"),
    ("terms = 12", "terms = 1" + "0" * 5_000, 54, "Ce n’est pas du TOML"),
    ("others = true", "others = " + "[" * 5_000, 54, "Ce n’est pas du TOML"),
    ("others = true", "others = ", 31, "Ce n’est pas du TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "words"), BAD)
def test_a_mistake_is_refused_at_its_line(right: str, wrong: str, line: int, words: str) -> None:
    assert right in GOOD
    with pytest.raises(InputError) as refusal:
        checked(GOOD.replace(right, wrong, 1))
    assert words in str(refusal.value)
    assert refusal.value.line == line
    assert str(refusal.value).startswith("essai.toml")


def test_a_mistake_of_the_second_component_is_not_told_of_the_first() -> None:
    start, end = GOOD.index("[[component]]"), GOOD.index("[[agreement]]")
    twice = GOOD[:end] + GOOD[start:end] + GOOD[end:]
    with pytest.raises(InputError, match="La composante TM est écrite deux fois") as refusal:
        checked(twice)
    assert refusal.value.line == 36
    second = GOOD[start:end].replace('"TM"', '"TM2"').replace("others = true", "others = 3")
    with pytest.raises(InputError, match="true ou false") as refusal:
        checked(GOOD[:end] + second + GOOD[end:])
    assert refusal.value.line == 58


def test_money_that_does_not_suffice_is_a_warning_with_its_line() -> None:
    poor = GOOD.replace("amount_xof = 600_000_000", "amount_xof = 719_999").replace(
        "effective_on = 2014-01-01\ncloses_on = 2018-06-30",
        "effective_on = 2015-02-01\ncloses_on = 2018-06-30",
    )
    assert rules.planned_xof(*checked(GOOD)) == {"DON": 3 * 12 * 30_000, "ETAT": 2 * 12 * 30_000}
    short, late = rules.warnings(*checked(poor))
    assert short.startswith("Ligne 42 : la convention ETAT (719") and "ne couvre pas" in short
    assert late.startswith("Ligne 29 : la convention ETAT entre en vigueur le 1er février 2015")


def test_an_agreement_of_exactly_what_is_planned_suffices() -> None:
    exact = GOOD.replace("amount_xof = 600_000_000", "amount_xof = 720_000")
    assert list(rules.warnings(*checked(exact))) == []


def test_an_agreement_that_pays_nothing_is_a_warning() -> None:
    spare = GOOD[GOOD.index("[[agreement]]") :].split("[[agreement]]")[1].replace('"DON"', '"VIDE"')
    [warning] = rules.warnings(*checked(GOOD + "[[agreement]]" + spare))
    assert warning == "Ligne 54 : la convention VIDE ne paie aucune commune."


def test_sums_of_a_national_budget_are_read_to_the_franc() -> None:
    definition, _ = checked(GOOD.replace("35_000_000_000", "987_654_321_012_345"))
    assert definition.agreements[0].amount_xof == 987_654_321_012_345


def test_a_component_of_one_term_pays_for_any_span_of_days() -> None:
    once = GOOD.replace("terms = 12", "terms = 1").replace("terms = 16", "terms = 1")
    definition, _ = checked(once.replace('"2015T1"', '"2015-03-04/2015-04-02"'))
    assert definition.components[0].first_period == Period(date(2015, 3, 4), date(2015, 4, 2))


def test_a_component_of_two_terms_pays_for_whole_months() -> None:
    twice = GOOD.replace("terms = 12", "terms = 2").replace("terms = 16", "terms = 2")
    with pytest.raises(InputError, match="ne dure pas 3 mois entiers"):
        checked(twice.replace('"2015T1"', '"2015-03-04/2015-04-02"'))


def test_a_calendar_of_more_than_a_century_is_refused_before_it_is_drawn() -> None:
    by_four = GOOD.replace("months = 3", "months = 4").replace('"2015T1"', '"2015-01-01/2015-04-30"')
    rules.check(parse_definition(by_four.replace("terms = 16", "terms = 300"), "essai.toml"))
    with pytest.raises(InputError, match="dépasse un siècle"):
        rules.check(parse_definition(by_four.replace("terms = 16", "terms = 301"), "essai.toml"))


def test_terms_follow_each_other() -> None:
    def codes(first: str, months: int) -> list[str]:
        return [rules.period_of_term(Period.parse(first), months, term).code for term in (1, 2, 12)]

    assert codes("2015T1", 3) == ["2015T1", "2015T2", "2017T4"]
    assert codes("2015-11", 1) == ["2015-11", "2015-12", "2016-10"]
    assert codes("2019-01-01/2019-02-28", 2)[2] == "2020-11-01/2020-12-31"


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_a_shipped_file_is_right(file: Path) -> None:
    definition, allocations = checked(file.read_text(encoding="utf-8"))
    assert list(rules.warnings(definition, allocations)) == []
    assert definition.author and definition.source and definition.valid_from > date(2013, 1, 1)


def shipped(name: str) -> tuple[ProgrammeDefinition, Allocation]:
    definition, allocations = checked((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))
    return definition, allocations[definition.components[0].code]


def test_the_first_phase_has_121_communes_of_every_region() -> None:
    definition, found = shipped("tm1")
    assert len(found.terms) == 121
    assert {code[:4] for code in found.terms} == {f"ML0{number}" for number in range(1, 10)}
    assert sum(found.households.values()) == 71_000
    assert [code for code, terms in found.terms.items() if terms == 16] == ["ML030305"]
    assert sum(code.startswith("ML0105") for code in found.terms) == 11
    assert sum(agreement.amount_xof for agreement in definition.agreements) == 35_880_000_000


def test_the_small_agreements_of_the_first_phase_bear_587_households_a_commune() -> None:
    definition, found = shipped("tm1")
    for agreement in definition.agreements[1:]:
        communes = sum(code == agreement.code for code in found.agreements.values())
        assert communes * 587 * 12 * 30_000 <= agreement.amount_xof


@pytest.mark.parametrize(
    ("name", "households", "planned"),
    [
        ("kita", 2_709, 975_240_000),
        ("kebila", 2_146, 1_030_080_000),
        ("safo", 306, 27_540_000),
        ("tm2", 40_000, 40_000 * 540_000),
        ("tm2_bimestriel", 2_000, 2_000 * 540_000),
        ("pgfs", 30_000, 30_000 * 12 * 30_000),
    ],
)
def test_a_shipped_file_plans_the_published_sum(name: str, households: int, planned: int) -> None:
    definition, found = shipped(name)
    assert sum(found.households.values()) == households
    assert sum(rules.planned_xof(definition, {definition.components[0].code: found}).values()) == planned


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "vide"), (b"\xff\xfe", "UTF-8"), (b"PK\x03\x04" + b"\0" * 20, "TOML"), (b"code = 1 ; x", "TOML")],
)
def test_a_file_that_is_no_programme(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "mauvais.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_definition(path)
    with pytest.raises(InputError, match="dossier"):
        read_definition(tmp_path)


def test_the_seven_sources_of_the_programme_are_shipped_with_their_currency_and_rate() -> None:
    named = {
        agreement.code: agreement
        for name in ("tm1", "tm2", "pgfs", "pdazam")
        for agreement in shipped(name)[0].agreements
    }
    assert {code: one.amount_xof for code, one in named.items()} == {
        "IDA-H-8480": 35_000_000_000, "ETAT-MALI": 600_000_000, "SUISSE": 280_000_000, "DFID-BM": 5_000_000_000,
        "IDA-EXTENSION": 27_200_000_000, "ETAT-PGFS": 12_500_000_000, "PDAZAM": 9_000_000_000,
    }  # fmt: skip
    abroad = {code: (one.foreign.currency, int(one.foreign.amount)) for code, one in named.items() if one.foreign}
    assert abroad == {
        "IDA-H-8480": ("USD", 70_000_000), "IDA-EXTENSION": ("USD", 54_400_000), "PDAZAM": ("USD", 18_000_000)
    }  # fmt: skip


def test_delegated_money_gives_two_transfers() -> None:
    definition, allocations = checked((SHIPPED / "pdazam.toml").read_text(encoding="utf-8"))
    assert rules.planned_xof(definition, allocations) == {"PDAZAM": 2_630 * 180_000 + 1_960 * 250_000}

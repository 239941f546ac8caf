"""A mapping made by looking at a file reads that file as a mapping written by hand would."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError
from jigi.intake.drafting import (
    UNKNOWN,
    Draft,
    Part,
    Sample,
    checked,
    codes_to_say,
    guess,
    preview,
    sample,
    stored_values,
    to_toml,
)
from jigi.intake.mapping import parse_mapping
from jigi.intake.targets import INTERVIEW, LIVING, MEMBER

HOUSEHOLDS = Part(key="fiche", columns={"village": "Village", "collected_on": "date", "rooms": "pieces"})
MEMBERS = Part(
    key="fiche",
    columns={"given_names": "prenom", "surname": "nom", "sex": "sexe", "relation": "lien"},
    codes={"sex": {"1": "M", "2": "F", "9": UNKNOWN}},
)
DRAFT = Draft("Essai", "Enquête d’essai", HOUSEHOLDS, MEMBERS)


def seen(*header: str, **columns: list[str]) -> Sample:
    rows = zip(*columns.values(), strict=True) if columns else []
    return Sample(header or tuple(columns), tuple((line, list(cells)) for line, cells in enumerate(rows, start=2)))


def test_columns_are_guessed_by_their_names_whatever_the_hand() -> None:
    header = ("Numéro de fiche", "DATE_ENQUETE", "Village code", "Nom du père", "prénom", "quelconque")
    found = guess(seen(*header), [*INTERVIEW, *LIVING, *MEMBER])
    assert found["collected_on"] == "DATE_ENQUETE" and found["village"] == "Village code"
    assert found["father_name"] == "Nom du père" and found["given_names"] == "prénom"
    assert "quelconque" not in found.values()


def test_one_column_fills_one_fact() -> None:
    found = guess(seen("telephone", "nom", "sexe"), [*LIVING, *MEMBER])
    assert len(set(found.values())) == len(found)


def test_words_that_nothing_explains_are_asked_for() -> None:
    found = seen(sexe=["1", "F", "2", "1"], chef=["oui", "peut-être", "non", ""], age=["1", "2", "3", "4"])
    asked = codes_to_say(found, {"sex": "sexe", "absent": "chef"}, MEMBER)
    assert asked == {"sex": ["1", "2"], "absent": ["peut-être"]}
    assert stored_values(MEMBER["sex"]) == ["F", "M"] and stored_values(LIVING["rooms"]) == []


def test_what_is_drafted_is_an_ordinary_mapping() -> None:
    mapping = parse_mapping(checked(DRAFT), "essai")
    assert (mapping.name, mapping.source, mapping.key) == ("Essai", "Enquête d’essai", "fiche")
    sex = next(one for one in mapping.members.fillings if one.name == "sex")
    assert sex.codes["1"] == "M" and sex.codes["féminin"] == "F" and sex.unknown == {"9"}


def test_the_day_of_the_interviews_may_be_said_once_for_all() -> None:
    undated = Part(key="fiche", columns={"village": "Village"})
    text = to_toml(Draft("Essai", "Essai", undated, MEMBERS, collected_on="2026-05-01"))
    assert tomllib.loads(text)["household"]["collected_on"] == {"value": "2026-05-01"}


@pytest.mark.parametrize(
    ("draft", "missing"),
    [
        (Draft("Essai", "Essai", Part(key="fiche", columns={"village": "v"}), MEMBERS), "collected_on"),
        (Draft("Essai", "Essai", HOUSEHOLDS, Part(key="fiche", columns={"sex": "s"})), "given_names"),
        (Draft("", "Essai", HOUSEHOLDS, MEMBERS), "name"),
    ],
)
def test_a_draft_that_is_not_whole_is_refused(draft: Draft, missing: str) -> None:
    with pytest.raises(InputError, match=missing):
        checked(draft)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_name_of_a_column_survives_the_writing(column: str) -> None:
    part = Part(key=column, columns={"rooms": column}, codes={})
    assert tomllib.loads(to_toml(Draft("a", "b", part, MEMBERS)))["household"]["key"] == column


def test_a_preview_shows_what_would_be_kept_and_hides_numbers(tmp_path: Path) -> None:
    path = tmp_path / "membres.csv"
    path.write_text("prenom;tel;voir;naissance\nAwa;76001122;7;12/03/1980\nOumou;;2;vers\n", encoding="cp1252")
    columns = {"given_names": "prenom", "phone": "tel", "seeing": "voir", "birth_date": "naissance"}
    members = Part(key="prenom", columns={**MEMBERS.columns, **columns})
    fillings = parse_mapping(checked(Draft("a", "b", HOUSEHOLDS, members)), "essai").members.fillings
    kept = [one for one in fillings if one.name in columns]
    (line, first), (_, second) = preview(sample(path), kept, 5)
    shown = {name: value for name, value, _ in first}
    assert (line, shown["given_names"], shown["birth_date"]) == (2, "Awa", "1980-03-12")
    assert shown["phone"].endswith("22") and "7600" not in shown["phone"] and shown["seeing"] == ""
    assert {name for name, _, wrong in second if wrong} == {"birth_date"}

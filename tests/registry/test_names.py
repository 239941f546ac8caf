"""Names: the key of a word in Python and in SQL, the reviewed files, and what is wrong in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.registry import names
from jigi.registry.likeness import LETTERS, one_slip, slips

LETTERS_OF_MALI = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèïêëîôöàâäûüùçñŋɛɔɲÉÈÏÇŊƐƆ'’- .,/0123456789"
written = st.text(LETTERS_OF_MALI, max_size=30)
key = st.text(LETTERS, min_size=4, max_size=9)


def _in_sql(name: str) -> list[str]:
    asked = "SELECT jigi_first_word_key(%s), jigi_other_word_key(%s), jigi_last_word_key(%s)"
    with connection.cursor() as cursor:
        cursor.execute(asked, [name, name, name])
        return list(cursor.fetchone())


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written)
def test_a_key_is_the_same_in_python_and_in_sql(name: str) -> None:
    keys = [names.word_key(word) for word in names.words(name)] or [""]
    other = keys[-1] if " " in name.replace("-", " ") else ""
    assert _in_sql(name) == [keys[0], other, keys[-1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Coulibaly", "KOULIBALI"), ("Keïta", "Keita"), ("Cissé", "Sissé"), ("Diallo", "Jalo"), ("Diarra", "Djara"),
        ("N’Diaye", "Ndiaye"), ("Aïchata", "Aïssata"), ("Touré", "Ture"), ("Sanogho", "Sanogo"), ("Maïga", "Mayga"),
        ("Wagué", "Ouagué"), ("Moustapha", "Moustafa"), ("Kadidiatou", "Kadidjatou"),
    ],
)  # fmt: skip
def test_spellings_of_one_sound_have_one_key(one: str, other: str) -> None:
    assert names.keys(one) == names.keys(other)


@pytest.mark.parametrize(("one", "other"), [("Koné", "Kanté"), ("Diarra", "Diallo"), ("Moussa", "Issa")])
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert not names.known().spellings(names.form_key(one)) & names.known().spellings(names.form_key(other))


def test_every_form_of_a_row_finds_every_other() -> None:
    known = names.known()
    for forms in names.groups():
        keys = {names.form_key(form) for form in forms}
        assert all(keys <= known.spellings(key) for key in keys), forms


def test_the_files_have_no_mistake_and_gather_the_commonest_names() -> None:
    assert list(names.mistakes(names.DATA)) == []
    for one, other in (("Traoré", "Tarawele"), ("Fatoumata", "Fatim"), ("Mamadou", "Madou"), ("Awa", "Hawa")):
        assert names.form_key(other) in names.known().spellings(names.form_key(one))


@given(key, st.data())
def test_one_letter_wrong_is_a_slip(word: str, data: st.DataObject) -> None:
    wrong = data.draw(st.sampled_from(sorted(slips(word))))
    assert one_slip(word, wrong) and one_slip(wrong, word)
    assert len(wrong) < 4 or word in slips(wrong)


def test_two_letters_wrong_and_short_names_are_not() -> None:
    assert not one_slip("kulibali", "kulipari")
    assert slips("ba") == frozenset()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Koné,Konneh|Konneh,", "deux fois"),
        ("Koné,,", "ne réunit rien"),
        ("Koné,Kon3,", "n’est pas un nom"),
        ("Koné,Konneh", "2 cellules au lieu de 3"),
        ("Koné,Konneh,\nkoné,Conné,", "déjà à la ligne 2"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    shutil.copytree(names.DATA, tmp_path, dirs_exist_ok=True)
    (tmp_path / "surnames.csv").write_text(f"name,variants,comment\n{line}\n", encoding="utf-8")
    mistakes = [str(mistake) for mistake in names.mistakes(tmp_path)]
    assert len(mistakes) == 1 and said in mistakes[0] and mistakes[0].startswith("surnames.csv, ligne ")


def test_a_missing_file_or_other_columns_are_said(tmp_path: Path) -> None:
    shutil.copytree(names.DATA, tmp_path, dirs_exist_ok=True)
    (tmp_path / "words.csv").unlink()
    (tmp_path / "nicknames.csv").write_text("nom,surnoms\n", encoding="utf-8")
    said = " ".join(str(mistake) for mistake in names.mistakes(tmp_path))
    assert "words.csv : Le fichier ne peut pas être lu" in said and "Écrivez : name,variants,comment" in said

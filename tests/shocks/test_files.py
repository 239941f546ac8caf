"""Files of signals: what is new, changed, known already and wrong; loaded twice; undone whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.models import AreaAlias
from jigi.geography.rules import name_key
from jigi.shocks import actions
from jigi.shocks.models import SignalFile, SignalProblem, SignalValue
from tests.factories import Areas, make_user
from tests.shocks.telling import line, write

pytestmark = pytest.mark.django_db


def in_force() -> dict[str, float]:
    found = SignalValue.objects.filter(superseded_by__isnull=True)
    return {f"{value.signal} {value.area.code}": value.value for value in found}


def counts(file: SignalFile) -> tuple[int, int, int, int, int]:
    return file.lines, file.new, file.changed, file.same, file.unmatched


def test_a_later_file_says_what_is_new_changed_and_known(officer: User, tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", [line(2), line(1, "ML01")])
    later = write(tmp_path / "b.csv", [line(3), line(1, "ML01"), line(4, "ML010501"), line(1, "XX99")])
    assert counts(actions.load(first, "jigi", by=officer)[0]) == (2, 2, 0, 0, 0)
    assert counts(actions.load(later, "jigi", by=officer)[0]) == (4, 1, 1, 1, 1)
    assert in_force() == {"ch_phase ML0105": 3, "ch_phase ML01": 1, "ch_phase ML010501": 4}
    old = SignalValue.objects.get(area__code="ML0105", version=1)
    assert old.value == 2 and old.superseded_by and old.superseded_by.version == 2


def test_a_file_loaded_before_changes_nothing(officer: User, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [line(2)])
    file, before = actions.load(path, "jigi", by=officer)
    again, known = actions.load(path, "jigi", by=officer)
    assert (before, known, again.pk) == (False, True, file.pk) and SignalValue.objects.count() == 1


def test_a_final_figure_follows_the_same_one_said_provisional(officer: User, tmp_path: Path) -> None:
    actions.load(write(tmp_path / "a.csv", [line(2, etat="provisoire")]), "jigi", by=officer)
    file, _ = actions.load(write(tmp_path / "b.csv", [line(2, etat="Définitif")]), "jigi", by=officer)
    assert file.changed == 1 and SignalValue.objects.get(version=2).status == "final"


def test_a_provisional_figure_does_not_replace_a_final_one(officer: User, tmp_path: Path) -> None:
    actions.load(write(tmp_path / "a.csv", [line(2), line(1, "ML01")]), "jigi", by=officer)
    lines = [line(3, etat="provisoire"), line(1, "ML01", etat="provisoire"), line(4, "ML010501", etat="provisoire")]
    file, _ = actions.load(write(tmp_path / "b.csv", lines), "jigi", by=officer)
    assert counts(file) == (3, 1, 0, 1, 1)
    assert in_force() == {"ch_phase ML0105": 2, "ch_phase ML01": 1, "ch_phase ML010501": 4}
    problem = SignalProblem.objects.get()
    assert (problem.line, problem.value) == (2, "3") and "définitive déjà connue" in problem.problem


def test_a_file_sent_again_brings_the_line_whose_place_is_known_since(
    officer: User, areas: Areas, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [line(2), line(3, "", nom="Rive Neuve")])
    file, _ = actions.load(path, "jigi", by=officer)
    actions.load(write(tmp_path / "b.csv", [line(4)]), "jigi", by=officer)
    assert actions.again(file, path, by=officer) == 0 and counts(file) == (2, 1, 0, 0, 1)
    AreaAlias.objects.create(area=areas.communes[0], name="Rive Neuve", name_key=name_key("Rive Neuve"))
    assert actions.again(file, path, by=officer) == 1 and counts(file) == (2, 2, 0, 0, 0)
    # What a later file said of the other place stays.
    assert in_force() == {"ch_phase ML0105": 4, "ch_phase ML010501": 3} and not file.problems.exists()
    assert AuditEvent.objects.get(noun="shocks.file", object_id=file.pk, reason__startswith="Relu").by == officer


def test_a_file_sent_again_brings_back_what_left_with_an_undone_one(officer: User, tmp_path: Path) -> None:
    first, _ = actions.load(write(tmp_path / "a.csv", [line(2)]), "jigi", by=officer)
    path = write(tmp_path / "b.csv", [line(2), line(1, "ML01")])
    later, _ = actions.load(path, "jigi", by=officer)
    actions.undo(first, reason="mauvais exercice", by=officer)
    assert in_force() == {"ch_phase ML01": 1}
    assert actions.again(later, path, by=officer) == 1
    assert in_force() == {"ch_phase ML0105": 2, "ch_phase ML01": 1}
    with pytest.raises(Refused, match="plus chargé"):
        actions.again(first, tmp_path / "a.csv", by=officer)
    with pytest.raises(Refused, match="même fichier"):
        actions.again(later, tmp_path / "a.csv", by=officer)


def test_what_is_wrong_is_said_with_line_and_column(officer: User, tmp_path: Path) -> None:
    lines = [
        line(2), line("deux"), line(9), line(2.5), line(2, du="31/02/2018"), line(2, au="2017-01-01"),
        line(2, signal="pluie"), line(2, nom="Ailleurs"), line(2, code="", nom=""), line("=1+1"), line(2, du="2018"),
        line(""),
    ]  # fmt: skip
    file, _ = actions.load(write(tmp_path / "a.csv", lines), "jigi", by=officer)
    told = {(p.line, p.column): p.problem for p in SignalProblem.objects.filter(file=file)}
    assert list(told) == [
        (3, "valeur"), (4, "valeur"), (5, "valeur"), (6, "du"), (7, "au"), (8, "signal"), (9, "code"), (10, "code"),
        (11, "valeur"), (12, "du"),
    ]  # fmt: skip
    assert told[3, "valeur"] == "« deux » n’est pas un nombre" and "bornes" in told[4, "valeur"]
    assert "n’est pas une classe" in told[5, "valeur"] and "ne désignent" in SignalProblem.objects.get(line=9).remedy
    assert in_force() == {"ch_phase ML0105": 2} and file.unmatched == 10


def test_two_lines_that_contradict_each_other_give_nothing(officer: User, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [line(2), line(2), line(1, "ML01"), line(3, "ML01")])
    file, _ = actions.load(path, "jigi", by=officer)
    assert in_force() == {"ch_phase ML0105": 2} and file.unmatched == 2
    assert "La ligne 4 donne une autre valeur" in SignalProblem.objects.get(line=5).problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "est vide"),
        (b"signal;code\n", "il manque \u00ab du \u00bb"),
        (b"signal;code;code\n1;2;3\n", "portent le m\u00eame nom"),
        (b"signal;code;du;au;valeur\n", "qu\u2019un en-t\u00eate"),
        (b"signal;code;du;au;valeur\nch_phase;X;2018;2018;1\n", "Aucune ligne n\u2019est bonne"),
        (b"<alert/>", "page web"),
    ],
)
def test_a_file_of_nothing_leaves_nothing(officer: User, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        actions.load(path, "jigi", by=officer)
    assert not SignalFile.objects.exists()


def test_accents_and_decimal_commas_of_an_old_machine(officer: User, tmp_path: Path) -> None:
    lines = [line("1 234,5", signal="price_cereal", etat="définitif")]
    file, _ = actions.load(write(tmp_path / "a.csv", lines, encoding="cp1252"), "jigi", by=officer)
    assert in_force() == {"price_cereal ML0105": 1234.5} and file.unmatched == 0


def test_undoing_a_file_gives_back_what_it_had_superseded(officer: User, tmp_path: Path) -> None:
    actions.load(write(tmp_path / "a.csv", [line(2)]), "jigi", by=officer)
    file, _ = actions.load(write(tmp_path / "b.csv", [line(3), line(1, "ML01")]), "jigi", by=officer)
    assert actions.undo(file, reason="mauvais exercice", by=officer) == 2
    assert in_force() == {"ch_phase ML0105": 2} and SignalValue.objects.get().superseded_by is None
    assert AuditEvent.objects.get(noun="shocks.file", verb="undo").reason == "mauvais exercice"
    again, known = actions.load(tmp_path / "b.csv", "jigi", by=officer)
    assert not known and counts(again) == (2, 1, 1, 0, 0)


def test_a_file_under_a_later_one_is_not_undone(officer: User, tmp_path: Path) -> None:
    first, _ = actions.load(write(tmp_path / "a.csv", [line(2)]), "jigi", by=officer)
    later, _ = actions.load(write(tmp_path / "b.csv", [line(3)]), "jigi", by=officer)
    with pytest.raises(Refused, match=f"n° {later.pk}"):
        actions.undo(first, reason="mauvais exercice", by=officer)
    with pytest.raises(Refused, match="Dites pourquoi"):
        actions.undo(later, reason="", by=officer)


def test_a_file_is_looked_at_before_it_is_loaded(officer: User, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [line(2), line(9)])
    file, _ = actions.check(path, "jigi", by=officer)
    assert counts(file) == (2, 1, 0, 0, 1) and not SignalValue.objects.exists()
    actions.confirm(file, by=officer)
    assert in_force() == {"ch_phase ML0105": 2} and file.problems.count() == 1
    assert SignalFile.objects.get().content is None
    assert actions.check(path, "jigi", by=officer) == (file, True)


def test_a_file_put_aside_brings_nothing(officer: User, tmp_path: Path) -> None:
    file, _ = actions.check(write(tmp_path / "a.csv", [line(2)]), "jigi", by=officer)
    actions.refuse(file, by=officer)
    assert not SignalValue.objects.exists() and SignalFile.objects.get().status == "refused"
    with pytest.raises(Refused, match="impossible"):
        actions.confirm(file, by=officer)


def test_who_may_not_load_does_not(areas: Areas, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="charger des signaux"):
        actions.load(write(tmp_path / "a.csv", [line(2)]), "jigi", by=make_user("moussa", "auditor"))


def test_the_number_of_statements_does_not_depend_on_the_lines(officer: User, tmp_path: Path) -> None:
    def statements(rows: int) -> int:
        lines = [line(1, du=f"2015-01-{day:02}") for day in range(1, rows + 1)]
        path = write(tmp_path / f"{rows}.csv", lines)
        with counting_statements() as counter:
            actions.load(path, "jigi", by=officer)
        return counter.count

    assert statements(2) == statements(30)

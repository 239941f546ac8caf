"""Poverty rates are read from a table, each mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.errors import InputError
from jigi.targeting.poverty import read_rates


def test_rates_are_read_with_a_comma_or_a_point(tmp_path):
    path = tmp_path / "taux.csv"
    path.write_text("code;taux\nML01;0,45\nML010501;0.6\n")
    assert read_rates(path) == {"ML01": 0.45, "ML010501": 0.6}


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("ML01;45", 2, "pas entre 0 et 1"),
        ("ML01;beaucoup", 2, "n’est pas un nombre"),
        ("ML01;0,4\nML01;0,5", 3, "a déjà un taux"),
        (";0,4", 2, "code du lieu manque"),
    ],
)
def test_a_wrong_rate_is_said_with_its_line(tmp_path, rows, line, said):
    path = tmp_path / "taux.csv"
    path.write_text(f"code;taux\n{rows}\n")
    with pytest.raises(InputError, match=said) as caught:
        read_rates(path)
    assert caught.value.line == line


def test_a_file_without_rates_is_refused(tmp_path):
    path = tmp_path / "taux.csv"
    path.write_text("code;taux\n")
    with pytest.raises(InputError, match="aucun taux"):
        read_rates(path)


@pytest.mark.parametrize("row", [";0,5", "ML0105;0,5\nML0105;0,4", "ML0105;beaucoup", f"ML0105;{'9' * 5000}"])
def test_a_wrong_rate_has_its_line_and_a_remedy_in_a_short_sentence(tmp_path: Path, row: str) -> None:
    (tmp_path / "taux.csv").write_text(f"code;taux\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_rates(tmp_path / "taux.csv")
    assert refused.value.line and refused.value.remedy and len(str(refused.value)) < 300

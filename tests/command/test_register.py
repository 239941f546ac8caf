"""`jigi register model` writes the conceptual model as a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jigi.registry.dictionary import dictionary
from tests.command.terminal import Jigi

pytestmark = pytest.mark.django_db


def test_the_model_is_written_as_a_pdf(jigi: Jigi, tmp_path: Path) -> None:
    answer = jigi("register", "model", "--output", str(tmp_path / "modele.pdf"), "--json")
    figures = json.loads(answer.out.splitlines()[-1])
    assert answer.code == 0 and (tmp_path / "modele.pdf").read_bytes().startswith(b"%PDF")
    assert figures["digest"] == dictionary().digest and figures["entities"] == len(dictionary().entities)


def test_a_folder_that_is_not_there_is_a_sentence(jigi: Jigi, tmp_path: Path) -> None:
    answer = jigi("register", "model", "--output", str(tmp_path / "rien" / "modele.pdf"))
    assert answer.code == 1 and "jigi :" in answer.err and "Traceback" not in answer.err

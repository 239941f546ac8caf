"""Every requirement is answered once, in words of ours, by things that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.house.rows import ROOT
from tests.house.security import DOCUMENT, Requirement, requirements, written

WHOLE = ("5", "6", "8", "16")
"""Chapters answered at level 3 too: files, authentication, authorisation, logging."""


@pytest.fixture(scope="module")
def standard(shared: Path) -> dict[str, dict[str, str]]:
    listed = shared / "specs" / "asvs" / "asvs-5.0.0.flat.json"
    if not listed.exists():
        pytest.skip("la liste de la norme est absente de ../shared/specs/asvs")
    found = json.loads(listed.read_text(encoding="utf-8"))["requirements"]
    return {one["req_id"].removeprefix("V"): one for one in found}


def test_every_requirement_is_answered_once(standard: dict[str, dict[str, str]]) -> None:
    asked = {n: int(one["L"]) for n, one in standard.items() if one["L"] in "12" or n.split(".")[0] in WHOLE}
    assert sum(level < 3 for level in asked.values()) == 253
    numbers = [one.number for one in requirements()]
    assert len(numbers) == len(set(numbers))
    assert {one.number: one.level for one in requirements()} == asked


def test_no_text_is_copied(standard: dict[str, dict[str, str]]) -> None:
    for one in requirements():
        theirs = _words(standard[one.number]["req_description"])
        ours = _words(one.asks)
        runs = {tuple(theirs[i : i + 7]) for i in range(len(theirs) - 6)}
        assert not any(tuple(ours[i : i + 7]) in runs for i in range(len(ours) - 6)), one.number


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("one", requirements(), ids=lambda one: one.number)
def test_what_is_named_exists(one: Requirement) -> None:
    assert one.see or one.because
    if one.by in ("test", "setting", "document"):
        assert one.see, "an answer names what answers"
    else:
        assert one.because, "what is not there says why"
    for place in one.see:
        path, mark, name = place.partition("::" if one.by == "test" else ": ")
        assert mark, place
        text = (ROOT / path).read_text(encoding="utf-8")
        assert (f"def {name}(" in text) if one.by == "test" else (name in text), place


def test_the_document_is_written_from_the_answers() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "run `make map`"

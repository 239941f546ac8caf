"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jigi.command.main import VERBS
from tests.house.rows import PACKAGES, ROOT, packages

DOCUMENTS = [ROOT / "README.md", ROOT / "LISEZMOI.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_links_of_a_document_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_of_a_document_exist(path: Path) -> None:
    groups = {verb.split()[0] for verb in VERBS}
    named = re.findall(r"\bjigi ([a-z]+)(?: ([a-z-]+))?(?: ([a-z-]+))?", path.read_text(encoding="utf-8"))
    unknown = [words for words in named if words[0] in groups and not _beginnings(words) & VERBS.keys()]
    assert not unknown


def _beginnings(words: tuple[str, ...]) -> set[str]:
    """What may be the verb of a command: its first words, one to three."""
    return {" ".join(words[:count]) for count in (1, 2, 3)}


def test_the_operator_reads_of_every_verb_that_keeps_the_server_and_every_variable() -> None:
    told = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGES.rglob("*.py"))
    variables = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", code)) - {"DJANGO_SETTINGS_MODULE"}
    assert variables and not [name for name in variables if f"`{name}`" not in told]


def test_the_readme_maps_every_package_and_fits_a_screen() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name, package in packages().items() if package.exists and f"`{name}`" not in readme]
    assert readme.count("\n") < 60 and "make demo" in readme and "make test" in readme


def test_decisions_are_short_and_numbered() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for number, path in enumerate(DECISIONS, 1):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ") and text.count("\n") <= 40, path.name
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name

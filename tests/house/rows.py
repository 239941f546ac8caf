"""The rows of the house, read from the import contract of pyproject.toml."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "src" / "jigi"


@dataclass(frozen=True)
class Package:
    """A package of the contract: its row (0 is the highest), and its first sentence when it exists."""

    name: str
    row: int
    exists: bool
    sentence: str


@cache
def packages() -> dict[str, Package]:
    """Every package that the contract names, highest row first."""
    found = {}
    for row, names in enumerate(_layers()):
        for name in (part.strip(" ()") for part in names.split("|")):
            start = PACKAGES / name / "__init__.py"
            found[name] = Package(name, row, start.is_file(), _first_sentence(start))
    return found


def may_use(package: str, used: str) -> bool:
    """Whether a package may know another: itself, or one of a lower row; never its neighbour."""
    return package == used or packages()[package].row < packages()[used].row


def _layers() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(contract["layers"] for contract in contracts if contract["id"] == "rows")
    return layers


def _first_sentence(path: Path) -> str:
    if not path.is_file():
        return ""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())

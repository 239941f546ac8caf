"""The schemes as reviewed data: a TOML file, the one shipped by default, read strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.schemes.models import Scheme

SHIPPED = Path(__file__).with_name("data") / "schemes.toml"


@dataclass(frozen=True)
class SchemeDefinition:
    """One scheme of the file, field by field as the model holds it."""

    code: str
    name: str
    kind: str
    branch: str
    organisation: str
    institution: str
    legal_basis: str
    source: str
    unsure: str
    starts_on: date | None
    ends_on: date | None


def read_catalogue(path: str | Path = SHIPPED) -> list[SchemeDefinition]:
    """Every scheme of a file, in its order. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    found = list(_read(top))
    if not found:
        raise top.error("", "Il manque des régimes", remedy="Écrivez chacun comme un bloc [[scheme]]")
    top.refuse_others()
    return found


def _read(top: Table) -> Iterator[SchemeDefinition]:
    seen: set[str] = set()
    for said in top.tables("scheme"):
        code = said.text("code", pattern=r"[A-Z0-9][A-Z0-9-]{0,19}")
        if code in seen:
            raise said.error("code", f"Le régime « {code} » est déjà plus haut", remedy="Gardez un seul des deux blocs")
        seen.add(code)
        yield _definition(code, said)
        said.refuse_others()


def _definition(code: str, said: Table) -> SchemeDefinition:
    starts_on, ends_on = (said.day(key) if key in said.data else None for key in ("starts_on", "ends_on"))
    if starts_on and ends_on and ends_on < starts_on:
        raise said.error("ends_on", "Le régime finit avant de commencer")
    return SchemeDefinition(
        code, said.text("name"), said.choice("kind", Scheme.Kind.values), said.choice("branch", Scheme.Branch.values),
        said.text("organisation"), said.text("institution"), said.text("legal_basis", default=""), said.text("source"),
        said.text("unsure", default=""), starts_on, ends_on,
    )  # fmt: skip

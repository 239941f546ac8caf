"""A bank that speaks ISO 20022: its exchange, its messages, and the official schemas when they are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse
from lxml import etree

from jigi.enrolment.models import Enrolment
from jigi.payments import exchanges
from jigi.payments.models import AgencyChannel
from tests.factories import make_user
from tests.payments.scene import Scene, peopled

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "iso20022" / "xsd" / "xsd"
RIB = "ML0160120102600110066849"

CHANNEL = """
kind = "iso20022"
author = "essai"
source = "essai"
[bank]
initiator = "UTGFS Jigisèmèjiri"
bic = "BDMAMLBA"
[[account]]
agreement = "IDA-tm"
holder = "Projet Filets sociaux"
number = "ML016 01201 026001100668 49"
bic = "BDMAMLBA"
"""


def spoken(scene: Scene, folder: Path, text: str = CHANNEL) -> AgencyChannel:
    """The agency of a scene, spoken to as this file says."""
    path = folder / "reglage.toml"
    path.write_text(text, encoding="utf-8")
    return exchanges.configure(scene.agency, path, by=make_user("administre", "system_administrator"))


def banked(households: int, folder: Path, *numbers: str) -> Scene:
    """A scene whose agency is a bank; the first households have these accounts, the others their telephone."""
    scene = peopled(households)
    spoken(scene, folder)
    accounts(scene, numbers)
    return scene


def accounts(scene: Scene, numbers: Sequence[str]) -> None:
    for enrolment, number in zip(Enrolment.objects.order_by("pk"), numbers, strict=False):
        enrolment.account = number
        enrolment.save(update_fields=["account_sealed", "account_index"])


def read(path: Path) -> Element:
    """The message of a file, its namespace dropped."""
    root = parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def check_schema(path: Path, message: str) -> None:
    """Hold a file against the official schema of its message (« pain.001.001.09 »)."""
    found = next(SCHEMAS.rglob(f"{message}.xsd"), None)
    if found is None:
        pytest.skip(f"le schéma officiel {message} est absent de ../shared/specs/iso20022")
    etree.XMLSchema(etree.parse(found)).assertValid(etree.parse(path))

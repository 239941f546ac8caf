"""Fiches as ODK Collect sends them, written from the OpenRosa specification, and the household they speak of."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from jigi.foundation.models import User
from jigi.intake.actions import load_form, publish
from jigi.intake.models import FormVersion
from tests.factories import make_areas, make_user

HEAD = {
    "ligne": "1", "prenom": "Moussa", "nom": "Keïta", "sexe": "homme", "lien": "chef",
    "precision_naissance": "environ", "naissance_annee": "1975", "age": "41", "absent": "non", "telephone": "76001122",
    "telephone_de": "soi", "role": "suppleant",
    "instruction": {"niveau": "coranique"},
    "sante": {"voir": "aucune", "entendre": "aucune", "marcher": "quelques", "maladie_chronique": "non"},
    "travail": {"metier": "cultivateur"},
}  # fmt: skip
WIFE = {
    "ligne": "2", "prenom": "Awa", "nom": "Traoré", "sexe": "femme", "lien": "conjoint", "rang_epouse": "1",
    "precision_naissance": "jour", "naissance_jour": "1980-03-12", "age": "36", "absent": "non", "role": "allocataire",
    "sante": {"voir": "beaucoup", "maladie_chronique": "non", "enceinte": "non", "allaite": "oui",
              "allaite_depuis": "2016-01-05"},
}  # fmt: skip
DAUGHTER = {
    "ligne": "3", "prenom": "Oumou", "nom": "Keïta", "sexe": "femme", "lien": "enfant", "precision_naissance": "mois",
    "naissance_mois": "2012-01-01", "age": "4", "absent": "non", "mere_ligne": "2", "pere_ligne": "1",
    "instruction": {"ecole": "non"},
}  # fmt: skip
HOUSEHOLD: dict[str, Any] = {
    "date_enquete": "2016-05-01",
    "consentement": {"accord": "oui", "accord_partage": "non"},
    "identification": {
        "commune": "ML010501", "village": "ML010501-001", "position": "13.01 -9.41 0 5", "situation": "resident",
        "sejour_ailleurs": "non",
    },
    "menage": {"membres": [HEAD, WIFE, DAUGHTER], "moyen_existence": "agriculture"},
    "logement": {"pieces": "2", "toit": "paille", "mur": "banco"},
    "eau_assainissement": {"eau": "forage", "toilettes": "aucune"},
    "avoirs": {"biens": "charrue telephone"},
    "elevage_terre": {"bovins": "2", "ovins_caprins": "5", "terre_ha": "1.25"},
    "alimentation": {"repas_par_jour": "2", "fcs_score": "34", "rcsi_indice": "11", "hdds_score": "4"},
}  # fmt: skip


def fiche(
    answers: Mapping[str, Any] = HOUSEHOLD, *, number: str = "", form: str = "menage", version: str = "2026-1"
) -> bytes:
    """The XML of one interview; `number` is its instanceID (drawn when it is not given)."""
    number = number or f"uuid:{uuid.uuid4()}"
    meta = f"<orx:meta><orx:instanceID>{number}</orx:instanceID></orx:meta>"
    root = f'<data xmlns:orx="http://openrosa.org/xforms" id="{form}" version="{version}">'
    return f"<?xml version='1.0' ?>{root}{_written(answers)}{meta}</data>".encode()


def changed(**sections: Mapping[str, Any]) -> dict[str, Any]:
    """The household with some answers of some sections changed."""
    return {**HOUSEHOLD, **{name: {**HOUSEHOLD[name], **answers} for name, answers in sections.items()}}


def make_form(by: User | None = None) -> FormVersion:
    """The shipped questionnaire, published."""
    by = by or User.objects.filter(username="formulaires").first() or make_user("formulaires")
    version = load_form("menage", by=by).version
    publish(version, by=by)
    return version


def make_collector(username: str = "enqueteur") -> User:
    """An enumerator of the commune ML010501, in a country with its villages."""
    areas = make_areas(communes=2, villages_per_commune=1)
    return make_user(username, "enumerator", areas.communes[0])


def _written(answers: Mapping[str, Any]) -> str:
    parts = []
    for name, said in answers.items():
        for one in said if isinstance(said, list) else [said]:
            parts.append(f"<{name}>{_written(one) if isinstance(one, Mapping) else escape(one)}</{name}>")
    return "".join(parts)

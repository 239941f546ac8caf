"""Every page at 1280 and 380 pixels: it answers, fits, is light, and axe finds nothing. Screenshots on request."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGES = {
    "public": (None, "/"),
    "connexion": (None, "/connexion/"),
    "aujourdhui": ("coordination", "/aujourdhui/"),
    "lieux": ("coordination", "/lieux/"),
    "cercle": ("coordination", "/lieux/COD2019/ML0105/"),
    "menages": ("coordination", "/menages/"),
    "chercher": ("coordination", "/menages/chercher/?q=Traore&ne=30"),
    "menage": ("coordination", "/menages/fiche/1/"),
    "imports": ("responsable", "/imports/"),
    "import": ("responsable", "/imports/1/"),
    "envoyer": ("responsable", "/imports/envoyer/"),
    "changements": ("coordination", "/changements/"),
    "changements-fichier": ("coordination", "/changements/fichier/"),
    "feuilles": ("kita", "/feuilles/"),
    "feuilles-imprimer": ("kita", "/feuilles/imprimer/"),
    "feuilles-numeriser": ("kita", "/feuilles/numeriser/"),
    "feuilles-pages": ("kita", "/feuilles/pages/"),
    "campagnes": ("coordination", "/ciblage/"),
    "campagne": ("coordination", "/ciblage/1/"),
    "tours": ("coordination", "/paiements/"),
    "tour": ("coordination", "/paiements/2/"),
    "lignes": ("coordination", "/paiements/1/lignes/"),
    "nouveau-tour": ("responsable", "/paiements/nouveau/"),
    "listes": ("paiements", "/paiements/1/listes/"),
    "ordres": ("paiements", "/paiements/1/ordres/"),
    "retours": ("paiements", "/paiements/retours/"),
    "exceptions": ("paiements", "/paiements/retours/exceptions/"),
    "exception": ("paiements", "/paiements/retours/exceptions/1/"),
    "verifications": ("verification", "/verifications/"),
    "verification-tirer": ("verification", "/verifications/tours/1/"),
    "verification": ("verification", "/verifications/1/"),
    "verification-ordre": ("verification", "/verifications/ordres/1/"),
    "constats": ("verification", "/verifications/constats/"),
    "constat": ("verification", "/verifications/constats/1/"),
    "calendrier": ("coordination", "/paiements/calendrier/"),
    "suspensions": ("coordination", "/paiements/suspensions/"),
    "suspension": ("coordination", "/paiements/suspensions/1/"),
    "suspendre": ("responsable", "/paiements/suspensions/nouvelle/"),
    "rendre": ("responsable", "/paiements/rendre/1/"),
    "comptabilite": ("auditeur", "/comptabilite/"),
    "releve-lignes": ("auditeur", "/comptabilite/lignes/?convention=KITA-IDA"),
    "balance": ("finances", "/comptabilite/balance/"),
    "periodes": ("finances", "/comptabilite/periodes/"),
    "frais": ("finances", "/comptabilite/frais/"),
    "avances": ("finances", "/comptabilite/avances/"),
    "avenant": ("finances", "/financements/KITA-IDA/avenants/demander/"),
    "conventions": ("auditeur", "/financements/"),
    "convention": ("auditeur", "/financements/KITA-IDA/"),
    "programmes": ("coordination", "/programmes/"),
    "programme": ("coordination", "/programmes/KITA/"),
    "execution": ("responsable", "/executions/1/"),
    "modele": ("auditeur", "/modele/"),
    "modele-cherche": ("auditeur", "/modele/?mot=naissance"),
    "audit": ("auditeur", "/audit/"),
    "compte": ("comptes", "/compte/"),
    "second-facteur": ("comptes", "/compte/second-facteur/"),
    "application": ("comptes", "/compte/second-facteur/application/"),
    "cle": ("comptes", "/compte/second-facteur/cles/ajouter/"),
    "sessions": ("comptes", "/compte/sessions/"),
    "mot-de-passe": ("comptes", "/compte/mot-de-passe/"),
    "confirmer": ("comptes", "/compte/confirmer/"),
    "comptes": ("comptes", "/comptes/"),
    "un-compte": ("comptes", "/comptes/3/"),
    "inviter": ("comptes", "/comptes/invitations/nouvelle/"),
    "invitations": ("comptes", "/comptes/invitations/"),
}
WEIGHT = 60_000
TALLEST = 2_200  # of a screenshot: the rest of a long list looks the same
SCREENS = Path(os.environ.get("JIGI_SCREENS_IN") or Path(__file__).resolve().parents[2] / "docs" / "screens")


@pytest.mark.parametrize("name", PAGES)
def test_page(visit, axe: str, name: str) -> None:
    username, address = PAGES[name]
    page = visit(username)
    weights: list[int] = []
    page.on("response", lambda response: weights.append(int(response.headers.get("content-length") or 0)))
    response = page.goto(address)
    assert response is not None and response.status == 200
    assert sum(weights) < WEIGHT
    for width in (1280, 380):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if os.environ.get("JIGI_SCREENS"):
            _picture(page, name, width)
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))")
    assert found == []


def _picture(page: Page, name: str, width: int) -> None:
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True, animations="disabled", clip=clip)

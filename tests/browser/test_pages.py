"""Every page at 1280 and 380 pixels: it answers, fits, is light, and axe finds nothing. Screenshots on request."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGES = {
    "public": (None, "/"),
    "portail-ou": (None, "/portail/lieux/"),
    "portail-region": (None, "/portail/lieux/ML01/"),
    "portail-commune": (None, "/portail/lieux/ML010501/"),
    "portail-choix": (None, "/portail/choix/"),
    "portail-resultats": (None, "/portail/resultats/"),
    "portail-documents": (None, "/portail/documents/"),
    "portail-donnees": (None, "/portail/donnees/"),
    "portail-contacts": (None, "/portail/contacts/"),
    "portail-inscription": (None, "/portail/inscription/"),
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
    "agence": ("agence", "/agence/AGENCE-B/"),
    "agence-tour": ("agence", "/agence/AGENCE-B/tours/3/"),
    "agence-clos": ("agence", "/agence/AGENCE-B/tours/1/"),
    "agence-lire": ("agence", "/agence/AGENCE-B/tours/1/resultats/"),
    "agence-envois": ("agence", "/agence/AGENCE-B/resultats/"),
    "agence-exceptions": ("agence", "/agence/AGENCE-B/exceptions/"),
    "agence-releve": ("agence", "/agence/AGENCE-B/releve/"),
    "agence-jetons": ("agence", "/agence/AGENCE-B/jetons/"),
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
    "banques": ("finances", "/comptabilite/banque/"),
    "banque": ("finances", "/comptabilite/banque/comptes/BDM-IDA/"),
    "banque-rapprocher": ("finances", "/comptabilite/banque/comptes/BDM-IDA/rapprocher/"),
    "banque-releves": ("finances", "/comptabilite/banque/comptes/BDM-IDA/releves/"),
    "banque-releve": ("finances", "/comptabilite/banque/releves/1/"),
    "banque-rapprochements": ("finances", "/comptabilite/banque/comptes/BDM-IDA/rapprochements/"),
    "banque-operation": ("tresorerie", "/comptabilite/banque/rapprochements/2/"),
    "banque-reglage": ("comptes", "/comptabilite/banque/reglage/?convention=KITA-IDA"),
    "reprises": ("finances", "/comptabilite/reprise/"),
    "reprise": ("finances", "/comptabilite/reprise/1/"),
    "budget": ("auditeur", "/financements/KITA-IDA/budget/"),
    "budget-ligne": ("auditeur", "/financements/KITA-IDA/budget/1/"),
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
    "prestations": ("coordination", "/prestations/"),
    "prestations-contrat": ("coordination", "/prestations/contrats/1/"),
    "prestations-preparer": ("responsable", "/prestations/contrats/nouveau/"),
    "prestations-operateurs": ("responsable", "/prestations/operateurs/"),
    "prestations-calendrier": ("ong", "/prestations/calendrier/?mois=2016-02"),
    "prestations-beneficiaires": ("coordination", "/prestations/resultats/?annee=2016"),
    "nutrition": ("ong", "/nutrition/"),
    "nutrition-contrat": ("responsable", "/nutrition/contrats/2/"),
    "nutrition-recensement": ("ong", "/nutrition/contrats/2/recensement/"),
    "nutrition-personne": ("ong", "/nutrition/personnes/1/"),
    "nutrition-distribution": ("ong", "/nutrition/distributions/1/"),
    "nutrition-liste": ("ong", "/nutrition/passages/1/"),
    "nutrition-stock": ("responsable", "/nutrition/stock/"),
    "nutrition-arrivee": ("responsable", "/nutrition/stock/noter/arrivee/"),
    "nutrition-operation": ("responsable", "/nutrition/stock/operations/1/"),
    "nutrition-lot": ("responsable", "/nutrition/lots/1/"),
    "chantiers": ("coordination", "/chantiers/"),
    "chantier": ("ong", "/chantiers/1/"),
    "chantier-feuille": ("chef", "/chantiers/feuilles/3/"),
    "chantier-candidats": ("coordination", "/chantiers/1/candidats/"),
    "seances": ("ong", "/seances/"),
    "seance": ("ong", "/seances/1/"),
    "seances-planifier": ("responsable", "/seances/planifier/"),
    "seances-contrat": ("coordination", "/seances/contrats/1/"),
    "conditions": ("responsable", "/seances/conditions/"),
    "agr": ("coordination", "/agr/"),
    "agr-appel": ("responsable", "/agr/1/"),
    "agr-candidatures": ("ong", "/agr/1/candidatures/"),
    "agr-candidature": ("ong", "/agr/candidatures/1/"),
    "agr-selection": ("coordination", "/agr/selections/1/"),
    "agr-subvention": ("ong", "/agr/subventions/1/"),
    "agr-tranches": ("coordination", "/agr/tranches/"),
    "reponses": ("coordination", "/reponses/"),
    "reponse": ("coordination", "/reponses/1/"),
    "reponse-preparee": ("responsable", "/reponses/2/"),
    "reponse-nouvelle": ("responsable", "/reponses/nouvelle/?lieux=ML0204,ML0105"),
    "reponse-delais": ("coordination", "/reponses/delais/"),
    "reponse-rapport": ("coordination", "/reponses/1/rapport/"),
    "declencheur": ("responsable", "/chocs/declencheurs/ch_effectif_region/"),
    "declencheurs-comparer": ("responsable", "/chocs/declencheurs/comparer/"),
    "declencheurs-rejouer": ("responsable", "/chocs/declencheurs/rejouer/?jour=2018-03-31"),
    "extraits": ("coordination", "/resultats/extraits/"),
    "extraits-contenu": ("coordination", "/resultats/extraits/contenu/"),
    "plaintes": ("verification", "/plaintes/"),
    "plainte": ("verification", "/plaintes/1/"),
    "plainte-nouvelle": ("verification", "/plaintes/nouvelle/"),
    "plainte-publique": (None, "/plainte/"),
    "plainte-suivre": (None, "/plainte/suivre/"),
    "agr-sorties": ("responsable", "/agr/sorties/"),
    "plaintes-telephones": ("coordination", "/plaintes/fiches/"),
    "messages": ("coordination", "/messages/"),
    "messages-envois": ("coordination", "/messages/envois/"),
    "messages-modeles": ("coordination", "/messages/modeles/"),
    "messages-nouvelle": ("responsable", "/messages/nouvelle/"),
    "resultats": ("coordination", "/resultats/"),
    "resultats-tableau": ("coordination", "/resultats/tableau/"),
    "resultats-prevu": ("coordination", "/resultats/prevu-realise/"),
    "resultats-instantanes": ("coordination", "/resultats/instantanes/"),
    "resultats-agences": ("coordination", "/resultats/agences/"),
    "resultats-questions": ("coordination", "/resultats/questions/"),
    "resultats-chiffres": ("coordination", "/resultats/chiffres/"),
    "seances-telephone": ("ong", "/seances/telephone/"),
    "nutrition-telephone": ("ong", "/nutrition/telephone/"),
    "chocs": ("coordination", "/chocs/?signal=ch_phase35"),
    "chocs-fichier": ("responsable", "/chocs/fichiers/1/"),
    "chocs-envoyer": ("responsable", "/chocs/fichiers/envoyer/"),
    "chocs-alerte": ("responsable", "/chocs/alertes/1/"),
}
WEIGHT = 60_000
TALLEST = 2_200  # of a screenshot: the rest of a long list looks the same
SCREENS = Path(os.environ.get("JIGI_SCREENS_IN") or Path(__file__).resolve().parents[2] / "docs" / "screens")


@pytest.mark.parametrize("name", PAGES)
def test_page(visit, axe: str, name: str) -> None:
    username, address = PAGES[name]
    page = visit(username)
    complaints = complaints_of(page)
    weights: list[int] = []
    page.on("response", lambda response: weights.append(int(response.headers.get("content-length") or 0)))
    response = page.goto(address)
    assert response is not None and response.status == 200
    page.locator("h1:visible").first.wait_for()  # a page without network draws itself once it knows who asks
    assert sum(weights) < WEIGHT
    for width in (1280, 380):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if os.environ.get("JIGI_SCREENS"):
            _picture(page, name, width)
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))")
    assert found == []
    page.set_viewport_size({"width": 1280, "height": 900})
    # Hundreds on some pages: by the page's own clicks, not one by one from here.
    page.evaluate("document.querySelectorAll('details > summary').forEach(box => box.click())")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert complaints == []


def complaints_of(page: Page) -> list[str]:
    """What a page complains of from now on: refused by its policy, said on the console, an error of its program."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    return found


def _picture(page: Page, name: str, width: int) -> None:
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True, animations="disabled", clip=clip)

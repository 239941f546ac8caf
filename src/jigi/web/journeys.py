"""The journeys: the columns of the site, and the right that opens each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Journey:
    """A part of the site: its place, its name, and the rights of which any one opens it (none: to all)."""

    path: str
    label: str
    rights: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()
    """Places that are reached from it and have no name of their own beside it."""

    def open_to(self, held: frozenset[str]) -> bool:
        return not self.rights or bool(self.rights & held)


def _journey(path: str, label: str, *rights: str, also: tuple[str, ...] = ()) -> Journey:
    return Journey(path, label, frozenset(rights), also)


JOURNEYS = (
    _journey("/aujourdhui/", "Aujourd’hui"),
    _journey("/menages/", "Ménages", "registry.see"),
    _journey("/changements/", "Changements", "changes.request", "changes.approve"),
    _journey("/feuilles/", "Feuilles", "sheets.handle"),
    _journey("/lieux/", "Lieux"),
    _journey("/programmes/", "Programmes", "programmes.see"),
    _journey("/regimes/", "Régimes", "schemes.see", "schemes.record", "schemes.give"),
    _journey("/chocs/", "Chocs", "shocks.see", also=("/reponses/",)),
    _journey("/ciblage/", "Ciblage", "targeting.see"),
    _journey("/inscriptions/", "Inscriptions", "enrolment.decide"),
    _journey(
        "/prestations/",
        "Prestations",
        "delivery.see",
        "delivery.operate",
        also=("/seances/", "/nutrition/", "/chantiers/", "/agr/"),
    ),
    _journey("/paiements/", "Paiements", "payments.see"),
    _journey("/agence/", "Agence", "payments.agency"),
    _journey("/verifications/", "Vérifications", "payments.verify"),
    _journey("/plaintes/", "Plaintes", "grievances.handle"),
    _journey("/messages/", "Messages", "messages.see", "messages.prepare", "messages.approve", "messages.operate"),
    _journey("/financements/", "Financements", "ledger.see"),
    _journey("/comptabilite/", "Comptabilité", "ledger.see"),
    _journey("/comptabilite/banque/reglage/", "Comptes bancaires", "agencies.configure"),
    _journey("/partages/", "Partages", "sharing.see", "partners.query"),
    _journey("/questionnaires/", "Questionnaires", "intake.forms", "intake.import"),
    _journey("/questionnaires/remplir/", "Remplir", "intake.collect"),
    _journey("/imports/", "Imports", "intake.import"),
    _journey("/resultats/", "Résultats", "results.see"),
    _journey("/alertes/", "Alertes", "alerts.see"),
    _journey("/exploitation/sauvegardes/", "Sauvegardes", "site.operate", "audit.see"),
    _journey("/modele/", "Modèle", "registry.see", "data.protect", "audit.see"),
    _journey("/protection/", "Protection", "data.protect"),
    _journey("/audit/", "Trace", "audit.see"),
    _journey("/comptes/", "Comptes", "accounts.administer"),
)


def journey_of(path: str) -> str:
    """The journey that an address is in: of those that begin as it does, the nearest; "" for none."""
    return max((one.path for one in JOURNEYS if path.startswith((one.path, *one.also))), key=len, default="")

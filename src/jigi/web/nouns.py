"""The things that the audit and the runs name: their French, their page, the right that opens it."""

from __future__ import annotations

from dataclasses import dataclass

from jigi.enrolment.states import ENROLMENT
from jigi.intake.states import BATCH
from jigi.payments.states import ROUND as PAYMENT_ROUND
from jigi.targeting.states import ROUND as TARGETING_ROUND


@dataclass(frozen=True)
class Noun:
    """`page` holds {} for the thing's number; `right` opens it."""

    label: str
    page: str = ""
    right: str = ""


NOUNS = {
    "household": Noun("ménage", "/menages/fiche/{}/", "registry.see"),
    "payment_round": Noun("tour de paiement", "/paiements/{}/", "payments.see"),
    "targeting_round": Noun("campagne de ciblage", "/ciblage/{}/", "targeting.see"),
    "intake.batch": Noun("lot d’import", "/imports/{}/", "intake.import"),
    "run": Noun("exécution", "/executions/{}/", "audit.see"),
    "programme": Noun("programme", right="programmes.see"),
    "user": Noun("compte"),
    "user_name": Noun("identifiant"),
    "list": Noun("liste"),
    "scoring_formula": Noun("formule de score"),
    "order_file": Noun("fichier d’ordres"),
    "return_file": Noun("fichier de retour"),
    "return_line": Noun("ligne de retour"),
    "cohort": Noun("cohorte"),
    "enrolment": Noun("inscription"),
    "component": Noun("composante"),
    "agreement": Noun("convention"),
    "geography": Noun("lieux"),
}

_TABLES = (PAYMENT_ROUND, TARGETING_ROUND, ENROLMENT, BATCH)

VERBS = {
    "see": "voir",
    "reveal": "voir en clair",
    "export": "exporter",
    "sign_in": "se connecter",
    "sign_in_failed": "connexion refusée",
    "sign_out": "se déconnecter",
    "open": "ouvrir",
    "open_account": "ouvrir un compte",
    "reconcile": "rapprocher",
    "dismiss": "écarter",
    "resolve": "traiter",
    "enrol": "inscrire",
    "exit": "faire sortir",
    "refund": "rendre au fonds",
    "load": "charger",
    "fit": "ajuster",
    "import": "importer",
    "import_lists": "importer des listes",
    "merge": "verser",
    "set_quotas": "fixer les quotas",
} | {step.verb: step.label.lower() for table in _TABLES for step in table.transitions}


def verb_word(verb: str) -> str:
    """The verb in French; one that is not in the table is shown as it is kept."""
    return VERBS.get(verb, verb)


def noun_word(noun: str) -> str:
    return NOUNS[noun].label if noun in NOUNS else noun


def page_of(noun: str, number: object, rights: frozenset[str]) -> str:
    """The page of a thing, "" when it has none or when these rights don't open it."""
    known = NOUNS.get(noun)
    if known is None or not known.page or not str(number).isdigit():
        return ""
    return known.page.format(number) if not known.right or known.right in rights else ""

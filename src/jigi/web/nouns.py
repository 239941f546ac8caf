"""The things that the audit and the runs name: their French, their page, the right that opens it."""

from __future__ import annotations

from dataclasses import dataclass

from jigi.changes.states import CHANGE
from jigi.delivery.contracts.states import CONTRACT, DELIVERABLE
from jigi.delivery.fiches.states import FICHE
from jigi.delivery.nutrition.states import DISTRIBUTION
from jigi.delivery.sessions.states import APPEAL, REVIEW, SESSION
from jigi.delivery.works.states import APPLICATION, TIMESHEET, WORKSITE
from jigi.enrolment.states import ENROLMENT
from jigi.foundation.money import format_xof
from jigi.grievances.states import ACT as GRIEVANCE_ACT
from jigi.grievances.states import CASE as GRIEVANCE
from jigi.intake.states import BATCH, FORM_VERSION, SUBMISSION
from jigi.messaging.states import MESSAGE
from jigi.monitoring.states import ALERT
from jigi.outreach.states import CAMPAIGN as MESSAGE_CAMPAIGN
from jigi.payments.states import ROUND as PAYMENT_ROUND
from jigi.payments.states import SUSPENSION
from jigi.protection.states import REQUEST, RETENTION
from jigi.response.states import ACTIVATION
from jigi.response.states import ARM as RESPONSE_ARM
from jigi.schemes.states import BATCH as BENEFIT_BATCH
from jigi.sharing.states import AGREEMENT as SHARING
from jigi.sharing.states import REQUEST as SHARING_REQUEST
from jigi.sheets.states import PAGE, SHEET
from jigi.shocks.states import FILE as SIGNAL_FILE
from jigi.targeting.states import ROUND as TARGETING_ROUND

LONGEST_FACT = 40
SHOWN_OF_HASH = 8
HASHES = frozenset({"sha256", "file_hash", "list_hash", "result_hash"})
LONGEST_LIST = 4


@dataclass(frozen=True)
class Noun:
    """`page` holds {} for the thing's number; `right` opens it."""

    label: str
    page: str = ""
    right: str = ""


NOUNS = {
    "household": Noun("ménage", "/menages/fiche/{}/", "registry.see"),
    "change_request": Noun("demande de changement", "/changements/{}/", "changes.request"),
    "change_bulk": Noun("fichier de changements", "/changements/fichiers/{}/", "changes.request"),
    "change_file": Noun("aperçu d’un fichier de changements"),
    "health": Noun("position et santé du ménage", "/menages/fiche/{}/", "registry.see"),
    "commune_suspension": Noun("suspension de commune", "/paiements/suspensions/{}/", "payments.see"),
    "payment_round": Noun("tour de paiement", "/paiements/{}/", "payments.see"),
    "verification": Noun("vérification", "/verifications/{}/", "payments.see"),
    "verification_check": Noun("ordre vérifié", "/verifications/ordres/{}/", "payments.see"),
    "finding": Noun("constat", "/verifications/constats/{}/", "payments.see"),
    "agency_channel": Noun("échange avec une agence"),
    "agency_orders": Noun("ordres d’une agence"),
    "agency_reply": Noun("réponse d’une agence à ses ordres"),
    "agency_token": Noun("jeton d’agence"),
    "result_draft": Noun("fichier de résultats à relire"),
    "result_batch": Noun("lot de résultats d’une agence"),
    "targeting_round": Noun("campagne de ciblage", "/ciblage/{}/", "targeting.see"),
    "response_arm": Noun("volet d’une réponse"),
    "scenario": Noun("scénario d’une réponse"),
    "intake.batch": Noun("lot d’import", "/imports/{}/", "intake.import"),
    "mapping": Noun("correspondance de colonnes", "/imports/correspondances/gardees/{}/", "intake.import"),
    "schemes.batch": Noun("lot de prestations", "/regimes/lots/{}/", "schemes.see"),
    "scheme": Noun("régime"),
    "trigger": Noun("déclencheur"),
    "shocks.file": Noun("fichier de signaux", "/chocs/fichiers/{}/", "shocks.see"),
    "shocks.alert": Noun("alerte", "/chocs/alertes/{}/", "shocks.see"),
    "sharing_agreement": Noun("convention de partage", "/partages/{}/", "sharing.see"),
    "sharing_request": Noun("demande de partage", "/partages/demandes/{}/", "sharing.see"),
    "sharing_delivery": Noun("remise de données"),
    "intake.form_version": Noun("version de questionnaire", "/questionnaires/{}/", "intake.import"),
    "intake.submission": Noun("fiche reçue", "/questionnaires/fiches/{}/", "intake.import"),
    "sheet": Noun("feuille", "/feuilles/{}/", "sheets.handle"),
    "sheet_page": Noun("page numérisée", "/feuilles/pages/{}/", "sheets.handle"),
    "printing": Noun("impression de feuilles", "/feuilles/impressions/{}/", "sheets.handle"),
    "scan": Noun("numérisation"),
    "data_request": Noun("demande sur des données", "/protection/{}/", "data.protect"),
    "retention": Noun("conservation des données", "/protection/conservation/", "data.protect"),
    "run": Noun("exécution", "/executions/{}/", "audit.see"),
    "programme": Noun("programme"),
    "user": Noun("compte", "/comptes/{}/", "accounts.administer"),
    "invitation": Noun("invitation", "/comptes/invitations/{}/", "accounts.administer"),
    "user_name": Noun("identifiant"),
    "list": Noun("liste"),
    "alert": Noun("alerte", "/alertes/{}/", "alerts.see"),
    "alert_rule": Noun("règle d’alerte"),
    "access_journal": Noun("journal d’accès"),
    "audit": Noun("trace"),
    "scoring_formula": Noun("formule de score"),
    "order_file": Noun("fichier d’ordres"),
    "return_file": Noun("fichier de retour"),
    "return_line": Noun("ligne de retour"),
    "contract": Noun("contrat d’opérateur", "/prestations/contrats/{}/", "delivery.see"),
    "deliverable": Noun("livrable"),
    "target": Noun("cible d’un contrat"),
    "operator": Noun("opérateur"),
    "due": Noun("droit acquis"),
    "field_fiche": Noun("fiche d’un téléphone", "/prestations/telephones/{}/", "delivery.see"),
    "worksite": Noun("chantier", "/chantiers/{}/", "delivery.see"),
    "timesheet": Noun("feuille de présence", "/chantiers/feuilles/{}/", "delivery.see"),
    "worker": Noun("travailleur d’un chantier"),
    "work_application": Noun("candidature à un chantier"),
    "cohort": Noun("cohorte"),
    "enrolment": Noun("inscription", "/inscriptions/{}/", "enrolment.decide"),
    "component": Noun("composante"),
    "agreement": Noun("convention"),
    "geography": Noun("lieux"),
    "vault": Noun("coffre"),
    "backup": Noun("sauvegarde", right="site.operate"),
    "distribution": Noun("distribution de rations", "/nutrition/distributions/{}/", "delivery.see"),
    "nutrition_census": Noun("recensement nutritionnel"),
    "stock": Noun("opération de stock", "/nutrition/stock/operations/{}/", "delivery.see"),
    "stock_place": Noun("lieu de stock"),
    "lot": Noun("lot de farine", "/nutrition/lots/{}/", "delivery.see"),
    "ration_scale": Noun("barème de rations"),
    "cooking": Noun("démonstration culinaire"),
    "screening": Noun("dépistage"),
    "session": Noun("séance", "/seances/{}/", "delivery.see"),
    "session_plan": Noun("plan de séances"),
    "session_themes": Noun("thèmes des séances"),
    "session_progress": Noun("séances d’un ménage"),
    "attendance_file": Noun("fichier de présences", "/seances/fichiers/{}/", "delivery.see"),
    "campaign": Noun("campagne"),
    "condition": Noun("condition d’assiduité"),
    "condition_review": Noun("examen d’une condition", "/seances/conditions/{}/", "delivery.see"),
    "condition_finding": Noun("constat d’assiduité", "/seances/conditions/constats/{}/", "delivery.see"),
    "condition_appeal": Noun("recours d’un ménage"),
    "grievance": Noun("plainte", "/plaintes/{}/", "grievances.handle"),
    "grievance_act": Noun("acte d’une plainte"),
    "grievance_fiche": Noun("plainte d’un téléphone, à corriger"),
    "grievance_file": Noun("registre de plaintes en fichier"),
    "grievance_clock": Noun("délais des plaintes"),
    "grievance_reference": Noun("catégories de plaintes"),
    "sensitive_grievance": Noun("suite d’une plainte sensible"),
    "message": Noun("message", "/messages/envois/{}/", "messages.see"),
    "message_campaign": Noun("campagne de messages", "/messages/{}/", "messages.see"),
    "message_sender": Noun("expéditeur de messages"),
    "message_optout": Noun("désinscription des messages"),
    "message_notice": Noun("avis automatique"),
    "results_snapshot": Noun("instantané des résultats", "/resultats/instantanes/{}/", "results.see"),
    "results_figures": Noun("chiffres repris"),
    "results_question": Noun("question gardée"),
    "results_extract": Noun("extrait pour l’analyse"),
    "portal_edition": Noun("édition du portail public"),
    "activation": Noun("réponse à un choc", "/reponses/{}/", "shocks.see"),
}

TABLES = {
    table.noun: table
    for table in (
        PAYMENT_ROUND, TARGETING_ROUND, ENROLMENT, BATCH, BENEFIT_BATCH, SIGNAL_FILE, SHARING, SHARING_REQUEST, ALERT,
        REQUEST, RETENTION, CHANGE, FORM_VERSION, SUBMISSION, SHEET, PAGE, SUSPENSION, CONTRACT, DELIVERABLE,
        FICHE,
        DISTRIBUTION,
        WORKSITE, APPLICATION, TIMESHEET,
        SESSION, REVIEW, APPEAL, GRIEVANCE, GRIEVANCE_ACT, RESPONSE_ARM, ACTIVATION,
        MESSAGE, MESSAGE_CAMPAIGN,
    )
}  # fmt: skip

VERBS = {
    "make": "faire",
    "prepare": "préparer",
    "register": "enregistrer",
    "submit": "remettre",
    "retire": "retirer",
    "see": "voir",
    "list": "voir une liste",
    "search": "chercher",
    "reveal": "voir en clair",
    "export": "exporter",
    "print": "imprimer",
    "report": "établir le rapport des données",
    "record": "enregistrer",
    "erase": "effacer les données",
    "propose": "proposer",
    "sign_in": "se connecter",
    "sign_in_failed": "connexion refusée",
    "sign_in_shut": "connexion suspendue",
    "sign_out": "se déconnecter",
    "verify": "vérifier",
    "resume_chain": "reprendre la chaîne",
    "raise": "lever des alertes",
    "see_alert": "dire que l’on a vu l’alerte",
    "invite": "inviter",
    "resend": "renouveler l’invitation",
    "accept": "accepter l’invitation",
    "renew_access": "remettre un nouveau lien",
    "post": "affecter",
    "end_posting": "finir une affectation",
    "close_account": "fermer un compte",
    "end_sessions": "fermer des sessions",
    "link_provider": "noter l’identité chez le fournisseur",
    "change_password": "changer de mot de passe",
    "add_factor": "ajouter un second facteur",
    "remove_factor": "retirer un second facteur",
    "make_recovery_codes": "faire des codes de secours",
    "open": "ouvrir",
    "back_up": "sauvegarder",
    "restore": "restaurer",
    "open_account": "ouvrir un compte",
    "reconcile": "rapprocher",
    "dismiss": "écarter",
    "note_faults": "noter ce qui est à corriger",
    "undo": "défaire",
    "assign": "rapprocher d’un ordre",
    "draw": "tirer une vérification",
    "answer": "noter une réponse",
    "find_anomalies": "chercher les anomalies",
    "deal_with": "traiter un constat",
    "accept_part": "accepter un paiement partiel",
    "undo_part": "défaire un paiement partiel",
    "withdraw_loss": "retirer une décision de perte",
    "enrol": "inscrire",
    "establish": "établir la liste",
    "list_from_register": "lister d’après le registre",
    "leave_unranked": "laisser hors du classement",
    "list_named": "ajouter une liste d’organisme",
    "take_agency_list": "prendre la liste d’un organisme",
    "compute": "calculer un scénario",
    "forget": "retirer",
    "change_recipient": "changer d’allocataire",
    "transfer": "suivre dans une autre commune",
    "keep": "garder comme c’est",
    "new_key": "ajouter une clé",
    "rotate": "changer de clé",
    "export_key": "imprimer les clés",
    "exit_finished": "faire sortir à la fin",
    "reissue": "réémettre un ordre",
    "leave_out": "laisser hors du tour",
    "decide_loss": "décider une perte",
    "return_to_funds": "rendre au fonds",
    "extend": "prolonger",
    "load": "charger",
    "configure": "régler",
    "attach": "joindre des fichiers",
    "receive": "recevoir une fiche",
    "scan": "envoyer des pages numérisées",
    "conflict": "recevoir d’autres réponses",
    "pour": "verser les fiches",
    "make_secret": "faire un secret de collecte",
    "revoke_secret": "retirer un secret de collecte",
    "ask": "demander",
    "set_sender": "régler un expéditeur",
    "switch_on": "mettre un avis en marche",
    "switch_off": "arrêter un avis",
    "opt_out": "ne plus écrire à un téléphone",
    "opt_in": "écrire de nouveau à un téléphone",
    "disclose": "remettre à un partenaire",
    "take_file": "prendre le fichier",
    "accept_orders": "accepter des ordres",
    "refuse_orders": "refuser des ordres",
    "reopen_orders": "rouvrir des ordres refusés",
    "give_results": "donner des résultats",
    "make_token": "faire un jeton",
    "revoke_token": "retirer un jeton",
    "fit": "ajuster",
    "import_lists": "importer des listes",
    "set_quotas": "fixer les quotas",
    "draft": "rédiger une demande",
    "refresh": "actualiser",
    "counter": "demander de défaire",
    "set_household": "corriger le ménage",
    "set_person": "corriger un membre",
    "set_membership": "corriger la place d’un membre",
    "set_living": "corriger les conditions de vie",
    "change_phone": "changer un téléphone",
    "set_document": "corriger un document",
    "set_health": "corriger la santé",
    "add_person": "ajouter un membre",
    "start_membership": "accueillir un membre",
    "end_membership": "noter un départ ou un décès",
    "change_head": "changer de chef",
    "move_household": "déménager",
    "split_household": "scinder",
    "merge_household": "fusionner",
    "dissolve_household": "dissoudre",
    "reopen_household": "faire revenir",
    "leave_register": "sortir du registre",
    "undo_change": "défaire un changement",
    "correct": "corriger une fiche",
    "set_aside": "mettre une fiche à part",
    "take_in": "reprendre une fiche",
    "take_back": "retirer une correction",
    "take_up": "remettre en usage",
    "stop": "placer un village",
    "remove_stop": "ôter un village",
    "draw_list": "établir ou tirer la liste",
    "give": "remettre des rations",
    "take_register": "recenser depuis le registre",
    "name": "nommer un lot",
    "recall": "rappeler un lot",
    "stock_transfer": "transférer du stock",
    "stock_arrival": "noter une arrivée",
    "stock_return": "rendre au magasin",
    "stock_loss": "noter une perte",
    "stock_count": "noter un inventaire",
    "stock_correction": "reprendre",
    "check": "contrôler",
    "screen": "dépister",
    "arrive": "noter l’arrivée au centre",
    "hold": "tenir",
    "amend": "corriger la proposition",
    "apply": "recevoir des candidatures",
    "hire": "embaucher",
    "leave": "noter un départ",
    "come_back": "défaire un départ",
    "enter": "saisir",
    "earn": "faire naître des droits",
    "issue_tools": "remettre des outils",
    "take_tools_back": "noter le retour d’outils",
    "report_accident": "déclarer un accident",
    "withdraw_accident": "retirer une déclaration d’accident",
    "record_progress": "relever l’avancement",
    "confirm_progress": "constater l’avancement",
    "count_trees": "compter des arbres",
    "end_office": "noter la fin d’une fonction",
    "mark": "noter les présents",
    "plan": "planifier",
    "withhold": "retenir",
    "note": "noter",
    "send_back": "renvoyer à l’examen",
    "give_case": "confier",
    "concern": "ajouter ce qui est concerné",
    "unconcern": "ôter un ménage",
    "amend_case": "corriger le lieu ou la réponse",
    "ask_act": "demander un acte",
    "act_done": "faire un acte",
    "act_refused": "refuser un acte",
    "act_withdrawn": "retirer un acte",
    "lift_block": "lever un blocage",
    "escalate": "monter d’un niveau",
    "gather": "réunir les constats",
    "withdraw": "retirer",
    "set_area": "retenir ou écarter un lieu",
    "remove_area": "ôter un lieu",
    "match_line": "reconnaître une ligne",
    "match_nobody": "dire une ligne à enquêter",
    "join_document": "joindre une pièce",
    "withdraw_document": "retirer une pièce",
    "ask_renewal": "demander une prolongation",
    "confirm_renewal": "confirmer une prolongation",
    "refuse_renewal": "refuser une prolongation",
    "write_lesson": "écrire une leçon",
    "withdraw_lesson": "retirer une leçon",
    "exit_component": "faire sortir d’une composante",
    "take": "prendre",
    "sign": "signer",
    "publish": "publier",
}

FACTS = {
    "status": "état",
    "file": "fichier",
    "file_name": "fichier",
    "file_hash": "empreinte",
    "sha256": "empreinte",
    "destination": "destination",
    "lines": "lignes",
    "rows": "lignes",
    "paid_xof": "payé",
    "total_xof": "total",
    "amount_xof": "montant",
    "entitlements": "droits",
    "households": "ménages",
    "component": "composante",
    "scheme": "régime",
    "agreement": "convention",
    "partner": "organisme",
    "term": "échéance",
    "closed_term": "échéance close",
    "communes": "communes",
    "enrolled": "inscrits",
    "exited": "sortis",
    "survey": "enquête",
    "formula": "formule",
    "closes_on": "clôture",
    "recipient": "allocataire",
    "asked": "demande",
    "part": "partie",
    "agent": "navigateur",
    "holds": "tout est en place",
    "seal": "sceau",
    "kinds": "anomalies",
    "raised": "nouvelles alertes",
    "village": "village",
    "villages": "villages",
    "seals": "sceaux",
    "account": "compte",
    "address": "adresse",
    "username": "identifiant",
    "role": "rôle",
    "area": "lieu",
    "programme": "programme",
    "until": "jusqu’au",
    "sessions": "sessions",
    "means": "moyen",
    "forget_second_factor": "second facteur retiré",
    "open": "compte rouvert",
    "subject": "sujet",
    "email": "adresse",
    "kind": "droit",
    "household": "ménage",
    "due_on": "réponse due le",
    "request": "demande",
    "person": "personne",
    "tables": "tables",
    "form": "questionnaire",
    "version": "version",
    "device": "appareil",
    "files": "fichiers",
    "held": "fiches retenues",
    "declined": "sans accord",
    "number": "numéro",
    "sheets": "feuilles",
    "pages": "pages",
    "purpose": "objet",
    "fields": "données",
    "kept": "retenu",
    "proposed": "proposé par le déclencheur",
    "commune": "commune",
    "orders": "ordres",
    "ceiling_xof": "plafond",
    "through": "jusqu’à l’année",
    "years": "années",
}


def verb_word(verb: str, noun: str = "") -> str:
    """The verb in French, as the states of its noun say it; an unknown one is shown as it is kept."""
    if noun in TABLES:
        for step in TABLES[noun].transitions:
            if step.verb == verb:
                return step.label.lower()
    return VERBS.get(verb, verb)


def all_verbs() -> list[tuple[str, str]]:
    """Every verb with its French, in the order of the French."""
    moves = {step.verb: step.label.lower() for table in TABLES.values() for step in table.transitions}
    return sorted((moves | VERBS).items(), key=lambda pair: pair[1])


def noun_word(noun: str) -> str:
    return NOUNS[noun].label if noun in NOUNS else noun


def fact_words(noun: str, name: str, value: object) -> tuple[str, str]:
    """A fact of the audit in French: « état » and « gelé », « payé » and « 30 000 FCFA »."""
    if value in (None, "", [], {}):
        text = "—"
    elif isinstance(value, bool):
        text = "oui" if value else "non"
    elif name == "status" and noun in TABLES:
        text = TABLES[noun].states.get(str(value), str(value))
    elif name.endswith("_xof") and isinstance(value, int):
        text = format_xof(value)
    elif name in HASHES:
        text = f"{str(value)[:SHOWN_OF_HASH]}…"
    elif isinstance(value, str) and len(value) > LONGEST_FACT:
        text = f"{value[:LONGEST_FACT]}…"
    elif isinstance(value, dict):
        text = ", ".join(f"{key} {one}" for key, one in value.items())
    elif isinstance(value, list):
        text = str(len(value)) if len(value) > LONGEST_LIST else ", ".join(map(str, value))
    else:
        text = str(value)
    return FACTS.get(name, name), text


def page_of(noun: str, number: object, rights: frozenset[str]) -> str:
    """The page of a thing, "" when it has none or when these rights don't open it."""
    known = NOUNS.get(noun)
    if known is None or not known.page or not str(number).isdigit():
        return ""
    return known.page.format(number) if not known.right or known.right in rights else ""

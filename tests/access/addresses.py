"""What is asked in the matrix: every address of the site, of things in each place, and every form it takes."""

from __future__ import annotations

import uuid
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from tests.access import agencies, books
from tests.access.arms import ARM_ASKS
from tests.access.asks import (
    ACTS,
    CHANGE_ACTS,
    REQUEST_ACTS,
    Ask,
    _account,
    _asked_change,
    _blank,
    _bulk,
    _campaign,
    _cards_of,
    _change,
    _changed,
    _code,
    _ended,
    _enrolment,
    _everywhere,
    _fiche,
    _form,
    _household,
    _invitation,
    _invited,
    _key,
    _ledger,
    _list,
    _named,
    _opened,
    _order,
    _page,
    _paper,
    _posted,
    _printed,
    _request,
    _round,
    _said,
    _shared,
    _sharing_request,
    _sheet,
    _suspension,
)
from tests.access.bank import BANK_ASKS
from tests.access.contracts import CONTRACT_ASKS
from tests.access.grants import GRANT_ASKS
from tests.access.grievances import GRIEVANCE_ASKS
from tests.access.messages import MESSAGE_ASKS
from tests.access.nutrition import NUTRITION_ASKS
from tests.access.portal import PORTAL_ASKS
from tests.access.refunds import REFUND_ASKS
from tests.access.responses import RESPONSE_ASKS
from tests.access.results import RESULT_ASKS
from tests.access.sessions import SESSION_ASKS
from tests.access.shocks import SHOCK_ASKS
from tests.access.sites import SITE_ASKS
from tests.access.triggers import TRIGGER_ASKS
from tests.access.works import WORKS_ASKS

ASKS: tuple[Ask, ...] = (
    *PORTAL_ASKS,
    Ask("today", "aujourd’hui", _everywhere("today")),
    Ask(
        "households",
        "liste des ménages",
        _list("households"),
        lambda w, p: f"/menages/{w.households[p].rsu}/" if p != "above" else None,
    ),
    Ask(
        "household_find",
        "chercher une personne",
        lambda w, p: reverse("household_find") + f"?q={w.households[p].rsu[:4]}" if p != "above" else None,
        lambda w, p: f"/menages/{w.households[p].rsu}/" if p != "above" else None,
    ),
    Ask("household", "un ménage", _household("household")),
    Ask(
        "household_by_number",
        "un ménage, par son numéro interne",
        lambda w, p: reverse("household_by_number", args=[w.households[p].pk]) if p != "above" else None,
    ),
    Ask("household_accesses", "qui a lu un ménage", _household("household_accesses")),
    Ask("household_journal", "qui a lu un ménage, sur papier", _household("household_journal")),
    Ask(
        "household_reveal",
        "montrer les numéros en clair",
        _household("household_reveal"),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "household_reveal_restricted",
        "montrer la position et la santé",
        _household("household_reveal_restricted"),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask("household_story", "histoire d’un ménage", _household("household_story")),
    Ask("household_then", "un ménage à une date passée", _household("household_then")),
    Ask("household_sheet", "fiche d’un ménage", _household("household_sheet")),
    Ask("household_card", "lire une carte, sans photographie", _everywhere("household_card"), sent=_key()),
    Ask(
        "sheets",
        "feuilles",
        _list("sheets"),
        lambda w, p: f"/feuilles/{w.sheets[p].pk}/" if p != "above" else None,
    ),
    Ask("sheet", "une feuille", _sheet("sheet")),
    Ask("sheet_lose", "déclarer une feuille perdue", _sheet("sheet_lose", _blank), sent=_key()),
    Ask("sheet_print", "imprimer des feuilles (page)", _everywhere("sheet_print")),
    Ask(
        "sheet_print",
        "imprimer une liste communautaire",
        lambda w, p: reverse("sheet_print") if p != "above" else None,
        sent=lambda w, p: {"cle": str(uuid.uuid4()), "objet": "community", "village": w.villages[p].code},
    ),
    Ask("printing", "une impression", _sheet("printing", _printed)),
    Ask("printing_document", "le PDF d’une impression", _sheet("printing_document", _printed)),
    Ask("scan_send", "envoyer des feuilles revenues (page)", _everywhere("scan_send")),
    Ask(
        "scanned_pages",
        "pages à rattacher",
        _list("scanned_pages"),
        lambda w, p: f"/feuilles/pages/{w.pages[p, 'queued'].pk}/" if p != "above" else None,
    ),
    Ask("scanned_page", "une page numérisée", _page("scanned_page", "attached")),
    Ask("scanned_image", "l’image d’une page", _page("scanned_image", "attached")),
    *(
        Ask("scanned_act", f"page : {verb}", _page("scanned_act", state, verb), sent=_named)
        for verb, state in (("rattacher", "queued"), ("defaire", "attached"), ("ecarter", "queued"))
    ),
    Ask("areas", "lieux", _everywhere("areas")),
    Ask("area", "un lieu", lambda w, p: reverse("area", args=["COD2019", w.area(p).code])),
    Ask(
        "programmes",
        "programmes",
        _list("programmes"),
        lambda w, p: f"/programmes/{w.scene.component.programme.code}/" if p == "above" else None,
    ),
    Ask(
        "programme",
        "un programme",
        lambda w, p: reverse("programme", args=[w.scene.component.programme.code]) if p == "above" else None,
    ),
    Ask("schemes", "régimes", _everywhere("schemes")),
    Ask(
        "scheme",
        "un régime",
        lambda w, p: reverse("scheme", args=[w.scheme.code]) if w.scheme and p == "above" else None,
    ),
    Ask("scheme_overlaps", "chevauchements de régimes", _everywhere("scheme_overlaps")),
    Ask(
        "scheme_coverage", "les régimes d’une commune", lambda w, p: reverse("scheme_coverage", args=[w.commune(p).pk])
    ),
    Ask(
        "scheme_benefits",
        "les prestations d’un régime",
        lambda w, p: reverse("scheme_benefits", args=[w.scheme.code]) if w.scheme else None,
        lambda w, p: w.households["own" if p == "above" else p].rsu,
    ),
    Ask(
        "scheme_send",
        "rendre compte pour un régime (page)",
        lambda w, p: reverse("scheme_send", args=[w.scheme.code]) if w.scheme and p == "above" else None,
    ),
    Ask(
        "benefit_batches",
        "lots de prestations",
        _list("benefit_batches"),
        lambda w, p: f"/regimes/lots/{w.given[p].pk}/",
    ),
    Ask("benefit_batch", "un lot de prestations", lambda w, p: reverse("benefit_batch", args=[w.given[p].pk])),
    *(
        Ask(
            "benefit_batch_act",
            f"lot de prestations : {verb}",
            lambda w, p, verb=verb: reverse("benefit_batch_act", args=[w.given[p].pk, verb]),
            sent=_key(motif="essai de la matrice"),
        )
        for verb in ("record", "refuse")
    ),
    Ask("campaigns", "campagnes", _list("campaigns"), lambda w, p: f"/ciblage/{w.campaigns[p].pk}/"),
    Ask("campaign", "une campagne", _campaign("campaign")),
    Ask(
        "campaign_households",
        "les ménages d’une campagne",
        _campaign("campaign_households"),
        lambda w, p: w.households["own" if p == "above" else p].rsu,
    ),
    Ask(
        "campaign_commune",
        "une commune d’une campagne",
        lambda w, p: reverse("campaign_commune", args=[w.campaigns[p].pk, w.commune(p).pk]),
    ),
    Ask(
        "campaign_village",
        "un village d’une campagne",
        lambda w, p: reverse("campaign_village", args=[w.campaigns[p].pk, w.village(p).pk]),
    ),
    Ask(
        "campaign_list",
        "la liste à afficher d’un village",
        lambda w, p: reverse("campaign_list", args=[w.campaigns[p].pk, w.village(p).pk]),
    ),
    Ask("correspondences", "correspondances de colonnes", _everywhere("correspondences")),
    Ask("correspondence", "les colonnes de fichiers d’un autre", _everywhere("correspondence", "aucun")),
    Ask("kept_mapping", "une correspondance gardée", _everywhere("kept_mapping", 999_999)),
    Ask(
        "correspondence_take_up",
        "remettre une correspondance en usage",
        _everywhere("correspondence_take_up", 999_999),
        sent=_key(),
    ),
    Ask(
        "correspondence_retire",
        "retirer une correspondance",
        _everywhere("correspondence_retire", 999_999),
        sent=_key(),
    ),
    Ask("campaign_rank", "classer une campagne", _campaign("campaign_rank"), sent=_key()),
    Ask("campaign_freeze", "geler une campagne", _campaign("campaign_freeze"), sent=_key()),
    Ask("campaign_reopen", "rouvrir une campagne", _campaign("campaign_reopen"), sent=_key(motif="essai")),
    Ask(
        "payment_rounds",
        "tours de paiement",
        _list("payment_rounds"),
        lambda w, p: f"/paiements/{w.rounds[p, 'released'].pk}/",
    ),
    Ask("payment_round", "un tour", _round("payment_round")),
    Ask(
        "round_lines",
        "les ordres d’un tour",
        _round("round_lines"),
        lambda w, p: w.households["own" if p == "above" else p].rsu,
    ),
    Ask("round_change", "ce qui change dans un tour", _change),
    Ask("pay_lists", "listes de paie d’un tour", _round("pay_lists")),
    Ask(
        "pay_list",
        "une liste de paie",
        lambda w, p: reverse("pay_list", args=[w.rounds[p, "released"].pk, w.commune(p).pk]),
    ),
    Ask(
        "payment_calendar",
        "calendrier d’une composante",
        _list("payment_calendar"),
        seen=lambda w, p: w.commune(p).name,
    ),
    Ask(
        "commune_suspensions",
        "communes suspendues",
        _list("commune_suspensions"),
        seen=lambda w, p: w.suspensions[p, "asked"].reason if p != "above" else None,
    ),
    Ask("commune_suspension", "une suspension de commune", _suspension("commune_suspension", "asked")),
    Ask("commune_suspension_ask", "demander une suspension", _list("commune_suspension_ask")),
    Ask(
        "commune_suspension_ask",
        "demander une suspension (envoyer)",
        lambda w, p: reverse("commune_suspension_ask"),
        sent=lambda w, p: {
            "cle": str(uuid.uuid4()),
            "composante": str(w.above.component.pk),
            "commune": str(w.commune(p).pk),
            "du": "2015-01-01",
            "motif": "essai de la matrice",
        },
    ),
    *(
        Ask(
            "commune_suspension_act",
            f"suspension : {verb}",
            _suspension("commune_suspension_act", state, verb),
            sent=_key(motif="essai de la matrice", jour="2015-01-01"),
        )
        for verb, state in (("confirm", "asked"), ("withdraw", "asked"), ("lift", "confirmed"))
    ),
    Ask("payment_reissue", "réémettre un ordre", _order("payment_reissue")),
    Ask("payment_reissue", "réémettre un ordre (envoyer)", _order("payment_reissue"), sent=_key(motif="essai")),
    Ask("frozen_list", "la liste gelée d’un tour", _round("frozen_list")),
    Ask("order_files", "fichiers d’ordres d’un tour", _round("order_files")),
    Ask(
        "order_file",
        "le fichier d’ordres d’une agence",
        lambda w, p: reverse("order_file", args=[w.rounds[p, "released"].pk, w.scene.agency.pk]),
    ),
    Ask(
        "order_file",
        "envoyer les ordres à une agence",
        lambda w, p: reverse("order_file", args=[w.rounds[p, "released"].pk, w.scene.agency.pk]),
        sent=_key(format="csv"),
    ),
    *SITE_ASKS,
    *CONTRACT_ASKS,
    *SESSION_ASKS,
    *GRANT_ASKS,
    *TRIGGER_ASKS,
    *SHOCK_ASKS,
    *agencies.AGENCY_ASKS,
    *WORKS_ASKS,
    *ARM_ASKS,
    *RESPONSE_ASKS,
    Ask(
        "dispatch",
        "envoi par machine à une agence",
        lambda w, p: reverse("dispatch", args=[w.rounds[p, "released"].pk, w.scene.agency.pk]),
    ),
    Ask(
        "dispatch_act",
        "déposer les ordres chez une agence par machine",
        lambda w, p: reverse("dispatch_act", args=[w.rounds[p, "released"].pk, w.scene.agency.pk, "start"]),
        sent=_key(),
    ),
    *(
        Ask("payment_round_act", f"tour : {verb}", _round("payment_round_act", state, verb), sent=_key(motif="essai"))
        for verb, state in ACTS.items()
    ),
    *REFUND_ASKS,
    Ask("payment_round_open", "ouvrir un tour (page)", _everywhere("payment_round_open")),
    Ask("payment_round_open", "ouvrir un tour", _list("payment_round_open"), sent=_opened),
    Ask(
        "return_files",
        "retours des agences",
        _list("return_files"),
        lambda w, p: f"/paiements/retours/{w.returns[p].pk}/",
    ),
    Ask("return_file", "un fichier de retour", lambda w, p: reverse("return_file", args=[w.returns[p].pk])),
    Ask(
        "return_exceptions",
        "exceptions des retours",
        _list("return_exceptions"),
        lambda w, p: f"/paiements/retours/exceptions/{w.lines[p].pk}/",
    ),
    Ask("return_exception", "une exception", lambda w, p: reverse("return_exception", args=[w.lines[p].pk])),
    Ask(
        "return_exception_dismiss",
        "écarter une exception",
        lambda w, p: reverse("return_exception_dismiss", args=[w.lines[p].pk]),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "return_exception_assign",
        "rapprocher une exception",
        lambda w, p: reverse("return_exception_assign", args=[w.lines[p].pk]),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "return_line_undo",
        "défaire une ligne de retour",
        lambda w, p: reverse("return_line_undo", args=[w.lines[p].pk]),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "return_file_undo",
        "défaire un fichier de retour",
        lambda w, p: reverse("return_file_undo", args=[w.returns[p].pk]),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "verifications",
        "vérifications",
        _list("verifications"),
        lambda w, p: f"/verifications/{w.exercises[p].pk}/",
    ),
    Ask("verification", "une vérification", lambda w, p: reverse("verification", args=[w.exercises[p].pk])),
    Ask(
        "verification_check",
        "un ordre vérifié",
        lambda w, p: reverse("verification_check", args=[w.exercises[p].checks.get().pk]),
    ),
    Ask(
        "verification_check",
        "noter une réponse",
        lambda w, p: reverse("verification_check", args=[w.exercises[p].checks.get().pk]),
        sent=lambda w, p: {"cle": str(uuid.uuid4()), "resultat": "received", "le": date.today().isoformat()},
    ),
    Ask("verification_draw", "tirer une vérification (page)", _round("verification_draw")),
    Ask(
        "verification_draw",
        "tirer une vérification",
        _round("verification_draw"),
        sent=_key(moyen="phone", tous="oui"),
    ),
    Ask("verification_look", "chercher les anomalies", _round("verification_look"), sent=_key()),
    Ask(
        "verification_close",
        "clore une vérification",
        lambda w, p: reverse("verification_close", args=[w.exercises[p].pk]),
        sent=_key(),
    ),
    Ask("findings", "constats", _list("findings"), lambda w, p: f"/verifications/constats/{w.findings[p].pk}/"),
    Ask("finding", "un constat", lambda w, p: reverse("finding", args=[w.findings[p].pk])),
    Ask(
        "finding",
        "traiter un constat",
        lambda w, p: reverse("finding", args=[w.findings[p].pk]),
        sent=_key(fait="essai de la matrice"),
    ),
    Ask(
        "return_exception_part",
        "accepter un paiement partiel",
        lambda w, p: reverse("return_exception_part", args=[w.lines[p].pk]),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "agreements",
        "conventions",
        _list("agreements"),
        lambda w, p: f"/financements/{w.scene.agreement.code}/" if p == "above" else None,
    ),
    Ask(
        "agreement",
        "une convention",
        lambda w, p: reverse("agreement", args=[w.scene.agreement.code]) if p == "above" else None,
    ),
    Ask(
        "agreement_communes",
        "une convention, par commune",
        lambda w, p: reverse("agreement_communes", args=[w.scene.agreement.code]),
        lambda w, p: w.commune(p).name,
    ),
    Ask(
        "agreement_statement",
        "le relevé d’une convention",
        lambda w, p: reverse("agreement_statement", args=[w.scene.agreement.code]) if p == "above" else None,
    ),
    Ask("ledger_statement", "relevés", _everywhere("ledger_statement")),
    Ask("ledger_lines", "lignes d’un relevé", _everywhere("ledger_lines")),
    Ask("ledger_balance", "balance générale", _everywhere("ledger_balance")),
    Ask("ledger_periods", "périodes comptables", _everywhere("ledger_periods")),
    Ask(
        "ledger_periods",
        "clore une période",
        _everywhere("ledger_periods"),
        sent=_key(du="2015-01-01", au="2015-01-31"),
    ),
    Ask("ledger_period_reopen", "rouvrir une période (page)", _ledger("ledger_period_reopen", books.closing)),
    Ask(
        "ledger_period_reopen",
        "rouvrir une période",
        _ledger("ledger_period_reopen", books.closing),
        sent=_key(motif="essai"),
    ),
    Ask("ledger_fees", "frais d’agence", _everywhere("ledger_fees")),
    Ask("ledger_fees", "proposer une règle de frais", _everywhere("ledger_fees"), sent=books.ruled),
    Ask("ledger_fee", "une règle de frais", _ledger("ledger_fee", books.fee_rule)),
    Ask(
        "ledger_fee",
        "donner une fin à une règle de frais",
        _ledger("ledger_fee", books.fee_rule),
        sent=_key(au="2100-01-01"),
    ),
    Ask("ledger_advances", "avances aux agences", _everywhere("ledger_advances")),
    Ask("ledger_advances", "saisir une avance", _everywhere("ledger_advances"), sent=books.advanced),
    Ask("ledger_advance", "une avance", _ledger("ledger_advance", books.advance)),
    Ask("ledger_advance", "approuver une avance", _ledger("ledger_advance", books.advance), sent=_key()),
    Ask(
        "ledger_fee_withdraw",
        "retirer une règle de frais proposée par un autre",
        _ledger("ledger_fee_withdraw", books.fee_rule),
        sent=_key(),
    ),
    Ask(
        "ledger_advance_withdraw",
        "retirer une avance saisie par un autre",
        _ledger("ledger_advance_withdraw", books.advance),
        sent=_key(),
    ),
    Ask("ledger_openings", "reprises de soldes", _everywhere("ledger_openings")),
    Ask("ledger_openings", "envoyer des soldes à reprendre", _everywhere("ledger_openings"), sent=books.openings),
    Ask("ledger_opening", "une reprise de soldes", _ledger("ledger_opening", books.opening)),
    Ask(
        "ledger_opening",
        "refuser une reprise de soldes",
        _ledger("ledger_opening", books.opening),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "agreement_budget",
        "le budget d’une convention",
        lambda w, p: reverse("agreement_budget", args=[w.scene.agreement.code]) if p == "above" else None,
    ),
    Ask(
        "agreement_budget_line",
        "les tours d’une ligne de budget",
        lambda w, p: (
            reverse("agreement_budget_line", args=[w.scene.agreement.code, books.budget_line(w)])
            if p == "above"
            else None
        ),
    ),
    Ask("ledger_clear", "apurer des avances (page)", books.clearing),
    Ask("ledger_clear", "apurer des avances", books.clearing, sent=_key()),
    *BANK_ASKS,
    Ask(
        "agreement_amend",
        "demander un avenant (page)",
        lambda w, p: reverse("agreement_amend", args=[w.scene.agreement.code]) if p == "above" else None,
    ),
    Ask(
        "amendment_decide",
        "refuser un avenant",
        lambda w, p: reverse("amendment_decide", args=[w.scene.agreement.code, 1]) if p == "above" else None,
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "agreement_document",
        "le document signé d’une convention",
        lambda w, p: reverse("agreement_document", args=[w.scene.agreement.code, w.document]) if p == "above" else None,
        sent=_key(),
    ),
    Ask(
        "batches",
        "imports",
        _list("batches"),
        lambda w, p: f"/imports/{w.batch.pk}/" if w.batch and p == "above" else None,
    ),
    Ask("batch", "un import", lambda w, p: reverse("batch", args=[w.batch.pk]) if w.batch and p == "above" else None),
    Ask(
        "batch_checks",
        "le rapport de contrôle d’un import",
        lambda w, p: reverse("batch_checks", args=[w.batch.pk]) if w.batch and p == "above" else None,
    ),
    Ask(
        "batch_interview",
        "une fiche d’un lot",
        lambda w, p: f"{reverse('batch_interview', args=[w.batch.pk])}?fiche=F1" if w.batch and p == "above" else None,
    ),
    Ask(
        "batch_set_aside",
        "les fiches mises à part d’un lot",
        lambda w, p: reverse("batch_set_aside", args=[w.batch.pk]) if w.batch and p == "above" else None,
    ),
    Ask(
        "interview_set_aside",
        "mettre une fiche à part",
        lambda w, p: reverse("interview_set_aside", args=[w.batch.pk]) if w.batch and p == "above" else None,
        sent=_key(fiche="F1", decision="left_out", motif="essai de la matrice"),
    ),
    Ask(
        "interview_take_in",
        "reprendre une fiche mise à part",
        lambda w, p: reverse("interview_take_in", args=[w.aside.pk]) if w.aside and p == "above" else None,
        sent=_key(),
    ),
    Ask(
        "problem_correct",
        "corriger une fiche",
        lambda w, p: reverse("problem_correct", args=[w.problem.pk]) if w.problem and p == "above" else None,
        sent=_key(valeur="2", motif="essai de la matrice"),
    ),
    Ask(
        "correction_take_back",
        "retirer une correction",
        lambda w, p: reverse("correction_take_back", args=[w.correction.pk]) if w.correction and p == "above" else None,
        sent=_key(),
    ),
    *(
        Ask(
            "batch_act",
            f"relecture d’un lot : {verb}",
            lambda w, p, verb=verb: reverse("batch_act", args=[w.batch.pk, verb]) if w.batch and p == "above" else None,
            sent=_key(motif="essai de la matrice"),
        )
        for verb in ("check_again", "review", "merge", "refuse")
    ),
    Ask("fieldwork", "contrôle du terrain", _everywhere("fieldwork")),
    Ask(
        "batch_undo",
        "défaire un versement",
        lambda w, p: reverse("batch_undo", args=[w.batch.pk]) if w.batch and p == "above" else None,
        sent=_key(motif="essai de la matrice"),
    ),
    Ask("batch_send", "envoyer des questionnaires", _everywhere("batch_send")),
    Ask(
        "sharing_agreements",
        "conventions de partage",
        _list("sharing_agreements"),
        lambda w, p: f"/partages/{w.shared[p].pk}/",
    ),
    Ask(
        "sharing_agreement",
        "une convention de partage",
        lambda w, p: reverse("sharing_agreement", args=[w.shared[p].pk]),
    ),
    Ask("sharing_prepare", "écrire une convention de partage (page)", _everywhere("sharing_prepare")),
    *(
        Ask(
            "sharing_act",
            f"convention de partage : {verb}",
            lambda w, p, verb=verb: reverse("sharing_act", args=[w.shared[p].pk, verb]),
            sent=_key(motif="essai de la matrice"),
        )
        for verb in ("approve", "refuse")
    ),
    Ask("sharing_ask", "demander des données (page)", _shared("sharing_ask")),
    Ask("sharing_notices", "retraits et corrections d’un partenaire", _shared("sharing_notices")),
    Ask("sharing_token", "faire le jeton d’un partenaire", _shared("sharing_token"), sent=_key(acte="faire")),
    Ask(
        "sharing_requests",
        "demandes de partage",
        _list("sharing_requests"),
        lambda w, p: f"/partages/demandes/{w.sharing_requests[p].pk}/",
    ),
    Ask("sharing_request", "une demande de partage", _sharing_request("sharing_request")),
    Ask("sharing_file", "le fichier d’une demande de partage", _sharing_request("sharing_file")),
    *(
        Ask(
            "sharing_request_act",
            f"demande de partage : {verb}",
            _sharing_request("sharing_request_act", verb),
            sent=_key(motif="essai de la matrice"),
        )
        for verb in ("approve", "refuse", "withdraw", "deliver")
    ),
    Ask("fill", "remplir des questionnaires", _everywhere("fill")),
    Ask("fill_form", "remplir un questionnaire", _code("fill_form")),
    Ask("fill_content", "un questionnaire, pour le navigateur", _code("fill_content")),
    Ask("fill_who", "qui remplit, et quels questionnaires", _everywhere("fill_who")),
    Ask("fill_sent", "ses propres fiches reçues", _everywhere("fill_sent")),
    Ask("fill_send", "envoyer une fiche du navigateur", _everywhere("fill_send"), sent=_fiche),
    Ask("forms", "questionnaires", _everywhere("forms")),
    Ask("form_load", "charger un questionnaire (page)", _everywhere("form_load")),
    Ask("form", "un questionnaire", _form("form")),
    Ask("form_xlsform", "le classeur d’un questionnaire", _form("form_xlsform")),
    Ask("form_attach", "joindre un fichier à un questionnaire", _form("form_attach"), sent=_key()),
    *(
        Ask("form_act", f"questionnaire : {verb}", _form("form_act", verb), sent=_key())
        for verb in ("publish", "retire", "pour")
    ),
    Ask(
        "fiches",
        "fiches d’un questionnaire",
        lambda w, p: reverse("fiches", args=[w.form.pk]) if w.form else None,
        lambda w, p: f"/questionnaires/fiches/{w.fiches[p].pk}/",
    ),
    Ask("fiche", "une fiche", lambda w, p: reverse("fiche", args=[w.fiches[p].pk])),
    Ask(
        "fiche_attachment",
        "une pièce d’une fiche",
        lambda w, p: reverse("fiche_attachment", args=[w.fiches[p].attachments.get().pk]),
    ),
    Ask(
        "fiche_conflict",
        "deux réponses sous un numéro",
        lambda w, p: reverse("fiche_conflict", args=[w.fiches[p].conflicts.get().pk]),
    ),
    Ask("execution", "le déroulement d’un travail", lambda w, p: reverse("execution", args=[w.runs[p].pk])),
    Ask("trail", "trace des actions", _everywhere("trail")),
    Ask("alerts", "alertes", _list("alerts"), lambda w, p: f"/alertes/{w.alerts[p].pk}/"),
    Ask("alert", "une alerte", lambda w, p: reverse("alert", args=[w.alerts[p].pk])),
    *(
        Ask(
            "alert_act",
            f"alerte : {verb}",
            lambda w, p, verb=verb: reverse("alert_act", args=[w.alerts[p].pk, verb]),
            sent=_key(motif="essai de la matrice"),
        )
        for verb in ("take",)
    ),
    Ask("enrolments", "changements du registre à suivre", _list("enrolments")),
    Ask("enrolment", "une inscription", _enrolment("enrolment")),
    Ask(
        "enrolment_act",
        "inscription : garder comme c’est",
        _enrolment("enrolment_act", "garder"),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask("enrolment_card", "la carte d’un allocataire", _enrolment("enrolment_card")),
    Ask("enrolment_card", "refaire une carte", _enrolment("enrolment_card"), sent=_key(motif="essai de la matrice")),
    Ask("cards", "cartes des allocataires", _everywhere("cards")),
    Ask(
        "cards_issue",
        "émettre les cartes d’une commune",
        lambda w, p: reverse("cards_issue") if p != "above" else None,
        sent=lambda w, p: {"cle": str(uuid.uuid4()), **_cards_of(w, p)},
    ),
    Ask(
        "cards_print",
        "imprimer les cartes d’une commune",
        lambda w, p: f"{reverse('cards_print')}?{urlencode(_cards_of(w, p))}" if p != "above" else None,
    ),
    Ask("backups", "sauvegardes", _everywhere("backups")),
    Ask("backup_ask", "demander une sauvegarde", _everywhere("backup_ask"), sent=_key(acte="drill")),
    Ask("accounts", "comptes", _list("accounts"), lambda w, p: f"/comptes/{w.people[p].pk}/"),
    Ask("account", "un compte", _account("account")),
    Ask("account_post", "affecter (page)", _account("account_post")),
    Ask("account_post", "affecter", _account("account_post"), sent=_posted),
    Ask("account_end_posting", "finir une affectation", _account("account_end_posting"), sent=_ended),
    Ask("account_close", "fermer un compte", _account("account_close"), sent=_key(motif="essai de la matrice")),
    Ask(
        "account_revoke_collection",
        "arrêter un téléphone de collecte",
        _account("account_revoke_collection"),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "account_end_sessions",
        "finir les sessions",
        _account("account_end_sessions"),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "account_link",
        "noter l’identité chez le fournisseur",
        _account("account_link"),
        sent=_key(sujet="essai", motif="essai de la matrice"),
    ),
    Ask("account_renew", "remettre un nouveau lien", _account("account_renew"), sent=_key(motif="essai de la matrice")),
    Ask(
        "invitations", "invitations", _list("invitations"), lambda w, p: f"/comptes/invitations/{w.invitations[p].pk}/"
    ),
    Ask("invite", "inviter (page)", _everywhere("invite")),
    Ask("invite", "inviter", _list("invite"), sent=_invited),
    Ask("invitation_paper", "le papier d’une invitation", _invitation("invitation_paper")),
    Ask("invitation_resend", "renouveler une invitation", _invitation("invitation_resend"), sent=_key()),
    Ask("invitation_cancel", "annuler une invitation", _invitation("invitation_cancel"), sent=_key()),
    Ask(
        "data_requests",
        "demandes sur les données",
        _list("data_requests"),
        lambda w, p: w.asked[p].rsu if p != "above" else None,
    ),
    Ask(
        "data_request_record",
        "demande sur un ménage (page)",
        lambda w, p: f"{reverse('data_request_record')}?menage={w.asked[p].rsu}" if p != "above" else None,
    ),
    Ask(
        "data_request_record",
        "enregistrer une demande",
        lambda w, p: f"{reverse('data_request_record')}?menage={w.asked[p].rsu}" if p != "above" else None,
        sent=_key(kind="access", asker="essai", identity_check="essai", statement="essai", received_on="2016-03-01"),
    ),
    Ask("data_request", "une demande", _request("data_request", "received")),
    Ask("data_report", "le rapport des données d’un ménage", _request("data_report", "accepted")),
    *(
        Ask("data_request_act", f"demande : {verb}", _request("data_request_act", state, verb), sent=_said)
        for verb, state in REQUEST_ACTS.items()
    ),
    Ask(
        "changes",
        "changements",
        _list("changes"),
        lambda w, p: f"/changements/{w.changes[p, 'submitted'].pk}/" if p != "above" else None,
    ),
    Ask("change_kinds", "demander un changement : la nature", _household("change_kinds")),
    Ask("change_ask", "demander un changement (page)", _asked_change),
    Ask(
        "change_ask",
        "demander un changement",
        _asked_change,
        sent=_key(effet="2016-03-01", source="visit", motif="essai de la matrice"),
    ),
    Ask("change", "une demande de changement", _changed("change", "submitted")),
    Ask("change_paper", "une pièce d’une demande de changement", _paper, sent=_key()),
    *(
        Ask("change_act", f"changement : {verb}", _changed("change_act", state, verb), sent=_key(motif="essai"))
        for verb, state in CHANGE_ACTS.items()
    ),
    Ask("change_file", "changements par fichier (page)", _everywhere("change_file")),
    Ask("change_file_preview", "aperçu d’un fichier de changements", _everywhere("change_file_preview")),
    Ask("change_file_take", "soumettre un fichier de changements", _everywhere("change_file_take"), sent=_key()),
    Ask("change_bulk", "les demandes d’un fichier", _bulk("change_bulk")),
    Ask("change_bulk_undo", "défaire un fichier de changements", _bulk("change_bulk_undo"), sent=_key(motif="essai")),
    Ask("change_bulk_approve", "approuver un fichier de changements", _bulk("change_bulk_approve"), sent=_key()),
    Ask("retention", "conservation des données", _everywhere("retention")),
    Ask("retention_propose", "proposer la conservation", _everywhere("retention_propose"), sent=_key()),
    Ask(
        "retention_act",
        "appliquer la conservation",
        lambda w, p: reverse("retention_act", args=[w.proposal.pk, "drop"]) if w.proposal and p == "above" else None,
        sent=_key(),
    ),
    Ask("data_model", "modèle des données", _everywhere("data_model")),
    Ask("data_model_document", "modèle des données, en document", _everywhere("data_model_document")),
    *NUTRITION_ASKS,
    *GRIEVANCE_ASKS,
    *MESSAGE_ASKS,
    *RESULT_ASKS,
)

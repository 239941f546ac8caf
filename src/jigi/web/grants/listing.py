"""The lists of calls, applications, grants, instalments and ways out of the transfer."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.delivery.grants.grant_models import GrantInstalment
from jigi.delivery.grants.rules import BELOW
from jigi.delivery.grants.selection_models import GrantRanked
from jigi.delivery.grants.states import APPLICATION, CALL, GRADUATION, GRANT, INSTALMENT
from jigi.web.listing import Column, Filter, Listing

TONES = {
    "open": "info", "decided": "ok", "cancelled": "bad", "submitted": "info", "selected": "ok", "waiting": "wait",
    "refused": "bad", "withdrawn": "", "asked": "wait", "released": "ok", "stopped": "bad", "running": "info",
    "complete": "ok", "defaulted": "bad", "proposed": "wait", "confirmed": "ok", "rejected": "bad", BELOW: "bad",
}  # fmt: skip

TAKEN_WITH = "registry.see"
"""A list of households leaves the screen, on paper or as a file, with who sees the register."""


def chip(one: Any) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', TONES.get(one.status, ""), one.get_status_display())


def _status(states: Any) -> Filter:
    return Filter("etat", "État", lambda found, code: found.filter(status=code), states.choices)


def _commune(path: str) -> Filter:
    def keep(found: QuerySet[Any], text: str) -> QuerySet[Any]:
        return found.filter(**{f"{path}__name__icontains": text})

    return Filter("commune", "Commune", keep, placeholder="nom")


CALLS = Listing(
    noun=("appel", "appels"), file_name="appels-agr", order="-ouvre",
    columns=(
        Column("appel", "Appel", str, link=lambda c: reverse("grant_call", args=[c.pk]), sort="code"),
        Column("operateur", "Opérateur", lambda c: c.contract.operator.name),
        Column("ouvre", "Ouvre", lambda c: c.opens_on, kind="day", sort="opens_on"),
        Column("ferme", "Ferme", lambda c: c.closes_on, kind="day"),
        Column("places", "Places", lambda c: c.places, kind="number", sort="places"),
        Column("montant", "Subvention", lambda c: c.grant_xof, kind="xof"),
        Column("etat", "État", lambda c: c.get_status_display(), cell=chip, sort="status"),
    ),
    filters=(_status(CALL),),
    empty="Aucun appel : préparez-en un dans un contrat de subventions en vigueur.",
)  # fmt: skip

APPLICATIONS = Listing(
    noun=("candidature", "candidatures"), file_name="candidatures-agr", order="numero",
    columns=(
        Column("numero", "Candidature", lambda a: a.shown, sort="number",
               link=lambda a: reverse("grant_application", args=[a.pk])),
        Column("porteur", "Porteur", lambda a: a.applicant),
        Column("rsu", "Ménage", lambda a: a.household.rsu),
        Column("commune", "Commune", lambda a: a.commune.name, sort="commune__name"),
        Column("activite", "Activité", lambda a: a.activity.name, sort="activity__name"),
        Column("groupement", "Groupement", lambda a: a.group_name),
        Column("etat", "État", lambda a: a.get_status_display(), cell=chip, sort="status"),
    ),
    filters=(_status(APPLICATION), _commune("commune")),
    empty="Aucune candidature : saisissez-les une à une, ou envoyez un fichier.",
    subject=lambda a: a.household_id, taken_with=TAKEN_WITH,
)  # fmt: skip

GRANTS = Listing(
    noun=("subvention", "subventions"), file_name="subventions-agr", order="numero",
    columns=(
        Column("numero", "Subvention", lambda g: g.application.shown, sort="id",
               link=lambda g: reverse("grant", args=[g.pk])),
        Column("allocataire", "Allocataire", lambda g: g.recipient),
        Column("rsu", "Ménage", lambda g: g.household.rsu),
        Column("commune", "Commune", lambda g: g.commune.name, sort="commune__name"),
        Column("activite", "Activité", lambda g: g.application.activity.name),
        Column("montant", "FCFA", lambda g: g.amount_xof, kind="xof"),
        Column("etat", "État", lambda g: g.get_status_display(), cell=chip, sort="status"),
    ),
    filters=(_status(GRANT), _commune("commune")),
    empty="Aucune subvention : elles suivent l’inscription des candidatures retenues.",
    subject=lambda g: g.household_id, taken_with=TAKEN_WITH,
)  # fmt: skip

INSTALMENTS = Listing(
    noun=("tranche", "tranches"), file_name="tranches-agr", order="numero",
    columns=(
        Column("numero", "Subvention", lambda i: i.grant.application.shown, sort="id",
               link=lambda i: reverse("grant", args=[i.grant_id])),
        Column("tranche", "Tranche", lambda i: i.number, kind="number", sort="number"),
        Column("allocataire", "Allocataire", lambda i: i.grant.recipient),
        Column("commune", "Commune", lambda i: i.grant.commune.name, sort="grant__commune__name"),
        Column("montant", "FCFA", lambda i: i.amount_xof, kind="xof"),
        Column("demandee", "Demandée par", lambda i: i.asked_by),
        Column("etat", "État", lambda i: i.get_status_display(), cell=chip, sort="status"),
    ),
    filters=(
        _status(INSTALMENT), _commune("grant__commune"),
        Filter("tranche", "Tranche", lambda found, code: found.filter(number=int(code)),
               [("1", "première"), ("2", "deuxième"), ("3", "troisième")]),
    ),
    empty="Aucune tranche.",
    subject=lambda i: i.household_id, taken_with=TAKEN_WITH,
)  # fmt: skip

GRADUATIONS = Listing(
    noun=("sortie proposée", "sorties proposées"), file_name="sorties-agr", order="-quand",
    columns=(
        Column("numero", "Subvention", lambda g: g.grant.application.shown,
               link=lambda g: reverse("grant", args=[g.grant_id])),
        Column("rsu", "Ménage", lambda g: g.household.rsu),
        Column("transfert", "Transfert", lambda g: g.enrolment.component.name),
        Column("avant", "Revenu avant", lambda g: g.income_before_xof, kind="xof", sort="income_before_xof"),
        Column("apres", "À 12 mois", lambda g: g.income_after_xof, kind="xof", sort="income_after_xof"),
        Column("biens", "Biens", lambda g: g.assets_xof, kind="xof", sort="assets_xof"),
        Column("quand", "Proposée le", lambda g: g.proposed_at, kind="moment", sort="id"),
        Column("etat", "État", lambda g: g.get_status_display(), cell=chip, sort="status"),
    ),
    filters=(_status(GRADUATION),),
    empty="Personne n’est proposé : la règle attend la visite des 12 mois.",
    subject=lambda g: g.household_id, taken_with=TAKEN_WITH,
)  # fmt: skip


def _verdict(one: GrantRanked) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', TONES.get(one.verdict, ""), one.get_verdict_display())


RANKED = Listing(
    noun=("candidature", "candidatures"), file_name="classement-agr", order="rang",
    columns=(
        Column("rang", "Rang", lambda r: r.rank or "—", sort="place", cell=lambda r: str(r.rank or "—")),
        Column("numero", "Candidature", lambda r: r.application.shown,
               link=lambda r: reverse("grant_application", args=[r.application_id])),
        Column("porteur", "Porteur", lambda r: r.application.applicant),
        Column("commune", "Commune", lambda r: r.application.commune.name),
        Column("activite", "Activité", lambda r: r.application.activity.name),
        Column("note", "Note", lambda r: f"{r.score_milli / 1000:.3f}".replace(".", ",")),
        Column("depart", "Départagée par", lambda r: tie_words(r.tied_by)),
        Column("verdict", "Verdict", lambda r: r.get_verdict_display(), cell=_verdict, sort="verdict"),
    ),
    filters=(
        Filter("verdict", "Verdict", lambda found, code: found.filter(verdict=code), GrantRanked.Verdict.choices),
    ),
    empty="Aucune candidature classée.", subject=lambda r: r.application.household_id, taken_with=TAKEN_WITH,
)  # fmt: skip


def tie_words(tie: str) -> str:
    """A tie as people read it."""
    known = {"": "", "woman": "porteuse d’abord", "first_come": "ordre de dépôt"}
    return known.get(tie) or f"critère « {tie.removeprefix('criterion:')} »" * bool(tie)


def waiting(found: QuerySet[GrantInstalment]) -> int:
    """How many instalments wait to be released."""
    return found.filter(status="asked").count()

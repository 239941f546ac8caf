"""The addresses of the site: one prefix a journey."""

from __future__ import annotations

from django.urls import include, path

from jigi.web.scope import scoped

handler500 = "jigi.web.limits.server_error"

urlpatterns = scoped(
    [
        path("", include("jigi.web.portal.urls")),
        path("", include("jigi.web.account.urls")),
        path("aujourdhui/", include("jigi.web.today.urls")),
        path("menages/", include("jigi.web.households.urls")),
        path("changements/", include("jigi.web.changes.urls")),
        path("lieux/", include("jigi.web.areas.urls")),
        path("programmes/", include("jigi.web.programmes.urls")),
        path("regimes/", include("jigi.web.schemes.urls")),
        path("chocs/declencheurs/", include("jigi.web.triggers.urls")),
        path("chocs/", include("jigi.web.shocks.urls")),
        path("ciblage/", include("jigi.web.targeting.urls")),
        path("inscriptions/", include("jigi.web.enrolments.urls")),
        path("prestations/", include("jigi.web.delivery.urls")),
        path("agr/", include("jigi.web.grants.urls")),
        path("paiements/", include("jigi.web.payments.urls")),
        path("agence/", include("jigi.web.agency.urls")),
        path("api/agences/v1/", include("jigi.web.agency.api_urls")),
        path("verifications/", include("jigi.web.verification.urls")),
        path("financements/", include("jigi.web.agreements.urls")),
        path("comptabilite/", include("jigi.web.ledger.urls")),
        path("partages/", include("jigi.web.sharing.urls")),
        path("api/partage/", include("jigi.web.sharing.api_urls")),
        path("openrosa/", include("jigi.web.openrosa.urls")),
        path("questionnaires/", include("jigi.web.fill.urls")),
        path("questionnaires/", include("jigi.web.forms.urls")),
        path("feuilles/", include("jigi.web.sheets.urls")),
        path("imports/", include("jigi.web.imports.urls")),
        path("executions/", include("jigi.web.executions.urls")),
        path("exploitation/sauvegardes/", include("jigi.web.backups.urls")),
        path("comptes/", include("jigi.web.accounts.urls")),
        path("alertes/", include("jigi.web.alerts.urls")),
        path("protection/", include("jigi.web.protection.urls")),
        path("modele/", include("jigi.web.dictionary.urls")),
        path("audit/", include("jigi.web.trail.urls")),
        path("seances/", include("jigi.web.sessions.urls")),
        path("nutrition/", include("jigi.web.nutrition.urls")),
        path("plaintes/", include("jigi.web.grievances.urls")),
        path("resultats/", include("jigi.web.results.urls")),
        path("plainte/", include("jigi.web.grievances.public_urls")),
        path("messages/", include("jigi.web.messages.urls")),
        path("chantiers/", include("jigi.web.works.urls")),
        path("reponses/", include("jigi.web.arms.urls")),
        path("reponses/", include("jigi.web.response.urls")),
    ]
)

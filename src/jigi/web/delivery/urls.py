"""/prestations/."""

from __future__ import annotations

from django.urls import path

from jigi.web.delivery import calendar, contracts, fiches, pack, results

urlpatterns = [
    path("", contracts.listed, name="contracts"),
    path("operateurs/", contracts.operators, name="operators"),
    path("resultats/", results.shown, name="delivery_results"),
    path("paquet/", pack.pack, name="delivery_pack"),
    path("telephones/", fiches.listed, name="field_fiches"),
    path("telephones/prendre/", fiches.take, name="field_fiches_take"),
    path("telephones/<int:pk>/", fiches.shown, name="field_fiche"),
    path("telephones/<int:pk>/faire/<str:verb>/", fiches.act, name="field_fiche_act"),
    path("calendrier/", calendar.month, name="delivery_calendar"),
    path("contrats/nouveau/", contracts.preparing, name="contract_prepare"),
    path("contrats/<int:pk>/", contracts.shown, name="contract"),
    path("contrats/<int:pk>/faire/<str:verb>/", contracts.act, name="contract_act"),
    path("contrats/<int:pk>/livrables/<int:number>/<str:verb>/", contracts.act_on_deliverable, name="deliverable_act"),
    path("contrats/<int:pk>/cibles/<int:number>/retirer/", contracts.remove_target, name="target_remove"),
]

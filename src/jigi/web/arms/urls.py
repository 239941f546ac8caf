"""/reponses/N/volets/ and /reponses/N/scenarios/."""

from __future__ import annotations

from django.urls import path

from jigi.web.arms import lists, naming, scenarios, views

urlpatterns = [
    path("<int:number>/volets/", views.listed, name="response_arms"),
    path("<int:number>/volets/nouveau/", views.planning, name="response_arm_plan"),
    path("<int:number>/volets/<int:pk>/", views.shown, name="response_arm"),
    path("<int:number>/volets/<int:pk>/menages/", lists.households, name="response_arm_households"),
    path("<int:number>/volets/<int:pk>/envoyer/", lists.send, name="response_arm_send"),
    path("<int:number>/volets/<int:pk>/noms/", naming.shown, name="response_arm_names"),
    path("<int:number>/volets/<int:pk>/noms/<int:line>/", naming.decide, name="response_arm_name"),
    path("<int:number>/volets/<int:pk>/faire/<str:verb>/", views.act, name="response_arm_act"),
    path("<int:number>/scenarios/", scenarios.listed, name="response_scenarios"),
    path("<int:number>/scenarios/nouveau/", scenarios.planning, name="response_scenario_plan"),
    path("<int:number>/scenarios/<int:pk>/", scenarios.shown, name="response_scenario"),
    path("<int:number>/scenarios/<int:pk>/retirer/", scenarios.forget, name="response_scenario_forget"),
]

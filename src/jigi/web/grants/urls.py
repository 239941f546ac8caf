"""/agr/."""

from __future__ import annotations

from django.urls import path

from jigi.web.grants import applications, calls, grants, selections

urlpatterns = [
    path("", calls.calls, name="grant_calls"),
    path("nouveau/", calls.new, name="grant_call_new"),
    path("tranches/", grants.instalments_list, name="grant_instalments"),
    path("sorties/", grants.graduations, name="grant_graduations"),
    path("sorties/<int:pk>/faire/<str:verb>/", grants.graduate, name="grant_graduation_act"),
    path("subventions/", grants.grants, name="grants"),
    path("subventions/<int:pk>/", grants.grant, name="grant"),
    path("subventions/<int:pk>/faire/<str:verb>/", grants.act, name="grant_act"),
    path("pieces/<int:pk>/", grants.picture, name="grant_evidence"),
    path("candidatures/<int:pk>/", applications.application, name="grant_application"),
    path("candidatures/<int:pk>/retirer/", applications.withdraw, name="grant_application_withdraw"),
    path("formations/<int:pk>/", calls.training_day, name="grant_training"),
    path("selections/<int:pk>/", selections.selection, name="grant_selection"),
    path("selections/<int:pk>/pv/", selections.minutes, name="grant_minutes"),
    path("selections/<int:pk>/faire/<str:verb>/", selections.act, name="grant_selection_act"),
    path("<int:pk>/", calls.call, name="grant_call"),
    path("<int:pk>/faire/<str:verb>/", calls.act, name="grant_call_act"),
    path("<int:pk>/candidatures/", applications.applications, name="grant_applications"),
    path("<int:pk>/candidatures/nouvelle/", applications.new, name="grant_application_new"),
    path("<int:pk>/candidatures/envoyer/", applications.send, name="grant_applications_send"),
    path("<int:pk>/notes/<int:juror>/", selections.scores, name="grant_scores"),
    path("<int:pk>/notes/envoyer/", selections.send, name="grant_scores_send"),
]

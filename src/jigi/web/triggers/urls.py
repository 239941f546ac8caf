"""/chocs/declencheurs/."""

from __future__ import annotations

from django.urls import path

from jigi.web.triggers import comparing, replaying, views

urlpatterns = [
    path("", views.triggers, name="triggers"),
    path("comparer/", comparing.page, name="trigger_compare"),
    path("rejouer/", replaying.page, name="trigger_replay"),
    path("<str:code>/<int:version>/retirer/", views.withdraw, name="trigger_withdraw"),
    path("<str:code>/", views.trigger, name="trigger"),
]

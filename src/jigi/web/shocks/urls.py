"""/chocs/."""

from __future__ import annotations

from django.urls import path

from jigi.web.shocks import alerts, files, views

urlpatterns = [
    path("", views.values, name="shock_values"),
    path("lieu/<int:pk>/", views.area, name="shock_area"),
    path("fichiers/", files.files, name="shock_files"),
    path("fichiers/envoyer/", files.send, name="shock_send"),
    path("fichiers/<int:pk>/", files.file, name="shock_file"),
    path("fichiers/<int:pk>/faire/<str:verb>/", files.act, name="shock_file_act"),
    path("alertes/", alerts.alerts, name="shock_alerts"),
    path("alertes/prendre/", alerts.send, name="shock_alert_send"),
    path("alertes/<int:pk>/", alerts.alert, name="shock_alert"),
    path("alertes/<int:pk>/retirer/", alerts.withdraw, name="shock_alert_withdraw"),
]

"""/chantiers/."""

from __future__ import annotations

from django.urls import path

from jigi.web.works import acts, documents, logs, people, phone, plans, sheets, sites

urlpatterns = [
    path("", sites.worksites, name="worksites"),
    path("nouveau/", plans.new, name="worksite_new"),
    path("feuilles/", sheets.timesheets, name="works_sheets"),
    path("feuilles/<int:pk>/", sheets.sheet, name="works_sheet"),
    path("feuilles/<int:pk>/saisir/", sheets.enter, name="works_sheet_enter"),
    path("feuilles/<int:pk>/fichier/", sheets.send_file, name="works_sheet_file"),
    path("feuilles/<int:pk>/classeur/", documents.workbook, name="works_sheet_workbook"),
    path("feuilles/<int:pk>/papier/", documents.paper, name="works_sheet_paper"),
    path("feuilles/<int:pk>/faire/<str:verb>/", sheets.act, name="works_sheet_act"),
    path("telephone/", phone.desk, name="works_phone"),
    path("telephone/hors-ligne.js", phone.worker, name="works_phone_worker"),
    path("telephone/moi/", phone.who, name="works_phone_who"),
    path("telephone/feuilles/<int:pk>/", phone.roster, name="works_phone_roster"),
    path("telephone/envoyer/", phone.send, name="works_phone_send"),
    path("photos/<int:pk>/", logs.photo, name="works_photo"),
    path("<int:pk>/", sites.worksite, name="worksite"),
    path("<int:pk>/corriger/", plans.amend, name="worksite_amend"),
    path("<int:pk>/examen/", plans.screening, name="worksite_screening"),
    path("<int:pk>/faire/<str:verb>/", acts.act, name="worksite_act"),
    path("<int:pk>/candidats/", people.applications, name="work_applications"),
    path("<int:pk>/candidats/<int:application>/retirer/", people.withdraw, name="work_application_withdraw"),
    path("<int:pk>/equipes/", people.workers, name="work_workers"),
    path("<int:pk>/equipes/<int:worker>/faire/<str:verb>/", people.worker_act, name="work_worker_act"),
    path("<int:pk>/noter/<str:what>/", logs.note, name="works_note"),
]

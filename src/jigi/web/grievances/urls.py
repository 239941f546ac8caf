"""/plaintes/."""

from __future__ import annotations

from django.urls import path

from jigi.web.grievances import acts, cases, entry, fiches, mending, papers, recordings, registers, sensitive

urlpatterns = [
    path("", cases.cases, name="grievances"),
    path("nouvelle/", entry.new, name="grievance_new"),
    path("registre/", registers.send, name="grievance_file"),
    path("fiches/", fiches.listed, name="grievance_fiches"),
    path("fiches/<int:pk>/<str:verb>/", fiches.act, name="grievance_fiche_act"),
    path("sensibles/", sensitive.cases, name="sensitive_grievances"),
    path("actes/", acts.acts, name="grievance_acts"),
    path("actes/<int:pk>/<str:verb>/", acts.do, name="grievance_act_do"),
    path("delais/", papers.times, name="grievance_times"),
    path("<int:pk>/", cases.case, name="grievance"),
    path("<int:pk>/faire/<str:verb>/", cases.act, name="grievance_move"),
    path("<int:pk>/demander/", acts.ask, name="grievance_ask"),
    path("<int:pk>/menage/", mending.concern, name="grievance_concern"),
    path("<int:pk>/oter/", mending.leave_out, name="grievance_leave_out"),
    path("<int:pk>/corriger/", mending.amend, name="grievance_amend"),
    path("<int:pk>/son/", recordings.add, name="grievance_sound_add"),
    path("<int:pk>/son/<int:number>/", recordings.play, name="grievance_sound"),
    path("<int:pk>/lettre/", papers.letter, name="grievance_letter"),
]

"""/verifications/."""

from __future__ import annotations

from django.urls import path

from jigi.web.verification import exercises, findings

urlpatterns = [
    path("", exercises.exercises, name="verifications"),
    path("constats/", findings.findings, name="findings"),
    path("constats/<int:pk>/", findings.finding, name="finding"),
    path("tours/<int:pk>/", exercises.drawing, name="verification_draw"),
    path("tours/<int:pk>/anomalies/", findings.look, name="verification_look"),
    path("<int:pk>/", exercises.exercise, name="verification"),
    path("<int:pk>/clore/", exercises.close, name="verification_close"),
    path("ordres/<int:pk>/", exercises.check, name="verification_check"),
]

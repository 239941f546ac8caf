"""/plainte/: without signing in; the gateway of USSD by its secret."""

from __future__ import annotations

from django.urls import path

from jigi.web.grievances import public, ussd

urlpatterns = [
    path("", public.complain, name="complaint"),
    path("suivre/", public.follow, name="complaint_follow"),
    path("ussd/", ussd.answer, name="complaint_ussd"),
]

"""/plainte/: without signing in."""

from __future__ import annotations

from django.urls import path

from jigi.web.grievances import public

urlpatterns = [
    path("", public.complain, name="complaint"),
    path("suivre/", public.follow, name="complaint_follow"),
]

"""One's own phone of collection: its secret, shown once with the square code that ODK Collect reads."""

from __future__ import annotations

import base64
import json
import zlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake import queries
from jigi.intake.collection import RIGHT, alive, make_secret, revoke_secret
from jigi.intake.states import SUBMISSION
from jigi.web.account.adapters import square_code
from jigi.web.account.step_up import require_proof
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

PROJECT = "Jigi"
MOST_SENT_BACK = 50
SHOWN = "Le secret avait déjà été fait, et montré une fois. Refaites-le si vous ne l’avez pas noté."


@never_cache
def own_collection(request: HttpRequest) -> HttpResponse:
    """Make one's secret or take it back; a fresh proof is asked for either."""
    user = user_of(request)
    require(user, RIGHT)
    if request.method == "POST":
        require_proof(request)
        return _ACTS.get(request.POST.get("acte", ""), _unknown)(request, user)
    sent_back = list(queries.sent_back_to(user)[:MOST_SENT_BACK])
    if sent_back:
        audit.read("see", SUBMISSION.noun, "", by=user, subjects=[], after={"rows": len(sent_back)})
    forms = queries.offered_to(user).order_by("form__title")
    context = {"alive": alive(user), "forms": forms, "sent_back": sent_back}
    return render(request, "account/collection.html", context)


def collect_settings(server: str, username: str, secret: str) -> str:
    """The settings that ODK Collect reads in a square code: JSON, deflated, in base64."""
    told = {
        "general": {
            "protocol": "odk_default", "server_url": server, "username": username, "password": secret,
            "form_update_mode": "match_exactly", "autosend": "wifi_and_cellular", "app_language": "fr",
        },
        "admin": {},
        "project": {"name": PROJECT},
    }  # fmt: skip
    return base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()


def _make(request: HttpRequest, user: User) -> HttpResponse:
    made: list[str] = []

    def act() -> str:
        made.append(make_secret(by=user))
        return ""

    if not carry_out(request, act, again=SHOWN):
        return redirect("own_collection")
    server = request.build_absolute_uri("/openrosa")
    code = square_code(collect_settings(server, user.username, made[0]))
    return render(request, "account/collection.html", {"secret": made[0], "server": server, "code": code})


def _revoke(request: HttpRequest, user: User) -> HttpResponse:
    def act() -> str:
        revoke_secret(user, by=user)
        return "Le secret est retiré : le téléphone n’envoie et ne prend plus rien."

    carry_out(request, act)
    return redirect("own_collection")


def _unknown(request: HttpRequest, user: User) -> HttpResponse:
    raise Http404


_ACTS = {"faire": _make, "retirer": _revoke}

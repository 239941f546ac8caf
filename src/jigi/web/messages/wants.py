"""Who wants no message, noted at the desk or by « STOP »; and what people wrote."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.messaging import hearing, queries
from jigi.web.messages.listing import OPTOUTS, RECEIVED
from jigi.web.messages.sight import of_the_office
from jigi.web.submissions import carry_out


def optouts(request: HttpRequest) -> HttpResponseBase:
    """The list holds no number: a telephone is looked for by typing it."""
    user = of_the_office(request)
    rows = queries.optouts_visible_to(user).select_related("noted_by")
    return OPTOUTS.respond(request, rows, "messaging/optouts.html", {"typed": request.GET.get("telephone", "")})


@require_POST
def note(request: HttpRequest) -> HttpResponse:
    """Note that a telephone wants no message, or wants them again."""
    user = of_the_office(request)
    phone = request.POST.get("telephone", "")

    def act() -> str:
        if request.POST.get("reprendre"):
            hearing.start(phone, by=user)
            return "Ce téléphone reçoit de nouveau des messages."
        hearing.stop(phone, by=user)
        return "Ce téléphone ne reçoit plus de messages : ce qui l’attendait ne part pas."

    carry_out(request, act)
    return redirect("message_optouts")


def received(request: HttpRequest) -> HttpResponseBase:
    """What people wrote, for who follows messages in the whole country."""
    user = of_the_office(request)
    return RECEIVED.respond(request, queries.inbound_visible_to(user), "messaging/received.html")

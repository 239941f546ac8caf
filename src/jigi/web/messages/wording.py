"""Templates with their length and cost, senders, and the notices that programmes send by themselves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.messaging import catalogue, rules, writing
from jigi.messaging.models import Sender
from jigi.outreach import notices
from jigi.outreach.models import Switch
from jigi.programmes.models import Agency, Programme
from jigi.web.messages.sight import OPEN, person
from jigi.web.reader import rights_of
from jigi.web.submissions import carry_out


def wording(request: HttpRequest) -> HttpResponse:
    """What may be said, in which languages, at what cost; under which name; by itself or not."""
    user = person(request, *OPEN, writing.OPERATE)
    may = writing.OPERATE in rights_of(request)
    own = [one for one in Programme.objects.order_by("name") if may and writing.operates(user, one.code)]
    everywhere = may and writing.operates(user)
    context = {
        "templates": [(one, _texts(one)) for one in catalogue.templates().values()],
        "terms": catalogue.terms(),
        "senders": Sender.objects.select_related("set_by").order_by("programme_code", "organisation"),
        "switches": Switch.objects.filter(ended_at__isnull=True).select_related("programme", "switched_by"),
        "kinds": Switch.Kind.choices,
        "languages": list(catalogue.LANGUAGES.items()),
        "programmes": own,
        "agencies": Agency.objects.order_by("name"),
        "everywhere": everywhere,
        "may": everywhere or bool(own),
    }
    return render(request, "messaging/wording.html", context)


@require_POST
def set_sender(request: HttpRequest) -> HttpResponse:
    user = person(request, writing.OPERATE)
    typed = request.POST
    programme, agency, name = (typed.get(key, "") for key in ("programme", "agence", "nom"))

    def act() -> str:
        if programme and not Programme.objects.filter(code=programme).exists():
            raise Refused("Ce programme n’existe pas", remedy="Choisissez-le dans la liste.")
        if agency and not Agency.objects.filter(code=agency).exists():
            raise Refused("Cette agence n’existe pas", remedy="Choisissez-la dans la liste.")
        writing.set_sender(programme, agency, name, by=user)
        return "L’expéditeur est réglé pour les messages à venir."

    carry_out(request, act)
    return redirect("message_wording")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Start or stop a notice of a programme."""
    user = person(request, writing.OPERATE)
    typed = request.POST

    def act() -> str:
        programme = Programme.objects.filter(code=typed.get("programme", "")).first()
        if programme is None:
            raise Refused("Ce programme n’existe pas", remedy="Choisissez-le dans la liste.")
        if typed.get("arreter"):
            notices.switch_off(programme, typed.get("avis", ""), by=user)
            return "L’avis est arrêté ; ce qui attend déjà part."
        notices.switch_on(programme, typed.get("avis", ""), typed.get("langue", "fr"), by=user)
        return "L’avis est en marche : rien de ce qui est passé n’est annoncé."

    carry_out(request, act)
    return redirect("message_wording")


def _texts(one: catalogue.MessageTemplate) -> list[dict[str, Any]]:
    """Each language with its usual length and cost."""
    found = []
    for language, said in one.texts.items():
        text = rules.fill(said.text, catalogue.SAMPLE)
        count, cost = rules.weigh(text, "sms", catalogue.terms().tariff)
        found.append({
            "language": catalogue.LANGUAGES[language], "said": said, "text": text, "gsm": rules.is_gsm(text),
            "letters": len(text), "count": count, "cost": cost,
        })  # fmt: skip
    return found

"""What was sent: the list, and the story of one message."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from jigi.foundation import audit
from jigi.messaging import queries
from jigi.messaging.models import Report
from jigi.outreach import queries as outreach
from jigi.registry import queries as registry
from jigi.web.messages.listing import chip, phone_end, sent_list, title_of
from jigi.web.messages.sight import person
from jigi.web.reader import number_in


def sent(request: HttpRequest) -> HttpResponseBase:
    """The messages of the person's places, or of their agency; each reading is noted."""
    user = person(request)
    return sent_list().respond(request, queries.visible_to(user).select_related("area"), "messaging/sent.html")


def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: what it said, to which telephone (its end), each thing that became of it."""
    user = person(request)
    one = get_object_or_404(queries.visible_to(user).select_related("area", "queued_by"), pk=pk)
    audit.read("see", "message", one.pk, by=user, subjects=[one.household] if one.household else [])
    home = registry.visible_to(user).filter(pk=one.household).first() if one.household else None
    number = number_in(one.batch.removeprefix("campaign:"))
    context = {
        "message": one,
        "chip": chip(one),
        "title": title_of(one.template),
        "phone": phone_end(one),
        "household": home,
        "campaign": outreach.visible_to(user).filter(pk=number).first() if number else None,
        "events": one.events.order_by("pk"),
        "reports": Report.objects.filter(reference=one.reference).order_by("pk"),
    }
    return render(request, "messaging/message.html", context)

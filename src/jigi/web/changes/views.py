"""Requests to change the register: the list, the page of one, its evidence."""

from __future__ import annotations

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from jigi.changes import queries
from jigi.changes.actions import ASK
from jigi.changes.evidence import MOST_FILES
from jigi.changes.models import ChangeBulk, ChangeEvidence, ChangeRequest
from jigi.changes.states import CHANGE
from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.web.changes.listing import CHANGES, chip
from jigi.web.changes.sight import changer, seen_change
from jigi.web.changes.words import told
from jigi.web.households.disclosure import is_clear
from jigi.web.nouns import verb_word
from jigi.web.submissions import carry_out

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
MOST_BULKS = 5


def changes(request: HttpRequest) -> HttpResponseBase:
    """The requests of one's communes, latest first."""
    user = changer(request)
    seen = queries.visible_to(user).select_related("household__commune", "made_by", "checked_by")
    bulks = ChangeBulk.objects.filter(requests__in=queries.visible_to(user)).select_related("made_by").distinct()
    context = {"bulks": bulks.order_by("-pk")[:MOST_BULKS], "may_ask": can(user, ASK)}
    return CHANGES.respond(request, seen, "changes/list.html", context)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: each fact before and after, who else touches it, what this person may do about it."""
    user, shown = changer(request), seen_change(request, pk)
    stale = queries.stale(shown)
    items = list(shown.items.all())
    sensitive = can(user, "registry.sensitive", areas=[shown.household.commune])
    audit.read("see", CHANGE.noun, shown.pk, by=user, subjects=[shown.household_id])
    clear = is_clear(request, shown.household)
    context = {
        "change": shown,
        "chip": chip(shown),
        "items": told(shown, items, stale=stale, clear=clear, sensitive=sensitive),
        "stale": stale,
        "conflicts": queries.conflicts(shown) if shown.is_open else [],
        "counters": shown.counters.order_by("pk"),
        "papers": shown.evidence.defer("content").order_by("pk"),
        "room_for_papers": shown.evidence.count() < MOST_FILES,
        "mine": shown.made_by_id == user.pk,
        "may_decide": shown.status == "submitted" and shown.made_by_id != user.pk and queries.may_check(user, shown),
        "may_counter": _may_counter(user, shown),
        "history": [(event, verb_word(event.verb, CHANGE.noun)) for event in audit.history(CHANGE.noun, shown.pk)],
    }
    return render(request, "changes/change.html", context)


@require_POST
def paper(request: HttpRequest, pk: int, paper: int) -> HttpResponseBase:
    """A paper of a request, to be kept: by a form, since each download leaves a row with the audit."""
    user, shown = changer(request), seen_change(request, pk)
    found = get_object_or_404(ChangeEvidence, request=shown, pk=paper)

    def act() -> str:
        after = {"sha256": found.sha256}
        audit.read("export", CHANGE.noun, shown.pk, by=user, subjects=[shown.household_id], after=after)
        return ""

    carry_out(request, act, again="")
    name = f"piece-{found.pk}.{SUFFIX[found.kind]}"
    return FileResponse(BytesIO(found.content), as_attachment=True, filename=name, content_type=found.kind)


def _may_counter(user: User, shown: ChangeRequest) -> bool:
    waiting = shown.counters.exclude(status__in=("refused", "withdrawn")).exists()
    held = can(user, ASK, areas=[shown.household.commune])
    return shown.is_applied and not shown.undoes_id and not waiting and held

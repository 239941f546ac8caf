"""The enrolments that the register says otherwise, the page of one, and the acts that answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from jigi.enrolment import actions, cards, queries
from jigi.enrolment.models import Enrolment
from jigi.enrolment.queries import DECIDE, NEWS, STOPS
from jigi.enrolment.states import ENROLMENT
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.web.complaints import about
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out


def enrolments(request: HttpRequest) -> HttpResponseBase:
    """The changes of the register to follow, in the person's programmes and places."""
    user = _person(request)
    shown = queries.to_follow(user).select_related("recipient", "component__programme", "commune")
    return TO_FOLLOW.respond(request, shown, "enrolments/list.html")


def enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    """One enrolment: what it says, what the register says, what is owed, what may be done."""
    user = _person(request)
    one, told = _seen(user, pk), queries.to_follow(user).filter(pk=pk).first()
    household = registry.visible_to(user).filter(pk=one.household_id).select_related("commune", "village").first()
    audit.read("see", ENROLMENT.noun, one.pk, by=user, subjects=[one.household_id])
    members = list(registry.current_members(household)) if household else []
    context = {
        "enrolment": one,
        "told": told,
        "said": NEWS[told.news] if told else "",
        "stops": told is not None and told.news in STOPS,
        "rsu": _rsu(told) if told else household.rsu if household else "",
        "household": household,
        "complaints": about(one, user),
        "card": cards.live_card(one),
        "members": [member for member in members if member.person_id != one.recipient_id],
        "moved": household is None or household.commune_id != one.commune_id,
        "history": [(event, verb_word(event.verb, ENROLMENT.noun)) for event in audit.history(ENROLMENT.noun, one.pk)],
    }
    return render(request, "enrolments/enrolment.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Change the recipient, transfer, suspend, resume, keep or exit."""
    user = _person(request)
    one = _seen(user, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("enrolment", pk)


def _change_recipient(request: HttpRequest, one: Enrolment, by: User) -> str:
    chosen = request.POST.get("personne", "")
    household = registry.visible_to(by).filter(pk=one.household_id).first()
    members = registry.current_members(household) if household else []
    person = next((member.person for member in members if str(member.person_id) == chosen), None)
    if person is None:
        raise Refused("Qui reçoit désormais ?", remedy="Choisissez un membre présent du ménage.")
    actions.change_recipient(one, person, reason=request.POST.get("motif", ""), by=by)
    return "L’allocataire est changé : les prochains tours le paient, et les rappels avec."


def _done(act: Callable[..., None], said: str) -> Callable[[HttpRequest, Enrolment, User], str]:
    def done(request: HttpRequest, one: Enrolment, by: User) -> str:
        act(one, reason=request.POST.get("motif", ""), by=by)
        return said

    return done


def _exit(one: Enrolment, *, reason: str, by: User) -> None:
    actions.exit(one, reason, by=by)


ACTS: Mapping[str, Callable[[HttpRequest, Enrolment, User], str]] = {
    "allocataire": _change_recipient,
    "transferer": _done(actions.transfer, "L’inscription suit le ménage : les tours de sa commune le paieront."),
    "suspendre": _done(actions.suspend, "L’inscription est suspendue : rien n’est payé avant sa reprise."),
    "reprendre": _done(actions.resume, "L’inscription reprend."),
    "garder": _done(actions.keep, "L’inscription reste comme elle est, avec votre motif."),
    "sortir": _done(_exit, "L’inscription est finie. Ce qui reste dû se paie, ou se rend au fonds à la clôture."),
}


def _page(one: Enrolment) -> str:
    return reverse("enrolment", args=[one.pk])


def _rsu(one: Any) -> str:
    return Household(rsu_number=one.rsu_number).rsu


def _chip(one: Any) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', "bad" if one.news in STOPS else "wait", NEWS[one.news])


TO_FOLLOW = Listing(
    noun=("changement à suivre", "changements à suivre"),
    file_name="changements-a-suivre",
    columns=(
        Column("rsu", "N° RSU", _rsu, sort="pk",
               cell=lambda one: format_html('<a class="nb" href="{}">{}</a>', _page(one), _rsu(one))),
        Column("nouvelle", "Au registre", lambda one: NEWS[one.news], cell=_chip),
        Column("allocataire", "Allocataire inscrit", lambda one: one.recipient),
        Column("composante", "Composante", lambda one: one.component),
        Column("commune", "Inscrit à", lambda one: one.commune.name, sort="commune__name"),
        Column("vit", "Ménage à", lambda one: one.place),
        Column("etat", "État", lambda one: one.get_status_display(), sort="status"),
    ),
    order="rsu",
    filters=(
        Filter("nouvelle", "Au registre", lambda rows, code: rows.filter(news=code), list(NEWS.items())),
        Filter("etat", "État", lambda rows, code: rows.filter(status=code), ENROLMENT.choices[:2]),
    ),
    empty="Rien à suivre : les inscriptions disent ce que dit le registre.",
    subject=lambda one: one.household_id,
)  # fmt: skip


def _seen(user: User, pk: int) -> Enrolment:
    seen = queries.visible_to(user, DECIDE).select_related("component__programme", "cohort", "commune", "agency")
    return get_object_or_404(seen, pk=pk)


def _person(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, DECIDE):
        raise Http404
    return user

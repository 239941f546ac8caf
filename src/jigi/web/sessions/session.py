"""/seances/<n>/: one session, what was said of it, and what may be done now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import CHECK, may, may_operate
from jigi.delivery.sessions import actions, attendance
from jigi.delivery.sessions.actions import Held
from jigi.delivery.sessions.models import Attendance, Session
from jigi.delivery.sessions.states import SESSION
from jigi.delivery.sessions.themes_file import materials
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.web.formats import day
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in, user_of
from jigi.web.sessions.sight import chip, day_in, seen_session
from jigi.web.submissions import carry_out


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The session, its list to tick while it is held, its sheets, and its history."""
    one, user = seen_session(request, pk), user_of(request)
    operates = may_operate(user, one.contract, one.commune)
    context: dict[str, Any] = {
        "one": one, "chip": chip(one), "operates": operates, "today": timezone.localdate(),
        "may_check": _why_not_check(one, user) == "", "why_not_check": _why_not_check(one, user),
        "may_reopen": one.status == "checked" and may(user, CHECK, one.contract, [one.commune]),
        "rows": _rows(one, user, operates), "sheets": list(one.sheets.select_related("printing", "entered_by")),
        "may_print": can(user, "sheets.handle", areas=[one.commune]),
        "materials": [(code, name, _shown(one).get(code, 0)) for code, name in materials().items()],
        "shown": [(materials().get(code, code), count) for code, count in _shown(one).items()],
        "reasons": [choice for choice in Session.NotHeld.choices if choice[0]],
        "history": [(event, verb_word(event.verb, SESSION.noun)) for event in audit.history(SESSION.noun, one.pk)],
        "came": Attendance.Came.choices,
    }  # fmt: skip
    return render(request, "sessions/session.html", context)


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it was held, or correct what was said."""
    one, user = seen_session(request, pk), user_of(request)
    said = _said(request)

    def act() -> str:
        if one.status == "held":
            version = number_in(request.POST.get("version", ""))
            actions.correct(one, said, version=version, reason=request.POST.get("motif", ""), by=user)
            return "La séance est corrigée."
        actions.hold(one, said, by=user)
        return "La séance est tenue : notez maintenant qui est venu."

    carry_out(request, act)
    return redirect("session", pk)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Plan it another day, say that it was not held, take it back, check or reopen it."""
    one, user = seen_session(request, pk), user_of(request)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("session", pk)


def _replan(request: HttpRequest, one: Session, by: User) -> str:
    to = day_in(request.POST.get("jour", ""))
    actions.replan(one, to, by=by)
    return f"La séance est prévue le {day(to)}."


def _cancel(request: HttpRequest, one: Session, by: User) -> str:
    actions.cancel(one, request.POST.get("raison", ""), by=by)
    return "La séance est dite non tenue : aucune absence n’y est comptée."


def _undo(request: HttpRequest, one: Session, by: User) -> str:
    actions.undo(one, reason=request.POST.get("motif", ""), by=by)
    return "La séance est de nouveau prévue ; ses présences sont retirées."


def _check(request: HttpRequest, one: Session, by: User) -> str:
    actions.check(one, by=by)
    return "La séance est contrôlée."


def _reopen(request: HttpRequest, one: Session, by: User) -> str:
    actions.reopen(one, reason=request.POST.get("motif", ""), by=by)
    return "La séance est rouverte : corrigée, elle sera contrôlée de nouveau."


ACTS: dict[str, Callable[[HttpRequest, Session, User], str]] = {
    "replan": _replan, "cancel": _cancel, "undo": _undo, "check": _check, "reopen": _reopen,
}  # fmt: skip


def _said(request: HttpRequest) -> Held:
    post = request.POST
    return Held(
        day_in(post.get("jour", "")), post.get("lieu", ""), post.get("animateur", ""), _count(post.get("hommes", "")),
        _count(post.get("femmes", "")),
        {code: number_in(post.get(f"materiel-{code}", "")) for code in materials() if f"materiel-{code}" in post},
    )  # fmt: skip


def _count(text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 6:
        raise Refused("Combien d’hommes et de femmes ?", remedy="Écrivez deux nombres entiers, 0 s’il le faut.")
    return int(text)


def _shown(one: Session) -> dict[str, int]:
    return dict(one.materials.values_list("material", "quantity"))


def _rows(one: Session, user: User, operates: bool) -> list[dict[str, Any]]:
    """The list: to tick for who works there, of those who came for who follows."""
    if one.status not in ("held", "checked"):
        return []
    if operates:
        return attendance.list_of(one, by=user)
    return [row for row in attendance.list_checked(one, by=user) if row["present"]]


def _why_not_check(one: Session, user: User) -> str:
    """Why this person does not check it: "" when they may, "—" when it is not theirs at all."""
    if not may(user, CHECK, one.contract, [one.commune]):
        return "—"
    if one.held_by_id == user.pk or Attendance.objects.filter(session=one, entered_by=user).exists():
        return "Vous avez saisi cette séance : une autre personne la contrôle."
    return ""

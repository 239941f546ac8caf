"""Who came to a session: the list ticked on its page, a card that is read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.delivery.sessions import attendance
from jigi.delivery.sessions.attendance import Present
from jigi.web.formats import counted
from jigi.web.reader import number_in, user_of
from jigi.web.sessions.sight import seen_session
from jigi.web.submissions import carry_out

FOUND = {"recipient": ("recipient", ""), "alternate": ("alternate", ""), "F": ("other", "F"), "M": ("other", "M")}
"""What is chosen of who came: the answer of the form, and what it says of the person and their sex."""


@require_POST
def presents(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the whole list: those that are ticked came, the others did not."""
    one, user = seen_session(request, pk), user_of(request)
    ticked = [_present(request, number_in(text)) for text in request.POST.getlist("present")]
    version = number_in(request.POST.get("version", ""))

    def act() -> str:
        changed = attendance.enter(one, ticked, version=version, by=user)
        if changed.is_nothing:
            return f"{counted(len(ticked), 'ménage nommé', 'ménages nommés')} : la liste n’a pas changé."
        added, removed = len(changed.added), len(changed.removed)
        return f"{counted(len(ticked), 'ménage nommé', 'ménages nommés')} : {added} de plus, {removed} de moins."

    carry_out(request, act)
    return redirect(reverse("session", args=[pk]) + "#presents")


@require_POST
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark who presents a card: its code is read by a scanner or a camera into the field."""
    one, user = seen_session(request, pk), user_of(request)

    def act() -> str:
        household, new = attendance.read_card(one, request.POST.get("carte", ""), by=user)
        return f"{household.rsu} est noté." if new else f"{household.rsu} était déjà noté."

    carry_out(request, act)
    return redirect(reverse("session", args=[pk]) + "#carte")


def _present(request: HttpRequest, household: int) -> Present:
    said = request.POST.get(f"qui-{household}", "recipient")
    came, sex = FOUND.get(said, ("other", ""))
    mother = f"mere-{household}" in request.POST and sex == "F"
    return Present(household, came, sex, mother, f"accord-{household}" in request.POST)

"""Invitations: made, shown once as a paper to hand over, renewed, cancelled."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jigi.foundation.models import User
from jigi.geography import invitations as acts
from jigi.geography import staff
from jigi.geography.access import postings_with
from jigi.geography.invitations import Invited
from jigi.geography.models import Invitation
from jigi.geography.roles import roles
from jigi.web.account.adapters import square_code
from jigi.web.account.step_up import kept_form, require_proof
from jigi.web.accounts.forms import InvitationForm, role_sentences
from jigi.web.accounts.views import administrator, seen, tried
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

Rows = QuerySet[Invitation]
PAPER = "invitation_paper"


def listed(request: HttpRequest) -> HttpResponseBase:
    """The invitations to the places that one administers, the latest first."""
    administrator(request)
    return LISTING.respond(request, _mine(user_of(request)), "accounts/invitations.html")


def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a posting."""
    by = administrator(request)
    require_proof(request)
    form = InvitationForm(request.POST or None, initial=kept_form(request))
    if request.method == "POST" and form.is_valid():
        names = {name: form.cleaned_data[name] for name in ("username", "full_name", "email")}
        made: list[Invited] = []

        def act() -> str:
            made.append(acts.invite(**names, **form.posting, by=by))
            return "L’invitation est prête : imprimez-la et remettez-la."

        if tried(form, lambda: carry_out(request, act)):
            return _papered(request, made)
    return render(request, "accounts/invite.html", {"form": form, "roles": role_sentences()})


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper for somebody who can no longer come in."""
    by, user = administrator(request), seen(request, pk)
    require_proof(request, back=reverse("account", args=[pk]))
    made: list[Invited] = []

    def act() -> str:
        forget, reason = request.POST.get("oublier") == "oui", request.POST.get("motif", "")
        made.append(acts.renew(user, by=by, forget_second_factor=forget, reason=reason))
        return "Le lien est prêt : imprimez-le et remettez-le en mains propres."

    carry_out(request, act)
    return _papered(request, made)


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """A new paper for an invitation that still waits; the earlier link no longer serves."""
    by, found = administrator(request), _found(request, pk)
    require_proof(request, back=reverse("invitation_paper", args=[pk]))
    made: list[Invited] = []

    def act() -> str:
        made.append(acts.resend(found, by=by))
        return "Voici un nouveau lien ; l’ancien ne sert plus."

    carry_out(request, act)
    return _papered(request, made)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an invitation void."""
    by, found = administrator(request), _found(request, pk)
    require_proof(request, back=reverse("invitation_paper", args=[pk]))

    def act() -> str:
        acts.cancel(found, by=by)
        return "L’invitation est annulée : son lien n’ouvre plus rien."

    carry_out(request, act)
    return redirect("invitation_paper", pk)


@never_cache
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of an invitation: its link and square are shown once, just after it is made."""
    administrator(request)
    found = _found(request, pk)
    kept = request.session.pop(PAPER, None)
    link = ""
    if kept and kept["invitation"] == pk:
        link = request.build_absolute_uri(f"{reverse('invitation')}?cle={kept['token']}")
    context = {
        "invitation": found,
        "role": roles().get(found.role),
        "state": state_of(found),
        "link": link,
        "square": square_code(link) if link else "",
    }
    return render(request, "accounts/paper.html", context)


def state_of(invitation: Invitation) -> str:
    """« en attente », « acceptée », « annulée » or « passée »."""
    if invitation.accepted_at:
        return "acceptée"
    if invitation.cancelled_at:
        return "annulée"
    return "en attente" if invitation.expires_at > timezone.now() else "passée"


def _papered(request: HttpRequest, made: list[Invited]) -> HttpResponse:
    """To the paper; the token waits in the session for the one page that shows it."""
    if not made:
        return redirect("invitations")
    request.session[PAPER] = {"invitation": made[0].invitation.pk, "token": made[0].token}
    return redirect("invitation_paper", made[0].invitation.pk)


def _mine(by: User) -> Rows:
    within = Q(account__in=staff.administered_by(by))
    for held in postings_with(by, staff.RIGHT):
        programme = Q(programme_code=held.programme_code) if held.programme_code else Q()
        within |= programme & Q(area__path__startswith=held.area.path)
    return Invitation.objects.filter(within).select_related("area", "invited_by", "account")


def _found(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(_mine(user_of(request)), pk=pk)


def _what(invitation: Invitation) -> str:
    if invitation.is_renewal:
        return "nouveau lien"
    return f"{roles()[invitation.role].title if invitation.role in roles() else invitation.role}, {invitation.area}"


def _chip(invitation: Invitation) -> str:
    state = state_of(invitation)
    css = {"acceptée": "ok", "en attente": "wait"}.get(state, "bad")
    return format_html('<span class="chip {}">{}</span>', css, state)


def _by_text(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(full_name__icontains=text) | Q(username__icontains=text))


def _by_state(rows: Rows, state: str) -> Rows:
    open_ones = Q(accepted_at=None, cancelled_at=None)
    conditions: dict[str, Any] = {
        "attente": open_ones & Q(expires_at__gt=timezone.now()),
        "passee": open_ones & Q(expires_at__lte=timezone.now()),
        "acceptee": Q(accepted_at__isnull=False),
        "annulee": Q(cancelled_at__isnull=False),
    }
    return rows.filter(conditions[state])


LISTING = Listing(
    noun=("invitation", "invitations"),
    file_name="invitations",
    columns=(
        Column("quand", "Faite le", lambda one: one.invited_at, kind="moment", sort="id"),
        Column("identifiant", "Identifiant", lambda one: one.username, sort="username",
               link=lambda one: reverse("invitation_paper", args=[one.pk])),
        Column("nom", "Nom et fonction", lambda one: one.full_name, sort="full_name"),
        Column("pour", "Pour", _what),
        Column("par", "Par", lambda one: one.invited_by),
        Column("jusque", "Valable jusqu’au", lambda one: one.expires_at, kind="moment", sort="expires_at"),
        Column("etat", "État", state_of, cell=_chip),
    ),
    order="-quand",
    filters=(
        Filter("q", "Nom ou identifiant", _by_text),
        Filter("etat", "État", _by_state, (("attente", "en attente"), ("acceptee", "acceptée"),
                                           ("passee", "passée"), ("annulee", "annulée"))),
    ),
    empty="Aucune invitation pour le moment.",
)  # fmt: skip

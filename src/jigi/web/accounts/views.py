"""The list of accounts, an account, and what may be done to it: each act asks a reason and a fresh proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography import staff
from jigi.geography.access import require
from jigi.geography.factors import STRONG, holds_second_factor, requires_second_factor
from jigi.geography.models import StaffPosting
from jigi.geography.roles import roles
from jigi.intake import collection
from jigi.web.account.step_up import kept_form, require_proof
from jigi.web.accounts.forms import ReasonedPostingForm, role_choices, role_sentences
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in, user_of
from jigi.web.submissions import carry_out

Accounts = QuerySet[User]
PROVIDER = "fournisseur"


def accounts(request: HttpRequest) -> HttpResponseBase:
    """Every account of the places that one administers."""
    by = administrator(request)
    current = StaffPosting.objects.filter(_unended()).select_related("area").order_by("role")
    rows = staff.administered_by(by).prefetch_related(Prefetch("staff_postings", current, to_attr="current"))
    return LISTING.respond(request, rows, "accounts/list.html")


def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its postings, its ways in, and what may be done to it."""
    by, user = administrator(request), seen(request, pk)
    postings = [
        (roles()[one.role].title if one.role in roles() else one.role, one, _holds(one))
        for one in user.staff_postings.select_related("area").order_by("-starts_on", "role")
    ]
    context = {
        "account": user,
        "postings": postings,
        "current": [(title, one) for title, one, holds in postings if holds],
        "may": staff.may_administer(user, by=by),
        "is_me": user.pk == by.pk,
        "has_factor": holds_second_factor(user),
        "lacks_factor": requires_second_factor(user) and not holds_second_factor(user),
        "sessions": UserSession.objects.filter(user_id=user.pk).count(),
        "subject": SocialAccount.objects.filter(user=user, provider=PROVIDER).values_list("uid", flat=True).first(),
        "email": EmailAddress.objects.filter(user=user).values_list("email", flat=True).first(),
        "collection": collection.alive(user),
        "events": audit.history("user", user.pk)[:20],
        "typed": kept_form(request),
    }
    return render(request, "accounts/account.html", context)


def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a posting more."""
    by, user = administrator(request), seen(request, pk)
    require_proof(request)
    form = ReasonedPostingForm(request.POST or None, initial=kept_form(request))
    if request.method == "POST" and form.is_valid():
        given = form.posting | {"by": by, "reason": form.cleaned_data["motif"]}
        if tried(form, lambda: carry_out(request, lambda: _posted(user, given))):
            return redirect("account", pk)
    context = {"account": user, "form": form, "roles": role_sentences()}
    return render(request, "accounts/post.html", context)


@require_POST
def end_posting(request: HttpRequest, pk: int) -> HttpResponse:
    """End one posting at the close of a day."""
    by, user = administrator(request), seen(request, pk)
    chosen = request.POST.get("affectation", "")
    found = user.staff_postings.select_related("area", "user").filter(pk=number_in(chosen)).first()
    if found is None:
        raise Http404

    def act() -> str:
        staff.end_posting(found, last_day=_day(request), by=by, reason=request.POST.get("motif", ""))
        return f"L’affectation finit le {found.ends_on:%d/%m/%Y}."

    return _done(request, pk, act)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account."""
    by, user = administrator(request), seen(request, pk)

    def act() -> str:
        ended = staff.close(user, by=by, reason=request.POST.get("motif", ""))
        return f"Le compte est fermé ; {counted(ended, 'session finie', 'sessions finies')}."

    return _done(request, pk, act)


@require_POST
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign somebody out everywhere."""
    by, user = administrator(request), seen(request, pk)

    def act() -> str:
        ended = staff.end_all_sessions(user, by=by, reason=request.POST.get("motif", ""))
        return f"{counted(ended, 'session finie', 'sessions finies')} : la personne doit se connecter de nouveau."

    return _done(request, pk, act)


@require_POST
def revoke_collection(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop somebody's phone of collection: lost, stolen, or not given back."""
    by, user = administrator(request), seen(request, pk)

    def act() -> str:
        collection.revoke_secret(user, by=by, reason=request.POST.get("motif", ""))
        return "Le secret de collecte est retiré : le téléphone n’envoie et ne prend plus rien."

    return _done(request, pk, act)


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how the sign-in provider names somebody."""
    by, user = administrator(request), seen(request, pk)

    def act() -> str:
        staff.link(
            user, provider=PROVIDER, subject=request.POST.get("sujet", ""), email=request.POST.get("adresse", ""),
            by=by, reason=request.POST.get("motif", ""),
        )  # fmt: skip
        return "C’est noté."

    return _done(request, pk, act)


def administrator(request: HttpRequest) -> User:
    """The reader, who holds « accounts.administer » somewhere. Raises Refused."""
    user = user_of(request)
    require(user, staff.RIGHT)
    return user


def seen(request: HttpRequest, pk: int) -> User:
    """An account that the reader administers, else 404."""
    return get_object_or_404(staff.administered_by(user_of(request)), pk=pk)


def _done(request: HttpRequest, pk: int, act: Callable[[], str]) -> HttpResponse:
    require_proof(request, back=reverse("account", args=[pk]))
    carry_out(request, act)
    return redirect("account", pk)


def tried(form: Any, act: Callable[[], object]) -> bool:
    """Whether the act was done; a refusal is written on the form, where what was typed still stands."""
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _posted(user: User, given: dict[str, Any]) -> str:
    made = staff.post(user, **given)
    return f"{user.full_name} : {roles()[made.role].title}, {made.area}."


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("jour", ""))
    except ValueError:
        raise Refused("Il manque le dernier jour de l’affectation", remedy="Écrivez-le comme 2026-12-31.") from None


def _unended() -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=date.today())


def _holds(posting: StaffPosting) -> bool:
    return posting.ends_on is None or posting.ends_on >= date.today()


def _held(user: Any) -> str:
    return " · ".join(
        f"{roles()[one.role].title if one.role in roles() else one.role}, {one.area}" for one in user.current
    )


def _state(user: User) -> str:
    return "ouvert" if user.is_active else "fermé"


def _chip(user: User) -> str:
    return format_html('<span class="chip {}">{}</span>', "ok" if user.is_active else "bad", _state(user))


def _by_text(rows: Accounts, text: str) -> Accounts:
    return rows.filter(Q(full_name__icontains=text) | Q(username__icontains=text))


def _by_role(rows: Accounts, role: str) -> Accounts:
    return rows.filter(pk__in=StaffPosting.objects.filter(_unended(), role=role).values("user"))


def _by_state(rows: Accounts, state: str) -> Accounts:
    return rows.filter(is_active=state == "ouvert")


def _by_factor(rows: Accounts, held: str) -> Accounts:
    holders = Authenticator.objects.filter(type__in=STRONG).values("user")
    return rows.filter(pk__in=holders) if held == "oui" else rows.exclude(pk__in=holders)


LISTING = Listing(
    noun=("compte", "comptes"),
    file_name="comptes",
    columns=(
        Column("identifiant", "Identifiant", lambda user: user.username, sort="username",
               link=lambda user: reverse("account", args=[user.pk])),
        Column("nom", "Nom et fonction", lambda user: user.full_name, sort="full_name"),
        Column("affectations", "Affectations", _held),
        Column("ouvert", "Ouvert le", lambda user: user.created_at, kind="day", sort="created_at"),
        Column("venu", "Dernière connexion", lambda user: user.last_login, kind="moment"),
        Column("etat", "État", _state, cell=_chip),
    ),
    order="identifiant",
    filters=(
        Filter("q", "Nom ou identifiant", _by_text),
        Filter("role", "Rôle", _by_role, role_choices()),
        Filter("etat", "État", _by_state, (("ouvert", "ouvert"), ("ferme", "fermé"))),
        Filter("facteur", "Second facteur", _by_factor, (("oui", "en place"), ("non", "absent"))),
    ),
    empty="Aucun compte dans les lieux que vous administrez.",
)  # fmt: skip

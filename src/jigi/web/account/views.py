"""The door, one's own account, and an invitation taken up. allauth's own views do the rest (urls.py)."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.socialaccount.adapter import get_adapter as provider_adapter
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography import invitations
from jigi.geography.factors import holds_second_factor
from jigi.geography.models import StaffPosting
from jigi.geography.roles import roles
from jigi.web.account.adapters import AccountAdapter
from jigi.web.account.forms import AcceptForm
from jigi.web.account.middleware import lacks_factor
from jigi.web.reader import postings_of, user_of

TOKEN = "invitation"


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page; on a demonstration server it lists the accounts to try."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["accounts"] = _demonstration_accounts()
        context["providers"] = _providers(self.request)
        return context


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, by a form: a link could be followed without being asked."""
    AccountAdapter(request).logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Told to who signs in by a provider with an account that is closed."""
    return render(request, "account/account_inactive.html", status=403)


def own(request: HttpRequest) -> HttpResponse:
    """One's own account: what one may do, and the ways in."""
    user = user_of(request)
    postings = [(roles()[posting.role].title, posting) for posting in postings_of(request)]
    context = {
        "postings": postings,
        "has_factor": holds_second_factor(user),
        "lacks_factor": lacks_factor(request),
        "sessions": UserSession.objects.filter(user_id=user.pk).count(),
    }
    return render(request, "account/own.html", context)


@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; each can be ended, or all but this one."""
    mine = sorted(UserSession.objects.purge_and_list(user_of(request)), key=lambda one: one.created_at, reverse=True)
    if request.method == "POST":
        asked = request.POST.get("session", "")
        chosen = [one for one in mine if str(one.pk) == asked or (asked == "autres" and not one.is_current())]
        if not chosen:
            raise Http404
        audit.record("end_sessions", "user", user_of(request).pk, by=user_of(request), after={"sessions": len(chosen)})
        end_sessions(request, chosen)
        messages.success(request, "C’est fait : qui s’en servait doit se connecter de nouveau.")
        return redirect("usersessions_list")
    return render(request, "usersessions/usersession_list.html", {"sessions": mine, "others": len(mine) > 1})


@login_not_required
@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest) -> HttpResponse:
    """The page that an invitation leads to: choose a password, and come in.

    The token leaves the address at once, so that neither the audit, nor a referrer, nor the history keeps it.
    """
    if token := request.GET.get("cle", ""):
        request.session[TOKEN] = token
        return redirect("invitation")
    token = request.session.get(TOKEN, "")
    found = invitations.find(token) if token else None
    if found is None:
        return render(request, "account/invitation_over.html", status=404)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(token, form.cleaned_data["password1"])
        except ValidationError as error:
            form.add_error("password1", error)
        else:
            return _come_in(request, user)
    role = roles().get(found.role)
    return render(request, "account/invitation.html", {"invitation": found, "role": role, "form": form})


def _come_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in who has just chosen a password: through the door, where a second factor kept is still asked."""
    if request.user.is_authenticated:
        AccountAdapter(request).logout(request)
    request.session.pop(TOKEN, None)
    messages.success(request, "Votre mot de passe est choisi.")
    if holds_second_factor(user):
        return redirect("account_login")
    AccountAdapter(request).login(request, user)
    record_authentication(request, user, method="password", username=user.username)
    UserSession.objects.create_from_request(request)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _providers(request: HttpRequest) -> list[Any]:
    return list(provider_adapter(request).list_providers(request))


def _demonstration_accounts() -> list[dict[str, str]]:
    postings = StaffPosting.objects.filter(user__is_demonstration=True, user__is_active=True)
    postings = postings.exclude(user__is_service=True).select_related("user", "area").order_by("user__username")
    titles = {code: role.title for code, role in roles().items()}
    return [{"username": p.user.username, "title": titles.get(p.role, p.role), "area": str(p.area)} for p in postings]

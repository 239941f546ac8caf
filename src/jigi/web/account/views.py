"""Sign-in and sign-out; both leave an audit row."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.geography.roles import roles
from jigi.web.account.forms import SignInForm
from jigi.web.middleware import device_of


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page; on a demonstration server it lists the accounts to try."""

    template_name = "account/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        audit.signed_in(user, **device_of(self.request), means="mot de passe")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, demonstration=_demonstration_accounts())


class SignOut(LogoutView):
    """Ends the session, by a form: a link could be followed without being asked."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            audit.signed_out(request.user, **device_of(request))
        return super().post(request, *args, **kwargs)


def _demonstration_accounts() -> list[dict[str, str]]:
    postings = StaffPosting.objects.filter(user__is_demonstration=True, user__is_active=True)
    postings = postings.exclude(user__is_service=True).select_related("user", "area").order_by("user__username")
    titles = {code: role.title for code, role in roles().items()}
    return [{"username": p.user.username, "title": titles.get(p.role, p.role), "area": str(p.area)} for p in postings]

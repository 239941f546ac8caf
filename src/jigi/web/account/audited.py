"""allauth's pages that change what opens an account: each leaves an audit row, in the transaction of the change."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.web.reader import user_of


class _Audited:
    verb: str
    means = ""
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        user = user_of(self.request)
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            audit.record(self.verb, "user", user.pk, by=user, after={"means": self.means} if self.means else None)
        return answer


class ChangePassword(_Audited, PasswordChangeView):
    verb = "change_password"

    def dispatch(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not user_of(request).has_usable_password():
            raise Refused(
                "Ce compte n’a pas de mot de passe",
                remedy="Qui administre les comptes peut vous remettre un lien pour en choisir un.",
            )
        answer: HttpResponse = super().dispatch(request, *args, **options)
        return answer


class SetUpApplication(_Audited, ActivateTOTPView):
    verb, means = "add_factor", "totp"


class RemoveApplication(_Audited, DeactivateTOTPView):
    verb, means = "remove_factor", "totp"


class AddKey(_Audited, AddWebAuthnView):
    verb, means = "add_factor", "webauthn"


class RemoveKey(_Audited, RemoveWebAuthnView):
    verb, means = "remove_factor", "webauthn"


class MakeRecoveryCodes(_Audited, GenerateRecoveryCodesView):
    verb = "make_recovery_codes"

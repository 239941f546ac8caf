"""The sign-in form: who may come in, and how many times one may try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent
from jigi.web.middleware import device_of

MOST_FAILURES = 5
FAILURES_WITHIN = timedelta(minutes=15)


class SignInForm(AuthenticationForm):
    """Refuses services, closed accounts, and a name that failed five times in a quarter of an hour."""

    error_messages = {
        "invalid_login": "Identifiant ou mot de passe incorrect. Les majuscules comptent.",
        "inactive": "Ce compte est fermé. Voyez l’administration de votre structure.",
        "service": "Ce compte est celui d’un service : il n’ouvre pas les pages.",
        "too_many": "Trop d’essais pour cet identifiant : attendez un quart d’heure.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Identifiant"
        self.fields["password"].label = "Mot de passe"

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "")[:60]
        if _failures(name) >= MOST_FAILURES:
            raise self._refusal("too_many")
        try:
            return super().clean() or {}
        except forms.ValidationError:
            audit.refused_entry(name, **(device_of(self.request) if self.request else _NOWHERE))
            raise

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if user.is_service:
            raise self._refusal("service")

    def _refusal(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)


_NOWHERE = {"address": "?", "agent": ""}


def _failures(name: str) -> int:
    since = timezone.now() - FAILURES_WITHIN
    tried = AuditEvent.objects.filter(noun="user_name", object_id=name, verb="sign_in_failed", at__gte=since)
    return tried[:MOST_FAILURES].count()

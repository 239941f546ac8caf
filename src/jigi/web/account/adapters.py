"""What this site asks of allauth otherwise than by settings: how one may try, what is kept of it, its words."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from jigi.foundation import attempts, audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.factors import STRONG, requires_second_factor
from jigi.web.account.step_up import is_proved

SAID = {
    "account/messages/password_changed.txt": "Votre mot de passe est changé.",
    "account/messages/password_set.txt": "Votre mot de passe est choisi.",
    "mfa/messages/totp_activated.txt": "L’application de codes est votre second facteur.",
    "mfa/messages/totp_deactivated.txt": "L’application de codes est retirée.",
    "mfa/messages/webauthn_added.txt": "La clé est ajoutée.",
    "mfa/messages/webauthn_removed.txt": "La clé est retirée.",
    "mfa/messages/recovery_codes_generated.txt": "Voici vos codes de secours, montrés cette seule fois.",
}  # fmt: skip
WRONG_CODE = "Ce code n’est pas le bon. Prenez celui qui s’affiche maintenant."


class AccountAdapter(DefaultAccountAdapter):
    """Tries are counted, sign-ins are kept in the audit, nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Identifiant ou mot de passe incorrect. Les majuscules comptent.",
        "incorrect_password": "Ce mot de passe n’est pas le bon.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "too_many_login_attempts": "Trop d’essais. Réessayez dans un quart d’heure.",
        "rate_limited": "Trop d’essais. Réessayez dans quelques minutes.",
        "service": "Ce compte est celui d’un service : il n’ouvre pas les pages.",
        "account_inactive": "Ce compte est fermé. Voyez l’administration de votre structure.",
        "incorrect_code": WRONG_CODE,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            attempts.try_door(credentials["username"], self.get_client_ip(request))
        except attempts.TooMany as refusal:
            audit.refused_entry(credentials["username"], **self._device(request), verb="sign_in_shut")
            raise ValidationError(str(refusal), code="too_many_login_attempts") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if not isinstance(user, User):
            return None
        if not user.is_active:
            # Told as a wrong password: whether an account exists, or is closed, is nobody's business at the door.
            self.authentication_failed(request, **credentials)
            return None
        attempts.came_in(credentials["username"], self.get_client_ip(request))
        if user.is_service:
            raise self.validation_error("service")
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        audit.refused_entry(credentials["username"], **self._device(request))

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        audit.signed_in(user, **self._device(request), means=_means(request))

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            audit.signed_out(request.user, **self._device(request))
        super().logout(request)

    def _device(self, request: HttpRequest) -> dict[str, str]:
        """What the audit keeps of where somebody came from."""
        return {"address": str(self.get_client_ip(request)), "agent": request.headers.get("User-Agent", "")}

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of some minutes ago is a proof: allauth's own pages ask no more often than ours."""
        return not is_proved(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": "Avec votre mot de passe",
            "mfa_reauthenticate": "Avec un code de votre application",
            "mfa_reauthenticate:webauthn": "Avec une clé de sécurité",
        }
        return [m | {"description": words[m["id"]]} for m in super().get_reauthentication_methods(user)]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/compte/"

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None,
        message_context: dict[str, Any] | None = None, extra_tags: str = "", message: str | None = None,
    ) -> None:  # fmt: skip
        """allauth's messages, in our words or not at all."""
        if said := message or SAID.get(message_template or ""):
            super().add_message(request, level, message=said, extra_tags=extra_tags)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted, their square codes are drawn here, the last one stays."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": "Votre rôle demande un second facteur : ajoutez-en d’abord un autre.",
        "cannot_generate_recovery_codes": "Il faut d’abord un second facteur.",
    }  # fmt: skip

    def build_totp_svg(self, url: str) -> str:
        return square_code(url)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Jigi"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return f"Clé {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        others = Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).exclude(pk=authenticator.pk)
        return others.exists() or not requires_second_factor(user)

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Sign-in by a provider: only into an account that an administrator knows by its subject or its address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """An address that the provider has verified, and that an administrator recorded."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse to link an account by oneself: its link is recorded by an administrator, or is not."""
        if sociallogin.state.get("process") == "connect":
            error = Refused(
                "On ne lie pas soi-même son compte à un fournisseur",
                remedy="Demandez-le à qui administre les comptes.",
            )
            raise ImmediateHttpResponse(render(request, "refusal.html", {"error": error}, status=403))


def square_code(text: str) -> SafeString:
    """A QR code as SVG, without inline style, sized by the page."""
    return mark_safe(segno.make(text, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))


def _means(request: HttpRequest) -> list[str]:
    records = request.session.get("account_authentication_methods", [])
    return [str(record.get("type") or record.get("method")) for record in records]


def _keys() -> MultiFernet:
    """The keys of the second factors' secrets, drawn from the site's; earlier ones still open what they closed."""
    given = [str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(sha256(b"jigi second factor" + key.encode()).digest())) for key in given]
    )

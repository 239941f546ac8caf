"""Signing in by a provider of identities (OpenID Connect): what it says is believed when it signed it."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase


class SignedProvider(OpenIDConnectOAuth2Adapter):
    """The signature of the identity is always verified, also when the link to the provider is trusted."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


@login_not_required
def sign_in(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Leave for the provider (a form: a link could be followed without being asked)."""
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required
def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from the provider, with its answer."""
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = view.adapter_view(SignedProvider(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer

"""Settings of the way in: allauth, second factors, sessions, the provider that signs people in, their cache."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from jigi.foundation.errors import JigiError

HTTPS = os.environ.get("JIGI_HTTPS") == "1"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "jigi.web.account.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False  # a shared computer forgets when its browser closes
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * int(os.environ.get("JIGI_STEP_UP_MINUTES", "10"))
ACCOUNT_FORMS = {
    "login": "jigi.web.account.forms.SignInForm",
    "change_password": "jigi.web.account.forms.NewPasswordForm",
    "reauthenticate": "jigi.web.account.forms.ProofForm",
}
# Passwords and addresses are counted in jigi.foundation.attempts. Here remain what a signed-in person tries, and
# the codes of a second factor (« login_failed » by key).
ACCOUNT_RATE_LIMITS = {
    "login": None, "login_failed": "10/15m/key", "signup": None, "change_password": "10/m/user",
    "reauthenticate": "20/m/user",
}  # fmt: skip
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("JIGI_PROXIES", "1" if HTTPS else "0"))

MFA_ADAPTER = "jigi.web.account.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Jigi"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute late
MFA_RATE_LIMITS = {"webauthn_login": "200/m/ip"}
MFA_FORMS = {
    "authenticate": "jigi.web.account.forms.CodeForm",
    "reauthenticate": "jigi.web.account.forms.ProofByCodeForm",
    "activate_totp": "jigi.web.account.forms.FirstCodeForm",
    "add_webauthn": "jigi.web.account.forms.NewKeyForm",
    "edit_webauthn": "jigi.web.account.forms.KeyNameForm",
}

SOCIALACCOUNT_ADAPTER = "jigi.web.account.adapters.ProviderAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False


def _provider() -> dict[str, Any]:
    """The provider that JIGI_OIDC_* name, as allauth reads it; nothing when they are not set."""
    given = {name: os.environ.get(f"JIGI_OIDC_{name}", "") for name in ("NAME", "ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    if not any(given.values()):
        return {}
    if missing := [f"JIGI_OIDC_{name}" for name, value in given.items() if not value]:
        raise JigiError(f"La connexion par un fournisseur est incomplète : il manque {', '.join(missing)}")
    issuer = urlsplit(given["ISSUER"])
    if issuer.scheme != "https" and issuer.hostname not in ("localhost", "127.0.0.1"):
        raise JigiError("JIGI_OIDC_ISSUER doit être une adresse https", remedy="Demandez-la à votre fournisseur.")
    application = {
        "provider_id": "fournisseur",
        "name": given["NAME"],
        "client_id": given["CLIENT_ID"],
        "secret": given["CLIENT_SECRET"],
        # Only what the provider signed is read: not its « userinfo », which nobody signs.
        "settings": {"server_url": given["ISSUER"].rstrip("/"), "fetch_userinfo": False},
    }
    return {"openid_connect": {"APPS": [application], "OAUTH_PKCE_ENABLED": True}}


SOCIALACCOUNT_PROVIDERS = _provider()

CACHES: dict[str, dict[str, Any]] = {
    # Limits, and the codes already used: every process must agree, so they are in the database.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "foundation_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    # Figures kept for some seconds by each process.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

SESSION_COOKIE_AGE = 12 * 3600  # a working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
if HTTPS:
    # « __Host- »: the browser refuses such a cookie from a neighbouring name or over plain HTTP.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "jigi.foundation.passwords.HardToGuess"},
]

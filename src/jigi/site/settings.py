"""Settings. Everything an operator may change is an environment variable, named here and in docs/operating.md."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from jigi.foundation.server import as_django, database_url, default_home

PACKAGE = Path(__file__).resolve().parent.parent
HOME = default_home()


def _secret_key() -> str:
    """The key of sessions: JIGI_SECRET_KEY, or one drawn once and kept beside the embedded database."""
    if key := os.environ.get("JIGI_SECRET_KEY"):
        return key
    path = HOME / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret_key()
# The keys that seal telephones, documents and accounts: never in the database, nor in its backups.
VAULT_KEYS = Path(os.environ.get("JIGI_VAULT_KEYS") or HOME / "vault.keys")
DEBUG = os.environ.get("JIGI_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("JIGI_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "jigi.foundation",
    "jigi.geography",
    "jigi.registry",
    "jigi.ledger",
    "jigi.programmes",
    "jigi.intake",
    "jigi.targeting",
    "jigi.enrolment",
    "jigi.payments",
    "jigi.protection",
    "jigi.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for an account; the few that don't say so themselves.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jigi.web.middleware.origin_middleware",
    "jigi.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "jigi.site.urls"
WSGI_APPLICATION = "jigi.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jigi.web.frame.frame",
            ],
            "builtins": ["jigi.web.templatetags.jigi"],
        },
    }
]

DATABASES = {"default": as_django(database_url())}
# The processes that serve people connect under a role that owns no table and is shown rows by their scope only
# (foundation.fence); the operator's command line owns the tables. `jigi serve` and `jigi worker` set the variable.
FENCED = os.environ.get("JIGI_FENCED", "") != ""
if FENCED:
    DATABASES["default"]["OPTIONS"]["assume_role"] = os.environ["JIGI_FENCED"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "foundation.User"
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/aujourdhui/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "fr"
TIME_ZONE = "Africa/Bamako"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
# Addresses of static files carry their hash ({% versioned %}): a year is as good as for ever.
WHITENOISE_MAX_AGE = 31_536_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if os.environ.get("JIGI_HTTPS") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000

PROCRASTINATE_IMPORT_PATHS = ["jigi.payments.jobs", "jigi.protection.jobs", "jigi.web.imports.jobs"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

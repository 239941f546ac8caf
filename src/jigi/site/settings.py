"""Settings. Everything an operator may change is an environment variable, named here and in docs/operating.md."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from jigi.foundation import limits
from jigi.foundation.server import as_django, database_url, default_home
from jigi.site.entry import *  # noqa: F403
from jigi.site.entry import HTTPS

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
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "jigi.foundation",
    "jigi.geography",
    "jigi.registry",
    "jigi.ledger",
    "jigi.messaging",
    "jigi.programmes",
    "jigi.changes",
    "jigi.schemes",
    "jigi.shocks",
    "jigi.response",
    "jigi.sharing",
    "jigi.intake",
    "jigi.sheets",
    "jigi.targeting",
    "jigi.enrolment",
    "jigi.delivery",
    "jigi.payments",
    "jigi.verification",
    "jigi.grievances",
    "jigi.outreach",
    "jigi.monitoring",
    "jigi.results",
    "jigi.protection",
    "jigi.portal",
    "jigi.web",
]

MIDDLEWARE = [
    "jigi.web.headers.HeadersMiddleware",
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
    "jigi.web.account.idle.idle_middleware",
    "jigi.web.middleware.origin_middleware",
    "jigi.web.limits.LimitsMiddleware",
    "jigi.web.middleware.RefusalMiddleware",
    "jigi.web.middleware.SubmissionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jigi.web.account.middleware.EntryMiddleware",
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
KIND = limits.kind_of_process()
DATABASES["default"]["OPTIONS"]["options"] += f" {limits.patience(KIND).options}"
# The processes that serve people connect under a role that owns no table and is shown rows by their scope only; the
# operator's command line owns the tables.
FENCED = KIND in limits.ROLES
if FENCED:
    DATABASES["default"]["OPTIONS"]["assume_role"] = limits.ROLES[KIND]
if KIND == "web":
    # A connection is dear to open (a process of PostgreSQL, its role): the threads of pages keep theirs a minute.
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "foundation.User"
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/aujourdhui/"
LOGOUT_REDIRECT_URL = "/"

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
FILE_UPLOAD_PERMISSIONS = 0o600
MOST_REQUEST_MB = limits.number("JIGI_REQUEST_MB", 256)
IDLE_MINUTES = limits.number("JIGI_IDLE_MINUTES", 60)
MOST_REQUEST_SECONDS = limits.number("JIGI_REQUEST_SECONDS", 60)
# At once, over every process: files of rows, and PDFs being set.
MOST_EXPORTS = limits.number("JIGI_EXPORTS", 4)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# No script of ours reads it: the form holds its own copy.
CSRF_COOKIE_HTTPONLY = True
# The headers of every answer are written by jigi.web.headers. Forms may lead to these origins too: the sign-in
# of an identity provider.
FORM_DESTINATIONS = os.environ.get("JIGI_FORM_DESTINATIONS", "").split()
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers take these names only over TLS, from this very host.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-jigi", "__Host-jigi-form"

PROCRASTINATE_IMPORT_PATHS = [
    "jigi.foundation.clock", "jigi.geography.jobs", "jigi.payments.jobs", "jigi.monitoring.jobs",
    "jigi.results.jobs", "jigi.portal.jobs", "jigi.grievances.jobs", "jigi.messaging.jobs", "jigi.outreach.jobs",
    "jigi.protection.jobs", "jigi.web.imports.jobs", "jigi.web.forms.jobs", "jigi.web.schemes.jobs",
    "jigi.web.backups.jobs", "jigi.web.sharing.jobs", "jigi.web.sheets.jobs", "jigi.payments.dispatch_jobs",
]  # fmt: skip
# The provider of SMS and calls (docs/messages.md): without an address, messages wait.
MESSAGES_URL = os.environ.get("JIGI_MESSAGES_URL", "")
MESSAGES_TOKEN = os.environ.get("JIGI_MESSAGES_TOKEN", "")
MESSAGES_SECRET = os.environ.get("JIGI_MESSAGES_SECRET", "")
MESSAGES_SENDER = os.environ.get("JIGI_MESSAGES_SENDER", "JIGI")
# The first words by which an SMS is a complaint; « * »: any message that asks nothing else. And the gateway of USSD.
COMPLAINT_WORDS = os.environ.get("JIGI_COMPLAINT_WORDS", "PLAINTE,RECLAMATION")
USSD_SECRET = os.environ.get("JIGI_USSD_SECRET", "")
# Whom the public pages say to call or write to; what is not set is not told.
CONTACT_PHONE = os.environ.get("JIGI_CONTACT_PHONE", "")
CONTACT_EMAIL = os.environ.get("JIGI_CONTACT_EMAIL", "")
CONTACT_ADDRESS = os.environ.get("JIGI_CONTACT_ADDRESS", "")
# Where the head of the audit's chain is written outside the database; the second place is best on another machine.
AUDIT_ANCHORS = [Path(os.environ.get("JIGI_AUDIT_ANCHOR") or HOME / "audit" / "anchor.log")]
if second := os.environ.get("JIGI_AUDIT_ANCHOR_2"):
    AUDIT_ANCHORS.append(Path(second))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "jigi.foundation.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would write the same beside, with the values.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Statements with their parameters: never, not even with JIGI_DEBUG.
        "django.db.backends": {"level": "WARNING"},
    },
}

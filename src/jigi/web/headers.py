"""What the browser is told with every answer: what may run, who may frame it, what may be kept.

One place writes these headers on pages, files, errors and redirects alike, so that none can be forgotten. Nothing
of a page runs or is drawn unless it comes from a file of this site: no script, event or style inside the page.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Respond = Callable[[HttpRequest], HttpResponseBase]

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
"""`data:` in images: the marks drawn in the style sheet. It runs nothing."""

FILE_POLICY = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAPER_POLICY = FILE_POLICY.replace(" sandbox;", "")
"""A PDF that the browser shows: its own reader does not start in a sandbox."""

WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
"""A service worker: it fetches the files of this site, and nothing else."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The own site keeps the page a refused form goes back to; nobody else learns an address of ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
}

FILLED = "/remplir/"
POSITION = ("geolocation=()", "geolocation=(self)")
"""Where questionnaires are filled, a question may ask for the position of the home; nowhere else."""

CARDS = ("/paiements/site/", "/seances/telephone/", "/nutrition/telephone/")
CAMERA = ("camera=()", "camera=(self)")
"""Where cashiers pay, sessions are called and rations handed out, the camera reads cards; nowhere else."""


class HeadersMiddleware:
    """Outermost: writes the headers of whatever was answered, by a page or by what stands before it."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers[name] = value
        if request.path.endswith(FILLED):
            response.headers["Permissions-Policy"] = ALWAYS["Permissions-Policy"].replace(*POSITION)
        if request.path in CARDS:
            response.headers["Permissions-Policy"] = ALWAYS["Permissions-Policy"].replace(*CAMERA)
        response.headers["Content-Security-Policy"] = policy_of(response)
        if request.is_secure():
            # Said by this site itself, whatever the proxy says: a year, and the names below this one.
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        _say_what_is_kept(request, response)
        return response


def policy_of(response: HttpResponseBase) -> str:
    """The content security policy: of a page, of a PDF read in the browser, or of any other file."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html":
        return _page_policy()
    if "Service-Worker-Allowed" in response.headers:
        return WORKER_POLICY
    shown = not response.headers.get("Content-Disposition", "").startswith("attachment")
    return PAPER_POLICY if kind == "application/pdf" and shown else FILE_POLICY


def _page_policy() -> str:
    """With the places a form may lead to beside this site: the sign-in of an identity provider."""
    policy = " ".join((_PAGE, *settings.FORM_DESTINATIONS))
    return f"{policy}; upgrade-insecure-requests" if settings.SESSION_COOKIE_SECURE else policy


def _say_what_is_kept(request: HttpRequest, response: HttpResponseBase) -> None:
    """Nothing of a signed-in person stays in a browser or on the way; leaving clears what was there.

    Except the fiches that wait to be sent, which are encrypted (docs/questionnaires.md): leaving must not lose them.
    """
    if request.path.startswith(settings.STATIC_URL) and response.status_code in (200, 206, 304):
        return
    cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie is not None or settings.SESSION_COOKIE_NAME in request.COOKIES:
        response.headers["Cache-Control"] = "no-store, private"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    if cookie is not None and not cookie.value:
        response.headers["Clear-Site-Data"] = '"cache"'

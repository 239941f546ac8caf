"""Proof asked again before what matters most: a password or a second factor, some minutes old at most.

    require_proof(request)      # in a view: goes no further without it

A form refused for want of proof has changed nothing; what was typed in it is kept, and the page it was on finds
it again with `kept_form`.
"""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import _app_settings as account_settings
from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

PROOFS = frozenset({"password", "mfa"})
SECRET_FIELDS = frozenset({"csrfmiddlewaretoken", "cle", "password", "password1", "password2"})
KEPT = "form_kept"


class ProofNeeded(Exception):
    """The last proof is too old; `page` is where the person comes back to."""

    def __init__(self, page: str) -> None:
        self.page = page
        super().__init__(page)


def last_proof(request: HttpRequest) -> float:
    """When this session last proved who it is (seconds since 1970), 0 when it never did."""
    user = request.user if request.user.is_authenticated else None
    records = get_authentication_records(request, user)
    return max((record["at"] for record in records if record.get("method") in PROOFS), default=0.0)


def is_proved(request: HttpRequest) -> bool:
    """Whether the last proof is fresh enough (JIGI_STEP_UP_MINUTES)."""
    return time.time() - last_proof(request) < account_settings.REAUTHENTICATION_TIMEOUT


def require_proof(request: HttpRequest, *, back: str = "") -> None:
    """Go no further without a fresh proof. The person comes back to `back`, else to the page they were on."""
    if not is_proved(request):
        raise ProofNeeded(back or _page(request))


def ask_proof(request: HttpRequest, page: str) -> HttpResponse:
    """Lead to the proof, and say that nothing was done."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if request.method == "POST":
        typed = {name: value for name, value in request.POST.items() if name not in SECRET_FIELDS}
        request.session[KEPT] = {"page": page.partition("?")[0], "typed": typed}
        said = "Rien n’a été fait, et rien n’est perdu : confirmez que c’est bien vous, puis refaites le geste."
    else:
        said = "Confirmez d’abord que c’est bien vous : vous reviendrez ensuite à cette page."
    if not methods:
        messages.error(request, "Ce geste demande un mot de passe ou un second facteur : ajoutez-en un à votre compte.")
        return HttpResponseRedirect("/compte/second-facteur/")
    messages.info(request, said)
    return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({'next': page})}")


def kept_form(request: HttpRequest) -> dict[str, str]:
    """What was typed on this page before the proof was asked: given back once."""
    kept = request.session.get(KEPT)
    if not kept or kept["page"] != request.path:
        return {}
    del request.session[KEPT]
    return dict(kept["typed"])


def _page(request: HttpRequest) -> str:
    if request.method == "GET":
        return request.get_full_path()
    page = request.headers.get("referer", "")
    mine = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    if not page or not mine:
        return "/aujourdhui/"
    # Only the way within this site: `next` is compared with the path of the form.
    return "/" + page.split("/", 3)[3] if page.count("/") >= 3 else "/"

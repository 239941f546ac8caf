"""The second factor that a role asks for, before anything else; and the proof asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jigi.demo import ground
from jigi.foundation.models import User
from jigi.geography.access import postings_read_once
from jigi.geography.factors import holds_second_factor
from jigi.geography.roles import roles
from jigi.web.account.step_up import ProofNeeded, ask_proof
from jigi.web.kept import kept
from jigi.web.reader import postings_of

OPEN_WITHOUT = frozenset(
    {
        "account_login", "account_logout", "account_inactive", "account_reauthenticate", "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn",
        "mfa_view_recovery_codes", "invitation",
    }
)  # fmt: skip
"""What a person may open whose role asks for a second factor that they don't have yet."""

Respond = Callable[[HttpRequest], HttpResponse]


class EntryMiddleware:
    """Leads to the setting up of a second factor, and to the proof that `require_proof` asks for. What a page asks
    of rights, in its view and in the frame around it, is read here once."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with postings_read_once():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        found = request.resolver_match
        if found is None or found.url_name in OPEN_WITHOUT or not lacks_factor(request):
            return None
        return redirect("mfa_index")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return ask_proof(request, error.page) if isinstance(error, ProofNeeded) else None


def lacks_factor(request: HttpRequest) -> bool:
    """Whether the person's role asks for a second factor and they have none."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return False
    if not any(roles()[posting.role].second_factor for posting in postings_of(request)):
        return False
    return not holds_second_factor(user) and not _is_shown(user)


def _is_shown(user: User) -> bool:
    """Whether it is an account of the demonstration, in a database made for it: its password is printed for all."""
    return user.is_demonstration and kept("demonstration-ground", ground.is_marked, seconds=60)

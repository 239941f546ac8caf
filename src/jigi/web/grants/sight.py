"""What a person sees of grants: what is not of their contracts does not exist for them.

The people of an operator have no right over the register, and read of it the households of their own contracts, by
these pages only: what they ask for is first found among the rows that `queries` lets them see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from jigi.delivery.grants import queries
from jigi.delivery.grants.grant_models import Grant
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.fence import unfenced
from jigi.web.reader import rights_of, user_of
from jigi.web.submissions import KeyReused, carry_out

OPEN = {"delivery.see", "delivery.plan", "delivery.check", "delivery.decide", "delivery.operate"}
View = Callable[..., HttpResponseBase]


def of_contracts(view: View) -> View:
    """A page for who sees what is delivered, that reads the households of their contracts; paper and files of them
    are for who sees the register (listing.TAKEN_WITH)."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if not rights_of(request) & OPEN:
            raise Http404
        return read_contracts(view, request, *args, **options)

    return shown


@unfenced
def read_contracts(view: View, request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
    """The page itself, whose queries are those of the contracts that the person sees."""
    return view(request, *args, **options)


def seen_call(request: HttpRequest, pk: int) -> GrantCall:
    return get_object_or_404(queries.calls_visible_to(user_of(request)), pk=pk)


def seen_application(request: HttpRequest, pk: int) -> GrantApplication:
    return get_object_or_404(queries.applications_visible_to(user_of(request)), pk=pk)


def seen_grant(request: HttpRequest, pk: int) -> Grant:
    return get_object_or_404(queries.grants_visible_to(user_of(request)), pk=pk)


def francs(text: str, what: str) -> int:
    """A whole number typed in a form; InputError for anything else."""
    said = "".join(text.split())
    if not (said.isascii() and said.isdigit() and len(said) <= 12):
        raise InputError(f"{what} : écrivez un nombre entier", remedy="Par exemple 48 000.")
    return int(said)


def error_of(request: HttpRequest, act: Callable[[], str]) -> str:
    """Do what a form asks; the sentence of what refused it, "" when it was done."""
    try:
        carry_out(request, act)
    except KeyReused:
        raise
    except JigiError as refused:
        return str(refused)
    return ""

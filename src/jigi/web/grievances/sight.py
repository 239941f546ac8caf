"""Who may open complaints, and one of them; what is not theirs does not exist for them."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.grievances import queries
from jigi.grievances.models import Case, Category
from jigi.web.reader import user_of


def person(request: HttpRequest, right: str = queries.HANDLE) -> User:
    user = user_of(request)
    if not can(user, right):
        raise Http404
    return user


def categories() -> list[tuple[str, str]]:
    """The choices of a form: every category in use, by its name."""
    return list(Category.objects.filter(in_use=True).order_by("name").values_list("code", "name"))


def seen_case(request: HttpRequest, pk: int) -> Case:
    return get_object_or_404(queries.one_visible_to(person(request)), pk=pk)

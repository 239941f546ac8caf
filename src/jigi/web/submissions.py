"""Forms that may be posted again without harm: a dropped link after « Approuver » is safe to retry."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from jigi.foundation.errors import Refused
from jigi.web.models import Submission
from jigi.web.reader import user_of

ALREADY_DONE = "C’était déjà fait : rien n’a changé."


def carry_out(request: HttpRequest, act: Callable[[], str]) -> bool:
    """Do what a form asks, once; returns whether this was the first time.

    `act` returns the sentence that tells the person what was done. The form holds `{% form_key %}`; its key
    is written in the same transaction as the act, so a refused form may be posted again. Raises Refused when
    the form has no key.
    """
    with transaction.atomic():
        first = _is_first(request)
        said = act() if first else ALREADY_DONE
    messages.add_message(request, messages.SUCCESS if first else messages.INFO, said)
    return first


def _is_first(request: HttpRequest) -> bool:
    try:
        key = uuid.UUID(request.POST.get("cle", ""))
    except ValueError:
        raise Refused(
            "Ce formulaire est incomplet", remedy="Rechargez la page et recommencez ; rien n’a été fait."
        ) from None
    _, first = Submission.objects.get_or_create(key=key, defaults={"by": user_of(request), "page": request.path[:200]})
    return first

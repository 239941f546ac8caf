"""Forms that may be posted again without harm: a dropped link after « Approuver » is safe to retry.

Every form that changes something holds `{% form_key %}`, and nothing is posted without it: the middleware refuses.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest

from jigi.foundation.errors import Raced, Refused
from jigi.web.models import Submission
from jigi.web.reader import user_of

ALREADY_DONE = "C’était déjà fait : rien n’a changé."
KEY = "cle"
LEFT_OUT = (KEY, "csrfmiddlewaretoken")
"""Fields that say nothing of what is asked."""

SAFE = ("GET", "HEAD", "OPTIONS")
WITHOUT_KEY = {
    "sign_in": "ouvre une session : le faire deux fois ouvre la même porte",
    "sign_out": "ferme la session : le faire deux fois ne ferme rien de plus",
    "account_login": "ouvre une session",
    "account_logout": "ferme la session",
    "account_reauthenticate": "prouve encore qui l’on est",
    "account_change_password": "demande l’ancien mot de passe : la seconde fois, ce n’est plus lui",
    "invitation": "une invitation ne sert qu’une fois",
    "usersessions_list": "ferme des sessions : les fermer deux fois ne ferme rien de plus",
    "openrosa_submission": "une fiche porte son propre numéro : la seconde fois, elle est déjà là",
    "complaint": "le même récit au même numéro, le même jour, est la même plainte : elle garde son numéro",
    "complaint_follow": "montre un état, ne change rien",
    "complaint_ussd": "une session ne fait qu’une plainte : la seconde fois, elle dit le même numéro",
    "portal_ask": "la même question, le même jour, n’a qu’une réponse",
    "fill_send": "une fiche porte son propre numéro : la seconde fois, elle est déjà là",
    "site_send": "un paiement noté porte son propre numéro : la seconde fois, il est déjà là",
    "session_phone_send": "un appel dit toute la séance : la seconde fois, elle est déjà tenue ainsi",
    "nutrition_phone_send": "une remise porte son propre numéro : la seconde fois, elle est déjà là",
    "works_phone_send": "une saisie porte sa version : la seconde fois, elle est déjà là",
    "agency_notification": "un message d’agence est reconnu à son empreinte : la seconde fois, il est déjà là",
    "message_report": "un compte rendu est reconnu à son empreinte : la seconde fois, il est déjà là",
    "message_inbound": "un message reçu porte sa référence : la seconde fois, il est déjà là",
    "agences_api_accept": "une machine : accepter deux fois la même liste ne change rien",
    "agences_api_refuse": "une machine : refuser deux fois pour le même motif ne change rien",
    "agences_api_results": "un lot porte son propre nom : la seconde fois, il est déjà là",
    "openid_connect_login": "part vers le fournisseur d’identité",
    "socialaccount_login": "part vers le fournisseur d’identité",
    "mfa_authenticate": "un code ne sert qu’une fois",
    "mfa_login_webauthn": "un défi ne sert qu’une fois",
    "mfa_reauthenticate": "un code ne sert qu’une fois",
    "mfa_reauthenticate_webauthn": "un défi ne sert qu’une fois",
    "mfa_activate_totp": "la seconde fois, l’application est déjà là",
    "mfa_deactivate_totp": "la seconde fois, elle n’y est plus",
    "mfa_generate_recovery_codes": "des codes refaits deux fois : les derniers montrés sont les bons",
    "mfa_add_webauthn": "un défi ne sert qu’une fois",
    "mfa_remove_webauthn": "la seconde fois, la clé n’y est plus",
    "mfa_edit_webauthn": "donne un nom : deux fois le même",
}
"""Names of the addresses whose forms need no key, and why: those of the way in, each safe to send again."""


class KeyReused(Raced):
    """The key of a form that was carried out, with another content: never the same thing asked again."""


def carry_out(request: HttpRequest, act: Callable[[], str], *, again: str = ALREADY_DONE) -> bool:
    """Do what a form asks, once; returns whether this was the first time.

    `act` returns the sentence that tells the person what was done, `again` is said the other times ("" says
    nothing). The key of the form is
    written in the same transaction as the act, so a refused form may be posted again; of two at the same time,
    the second waits for the first. Raises Refused when the form has no key, KeyReused when its key was used for
    something else.
    """
    with transaction.atomic():
        first = _is_first(request)
        said = act() if first else again
    if said:
        messages.add_message(request, messages.SUCCESS if first else messages.INFO, said)
    return first


def _is_first(request: HttpRequest) -> bool:
    asked = {"by": user_of(request), "page": request.path[:200], "body": body_hash(request)}
    done, first = Submission.objects.get_or_create(key=key_of(request), defaults=asked)
    if not first and any(getattr(done, name) != value for name, value in asked.items()):
        raise KeyReused(
            "Ce formulaire a déjà servi, avec un autre contenu",
            why="La première demande a été faite ; celle-ci ne l’a pas été.",
            remedy="Rechargez la page, voyez ce qui a été fait, et recommencez s’il le faut.",
        )
    return first


def body_hash(request: HttpRequest) -> str:
    """What a form asks, as SHA-256 in hexadecimal: its fields in their order, each file by its own hash."""
    whole = sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in LEFT_OUT:
            _take_in(whole, name, *values)
    for name, files in sorted(request.FILES.lists()):
        _take_in(whole, name, *(_file_hash(file) for file in files if isinstance(file, UploadedFile)))
    return whole.hexdigest()


def _take_in(whole: Any, *texts: str) -> None:
    """Each text with its length: no two lists of texts look alike."""
    whole.update(b"%d\n" % len(texts))
    for text in texts:
        part = text.encode("utf-8", "surrogatepass")
        whole.update(b"%d\n" % len(part) + part)


def _file_hash(file: UploadedFile) -> str:
    found = sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def key_of(request: HttpRequest) -> uuid.UUID:
    """The key of a form; Refused when it has none."""
    try:
        return uuid.UUID(request.POST.get(KEY, ""))
    except ValueError:
        raise Refused(
            "Ce formulaire est incomplet", remedy="Rechargez la page et recommencez ; rien n’a été fait."
        ) from None

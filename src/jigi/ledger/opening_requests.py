"""Opening balances taken by two persons: one sends the file and reads what it would do, another confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import digest_of
from jigi.ledger.models import Opening, OpeningRequest
from jigi.ledger.openings import Balance, read_openings, take
from jigi.ledger.periods import require_everywhere

NOUN = "opening_request"


@unfenced
@transaction.atomic
def ask(path: Path, *, by: User) -> OpeningRequest:
    """Keep a file of opening balances for another person to confirm; it is read and checked whole, nothing is posted.

    Raises InputError with the line of the first mistake; Refused when the file waits, or was taken, already.
    """
    require_everywhere(by, "ledger.keep")
    digest = digest_of(path)
    if Opening.objects.filter(file_hash=digest).exists():
        raise Refused(
            "Ces soldes sont déjà dans les comptes", why="Le même fichier a été pris.", remedy="Rien à faire."
        )
    if OpeningRequest.objects.filter(file_hash=digest, decided_at__isnull=True).exists():
        raise Refused("Ce fichier attend déjà une confirmation", remedy="Voyez-le dans la liste.")
    read_openings(path)
    made = OpeningRequest.objects.create(
        file_name=path.name[-200:], file_hash=digest, content=path.read_bytes(), asked_by=by
    )
    audit.record("ask", NOUN, made.pk, by=by, after={"file": path.name, "sha256": digest})
    return made


@unfenced
def preview(request: OpeningRequest) -> dict[str, list[Balance]]:
    """What a request that waits would open, by convention. Raises InputError when the accounts no longer let it."""
    with _file(request) as path:
        return read_openings(path)


@unfenced
@transaction.atomic
def confirm(request: OpeningRequest, *, by: User) -> Opening:
    """Post the balances of a request: by another person than who asked."""
    require_everywhere(by, "ledger.approve")
    held = _waiting(request)
    if held.asked_by_id == by.pk:
        raise Refused("Vous avez demandé cette reprise : une autre personne la confirme", why="Elle ouvre les comptes.")
    with _file(held) as path:
        taken, _ = take(path, made_by=held.asked_by, by=by)
    held.decided_by, held.decided_at, held.taken = by, timezone.now(), taken
    held.save(update_fields=["decided_by", "decided_at", "taken"])
    audit.record("confirm", NOUN, held.pk, by=by, after={"opening": taken.pk})
    return taken


@unfenced
@transaction.atomic
def refuse(request: OpeningRequest, reason: str, *, by: User) -> None:
    """Refuse a request with the reason; who asked may take it back so too."""
    held = _waiting(request)
    require_everywhere(by, "ledger.keep" if held.asked_by_id == by.pk else "ledger.approve")
    if not reason.strip():
        raise Refused("Un refus se motive", remedy="Écrivez ce qui est à corriger dans le fichier.")
    held.decided_by, held.decided_at, held.refusal = by, timezone.now(), reason.strip()[:300]
    held.save(update_fields=["decided_by", "decided_at", "refusal"])
    audit.record("refuse", NOUN, held.pk, by=by, reason=reason)


def _waiting(request: OpeningRequest) -> OpeningRequest:
    held = OpeningRequest.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=request.pk)
    if held.decided_at is not None:
        raise Refused("Cette reprise est déjà décidée", remedy="Rechargez la page.")
    return held


@contextmanager
def _file(request: OpeningRequest) -> Iterator[Path]:
    """The file of a request, under its name: errors say it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(request.file_name).name
        path.write_bytes(bytes(request.content))
        yield path

"""A results file that an agency looks at before it gives it: kept sealed for its author, for a day at most."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.clear import clear_folder
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.payments import agency_desk, returns
from jigi.payments.agency_models import ResultDraft
from jigi.payments.models import PaymentRound
from jigi.payments.returns import Preview, Reconciliation
from jigi.programmes.models import Agency

MOST_BYTES = 10 * 1024 * 1024
KEPT = timedelta(days=1)


@unfenced
def look(
    payment_round: PaymentRound, agency: Agency, name: str, content: bytes, *, by: User
) -> tuple[ResultDraft, Preview]:
    """What a file would do, and the draft that gives it. Raises InputError, Refused as `returns.reconcile` does."""
    agency_desk.check_accepted(payment_round, agency, by)
    if len(content) > MOST_BYTES:
        raise InputError(
            f"Le fichier dépasse {MOST_BYTES // 1024 // 1024} Mo", file=name, remedy="Donnez-le en plusieurs fichiers."
        )
    with _written(name, content) as path:
        seen = returns.preview(path, agency, by=by)
    ResultDraft.objects.filter(by=by).delete()
    forget_old()
    sealed = vault().seal("agency", base64.b64encode(content).decode())
    draft = ResultDraft.objects.create(
        agency=agency, payment_round=payment_round, file_name=name[-200:], content_sealed=sealed, by=by
    )
    audit.record("see", "result_draft", draft.pk, by=by, after={"file": name, "lines": seen.return_file.lines})
    return draft, seen


def forget_old() -> int:
    """Let go of the drafts that nobody gave within a day; returns how many."""
    return ResultDraft.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


@unfenced
def give(draft: ResultDraft, *, by: User) -> Reconciliation:
    """Take the file of one's own draft, which goes. Refused to another person, or once it is too old."""
    waiting = ResultDraft.objects.filter(pk=draft.pk, by=by, at__gte=timezone.now() - KEPT).first()
    if waiting is None:
        raise Refused("Ce fichier n’attend plus", remedy="Envoyez-le de nouveau.")
    agency_desk.check_accepted(waiting.payment_round, waiting.agency, by)
    content = base64.b64decode(vault().unseal("agency", bytes(waiting.content_sealed)))
    with _written(waiting.file_name, content) as path:
        done = returns.reconcile(path, waiting.agency, by=by)
    waiting.delete()
    return done


@contextmanager
def _written(name: str, content: bytes) -> Iterator[Path]:
    with clear_folder("resultats") as folder:
        path = folder / name
        path.write_bytes(content)
        yield path

"""Earning dues, many at once, and cancelling one before a round takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from jigi.delivery.dues.models import Due
from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import User

NOUN = "due"


def earn_many(sort: str, name: str, facts: Mapping[str, Any], *, made_by: User, by: User) -> int:
    """Write the dues of a statement of this package, `sql/<name>.sql`; returns how many.

    It is « WITH earned AS (SELECT enrolment_id, person_id, amount_xof, label, earned_on, cause …) » and then
    « {sql:earn} », with the parameters `facts`. Rights are the caller's to check, and the caller holds the
    transaction; `by` approves what `made_by` proposed.
    """
    if made_by.pk == by.pk:
        raise Refused("Vous avez saisi ces lignes : une autre personne doit les approuver")
    return run_sql("delivery", name, {**facts, "sort": sort, "made_by": made_by.pk, "by": by.pk})


def cancel(due: Due, *, reason: str, by: User) -> None:
    """Take back a due that no round has taken. Rights are the caller's to check.

    Raises Raced when somebody cancelled it, Refused when a round pays it: then the payment is what is corrected.
    """
    if not reason.strip():
        raise Refused("Pourquoi ce droit est-il annulé ?", remedy="Donnez un motif.")
    try:
        with transaction.atomic():
            moved = Due.objects.filter(pk=due.pk, cancelled_at=None).update(
                cancelled_by=by, cancelled_at=Now(), cancelled_why=reason.strip()[:300]
            )
            if not moved:
                raise Raced("Ce droit acquis est déjà annulé", remedy="Rechargez la page.")
            audit.record("cancel", NOUN, due.pk, by=by, reason=reason, subjects=[due.household_id])
    except IntegrityError as error:
        said = getattr(error.__cause__, "diag", None)
        if said is None or said.constraint_name != "due_in_a_round_stays":
            raise
        raise Refused(
            "Un tour de paiement porte déjà ce droit",
            why="Ce qui est ordonné ou payé ne s’annule pas à sa source.",
            remedy="Retirez le tour tant qu’il n’est pas libéré, ou corrigez le paiement.",
        ) from error

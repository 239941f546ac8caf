"""« Suis-je inscrit ? », « où en est mon paiement ? »: asked on a page, answered by SMS to the registered telephone.

Who asks learns nothing on the page: a question is one row, written in the same way whoever it is about, and nothing is
looked up. The worker looks, a minute later: only when a household (its number, or that of a recipient's card) has that
telephone in the register does a message leave, to that telephone, once a day for each question.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.foundation import attempts
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.messaging import writing
from jigi.messaging.writing import Line, Wording
from jigi.portal.models import Question
from jigi.portal.rules import asked_number

AT_ONCE = 500
FROM_AN_ADDRESS = 20
"""In ten minutes: a village may share one."""
OF_A_PHONE = 3
DAY = timedelta(days=1)


def ask(asks: str, number: str, phone: str, *, address: str) -> None:
    """Keep a question. Raises TooMany for an address that asks too much; a telephone that is asked about too much with
    one number is not asked about again, and nobody is told. Another number, or none, uses up nothing of the true one:
    a stranger does not silence a household."""
    attempts.count_asked("portal_ask", address, most=FROM_AN_ADDRESS)
    index, named = vault().index("phone", phone), asked_number(number)
    try:
        attempts.count_asked("portal_phone", f"{index.hex()} {named}", most=OF_A_PHONE, window=DAY)
    except attempts.TooMany:
        return
    Question.objects.create(asks=asks, number=named, phone_index=index)


@unfenced
def answer() -> int:
    """Write the answers of what waits in the outbox, and forget the questions; returns how many messages. A constant
    number of statements for each kind of answer; what is answered stays so when a later lot breaks."""
    written = 0
    while (told := _answer_some()) is not None:
        written += told
    return written


@transaction.atomic
def _answer_some() -> int | None:
    """The oldest questions, in one transaction; None when none waits."""
    asked = fetch_sql("portal", "take_questions", {"most": AT_ONCE})
    if not asked:
        return None
    facts = {name: [row[name] for row in asked] for name in ("asks", "number", "phone_index")}
    written, today = 0, timezone.localdate()
    told: dict[str, list[Line]] = defaultdict(list)
    for row in fetch_sql("portal", "answers", facts):
        told[_template(row)].append(
            Line(
                cause=f"asked:{row['asks']}:{row['household_id']}:{bytes(row['number_index']).hex()}:{today}",
                phone_sealed=bytes(row["sealed"]), phone_index=bytes(row["number_index"]), values=_values(row),
                area=row["commune_id"], household=row["household_id"],
            )
        )  # fmt: skip
    for template, lines in told.items():
        wording = Wording(template, batch="asked", expires_at=timezone.now() + DAY)
        written += writing.queue(wording, lines, by=None)
    return written


def _template(row: dict[str, Any]) -> str:
    if row["asks"] == Question.Asks.ENROLLED:
        return "asked_enrolled" if row["programme"] else "asked_not_enrolled"
    return {"open": "asked_awaited", "paid": "asked_paid"}.get(row["status"] or "", "asked_unpaid")


def _values(row: dict[str, Any]) -> dict[str, str]:
    amount = row["amount_xof"]
    return {
        "programme": row["programme"] or "", "lieu": row["place"] or "", "village": "", "numero": "",
        "date": f"{row['settled_on']:%d/%m/%Y}" if row["settled_on"] else "",
        "montant": f"{amount:,}".replace(",", " ") if amount else "",
    }  # fmt: skip

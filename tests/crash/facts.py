"""What a database says after a kill, in numbers that don't depend on how often the act was begun."""

from __future__ import annotations

from typing import Any

from django.db import connection

from jigi.foundation import jobs, runs
from jigi.foundation.cluster import alive
from jigi.foundation.models import Run
from jigi.ledger.queries import prove
from jigi.payments import queries
from jigi.payments.models import PaymentRound

COUNTS = {
    "rights of the round": """
        SELECT count(*), count(DISTINCT household_id), sum(amount_xof)::bigint FROM payments_entitlement
        WHERE round_id = (SELECT id FROM payments_paymentround WHERE term = 2)""",
    "every right": "SELECT status, attempts, count(*) FROM payments_entitlement GROUP BY 1, 2 ORDER BY 1, 2",
    "orders of the round": """
        SELECT kind, status, count(*), count(DISTINCT (origin_round_id, entitlement_id)), sum(amount_xof)::bigint
        FROM payments_instruction WHERE round_id = (SELECT id FROM payments_paymentround WHERE term = 2)
        GROUP BY 1, 2 ORDER BY 1, 2""",
    "every order": "SELECT status, kind, count(*) FROM payments_instruction GROUP BY 1, 2 ORDER BY 1, 2",
    "postings": """
        SELECT kind, count(*), count(DISTINCT (item, attempt)), sum(amount_xof)::bigint FROM ledger_posting
        WHERE kind IN ('commit', 'pay', 'unpaid') GROUP BY 1 ORDER BY 1""",
    "entries": "SELECT kind, count(*) FROM ledger_entry GROUP BY 1 ORDER BY 1",
    "accounts": "SELECT code, balance_xof FROM ledger_account ORDER BY code",
    "books": "SELECT count(*) FROM ledger_book",
    "rounds": """
        SELECT term, status, entitlements, entitlements_xof, arrears, arrears_xof FROM payments_paymentround
        ORDER BY term""",
    "returns": "SELECT file_name, lines, paid, paid_xof, unpaid, exceptions FROM payments_returnfile ORDER BY id",
    "outcomes": "SELECT outcome, count(*) FROM payments_returnline GROUP BY 1 ORDER BY 1",
    "differences": "SELECT count(*) FROM payments_roundchange",
    "owed": "SELECT count(*) FROM payments_owed",
    "register": """
        SELECT (SELECT count(*) FROM registry_household), (SELECT count(*) FROM registry_person),
            (SELECT count(*) FROM registry_membership), (SELECT count(*) FROM registry_livingconditions),
            (SELECT count(DISTINCT (source, source_key)) FROM registry_household)""",
    "past of the register": """
        SELECT (SELECT count(*) FROM registry_pasthousehold), (SELECT count(*) FROM registry_pastperson),
            (SELECT count(*) FROM registry_pastmembership)""",
    "batches": """
        SELECT file_name, status, households_read, households_merged, households_known, members_merged
        FROM intake_batch ORDER BY id""",
    "forms": "SELECT page, count(*) FROM web_submission GROUP BY 1 ORDER BY 1",
    "audit": "SELECT noun, verb, count(*) FROM foundation_auditevent GROUP BY 1, 2 ORDER BY 1, 2",
}

# Orders without exactly one posting of their own amount to their agency, answers without theirs, and the reverse.
WRONG_POSTINGS = """
SELECT 'commit', i.id FROM payments_instruction AS i JOIN payments_paymentround AS r ON r.id = i.round_id
WHERE r.status IN ('released', 'closed') AND 1 <> (
    SELECT count(*) FROM ledger_posting AS p WHERE p.kind = 'commit' AND p.item = i.entitlement_id
        AND p.attempt = i.attempt AND p.amount_xof = i.amount_xof)
UNION ALL
SELECT i.status, i.id FROM payments_instruction AS i WHERE (i.status <> 'open')::int <> (
    SELECT count(*) FROM ledger_posting AS p WHERE p.item = i.entitlement_id AND p.attempt = i.attempt
        AND p.kind = CASE i.status WHEN 'paid' THEN 'pay' ELSE 'unpaid' END AND p.amount_xof = i.amount_xof)
UNION ALL
SELECT p.kind, p.id FROM ledger_posting AS p WHERE p.kind IN ('commit', 'pay', 'unpaid') AND NOT EXISTS (
    SELECT FROM payments_instruction AS i WHERE i.entitlement_id = p.item AND i.attempt = p.attempt)
"""

# Tables named as partitions are, that no parent holds.
LEFT_BEHIND = r"""
SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(payments|ledger)_[a-z]+_p\d+$'
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
"""


def all_of_them() -> dict[str, Any]:
    """The counts that a kill must not change, once the act has been done."""
    facts: dict[str, Any] = {name: _rows(query) for name, query in COUNTS.items()}
    second = PaymentRound.objects.get(term=2)
    facts["list as frozen"] = not second.list_hash or queries.verify_hash(second)
    return facts


def wrongs() -> dict[str, Any]:
    """What must never be, whatever was killed: everything here is empty."""
    runs.abandon_dead(alive)
    proof = prove()
    return {
        "sum of the ledger": proof.sum_xof,
        "balances that lie": proof.wrong,
        "orders without their posting": _rows(WRONG_POSTINGS),
        "tables left behind": _rows(LEFT_BEHIND),
        "runs of the dead": list(Run.objects.filter(status="running").values_list("title", flat=True)),
    }


def jobs_taken_up() -> int:
    """How many abandoned jobs a worker that starts puts back in the queue."""
    with jobs.working() as count:
        return count


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()

"""Emptying what campaigns and messages say of those who are erased: that one was sent, when and its cost stay."""

from __future__ import annotations

from jigi.foundation.bulk import run_sql


def erase() -> int:
    """Empty the messages and the places of the marked (`erased_household`, `erased_person`); what waits does not leave.

    Returns how many messages. While the register still holds their telephones.
    """
    run_sql("outreach", "erase_recipients")
    run_sql("outreach", "erase_inbound")
    return run_sql("outreach", "erase_messages")

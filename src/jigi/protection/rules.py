"""Days and delays of the law: when an answer is due, from when data is too old."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def due_on(received_on: date, days: int) -> date:
    """The last day to answer a request received on a day."""
    return received_on + timedelta(days=days)


def too_old_before(today: date, months: int) -> date:
    """The day before which data is older than so many months; the 31st becomes the last day of a shorter month."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, min(today.day, calendar.monthrange(years, month + 1)[1]))

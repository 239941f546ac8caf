"""What a dispatch needs of an agency that is spoken to by machine: send, release, ask, withdraw, take back, hear.

An answer says what is known of the request, and nothing more: `Unclear` is neither yes nor no, and whoever gets it
must ask again. Nothing here knows of a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Payment:
    """One payment of a group: its reference with us (`tx_id`), the alias it goes to, whole francs."""

    tx_id: str
    alias: str
    amount_xof: int


@dataclass(frozen=True)
class Entry:
    """What the agency has written about one payment. It may hold several of the same `tx_id`, one for each sending."""

    tx_id: str
    status: str
    amount_xof: int
    reason: str = ""
    agency_reference: str = ""
    at: str = ""
    group: str = ""
    returned: str = ""
    recalled: str = ""


@dataclass(frozen=True)
class Entries:
    """The entries of some payments; `complete` when the agency was read to its end, so that none is hidden."""

    by_tx: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    complete: bool = False


@dataclass(frozen=True)
class Accepted:
    """The agency took the request."""


@dataclass(frozen=True)
class Known:
    """A group as the agency knows it: `opened` (waits for its release), `released` or `withdrawn`.

    `checked`: every payment of it was validated, so that it may be released.
    """

    status: str
    checked: bool = False


@dataclass(frozen=True)
class Unknown:
    """The agency says that it has no such thing."""


@dataclass(frozen=True)
class Denied:
    """The agency says that it did not do it: `code` is its HTTP status, `why` its words without personal data."""

    code: int
    why: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Unclear:
    """No answer that says whether the request was done: cut, too slow, or an error of the agency."""

    why: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Holder:
    """Who an account belongs to, as the agency tells it."""

    name: str
    country: str


@dataclass(frozen=True)
class Event:
    """One event of a notification: `kind` is « executed », « rejected », « returned » or « other »."""

    kind: str
    tx_id: str
    agency_reference: str
    amount_xof: int
    at: datetime | None


Outcome = Accepted | Known | Unknown | Denied | Unclear


class Conversation(Protocol):
    """One agency. No method raises for what the agency answers; each is safe to call from several threads."""

    def resolve(self, alias: str, tx_id: str) -> Holder | Unknown | Denied | Unclear:
        """Who holds an alias, nothing paid; `tx_id` is of this question alone."""

    def send(self, group: str, payments: Sequence[Payment], label: str) -> Accepted | Known | Denied | Unclear:
        """Deposit a group of payments that nothing executes before `release`. A group is deposited once."""

    def ask(self, group: str) -> Known | Unknown | Denied | Unclear:
        """How far a group is."""

    def release(self, group: str) -> Known | Unknown | Denied | Unclear:
        """Let the payments of a group go: from here money moves. Doing it again changes nothing."""

    def withdraw(self, group: str) -> Known | Unknown | Denied | Unclear:
        """Give up a group that was not released. Doing it again changes nothing."""

    def entries(self, group: str, tx_ids: Sequence[str], *, once: bool) -> Entries | Denied | Unclear:
        """What is written about the payments of a group; `once`: the group left a single time."""

    def recall(self, agency_reference: str, motive: str) -> Accepted | Unknown | Denied | Unclear:
        """Ask the holder to give an executed payment back. Not idempotent: each call is a new request."""

    def genuine(self, body: bytes, signature: str) -> bool:
        """Whether a notification was signed by the agency."""

    def events(self, body: bytes) -> Iterator[Event]:
        """The events of a notification. Raises ValueError when it is none."""

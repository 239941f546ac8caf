"""The PI-SPI API Business of the central bank (BCEAO), as its participants offer it to organisations.

Written after the published OpenAPI 1.0.0. Paths moved in later versions, so the base address and each path are
configuration (`PATHS` names them). Amounts are whole francs. Every group is sent with `confirmation: true`: the
platform finds who holds each alias, and executes nothing before the group is confirmed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from jigi.foundation.wire import Cut, NotSent, Reply, Wire
from jigi.payments.adapters.conversation import (
    Accepted,
    Denied,
    Entries,
    Entry,
    Event,
    Holder,
    Known,
    Payment,
    Unclear,
    Unknown,
)

PATHS = {
    "groups": "/paiements-groupes",
    "group": "/paiements-groupes/{group}",
    "group_decision": "/paiements-groupes/{group}/confirmations",
    "payments": "/paiements",
    "payment": "/paiements/{tx}",
    "payment_decision": "/paiements/{tx}/confirmations",
    "recall": "/paiements/{reference}/annulations",
}
SCOPES = "paiement.write paiement.read paiement_groupe.write paiement_groupe.read demande_annulation.write"
GROUP = {"INITIE": "opened", "CONFIRME": "released", "ANNULE": "withdrawn"}
EVENTS = {"PAIEMENT_ENVOYE": "executed", "PAIEMENT_REJETE": "rejected", "RETOUR_RECU": "returned"}
EARLY_S = 60
"""A token is renewed this long before it ends."""
MOST_PAGES = 5_000
PROBE_XOF = 1
"""The amount of the payment that resolves an alias; it is never confirmed."""


@dataclass(frozen=True)
class Access:
    """How a participant is reached: addresses, who we are to it, and the alias that its payments come from."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    payer_alias: str = field(repr=False)
    page_size: int = 100
    paths: Mapping[str, str] = field(default_factory=dict)


class PiSpi:
    """A conversation (see conversation.py) with one participant of the platform."""

    def __init__(self, access: Access, wire: Wire, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._access, self._wire, self._clock = access, wire, clock
        self._paths = PATHS | dict(access.paths)
        self._token, self._token_ends = "", 0.0
        self._token_lock = threading.Lock()

    def resolve(self, alias: str, tx_id: str) -> Holder | Unknown | Denied | Unclear:
        asked = {
            "txId": tx_id, "payeurAlias": self._access.payer_alias, "payeAlias": alias, "montant": PROBE_XOF,
            "confirmation": True,
        }  # fmt: skip
        reply = self._call("POST", "payments", body=asked)
        if not isinstance(reply, Reply):
            return reply
        said = _object(reply)
        if reply.status != 200 or said is None:
            return _failure(reply)
        if said.get("statut") != "INITIE":
            return Unknown() if said.get("statutRaison") == "BE23" else Denied(200, _code(said.get("statutRaison")))
        # Declined at once; an answer that is lost leaves it to expire, which pays nothing either.
        self._call("PUT", "payment_decision", {"tx": tx_id}, body={"decision": False})
        return Holder(str(said.get("payeNom", "")), str(said.get("payePays", "")))

    def send(self, group: str, payments: Sequence[Payment], label: str) -> Accepted | Known | Denied | Unclear:
        lines = [{"txId": one.tx_id, "payeAlias": one.alias, "montant": one.amount_xof} for one in payments]
        asked = {
            "instructionId": group, "payeurAlias": self._access.payer_alias, "confirmation": True,
            "motif": label[:140], "transactions": lines,
        }  # fmt: skip
        reply = self._call("POST", "groups", body=asked)
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 202:
            return Accepted()
        if reply.status == 409:  # « instructionId déjà utilisé »: it is there, by an earlier sending
            return Known("opened")
        failure = _failure(reply)
        return Unclear("404") if isinstance(failure, Unknown) else failure

    def ask(self, group: str) -> Known | Unknown | Denied | Unclear:
        return self._group(self._call("GET", "group", {"group": group}))

    def release(self, group: str) -> Known | Unknown | Denied | Unclear:
        return self._group(self._call("PUT", "group_decision", {"group": group}, body={"decision": True}))

    def withdraw(self, group: str) -> Known | Unknown | Denied | Unclear:
        return self._group(self._call("PUT", "group_decision", {"group": group}, body={"decision": False}))

    def entries(self, group: str, tx_ids: Sequence[str], *, once: bool) -> Entries | Denied | Unclear:
        wanted = set(tx_ids)
        listed = self._listed({"instructionId": group}, wanted, group)
        if not isinstance(listed, _Listed):
            return listed
        if listed.filtered:
            return Entries(listed.by_tx, listed.complete)
        return self._one_by_one(tx_ids, once)

    def recall(self, agency_reference: str, motive: str) -> Accepted | Unknown | Denied | Unclear:
        reply = self._call("POST", "recall", {"reference": agency_reference}, body={"raison": motive})
        if not isinstance(reply, Reply):
            return reply
        return Accepted() if reply.status == 200 else _failure(reply)

    def genuine(self, body: bytes, signature: str) -> bool:
        key = self._access.webhook_secret.encode()
        said = signature.strip().removeprefix("sha256=").lower()
        wanted = hmac.digest(key, body, hashlib.sha256).hex()
        return bool(key) and hmac.compare_digest(wanted.encode(), said.encode("utf-8", "surrogatepass"))

    def events(self, body: bytes) -> Iterator[Event]:
        said = json.loads(body)
        if not isinstance(said, dict) or not isinstance(said.get("data"), list):
            raise ValueError("ni « data » ni liste")
        for one in said["data"]:
            yield Event(
                EVENTS.get(one["evCode"], "other"), str(one["txId"]), str(one["end2endId"]), _francs(one["montant"]),
                _moment(one["evDate"]),
            )  # fmt: skip

    def _one_by_one(self, tx_ids: Sequence[str], once: bool) -> Entries | Denied | Unclear:
        """The last entry of each payment: enough when it was sent once; otherwise everything is read."""
        found: dict[str, list[Entry]] = {}
        doubtful = False
        for tx_id in tx_ids:
            reply = self._call("GET", "payment", {"tx": tx_id})
            if not isinstance(reply, Reply):
                return reply
            if reply.status == 404:
                continue
            said = _object(reply)
            if reply.status != 200 or said is None:
                failure = _failure(reply)
                return Unclear("404") if isinstance(failure, Unknown) else failure
            entry = _entry(said)
            found[tx_id] = [entry]
            doubtful |= entry.status == "REJETE" and (not once or entry.reason == "DU03")
        if not doubtful:
            return Entries(found, complete=False)
        listed = self._listed({}, set(tx_ids), "")
        return Entries(listed.by_tx, listed.complete) if isinstance(listed, _Listed) else listed

    def _listed(self, query: Mapping[str, str], wanted: set[str], group: str) -> _Listed | Denied | Unclear:
        """Read the list page by page until an empty one: its totals and the length of its pages are not believed."""
        listed, before = _Listed(), ""
        for page in range(1, MOST_PAGES + 1):
            asked = {**query, "page": str(page), "size": str(self._access.page_size)}
            reply = self._call("GET", "payments", query=asked)
            if not isinstance(reply, Reply):
                return reply
            said = _object(reply)
            if reply.status != 200 or said is None or not _entries_of(said):
                failure = _failure(reply)
                return Unclear("404") if isinstance(failure, Unknown) else failure
            if not said["data"]:
                listed.complete = True
                return listed
            rows = [_entry(one) for one in said["data"]]
            if (mark := repr(rows)) == before:  # the same page again: the number of the page is ignored too
                return listed
            before = mark
            if group and any(row.group != group for row in rows):
                listed.filtered = False
                return listed
            for row in rows:
                if row.tx_id in wanted:
                    listed.by_tx.setdefault(row.tx_id, []).append(row)
        return listed

    def _group(self, reply: Reply | Denied | Unclear) -> Known | Unknown | Denied | Unclear:
        if not isinstance(reply, Reply):
            return reply
        said = _object(reply)
        if reply.status != 200 or said is None or said.get("statut") not in GROUP:
            return _failure(reply)
        seen = _count(said, "transactionsInitiees") + _count(said, "transactionsRejetees")
        return Known(GROUP[said["statut"]], checked=seen == _count(said, "transactionsTotal") > 0)

    def _call(
        self, method: str, path: str, parts: Mapping[str, str] | None = None, *,
        query: Mapping[str, str] | None = None, body: Any = None,
    ) -> Reply | Denied | Unclear:  # fmt: skip
        """One request with its token; a token that the platform no longer takes is renewed once.

        A 401 is an answer of the door: the request behind it was not done, and is safe to make again.
        """
        said = {name: quote(text, safe="") for name, text in (parts or {}).items()}
        url = self._access.base_url.rstrip("/") + self._paths[path].format(**said)
        url += f"?{urlencode(query)}" if query else ""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        for turn in range(2):
            token = self._fresh_token(renew=turn > 0)
            if not isinstance(token, str):
                return token
            headers = {"Authorization": f"Bearer {token}", "x-api-key": self._access.api_key,
                       "Accept": "application/json"}  # fmt: skip
            if content is not None:
                headers["Content-Type"] = "application/json"
            try:
                reply = self._wire.request(method, url, headers, content)
            except NotSent as error:
                return Denied(0, str(error))
            except Cut as error:
                return Unclear(str(error))
            if reply.status != 401:
                return reply
        return reply

    def _fresh_token(self, *, renew: bool) -> str | Denied:
        with self._token_lock:
            if not renew and self._token and self._clock() < self._token_ends - EARLY_S:
                return self._token
            asked = urlencode({"grant_type": "client_credentials", "client_id": self._access.client_id,
                               "client_secret": self._access.client_secret, "scope": SCOPES})  # fmt: skip
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            try:
                reply = self._wire.request("POST", self._access.token_url, headers, asked.encode())
            except Cut as error:  # nothing was asked of the platform yet
                return Denied(0, f"jeton : {error}")
            said = _object(reply)
            if reply.status != 200 or said is None or not said.get("access_token"):
                return Denied(reply.status, "jeton refusé", _retry_after(reply))
            self._token = str(said["access_token"])
            self._token_ends = self._clock() + float(said.get("expires_in", 300))
            return self._token


@dataclass
class _Listed:
    by_tx: dict[str, list[Entry]] = field(default_factory=dict)
    filtered: bool = True
    complete: bool = False


NOT_DONE = frozenset({400, 401, 403, 429})
"""Statuses by which the platform says that it did nothing; any other failure leaves it open."""


def _failure(reply: Reply) -> Unknown | Denied | Unclear:
    if reply.status == 404:
        return Unknown()
    if reply.status in NOT_DONE:
        return Denied(reply.status, f"HTTP {reply.status}", _retry_after(reply))
    return Unclear(f"HTTP {reply.status}", _retry_after(reply))


def _retry_after(reply: Reply) -> float | None:
    said = reply.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else None


def _object(reply: Reply) -> dict[str, Any] | None:
    try:
        said = json.loads(reply.body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _entry(said: Mapping[str, Any]) -> Entry:
    return Entry(
        str(said.get("txId", "")), str(said.get("statut", "")), _francs(said.get("montant")),
        _code(said.get("statutRaison")), str(said.get("end2endId", ""))[:60],
        str(said.get("dateIrrevocabilite") or said.get("dateReponse") or ""), str(said.get("instructionId", "")),
        str(said.get("retourStatut", "")), str(said.get("annulationStatut", "")),
    )  # fmt: skip


def _francs(said: Any) -> int:
    """Whole francs; -1 for what is no whole number of francs, which equals no amount of ours."""
    return int(said) if isinstance(said, int | float) and not isinstance(said, bool) and said == int(said) else -1


def _count(said: Mapping[str, Any], name: str) -> int:
    return max(_francs(said.get(name, 0)), 0)


def _code(said: Any) -> str:
    """A code of the platform, and nothing longer: a name has no place here."""
    return str(said or "")[:8]


def _moment(said: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(said))
    except ValueError:
        return None


def _entries_of(said: Mapping[str, Any]) -> bool:
    """Whether a page is a list of objects: anything else is no answer."""
    return isinstance(said.get("data"), list) and all(isinstance(one, dict) for one in said["data"])

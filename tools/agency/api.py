"""`python -m tools.agency.api https://… --token-file JETON`: an agency that works by the API of Jigi.

It takes every round that offers it orders, reads all their pages, proves what it read, pays, and gives the results in
batches named after the round and their place: cut, killed or begun again, it gives the same batches. `--cut 0.3` cuts
so many of its own connections, half of them after the request has left. Prints what it did as one line of JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.agency import outcomes
from tools.agency.orders import Order, RefusedOrder

TRIES = 40
ROOT = "/api/agences/v1"


@dataclass
class Line:
    """The wire to one site, that asks again until it is answered."""

    base: str
    token: str
    cut: float
    draw: random.Random
    cuts: int = 0

    def ask(self, method: str, path: str, said: object = None) -> dict[str, Any]:
        """The answer to a request. RefusedOrder when it is a refusal, or nobody answers."""
        body = None if said is None else json.dumps(said).encode()
        for attempt in range(TRIES):
            try:
                status, wait, answer = self._once(method, path, body)
            except (OSError, http.client.HTTPException, ValueError):  # a page of a proxy is no answer
                self.cuts += 1
                time.sleep(min(0.01 * 2**attempt, 1))
                continue
            if status in (429, 503):
                time.sleep(wait)
                continue
            if status != 200:
                raise RefusedOrder(f"{method} {path} : {status} {answer.get('erreur', '')}")
            return answer
        raise RefusedOrder(f"{method} {path} : personne ne répond")

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, float, dict[str, Any]]:
        where = urlsplit(self.base)
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        wire = kind(where.hostname or "", where.port, timeout=30)
        try:
            fate = self.draw.random()
            if fate < self.cut / 2:
                wire.connect()
                raise ConnectionAbortedError
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            wire.request(method, path, body, headers)
            if fate < self.cut:
                raise ConnectionAbortedError
            answer = wire.getresponse()
            return answer.status, float(answer.headers.get("Retry-After", 1)), json.loads(answer.read())
        finally:
            wire.close()


@dataclass
class Agency:
    """What it does with what it is asked, and its tally."""

    line: Line
    habits: outcomes.Habits
    size: int
    seed: int
    day: date
    most_batches: int
    tally: dict[str, int] = field(default_factory=lambda: {"rounds": 0, "orders": 0, "batches": 0, "exceptions": 0})

    def work(self) -> None:
        """Every round that it has not refused and that still waits for answers."""
        for one in list(self._rounds()):
            if one["etat"] == "libere" and one["sans_reponse"] and not self._refused(one):
                self._serve(one)

    def _rounds(self) -> Iterator[dict[str, Any]]:
        address: str | None = f"{ROOT}/tours/"
        while address:
            page = self.line.ask("GET", address)
            yield from page["tours"]
            address = page["suite"]

    def _refused(self, one: dict[str, Any]) -> bool:
        return bool(one["reponse"] and one["reponse"]["verdict"] == "refuses")

    def _serve(self, one: dict[str, Any]) -> None:
        orders = list(self._orders(one["adresse_ordres"]))
        if one["reponse"] is None:
            self.line.ask("POST", f"{ROOT}/tours/{one['tour']}/acceptation/", _proof(orders))
        self.tally["rounds"] += 1
        self.tally["orders"] += len(orders)
        lines = [line for order in orders for line in self._answers(order)]
        for place in range(0, len(lines), self.size):
            if self.tally["batches"] == self.most_batches:
                return
            said = {"lot": f"tour{one['tour']}-{place}", "lignes": lines[place : place + self.size]}
            given = self.line.ask("POST", f"{ROOT}/tours/{one['tour']}/resultats/", said)
            self.tally["batches"] += 1
            self.tally["exceptions"] += len(given["exceptions"])

    def _orders(self, address: str | None) -> Iterator[dict[str, Any]]:
        while address:
            page = self.line.ask("GET", address)
            yield from page["ordres"]
            address = page["suite"]

    def _answers(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        asked = Order(0, order["reference"], order["montant_fcfa"])
        for answer in outcomes.answers(asked, self.habits, self.seed, self.day):
            said: dict[str, Any] = {"reference": answer.reference, "statut": answer.status}
            if answer.status in (outcomes.PAID, outcomes.REVERSED):
                said |= {"montant_fcfa": answer.amount_xof, "date": answer.day.isoformat()}
            yield said | {"motif": answer.reason, "reference_agence": answer.agency_reference}


def _proof(orders: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What it declares to have read: count, total, and the hash of « reference;account;amount » line by line."""
    text = "".join(f"{one['reference']};{one['compte']};{one['montant_fcfa']}\n" for one in orders)
    total = sum(one["montant_fcfa"] for one in orders)
    return {"ordres": len(orders), "total_fcfa": total, "empreinte": hashlib.sha256(text.encode()).hexdigest()}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    draw = random.Random(options.seed)  # nosec B311: draws where the line is cut, no secret
    line = Line(options.base, options.token_file.read_text().strip(), options.cut, draw)
    habits = outcomes.Habits(
        absent=options.absent, refused=options.refused, duplicates=options.duplicates, unknown=options.unknown,
        late=0, wrong_amount=options.wrong_amount, reversed=0,
    )  # fmt: skip
    agency = Agency(line, habits, options.batch, options.seed, options.date, options.most_batches)
    try:
        agency.work()
    except RefusedOrder as error:
        print(f"Refusé : {error}", file=sys.stderr)
        return 2
    print(json.dumps({**agency.tally, "cuts": line.cuts}))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Une agence qui prend ses ordres par l’interface de Jigi")
    parser.add_argument("base", help="adresse du site")
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=500, help="lignes d’un lot")
    parser.add_argument("--most-batches", type=int, default=-1, help="s’arrêter après tant de lots")
    parser.add_argument("--cut", type=float, default=0.0, help="part des connexions coupées")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--date", type=date.fromisoformat, default=date.today())
    for share in ("absent", "refused", "duplicates", "unknown", "wrong-amount"):
        parser.add_argument(f"--{share}", type=float, default=0.0)
    return parser


if __name__ == "__main__":
    sys.exit(main())

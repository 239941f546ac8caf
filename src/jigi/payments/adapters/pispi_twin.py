"""A platform to talk to: it answers as the OpenAPI says, executes payments it can be asked about, and has faults.

`Platform.answer` is the whole of it, without a network: `pispi_server.py` serves it, and tests that need thousands of
conversations call it as it stands. What it executed is the truth that a dispatch is held to (`executed`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BASE = "/piz/v1"
TOKEN = "/oauth/token"


@dataclass
class Faults:
    """What goes wrong, each switched on by a share of the requests (0 to 1) or by true.

    `last_attempt`: GET of a payment gives its last attempt; `total_is_page`: `meta.total` is the size of the page;
    `filters_ignored`: lists give everything; `busy`: 429; `broken`: 500 and nothing done; `cut`: done, and no answer;
    `half`: done, and 500; `slow`: answers after `slow_s`; `late`: no answer, and done only at a later request;
    `forgetful`: a group is unknown to some questions, and may be deposited again; `slowly`: payments settle one
    question later each; `newest_first` and `page_ignored`: lists begin with the last entry, and give one page only.
    """

    last_attempt: bool = False
    total_is_page: bool = False
    filters_ignored: bool = False
    forgetful: bool = False
    slowly: bool = False
    newest_first: bool = False
    page_ignored: bool = False
    busy: float = 0.0
    broken: float = 0.0
    cut: float = 0.0
    half: float = 0.0
    slow: float = 0.0
    slow_s: float = 0.0
    late: float = 0.0

    @classmethod
    def read(cls, text: str) -> Faults:
        """From « busy=0.1,last_attempt=1 »."""
        kinds = {one.name: one.type for one in fields(cls)}
        said = dict(part.split("=", 1) for part in text.split(",") if part)
        return cls(**{n: bool(float(v)) if kinds[n] == "bool" else float(v) for n, v in said.items()})  # type: ignore[arg-type]


@dataclass
class Payment:
    """One entry of the platform; several may bear one txId."""

    said: dict[str, Any]
    group: str = ""


@dataclass(frozen=True)
class Answered:
    """What leaves: None for `status` is a connection cut before its answer."""

    status: int | None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


class Platform:
    """The twin. `draw` decides of each fault; `refused` maps an alias to the reason its payments are rejected."""

    def __init__(
        self, faults: Faults | None = None, *, seed: int = 1, credentials: tuple[str, str, str] = ("jigi", "s", "k"),
        page_most: int = 1_000,
    ) -> None:  # fmt: skip
        self.faults, self.credentials, self.page_most = faults or Faults(), credentials, page_most
        self.draw: Callable[[], float] = random.Random(seed).random  # nosec B311
        self.refused: dict[str, str] = {}
        self.unknown_aliases: set[str] = set()
        self.executed: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.groups: dict[str, dict[str, Any]] = {}
        self.entries: list[Payment] = []
        self.by_tx: dict[str, list[Payment]] = {}
        self.by_group: dict[str, list[Payment]] = {}
        self._late: list[Callable[[], Answered]] = []
        self._tokens: set[str] = set()
        self._lock = threading.RLock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Answer one request; header names in lower case."""
        with self._lock:
            where = urlsplit(target)
            if where.path == TOKEN:
                return self._token(body)
            self._let_late_ones_in()
            door = self._at_the_door(headers)
            if door is not None:
                return door
            path = where.path.removeprefix(BASE)
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            said = json.loads(body) if body else None
            return self._with_faults(method, path, lambda: self._routed(method, path, query, said))

    def _with_faults(self, method: str, path: str, act: Callable[[], Answered]) -> Answered:
        faults = self.faults
        self.requests[method] += 1
        if self.draw() < faults.busy:
            return _problem(429, "Dépassement du quota d’appels API", {"Retry-After": "1"})
        if self.draw() < faults.broken:
            return _problem(500, "Erreur interne")
        if method == "POST" and path == "/paiements-groupes" and self.draw() < faults.late:
            self._late.append(act)
            return Answered(None)
        answered = act()
        if self.draw() < faults.cut:
            return Answered(None)
        if self.draw() < faults.half:
            return _problem(500, "Erreur interne")
        if self.draw() < faults.slow:
            return Answered(answered.status, answered.body, answered.headers, faults.slow_s)
        return answered

    def _let_late_ones_in(self) -> None:
        if self._late and self.draw() < 0.5:
            self._late.pop(0)()

    def _token(self, body: bytes) -> Answered:
        said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        client, secret, _ = self.credentials
        if said.get("grant_type") != "client_credentials" or (said.get("client_id"), said.get("client_secret")) != (
            client, secret,
        ):  # fmt: skip
            return _problem(401, "Autorisations insuffisantes")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": said.get("scope", "")}
        return Answered(200, answer)

    def forget_tokens(self) -> None:
        """End every token before its time, as a restart of the participant does."""
        self._tokens.clear()

    def _at_the_door(self, headers: Mapping[str, str]) -> Answered | None:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens or headers.get("x-api-key") != self.credentials[2]:
            return _problem(401, "Autorisations insuffisantes")
        return None

    def _routed(self, method: str, path: str, query: Mapping[str, str], said: Any) -> Answered:
        parts = [unquote(part) for part in path.strip("/").split("/")]
        match (method, parts):
            case ("POST", ["paiements-groupes"]):
                return self._deposit(said)
            case ("GET", ["paiements-groupes", code]):
                return self._group(code)
            case ("PUT", ["paiements-groupes", code, "confirmations"]):
                return self._decide(code, said["decision"])
            case ("POST", ["paiements"]):
                return self._single(said)
            case ("GET", ["paiements"]):
                return self._list(query)
            case ("GET", ["paiements", tx_id]):
                return self._one(tx_id)
            case ("PUT", ["paiements", tx_id, "confirmations"]):
                return self._decide_one(tx_id, said["decision"])
            case ("POST", ["paiements", reference, "annulations"]):
                return self._recall(reference, said["raison"])
        return _problem(404, "La ressource n’existe pas")

    def _deposit(self, said: Any) -> Answered:
        code = said["instructionId"]
        if code in self.groups and not self.faults.forgetful:
            return _problem(409, "instructionId déjà utilisé")
        size = len(said["transactions"])
        hours = 24 if size <= 500 else 48 if size <= 1000 else 72
        self.groups.setdefault(
            code, {"instructionId": code, "statut": "INITIE", "dateDemande": _now(), "hidden": self.faults.forgetful,
                   "dateExpiration": _iso(datetime.now(UTC) + timedelta(hours=hours))},
        )  # fmt: skip
        for one in said["transactions"]:
            self._write(one, said["payeurAlias"], code)
        return Answered(202, None, {"Location": f"/paiements-groupes/{code}"})

    def _write(self, one: Mapping[str, Any], payer: str, group: str = "") -> Payment:
        """A new entry, checked: a txId seen before is rejected DU03 whatever became of the first."""
        written = {
            "txId": one["txId"], "payeurAlias": payer, "payeAlias": one["payeAlias"], "montant": one["montant"],
            "categorie": "733", "statut": "INITIE", "end2endId": f"EML001{len(self.entries):029}", "confirmation": True,
            "dateDemande": _now(), "payeNom": "TITULAIRE DE COMPTE", "payePays": "ML",
        }  # fmt: skip
        if group:
            written["instructionId"] = group
        if one["txId"] in self.by_tx:
            written |= {"statut": "REJETE", "statutRaison": "DU03", "dateReponse": _now()}
        elif one["payeAlias"] in self.unknown_aliases:
            written |= {"statut": "REJETE", "statutRaison": "BE23", "dateReponse": _now()}
            del written["payeNom"], written["payePays"]
        made = Payment(written, group)
        self.entries.append(made)
        self.by_tx.setdefault(one["txId"], []).append(made)
        if group:
            self.by_group.setdefault(group, []).append(made)
        return made

    def _group(self, code: str) -> Answered:
        group = self.groups.get(code)
        if group is None:
            return _problem(404, "La ressource n’existe pas")
        if group["hidden"]:
            group["hidden"] = self.draw() < 0.5
            return _problem(404, "La ressource n’existe pas")
        return Answered(200, self._group_said(code))

    def _group_said(self, code: str) -> dict[str, Any]:
        self._advance(self.by_group[code])
        states = Counter(one.said["statut"] for one in self.by_group[code])
        shown = {name: value for name, value in self.groups[code].items() if name != "hidden"}
        return shown | {
            "transactionsTotal": len(self.by_group[code]), "transactionsInitiees": states["INITIE"],
            "transactionsEnvoyees": states["ENVOYE"], "transactionsIrrevocables": states["IRREVOCABLE"],
            "transactionsRejetees": states["REJETE"],
        }  # fmt: skip

    def _decide(self, code: str, decision: bool) -> Answered:
        group = self.groups.get(code)
        if group is None:
            return _problem(404, "La ressource n’existe pas")
        wanted = "CONFIRME" if decision else "ANNULE"
        if group["statut"] not in ("INITIE", wanted):
            return _problem(403, "Une décision a déjà été prise")
        if group["statut"] == "INITIE":
            group["statut"] = wanted
            group.pop("dateExpiration")
            if decision:
                group["dateConfirmation"] = _now()
                for one in self.by_group[code]:
                    self._go(one)
        return Answered(200, self._group_said(code))

    def _go(self, one: Payment) -> None:
        if one.said["statut"] == "INITIE":
            one.said |= {"statut": "ENVOYE", "dateConfirmation": _now(), "dateEnvoi": _now()}
            if not self.faults.slowly:
                self._settle(one)

    def _advance(self, seen: list[Payment]) -> None:
        """Payments under way settle when somebody looks, some of them: time passes."""
        for one in seen:
            if one.said["statut"] == "ENVOYE" and self.draw() < 0.6:
                self._settle(one)

    def _settle(self, one: Payment) -> None:
        if reason := self.refused.get(one.said["payeAlias"]):
            one.said |= {"statut": "REJETE", "statutRaison": reason, "dateReponse": _now()}
            return
        one.said |= {"statut": "IRREVOCABLE", "dateIrrevocabilite": _now(), "dateReponse": _now()}
        self.executed[one.said["txId"]] += 1

    def _single(self, said: Any) -> Answered:
        made = self._write(said, said["payeurAlias"])
        if not said["confirmation"]:
            made.said["confirmation"] = False
            self._go(made)
        if made.said["statut"] != "REJETE":
            shown = dict(made.said) | {"statut": "INITIE" if said["confirmation"] else "ENVOYE"}
        else:
            shown = dict(made.said)
        kept = {"txId", "payeurAlias", "payeAlias", "montant", "confirmation", "statut", "statutRaison", "payeNom",
                "payePays", "end2endId", "dateDemande", "dateConfirmation", "dateEnvoi"}  # fmt: skip
        return Answered(200, {name: value for name, value in shown.items() if name in kept})

    def _decide_one(self, tx_id: str, decision: bool) -> Answered:
        found = [one for one in self.by_tx.get(tx_id, []) if one.said["statut"] == "INITIE"]
        if not found:
            return _problem(404, "La ressource n’existe pas")
        if not decision:
            found[0].said |= {"statut": "REJETE", "statutRaison": "AG01", "dateReponse": _now()}
            return Answered(204)
        self._go(found[0])
        return Answered(200, dict(found[0].said))

    def _one(self, tx_id: str) -> Answered:
        found = self.by_tx.get(tx_id)
        if not found:
            return _problem(404, "La ressource n’existe pas")
        self._advance(found)
        return Answered(200, dict((found[-1] if self.faults.last_attempt else found[0]).said))

    def _list(self, query: Mapping[str, str]) -> Answered:
        code = "" if self.faults.filters_ignored else query.get("instructionId", "")
        found = self.by_group.get(code, []) if code else self.entries
        if not self.faults.filters_ignored:
            names = [name for name in ("txId", "statut") if name in query]
            found = [one for one in found if all(one.said.get(name) == query[name] for name in names)]
        size = min(int(query.get("size", 20)), self.page_most)
        page = 1 if self.faults.page_ignored else int(query.get("page", 1))
        found = found[::-1] if self.faults.newest_first else found
        shown = found[(page - 1) * size : page * size]
        self._advance(shown)
        total = len(shown) if self.faults.total_is_page else len(found)
        meta = {"total": total, "page": page, "size": size}
        return Answered(200, {"data": [dict(one.said) for one in shown], "meta": meta})

    def _recall(self, reference: str, motive: str) -> Answered:
        found = next((one for one in self.entries if one.said["end2endId"] == reference), None)
        if found is None:
            return _problem(404, "La ressource n’existe pas")
        if found.said["statut"] != "IRREVOCABLE":
            return _problem(403, "Ce paiement n’est pas irrévocable")
        found.said |= {"annulationStatut": "ENVOYE", "annulationMotif": motive, "annulationDateDemande": _now()}
        return Answered(200, dict(found.said))

    def give_back(self, tx_id: str) -> None:
        """The holder accepts a recall: the money of a payment comes back."""
        paid = next(one for one in self.by_tx[tx_id] if one.said["statut"] == "IRREVOCABLE")
        paid.said |= {"retourStatut": "IRREVOCABLE", "retourDateIrrevocabilite": _now()}

    def notification(self, kind: str, tx_id: str, secret: str) -> tuple[bytes, str]:
        """A notification about one payment, and its signature as the header X-Signature carries it."""
        one = self.by_tx[tx_id][0].said
        event = {"evCode": kind, "evDate": _now(), "txId": tx_id, "end2endId": one["end2endId"],
                 "montant": one["montant"], "client": "TITULAIRE DE COMPTE", "alias": one["payeurAlias"]}  # fmt: skip
        body = json.dumps({"data": [event], "meta": {"total": 1}}).encode()
        return body, hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Answered:
    said = {"type": "about:blank", "title": "Erreur", "status": status, "detail": detail}
    return Answered(status, said, {"Content-Type": "application/problem+json", **(headers or {})})


def _now() -> str:
    return _iso(datetime.now(UTC))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

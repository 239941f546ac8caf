"""The conversation with PI-SPI: requests as the OpenAPI says, answers weighed, tokens, notifications, square codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.foundation.wire import Cut, HttpWire
from jigi.payments import dispatch_rules as rules
from jigi.payments.adapters.conversation import (
    Accepted,
    Denied,
    Entries,
    Entry,
    Holder,
    Known,
    Payment,
    Unclear,
    Unknown,
)
from jigi.payments.adapters.pispi import PiSpi
from jigi.payments.adapters.pispi_qr import NotACode, PaymentCode, checksum, decode, encode
from jigi.payments.adapters.pispi_twin import Faults, Platform
from tests.payments.openapi import SPECS, check_answer, check_request
from tests.payments.pispi_scene import ALIAS, Schedule, TwinWire, access

PAYMENTS = [Payment(f"T{n}", ALIAS.format(n + 1), 30_000) for n in range(3)]


def talking(platform: Platform) -> tuple[PiSpi, TwinWire]:
    wire = TwinWire(platform, keep=True)
    return PiSpi(access(), wire), wire


def test_every_request_and_every_answer_is_as_the_openapi_says() -> None:
    platform = Platform(Faults(slowly=True))
    platform.unknown_aliases.add(ALIAS.format(1))
    platform.refused[ALIAS.format(2)] = "AC07"
    talk, wire = talking(platform)
    assert talk.resolve(ALIAS.format(7), "Q1") == Holder("TITULAIRE DE COMPTE", "ML")
    assert talk.resolve(ALIAS.format(1), "Q2") == Unknown()
    assert talk.send("G", PAYMENTS, "Tour 1") == Accepted() and talk.send("G", PAYMENTS, "Tour 1") == Known("opened")
    assert talk.ask("G") == Known("opened", checked=True) and talk.ask("autre") == Unknown()
    assert talk.release("G") == Known("released", checked=False)
    assert isinstance(talk.withdraw("G"), Denied)
    found = talk.entries("G", ["T0", "T1", "T2"], once=True)
    while any(one.status == "ENVOYE" for said in found.by_tx.values() for one in said):
        found = talk.entries("G", ["T0", "T1", "T2"], once=True)
    assert [found.by_tx[f"T{n}"][0].reason for n in range(3)] == ["BE23", "AC07", ""]
    assert talk.recall(found.by_tx["T2"][0].agency_reference, "AC03") == Accepted()
    assert talk.recall("inconnu", "AC03") == Unknown()
    assert platform.executed == {"T2": 1}
    asked = [one for one in wire.seen if "/oauth/" not in one[1]]
    for method, url, body, status, answer in asked:
        check_request(method, url, body)
        check_answer(method, url, status or 0, answer)
    assert len(asked) > 12


def test_the_stories_of_faults_speak_as_the_openapi_says(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, bytes, int | None, bytes]] = []
    worker = Schedule._worker

    def kept(self: Schedule, *args: object) -> PiSpi:
        talk = worker(self, *args)  # type: ignore[arg-type]
        talk._wire.seen, talk._wire.keep = seen, True  # type: ignore[attr-defined]
        return talk

    monkeypatch.setattr(Schedule, "_worker", kept)
    for seed in range(4):
        Schedule(seed).play()
    for method, url, body, status, answer in seen[:150]:
        if "/oauth/" not in url and status:
            check_request(method, url, body)
            check_answer(method, url, status, answer)


def test_the_traps_that_were_observed() -> None:
    platform = Platform(Faults(last_attempt=True, total_is_page=True, filters_ignored=True), page_most=2)
    talk, _ = talking(platform)
    talk.send("G", PAYMENTS, "")
    talk.release("G")
    asked = {"txId": "T0", "payeurAlias": ALIAS.format(0), "payeAlias": ALIAS.format(1), "montant": 30_000,
             "confirmation": False}  # fmt: skip
    again = json.loads(talk._call("POST", "payments", body=asked).body)  # type: ignore[union-attr]
    assert (again["statut"], again["statutRaison"]) == ("REJETE", "DU03") and platform.executed["T0"] == 1
    listed = json.loads(talk._call("GET", "payments", query={"instructionId": "G", "size": "2"}).body)  # type: ignore[union-attr]
    assert listed["meta"]["total"] == 2 and len(platform.entries) == 4
    found = talk.entries("G", ["T0", "T1", "T2"], once=True)
    assert isinstance(found, Entries) and found.complete
    assert {one.status for one in found.by_tx["T0"]} == {"IRREVOCABLE", "REJETE"}


def test_a_token_is_kept_and_renewed_when_the_platform_forgets_it() -> None:
    platform = Platform()
    talk, wire = talking(platform)
    talk.ask("G"), talk.ask("G")
    platform.forget_tokens()
    assert talk.ask("G") == Unknown()
    assert sum("/oauth/" in one[1] for one in wire.seen) == 2
    wrong = PiSpi(replace(access(), client_secret="faux"), wire)
    assert wrong.ask("G") == Denied(401, "jeton refusé")


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Faults(busy=1), Denied), (Faults(broken=1), Unclear), (Faults(half=1), Unclear), (Faults(cut=1), Unclear),
     (Faults(late=1), Unclear)],
)  # fmt: skip
def test_what_is_not_answered_is_never_taken_for_a_no(fault: Faults, said: type) -> None:
    talk, _ = talking(Platform(fault))
    assert isinstance(talk.send("G", PAYMENTS, ""), said)


def test_paths_of_another_version_are_configuration() -> None:
    wire = TwinWire(Platform(), keep=True)
    moved = replace(access(), paths={"group": "/v2/lots/{group}"})
    PiSpi(moved, wire).ask("G 1/2")
    assert wire.seen[-1][1].endswith("/v2/lots/G%201%2F2")


def test_secrets_are_not_shown() -> None:
    shown = repr(access())
    assert "client_secret" not in shown and "api_key" not in shown


# What the entries of a payment prove


def entry(status: str, reason: str = "", amount: int = 5) -> Entry:
    return Entry("T", status, amount, reason)


@pytest.mark.parametrize(
    ("entries", "complete", "once", "proven"),
    [
        ([entry("IRREVOCABLE")], False, True, "executed"),
        ([entry("REJETE", "DU03"), entry("IRREVOCABLE")], False, False, "executed"),
        ([entry("IRREVOCABLE", amount=6)], True, True, "to_verify"),
        ([entry("IRREVOCABLE"), entry("IRREVOCABLE")], True, True, "to_verify"),
        ([entry("REJETE", "AC07")], False, True, "rejected"),
        ([entry("REJETE", "AC07")], False, False, "to_verify"),
        ([entry("REJETE", "AC07"), entry("REJETE", "DU03")], True, False, "rejected"),
        ([entry("REJETE", "DU03")], True, True, "to_verify"),
        ([entry("ENVOYE"), entry("REJETE", "DU03")], True, False, "live"),
        ([], True, True, "to_verify"),
    ],
)
def test_what_entries_prove(entries: list[Entry], complete: bool, once: bool, proven: str) -> None:
    assert rules.verdict(entries, amount_xof=5, complete=complete, once=once).status == proven


# The twin as a process


@contextmanager
def twin(faults: str = "") -> Iterator[str]:
    command = [sys.executable, "-m", "jigi.payments.adapters.pispi_server", "--faults", faults]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def test_the_twin_answers_over_http_side_by_side() -> None:
    with twin("last_attempt=1,total_is_page=1") as base, ThreadPoolExecutor(4) as pool:
        talk = PiSpi(access(base), HttpWire(timeout_s=5))
        groups = [f"G{n}" for n in range(8)]
        sent = [Payment(f"{g}-1", ALIAS.format(1), 5) for g in groups]
        assert set(pool.map(lambda g, p: talk.send(g, [p], ""), groups, sent)) == {Accepted()}
        assert {one.status for one in pool.map(talk.release, groups)} == {"released"}
        entries = list(pool.map(lambda g: talk.entries(g, [f"{g}-1"], once=True), groups))
        assert all(one.complete and len(one.by_tx) == 1 for one in entries)


def test_a_connection_that_is_cut_or_slow_is_told_as_cut_and_sent_once() -> None:
    for faults, wait in (("cut=1", 5.0), ("slow=1,slow_s=1", 0.2)):
        with twin(faults) as base:
            assert isinstance(PiSpi(access(base), HttpWire(timeout_s=wait)).send("G", PAYMENTS, ""), Unclear)


def test_nobody_at_the_address_is_told_as_not_sent() -> None:
    with pytest.raises(Cut):
        HttpWire(timeout_s=1).request("GET", "http://127.0.0.1:1/", {}, None)
    assert isinstance(PiSpi(access("http://127.0.0.1:1"), HttpWire(timeout_s=1)).ask("G"), Denied)


# Notifications


def test_a_notification_is_genuine_by_its_raw_body() -> None:
    platform = Platform()
    talk, _ = talking(platform)
    talk.send("G", PAYMENTS, "")
    body, signature = platform.notification("PAIEMENT_ENVOYE", "T1", "w")
    assert talk.genuine(body, signature) and not talk.genuine(body + b" ", signature)
    assert not talk.genuine(body, "") and not PiSpi(replace(access(), webhook_secret=""), _).genuine(body, signature)
    (event,) = talk.events(body)
    assert (event.kind, event.tx_id, event.amount_xof) == ("executed", "T1", 30_000)


# The square code


def vectors(kind: str) -> list[dict[str, object]]:
    path = SPECS / "qr" / "vectors.json"
    return json.loads(path.read_text(encoding="utf-8"))[kind] if path.exists() else []  # type: ignore[no-any-return]


@pytest.mark.skipif(not SPECS.exists(), reason="les spécifications partagées ne sont pas là")
def test_square_codes_are_read_and_written_as_the_vectors_say() -> None:
    for said in vectors("valid"):
        code = decode(str(said["payload"]))
        assert (code.alias, code.country, code.amount_xof, code.label, code.channel) == (
            said["alias"], said["country"], said["amount"], said["label"], said["channel"],
        )  # fmt: skip
    for said in vectors("invalid"):
        with pytest.raises(NotACode):
            decode(str(said["payload"]))
    for said in vectors("valid")[:4]:
        assert encode(decode(str(said["payload"]))) == said["payload"]


@given(
    st.builds(
        PaymentCode, alias=st.uuids().map(str), country=st.sampled_from(["ML", "CI", "NE"]),
        amount_xof=st.none() | st.integers(1, 10**12), label=st.from_regex(r"[A-Za-z0-9-]{0,25}", fullmatch=True),
        channel=st.sampled_from(["000", "400", "500", "731"]),
    ),
    st.integers(0, 10**6), st.characters(min_codepoint=48, max_codepoint=57),
)  # fmt: skip
@settings(max_examples=40)
def test_a_code_reads_back_and_a_changed_digit_is_seen(code: PaymentCode, at: int, digit: str) -> None:
    payload = encode(code)
    assert decode(payload) == code
    changed = payload[: at % len(payload)] + digit + payload[at % len(payload) + 1 :]
    if changed != payload:
        with pytest.raises(NotACode):
            decode(changed)


def test_a_read_amount_may_have_cents_of_nothing() -> None:
    body = encode(PaymentCode("a", "ML", 5000)).replace("54045000", "54075000.00")[:-4]
    assert decode(body + checksum(body)).amount_xof == 5000
    half = body.replace("5000.00", "5000.50")
    with pytest.raises(NotACode, match="entier"):
        decode(half + checksum(half))

"""The menu of USSD: what each key shows, what a session becomes, and that no sequence of keys makes more than one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.geography.scope import seen_by
from jigi.grievances import calls, queries
from jigi.grievances.models import Arrival, Case, Category
from jigi.grievances.rules import written
from jigi.grievances.unattended import MOST
from jigi.grievances.ussd_rules import MOST_LETTERS, Ask, Choice, End, File, Follow, Menu, screen, walk
from jigi.messaging.adapters.provider import signed
from jigi.messaging.models import Message
from jigi.messaging.rules import is_gsm
from tests.grievances.test_texts import NOBODYS, give_phone
from tests.grievances.world import World

CHOICES = [Choice(f"c{n}", "X" * 24, n == 11) for n in range(12)]
LONG_NAME = "Un nom de commune très long, plus que l’écran n’en montre. " * 3
MENU = Menu(CHOICES, lambda code: LONG_NAME if code == "010501" else "")
KEYS = st.sampled_from([*"0123456789", "010501", "000000", "#", "", written(NOBODYS), "é" * 30, "x" * 200])
PHONE = "+22370000001"


def shown(text: str) -> str:
    step = walk(text, MENU)
    assert isinstance(step, Ask)
    return step.text


@given(st.lists(KEYS, max_size=60))
def test_any_keys_give_a_screen_that_fits_or_an_end(keys: list[str]) -> None:
    step = walk("*".join(keys), MENU)
    if isinstance(step, Ask | End):
        assert len(f"CON {step.text}") <= MOST_LETTERS, "nothing is cut from what is said"
        said = screen("CON", step.text)
        assert len(said) <= MOST_LETTERS and is_gsm(said)
    else:
        assert isinstance(step, File | Follow)


def test_the_way_to_a_complaint() -> None:
    assert "1 Se plaindre" in shown("") and "0 Suite" in shown("1")
    assert shown("1*0*0*0") == shown("1"), "the pages come round"
    assert "6 chiffres" in shown("1*2") and shown("1*2*999999").startswith("Code inconnu")
    assert shown("1*2*010501").startswith("Un nom de commune") and shown("1*2*010501*3") == shown("1*2")
    assert walk("1*2*010501*1", MENU) == File(CHOICES[1], "010501", call_back=True)
    assert walk("1*0*2*0*2*9", MENU) == File(CHOICES[6], "", call_back=False)
    assert "qu'à vous" in shown("1*0*0*2*0") and "qu'à vous" not in shown("1*1*0")


def test_the_longest_screen_is_said_whole() -> None:
    longest = shown("1*0*0*2*010501*9")
    assert LONG_NAME[:40] in longest and "qu'à vous" in longest and len(f"CON {longest}") <= MOST_LETTERS


def test_what_is_mistyped_is_asked_again() -> None:
    assert shown("9").endswith(shown("")) and shown("9") != shown("")
    assert shown("2*12").startswith("Numéro mal tapé") and walk(f"2*12*{NOBODYS}", MENU) == Follow(NOBODYS)
    assert isinstance(walk("3", MENU), End) and isinstance(walk("*".join("9" * 41), MENU), End)


def test_every_shipped_word_is_said_whole(db: None) -> None:
    menu = calls._menu()
    assert {one.code for one in menu.choices} == set(Category.objects.values_list("code", flat=True))
    assert [one.sensitive for one in menu.choices] == sorted(one.sensitive for one in menu.choices)
    for page in ("1", "1*0", "1*0*0"):
        step = walk(page, menu)
        assert isinstance(step, Ask) and len(screen("CON", step.text)) == len(step.text) + 4 <= MOST_LETTERS


@pytest.mark.django_db
def test_a_session_becomes_one_complaint_whatever_is_typed_after(world: World, settings: Any) -> None:
    settings.FENCED = True
    give_phone(world, PHONE)
    said = calls.answer("S1", PHONE, "1*2*0*1")
    case = Case.objects.get()
    assert said == calls.answer("S1", PHONE, "1*2*0*1") == calls.answer("S1", PHONE, "1*3*0*2") and case.said in said
    assert calls.answer("S1", PHONE, "1").startswith("CON "), "a screen that is asked again is shown again"
    assert case.channel == "ussd" and case.received_by is None and case.phone and case.commune == world.commune
    assert case.concerned.get().household == world.households[0] and queries.answered_by(case) == "phone"
    assert case.said in Message.objects.get().text
    assert calls.answer("S2", PHONE, "1*2*0*1") != said and Case.objects.count() == 2


@pytest.mark.django_db
def test_a_session_of_another_telephone_is_another(world: World) -> None:
    said = calls.answer("S1", PHONE, "1*2*0*2")
    assert calls.answer("S1", "+22370000002", "1*2*0*2") != said and Case.objects.count() == 2


@pytest.mark.django_db
def test_who_wants_no_call_leaves_no_telephone(world: World, settings: Any) -> None:
    settings.FENCED = True
    give_phone(world, PHONE)
    calls.answer("S1", PHONE, "1*2*010502*2")
    case = Case.objects.get()
    assert case.anonymous and not case.phone and not case.concerned.exists() and not Message.objects.exists()
    assert case.commune == world.areas.communes[1]
    assert Arrival.objects.get().inbound is None


@pytest.mark.django_db
def test_a_sensitive_one_is_seen_by_its_two_roles_and_leaves_nothing_in_the_telephone(
    world: World, settings: Any
) -> None:
    settings.FENCED = True
    give_phone(world, PHONE)
    said = calls.answer("S1", PHONE, "1*0*0*2*010501*1")
    case = Case.objects.get()
    assert case.sensitive and case.said in said and not case.concerned.exists() and not Message.objects.exists()
    for user, seen in ((world.officer, 0), (world.country, 0), (world.referent, 1)):
        with seen_by(user):
            assert Arrival.objects.count() == Case.objects.count() == seen
    assert calls.answer("S2", PHONE, f"2*{case.number}").replace(case.said, "") == (
        calls.answer("S3", PHONE, f"2*{NOBODYS}").replace(written(NOBODYS), "")
    )


@pytest.mark.django_db
def test_one_telephone_is_counted(world: World) -> None:
    said = [calls.answer(f"S{n}", PHONE, "1*2*0*2") for n in range(MOST["complaint"] + 1)]
    assert said[-1].startswith("END Trop de demandes") and Case.objects.count() == MOST["complaint"]
    assert calls.answer("S0", PHONE, "1*2*0*2") == said[0], "what is done is said again"
    asked = [calls.answer("T", PHONE, f"2*{NOBODYS}") for _ in range(MOST["followed"] + 1)]
    assert "Trop de demandes" in asked[-1] and "Trop" not in asked[-2]


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(keys=st.lists(st.sampled_from([*"01123", "010501"]), max_size=12))
def test_a_session_never_makes_two_cases(world: World, keys: list[str]) -> None:
    before, session = Case.objects.count(), f"S{Arrival.objects.count()}-{'-'.join(keys)}"
    phone = f"+223{70_000_000 + before}"
    for typed in (*range(len(keys) + 1), len(keys)):
        said = calls.answer(session, phone, "*".join(keys[:typed]))
        assert said.startswith(("CON ", "END ")) and len(said) <= MOST_LETTERS
    assert Case.objects.count() - before <= 1


def asked(body: bytes, **headers: str) -> Any:
    kind = "application/x-www-form-urlencoded"
    return Client().post("/plainte/ussd/", body, content_type=kind, headers=headers)


@pytest.mark.django_db
def test_the_gateway_is_known_by_its_secret(world: World, settings: Any) -> None:
    body = urlencode({"sessionId": "S1", "serviceCode": "*36#", "phoneNumber": PHONE, "text": ""}).encode()
    assert asked(body, **{"X-Signature": signed("", body)}).status_code == 401, "without a secret nobody is the gateway"
    assert asked(body, Authorization="Bearer ").status_code == 401
    settings.USSD_SECRET = "s3cret"
    good = asked(body, **{"X-Signature": signed("s3cret", body)})
    assert good.status_code == 200 and good["Content-Type"].startswith("text/plain")
    assert good.content.decode().startswith("CON Jigi") and len(good.content.decode()) <= MOST_LETTERS
    assert asked(body, Authorization="Bearer s3cret").content == good.content
    assert asked(body, Authorization="Bearer autre").status_code == 401
    for wrong in (b"", b"sessionId=S&phoneNumber=abc&text=1", b"phoneNumber=%2B22370000001", b"%00=%00"):
        assert asked(wrong, Authorization="Bearer s3cret").status_code == 400
    assert asked(b"x" * 5000, Authorization="Bearer s3cret").status_code == 413
    assert Client().get("/plainte/ussd/").status_code == 405

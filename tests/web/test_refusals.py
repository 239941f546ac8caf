"""What is refused is explained in French: what happened, why, what to do."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from jigi.foundation.errors import InputError, JigiError, Raced, Refused
from jigi.foundation.models import User
from jigi.web.middleware import RefusalMiddleware
from jigi.web.submissions import ALREADY_DONE, carry_out
from tests.factories import Areas, make_user


def _post(user: User, key: str, **headers: str) -> HttpRequest:
    request = RequestFactory().post("/x/", {"cle": key}, headers=headers)
    request.user = user
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    MessageMiddleware(lambda _: HttpResponse()).process_request(request)
    return request


def _said(request: HttpRequest) -> list[str]:
    return [str(message) for message in get_messages(request)]


def test_a_form_posted_twice_acts_once(areas: Areas) -> None:
    user, key, done = make_user("awa"), str(uuid.uuid4()), []
    for expected in ("Approuvé.", ALREADY_DONE):
        request = _post(user, key)
        carry_out(request, lambda: done.append(1) or "Approuvé.")
        assert _said(request) == [expected]
    assert done == [1]


def test_a_refused_form_may_be_posted_again(areas: Areas) -> None:
    user, key = make_user("awa"), str(uuid.uuid4())

    def refuse() -> str:
        raise Refused("Non")

    with pytest.raises(Refused):
        carry_out(_post(user, key), refuse)
    request = _post(user, key)
    carry_out(request, lambda: "Approuvé.")
    assert _said(request) == ["Approuvé."]


@pytest.mark.parametrize("key", ["", "abc"])
def test_a_form_without_key_does_nothing(areas: Areas, key: str) -> None:
    with pytest.raises(Refused, match="incomplet"):
        carry_out(_post(make_user("awa"), key), lambda: pytest.fail("agi"))


def test_a_refused_form_goes_back_to_its_page_with_the_reason(areas: Areas) -> None:
    request = _post(make_user("awa"), "", referer="http://testserver/paiements/7/")
    middleware = RefusalMiddleware(lambda _: HttpResponse())
    answer = middleware.process_exception(request, Refused("Non", remedy="Voyez la coordination"))
    assert answer and (answer.status_code, answer["Location"]) == (302, "http://testserver/paiements/7/")
    assert _said(request) == ["Non. Voyez la coordination."]


def test_a_form_of_another_site_is_not_gone_back_to(areas: Areas) -> None:
    request = _post(make_user("awa"), "", referer="https://ailleurs.example/")
    answer = RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, Refused("Non"))
    assert answer and answer.status_code == 403


@pytest.mark.parametrize(
    ("error", "status"),
    [(Refused("a"), 403), (Raced("a"), 409), (InputError("a"), 400), (JigiError("a"), 422)],
)
def test_each_error_has_its_status(areas: Areas, error: JigiError, status: int) -> None:
    request = _post(make_user("awa"), "")
    answer = RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, error)
    assert answer and answer.status_code == status


def test_a_defect_is_not_taken_for_a_refusal(areas: Areas) -> None:
    request = _post(make_user("awa"), "")
    assert RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, ValueError()) is None


def test_nothing_at_this_address(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa"))
    answer = client.get("/rien/")
    assert answer.status_code == 404 and "Rien à cette adresse" in answer.content.decode()


def test_a_form_that_is_too_old_says_what_to_do(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/connexion/", {})
    assert answer.status_code == 403 and "Ce formulaire n’est plus valable" in answer.content.decode()


def test_a_defect_says_that_nothing_was_half_done(
    client: Client, areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user("awa"))
    client.raise_request_exception = False
    monkeypatch.setattr("jigi.web.today.views.needs_of", lambda *_: 1 / 0)
    answer = client.get("/aujourdhui/")
    assert answer.status_code == 500 and "Le serveur a rencontré une erreur" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/menages/?lieu=%00", "/menages/?x=a%00b", "/alertes/1/faire/%00/", "/connexion/?next=%00"]
)
def test_a_character_that_no_text_holds_is_refused_in_an_address(client: Client, areas: Areas, address: str) -> None:
    client.force_login(make_user("awa", "programme_manager"))
    answer = client.get(address)
    assert answer.status_code == 400
    assert "caractère nul" in answer.content.decode()


def test_a_character_that_no_text_holds_is_refused_in_a_form(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa", "programme_manager"))
    answer = client.post("/alertes/1/faire/take/", {"cle": str(uuid.uuid4()), "motif": "a\x00b"})
    assert answer.status_code == 400
    assert "caractère nul" in answer.content.decode()
    answer = client.post(
        "/inscriptions/1/faire/garder/", {"cle\x00": "a"}, headers={"referer": "http://testserver/alertes/"}
    )
    assert answer.headers["Location"] == "http://testserver/alertes/"


@pytest.mark.parametrize(
    "address", ["/api/partage/?x=%00", "/openrosa/formList?formID=%00", "/openrosa/questionnaires/1/%00"]
)
def test_the_doors_of_machines_answer_by_themselves(client: Client, areas: Areas, address: str) -> None:
    client.raise_request_exception = False
    assert client.get(address, headers={"authorization": "Bearer x"}).status_code in (401, 404)

"""The server that phones know: forms out, fiches in, and nothing else, under the role of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.models import AuditEvent, User
from jigi.intake.collection import REALM, digest_response, make_secret
from jigi.intake.models import FormVersion, Submission
from tests.foundation.sent import photo
from tests.intake.collected import HOUSEHOLD, changed, fiche, make_collector, make_form

pytestmark = pytest.mark.django_db
PHOTO = photo()


class Phone(Client):
    """A phone that answers the challenge of the server as RFC 2617 says."""

    def __init__(self, username: str, secret: str) -> None:
        super().__init__()
        self.account, self.username = f"{username}:{REALM}:{secret}", username

    def generic(self, method: str, path: str, *args: Any, **extra: Any) -> Any:
        if "HTTP_AUTHORIZATION" not in extra:
            challenge = super().generic("GET", "/openrosa/formList").headers["WWW-Authenticate"]
            query = f"?{extra['QUERY_STRING']}" if extra.get("QUERY_STRING") else ""
            extra["HTTP_AUTHORIZATION"] = self.proof(method, path + query, challenge)
        return super().generic(method, path, *args, **extra)

    def proof(self, method: str, uri: str, challenge: str) -> str:
        said = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        parts = {"username": self.username, "realm": said["realm"], "nonce": said["nonce"], "uri": uri,
                 "nc": "00000001", "cnonce": "6c1b", "qop": "auth"}  # fmt: skip
        parts["response"] = digest_response(parts, method, self.account)
        return "Digest " + ", ".join(f'{name}="{text}"' for name, text in parts.items())

    def send(self, content: bytes, device: str = "collect:1", **files: bytes) -> Any:
        parts = {"xml_submission_file": SimpleUploadedFile("fiche.xml", content, "text/xml")}
        parts |= {name: SimpleUploadedFile(f"{name}.jpg", file, "image/jpeg") for name, file in files.items()}
        return self.post(f"/openrosa/submission?deviceID={device}", parts)


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> Iterator[None]:
    settings.FENCED = True
    yield
    settings.FENCED = False


@pytest.fixture
def collector(settings: Any) -> User:
    settings.FENCED = False
    found = make_collector()
    make_form()
    settings.FENCED = True
    return found


@pytest.fixture
def phone(collector: User) -> Phone:
    return Phone("enqueteur", make_secret(by=collector))


def test_who_proves_nothing_is_asked_for_a_digest(client: Client) -> None:
    answer = client.get("/openrosa/formList")
    assert answer.status_code == 401 and answer.headers["X-OpenRosa-Version"] == "1.0"
    asked = answer.headers["WWW-Authenticate"]
    assert asked.startswith("Digest ") and 'domain="/openrosa/"' in asked and 'qop="auth"' in asked


def test_a_phone_takes_the_forms_offered(phone: Phone) -> None:
    answer = phone.get("/openrosa/formList")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    text = answer.content.decode()
    assert "<formID>menage</formID>" in text and "<version>2026-1</version>" in text
    form = phone.get(re.search(r"<downloadUrl>http://testserver([^<]+)", text)[1])  # type: ignore[index]
    assert b'id="menage"' in form.content and b'version="2026-1"' in form.content


def test_lists_of_places_are_those_of_the_person(phone: Phone) -> None:
    manifest = phone.get(f"/openrosa/questionnaires/{FormVersion.objects.get().pk}/manifeste.xml").content.decode()
    found = dict(re.findall(r"<filename>([^<]+)</filename>.*?<downloadUrl>http://testserver([^<]+)", manifest))
    assert set(found) == {"regions.csv", "cercles.csv", "communes.csv", "villages.csv"}
    assert phone.get(found["villages.csv"]).content.decode().splitlines() == [
        "name,label,commune", "ML010501-001,Village fictif 1,ML010501",
    ]  # fmt: skip


def test_a_fiche_is_received_with_its_device_and_person(phone: Phone, collector: User) -> None:
    answer = phone.send(fiche())
    assert answer.status_code == 201 and b"submit_success" in answer.content
    sent = Submission.objects.get()
    assert (sent.device, sent.sent_by) == ("collect:1", collector)
    event = AuditEvent.objects.get(verb="receive")
    assert (event.by, event.after["form"]) == (collector, "menage")


def test_a_head_says_where_and_how_much(phone: Phone) -> None:
    answer = phone.head("/openrosa/submission")
    assert answer.status_code == 204 and answer.headers["Location"] == "http://testserver/openrosa/submission"
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) > 10_000_000


def test_the_same_fiche_and_more_files(phone: Phone) -> None:
    content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg", "deux": "deux.jpg"}})
    answers = [phone.send(content, une=PHOTO), phone.send(content, deux=PHOTO), phone.send(content)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert Submission.objects.count() == 1


def test_other_answers_are_a_conflict(phone: Phone) -> None:
    number = "uuid:0b2c7a52-0000-4000-8000-000000000001"
    phone.send(fiche(number=number))
    answer = phone.send(fiche(changed(logement={"pieces": "9"}), number=number))
    assert answer.status_code == 409 and "superviseur" in answer.content.decode()


@pytest.mark.parametrize(("content", "status"), [(b"<data", 400), (fiche(form="ailleurs"), 404), (b"", 400)])
def test_what_cannot_be_received_is_told_in_french(phone: Phone, content: bytes, status: int) -> None:
    answer = phone.send(content)
    assert answer.status_code == status and "OpenRosaResponse" in answer.content.decode()
    assert "Gardez" in answer.content.decode() or "Renvoyez" in answer.content.decode()


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=é", "multipart/form-data; boundary="]
)
def test_a_post_that_is_wrongly_divided_is_told_as_openrosa_tells(phone: Phone, kind: str) -> None:
    answer = phone.post("/openrosa/submission", b"--x\r\n", content_type=kind)
    assert answer.status_code == 400 and "Renvoyez la fiche" in answer.content.decode()


def test_a_token_opens_too(collector: User, client: Client) -> None:
    secret = make_secret(by=collector)
    assert client.get("/openrosa/formList", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert client.get("/openrosa/formList", headers={"Authorization": "Bearer autre"}).status_code == 401


def test_the_secret_opens_no_page(phone: Phone) -> None:
    challenge = phone.get("/openrosa/formList", HTTP_AUTHORIZATION="").headers["WWW-Authenticate"]
    proof = phone.proof("GET", "/compte/", challenge)
    assert phone.get("/compte/", HTTP_AUTHORIZATION=proof).status_code == 302
    assert "sessionid" not in phone.cookies


def test_a_session_opens_no_collection(collector: User, client: Client) -> None:
    client.force_login(collector)
    assert client.get("/openrosa/formList").status_code == 401


def test_who_may_not_collect_any_more_takes_and_sends_nothing(phone: Phone, collector: User) -> None:
    collector.staff_postings.all().delete()
    assert b"<xform>" not in phone.get("/openrosa/formList").content
    assert phone.get(f"/openrosa/questionnaires/{FormVersion.objects.get().pk}/xform.xml").status_code == 404
    assert phone.send(fiche()).status_code == 403 and not Submission.objects.exists()


def test_a_proof_made_for_another_address_is_none(phone: Phone) -> None:
    challenge = phone.get("/openrosa/formList", HTTP_AUTHORIZATION="").headers["WWW-Authenticate"]
    proof = phone.proof("GET", "/openrosa/formList", challenge)
    assert phone.get("/openrosa/submission", HTTP_AUTHORIZATION=proof).status_code == 401


def test_a_proof_made_for_no_address_is_none(phone: Phone) -> None:
    assert phone.get("/openrosa/formList", HTTP_AUTHORIZATION='Digest uri="http://[", nonce="x"').status_code == 401


def test_an_old_proof_is_said_to_be_old(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jigi.web.openrosa.door.NONCE_SECONDS", -1)
    answer = phone.get("/openrosa/formList")
    assert answer.status_code == 401 and "stale=true" in answer.headers["WWW-Authenticate"]


def test_wrong_proofs_are_counted_and_shut_the_door(collector: User) -> None:
    phone = Phone("enqueteur", "pas-le-bon")
    statuses = [phone.get("/openrosa/formList").status_code for _ in range(8)]
    assert statuses[0] == 401 and statuses[-1] == 429
    assert AuditEvent.objects.filter(verb="sign_in_failed").count() < 8


def test_a_second_factor_is_not_asked_of_a_phone_and_still_of_its_person(collector: User, client: Client) -> None:
    from allauth.mfa.models import Authenticator

    from jigi.geography.models import StaffPosting

    phone = Phone("enqueteur", make_secret(by=collector))
    StaffPosting.objects.create(
        user=collector, role="commune_agent", area=collector.staff_postings.get().area, starts_on="2014-01-01"
    )
    assert not Authenticator.objects.filter(user=collector).exists()
    assert phone.get("/openrosa/formList").status_code == 200
    client.force_login(collector)
    assert client.get("/compte/").headers["Location"].startswith("/compte/second-facteur/")


SAMPLES = (fiche(number="uuid:1"), fiche(changed(menage={"membres": []}), number="uuid:2"))


PIECES = (b"<", b"&#0;", b"\x00", b"</data>", b"<a/>", b"]]>", b"&lt;", b"<meta/>")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A fiche with some bytes changed, cut out or put in."""
    content = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content) - 1))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(PIECES)))
        content[at : at + draw(st.integers(0, 40))] = piece
        content = content or bytearray(b"x")
    return bytes(content)


@given(content=mutated(), device=st.text(max_size=30))
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_fiche_makes_the_server_fail(collector: User, content: bytes, device: str) -> None:
    client = Client(raise_request_exception=False)
    secret = _SECRETS.get(collector.pk) or _SECRETS.setdefault(collector.pk, make_secret(by=collector))
    part = SimpleUploadedFile("fiche.xml", content, "text/xml")
    answer = client.post(
        "/openrosa/submission", {"xml_submission_file": part}, QUERY_STRING=f"deviceID={quote(device)}",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert answer.status_code in (201, 400, 404, 409, 413), answer.content


_SECRETS: dict[int, str] = {}

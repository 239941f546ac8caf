"""Every answer carries the headers: pages, files, errors, refusals, redirects, static files."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import path

from jigi.site.urls import urlpatterns as site
from jigi.web.export import csv_response
from jigi.web.headers import ALWAYS, FILE_POLICY
from jigi.web.paper.press import pdf_response
from tests.factories import Areas, make_user


def _broken(_: object) -> None:
    raise RuntimeError


urlpatterns = [
    *site,
    path("fichier/", lambda _: csv_response("essai", ["a"], [["1"]])),
    path("papier/", lambda _: pdf_response("essai", b"%PDF-1.7")),
    path("panne/", _broken),
]

ANSWERS = {
    "/": 200,
    "/portail/donnees/jigi-communes.csv": 200,
    "/connexion/": 200,
    "/aujourdhui/": 200,
    "/menages/": 200,
    "/menages/?format=csv": 200,
    "/menages/0000-0000-00/": 404,
    "/rien/": 404,
    "/audit/": 403,
    "/deconnexion/": 405,
    "/aujourdhui": 301,
    "/fichier/": 200,
    "/papier/": 200,
    "/panne/": 500,
    "/static/jigi.css": 200,
    "/static/rien.css": 404,
}


@pytest.fixture
def reader(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa", "treasurer", areas.country))
    client.raise_request_exception = False
    return client


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", [a for a in ANSWERS if a != "/connexion/"])
def test_every_answer_carries_the_headers(reader: Client, address: str) -> None:
    answer = reader.get(address)
    assert answer.status_code == ANSWERS[address]
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/aujourdhui/", "/panne/", "/rien/", "/fichier/", "/papier/", "/static/rien.css"])
def test_nothing_of_a_signed_in_person_is_kept_on_the_way(reader: Client, address: str) -> None:
    assert "no-store" in reader.get(address).headers["Cache-Control"]


def test_what_anyone_may_read_may_be_asked_again_and_static_files_are_kept(client: Client, db: None) -> None:
    assert client.get("/plainte/suivre/").headers["Cache-Control"] == "no-cache"
    assert "max-age" in client.get("/static/jigi.css").headers["Cache-Control"]


def test_leaving_clears_what_the_browser_kept(reader: Client) -> None:
    assert reader.post("/deconnexion/").headers["Clear-Site-Data"] == '"cache"'
    # Not its storage: the fiches that wait to be sent are there, encrypted (tests/browser/test_filling.py).
    assert "Clear-Site-Data" not in Client().get("/connexion/").headers


@pytest.mark.urls(__name__)
def test_a_file_can_do_nothing_if_a_browser_opens_it(reader: Client) -> None:
    answer = reader.get("/fichier/")
    assert answer.headers["Content-Security-Policy"] == FILE_POLICY
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_over_tls_browsers_are_told_to_come_back_over_tls_only(client: Client, db: None) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    for answer in (client.get("/", secure=True), client.get("/rien", secure=True)):
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@override_settings(FORM_DESTINATIONS=["https://identite.example"])
def test_a_form_may_lead_to_the_identity_provider_and_nowhere_else(client: Client, db: None) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://identite.example")


def test_cookies_are_for_this_site_and_no_script(client: Client, db: None) -> None:
    cookie = client.get("/connexion/").cookies["csrftoken"]
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)
    assert (settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_HTTPONLY) == ("Lax", True)


PROBE = """
import json
from jigi.site import settings as s
print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
                  s.SECURE_SSL_REDIRECT]))
"""


def test_behind_tls_cookies_belong_to_this_host_only() -> None:
    environment = os.environ | {"JIGI_HTTPS": "1"}
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["__Host-jigi", "__Host-jigi-form", True, True, True]

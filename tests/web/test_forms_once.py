"""Every form that changes something carries a key, and a key is one person's, on one page, for one content."""

from __future__ import annotations

import ast
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from jigi import web
from jigi.web.models import Submission
from jigi.web.submissions import WITHOUT_KEY, KeyReused, body_hash, carry_out
from tests.factories import Areas, make_user
from tests.web.test_refusals import _post

WEB = Path(web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
POST_FORM = re.compile(r"<form\b(?=[^>]*\bmethod=\"post\")[^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)
KEYLESS = ("account/", "mfa/", "usersessions/", "socialaccount/")
"""Folders of the way in, whose forms need no key (WITHOUT_KEY says why, one by one)."""
EXAMPLES = {
    "int": "1",
    "rsu": "0000-0000-00",
    "str": "x",
    "slug": "x",
    "path": "x",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def addresses(found: Any = None, before: str = "") -> dict[str, str]:
    """An address of every route of the site, by its name."""
    routes: dict[str, str] = {}
    for one in found or get_resolver().url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            routes |= addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern) and one.name:
            filled = re.sub(r"<(?:(\w+):)?\w+>", lambda match: EXAMPLES[match[1] or "str"], route)
            routes[one.name] = f"/{filled}"
    return routes


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_every_form_holds_its_key(path: Path) -> None:
    name = str(path.relative_to(WEB / "templates"))
    for form in POST_FORM.findall(path.read_text(encoding="utf-8")):
        assert "{% csrf_token %}" in form
        leaving = name == "base.html" and "/deconnexion/" in form
        assert "{% form_key %}" in form or name.startswith(KEYLESS) or leaving, form[:120]


def test_nothing_is_posted_without_a_key(client: Client, areas: Areas) -> None:
    awa = make_user("awa", "programme_manager", areas.country)
    client.force_login(awa)
    let_through = []
    for name, address in addresses().items():
        if name in WITHOUT_KEY:
            continue
        answer = client.post(address, {"motif": "essai"})
        if "Ce formulaire est incomplet" not in answer.content.decode():
            let_through.append((name, answer.status_code))
        if "_auth_user_id" not in client.session:
            client.force_login(awa)
    assert let_through == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_changes_anything(client: Client, areas: Areas, method: str) -> None:
    client.force_login(make_user("awa", "programme_manager", areas.country))
    assert getattr(client, method)("/imports/envoyer/").status_code == 405


def test_trace_is_not_answered(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa", "programme_manager", areas.country))
    assert client.trace("/aujourdhui/").status_code == 405


def _views_that_read_a_form() -> list[tuple[str, ast.Module]]:
    found = []
    for path in sorted(WEB.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
        }
        if names & {"POST", "FILES", "require_POST"}:
            found.append((str(path.relative_to(WEB)), tree))
    return found


def test_every_page_that_reads_a_form_carries_it_out_by_its_key() -> None:
    # A fiche has a number of its own, received once, from a telephone or from the page that fills it
    # (tests/web/test_openrosa.py, tests/web/test_fill_pages.py).
    beside = {"middleware.py", "submissions.py", "openrosa/views.py", "openrosa/parts.py", "fill/views.py"}
    beside |= {"agreements/eligible.py"}  # a part of the form that agreements/amending.py carries out
    # So has what a device records at a pay point (tests/payments/test_site_records.py).
    beside |= {"payments/site_desk.py"}
    # What a phone sent without network is known again by what it says (test_works_phone.py and its fellows).
    beside |= {"works/phone.py", "sessions/phone.py", "nutrition/phone.py"}
    beside |= {"works/sight.py"}  # reads a day or a number of the forms that the other pages of works carry out
    beside |= {"grievances/public.py"}  # the same story the same day is one complaint (test_grievances_pages.py)
    beside |= {"grievances/ussd.py"}  # a gateway's call is known by its session and its text (test_ussd.py)
    beside |= {
        "portal/ask.py"
    }  # a telephone is answered so often a day whatever is asked (tests/portal/test_answers.py)
    read = _views_that_read_a_form()
    assert len(read) > 5
    for name, tree in read:
        if name.startswith("account/") or name in beside:
            continue
        calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and hasattr(node.func, "id")}
        assert "carry_out" in calls, name


def _with_file(content: bytes, key: str, user: Any, name: str = "a.csv") -> HttpRequest:
    file = SimpleUploadedFile(name, content)
    request = RequestFactory().post("/x/", {"cle": key, "fichier": file})
    request.user, request._messages = user, _Silent()  # type: ignore[attr-defined]
    return request


class _Silent:
    def add(self, *_: Any) -> None: ...


def test_a_key_is_kept_with_who_where_and_what(areas: Areas) -> None:
    user, key = make_user("awa"), str(uuid.uuid4())
    request = _post(user, key)
    carry_out(request, lambda: "Fait.")
    kept = Submission.objects.get()
    assert (str(kept.key), kept.by, kept.page, kept.body) == (key, user, "/x/", body_hash(request))


def test_the_same_key_with_another_file_is_refused(areas: Areas) -> None:
    user, key, done = make_user("awa"), str(uuid.uuid4()), []
    carry_out(_with_file(b"a;b\n1;2\n", key, user), lambda: done.append(1) or "")
    assert not carry_out(_with_file(b"a;b\n1;2\n", key, user, "autre-nom.csv"), lambda: pytest.fail("agi"))
    with pytest.raises(KeyReused, match="déjà servi"):
        carry_out(_with_file(b"a;b\n1;3\n", key, user), lambda: pytest.fail("agi"))
    assert done == [1]


def test_the_same_key_of_another_person_or_page_is_refused(areas: Areas) -> None:
    key = str(uuid.uuid4())
    user = make_user("awa")
    carry_out(_post(user, key), lambda: "Fait.")
    with pytest.raises(KeyReused):
        carry_out(_post(make_user("moussa"), key), lambda: pytest.fail("agi"))
    elsewhere = _post(user, key)
    elsewhere.path = "/y/"
    with pytest.raises(KeyReused):
        carry_out(elsewhere, lambda: pytest.fail("agi"))


def test_fields_cannot_be_moved_into_one_another() -> None:
    one = RequestFactory().post("/x/", {"a": ["1", "2"]})
    other = RequestFactory().post("/x/", {"a": "1", "b": "2"})
    order = RequestFactory().post("/x/", {"a": ["2", "1"]})
    assert len({body_hash(one), body_hash(other), body_hash(order)}) == 3


def test_another_content_is_answered_409_in_french(client: Client, areas: Areas) -> None:
    user = make_user("awa", "programme_manager", areas.country)
    client.force_login(user)
    key = str(uuid.uuid4())
    Submission.objects.create(key=key, by=user, page="/paiements/nouveau/", body="0" * 64)
    for headers in ({}, {"referer": "http://testserver/paiements/nouveau/"}):
        data = {"cle": key, "agence": "1"}
        answer = client.post("/paiements/retours/", data, headers=headers)
        assert answer.status_code == 409
        assert "avec un autre contenu" in answer.content.decode()


def test_a_key_outlives_everything_but_the_database(areas: Areas) -> None:
    from django.db.models import ProtectedError

    user = make_user("awa")
    carry_out(_post(user, str(uuid.uuid4())), lambda: "Fait.")
    with pytest.raises(ProtectedError):
        user.delete()

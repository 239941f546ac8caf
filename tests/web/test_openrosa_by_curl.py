"""The server of phones, asked by another program: curl, with its own digest and its own multipart."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest

from jigi.foundation.models import User
from jigi.intake.collection import make_secret
from jigi.intake.models import Attachment, FormVersion, Submission
from tests.foundation.sent import photo
from tests.intake.collected import HOUSEHOLD, fiche, make_collector, make_form

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(which("curl") is None, reason="curl est absent"),
]


@pytest.fixture
def phone(server: str, tmp_path: Path) -> Curl:
    collector = make_collector()
    make_form()
    return Curl(server, collector, make_secret(by=collector), tmp_path)


class Curl:
    """One phone, by curl."""

    def __init__(self, server: str, user: User, secret: str, folder: Path) -> None:
        self.server, self.account, self.folder = server, f"{user.username}:{secret}", folder

    def ask(self, path: str, *options: str) -> tuple[int, str]:
        """The last status and the body."""
        command = ["curl", "--silent", "--digest", "--user", self.account, "--write-out", "\n%{http_code}", *options]
        address = path if path.startswith("http") else f"{self.server}/openrosa/{path}"
        done = subprocess.run([*command, address], capture_output=True, text=True, check=True, timeout=60)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def send(self, content: bytes, *options: str, **files: bytes) -> tuple[int, str]:
        parts = []
        for name, held in {"xml_submission_file": content, **files}.items():
            path = self.folder / f"{name}.{'xml' if name == 'xml_submission_file' else 'jpg'}"
            path.write_bytes(held)
            parts += ["--form", f"{name}=@{path}"]
        return self.ask("submission?deviceID=curl%3A1", "--header", "X-OpenRosa-Version: 1.0", *parts, *options)


def test_curl_takes_the_list_the_form_and_its_places(phone: Curl) -> None:
    status, forms = phone.ask("formList")
    assert status == 200 and "<formID>menage</formID>" in forms
    address = forms.partition("<downloadUrl>")[2].partition("</downloadUrl>")[0]
    status, form = phone.ask(address)
    assert status == 200 and form == FormVersion.objects.get().xform
    address = forms.partition("<manifestUrl>")[2].partition("</manifestUrl>")[0]
    assert "villages.csv" in phone.ask(address)[1]


def test_curl_sends_a_fiche_then_its_file(phone: Curl) -> None:
    content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}})
    assert phone.send(content)[0] == 201
    assert phone.send(content, une=photo())[0] == 201
    sent = Submission.objects.get()
    assert (sent.device, Attachment.objects.get().file_name) == ("curl:1", "une.jpg")


def test_curl_asks_where_to_send(phone: Curl) -> None:
    status, headers = phone.ask("submission", "--head")
    assert status == 204 and "x-openrosa-accept-content-length" in headers.casefold()


def test_curl_with_another_secret_is_refused(phone: Curl) -> None:
    phone.account = "enqueteur:autre"
    assert phone.send(fiche())[0] == 401 and not Submission.objects.exists()

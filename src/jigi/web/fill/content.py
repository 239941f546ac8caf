"""A version as the browser fills it: its questions, its model with the lists it reads, in one answer to be kept."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import mimetypes
from base64 import b64encode
from typing import Any

from jigi.foundation.models import User
from jigi.intake.models import FormVersion
from jigi.intake.place_lists import place_list
from jigi.intake.queries import made_lists
from jigi.web.fill.rendering import Rendering, Table

DIGEST_LENGTH = 16


def content_of(version: FormVersion, user: User) -> dict[str, Any]:
    """What the device keeps of a version; its `digest` changes when the form, its files or the person's places do."""
    given = {one.file_name: bytes(one.content) for one in version.media.order_by("file_name")}
    made = {name: place_list(name, user) for name in made_lists(version)}
    tables = {name: table_of(content) for name, content in (given | made).items() if name.endswith(".csv")}
    images = {name: _address(name, content) for name, content in given.items() if _kind(name).startswith("image/")}
    shown = Rendering(version.xform, images=images, tables=tables)
    found = {
        "code": version.form.code, "version": version.version, "title": version.form.title,
        "html": shown.html, "model": shown.model,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:DIGEST_LENGTH]
    return found | {"digest": digest}


def table_of(content: bytes) -> Table:
    """The rows of a list given as CSV."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"))))


def _address(name: str, content: bytes) -> str:
    """A picture within the page itself: one that is kept needs no other request."""
    return f"data:{_kind(name)};base64,{b64encode(content).decode()}"


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or ""

"""The OpenAPI text of the platform, read from the shared specifications, as JSON Schema that can be obeyed.

As published, `allOf` of a closed object and its own additions forbids what it adds (`confirmation` of an immediate
payment). The parts of an `allOf` are read as one object here, closed when a part of a request is.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from jigi.payments.adapters.pispi_twin import BASE

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "pi-spi"
OPENAPI = SPECS / "api-business-v1.0.0" / "openapi.json"


@cache
def document() -> dict[str, Any]:
    if not OPENAPI.exists():
        pytest.skip(f"les spécifications partagées ne sont pas là : {OPENAPI}")
    return json.loads(OPENAPI.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def operation(method: str, path: str) -> dict[str, Any]:
    """The operation of an address; AssertionError when the text has none."""
    asked = path.strip("/").split("/")
    for template, verbs in document()["paths"].items():
        parts = template.strip("/").split("/")
        same = len(parts) == len(asked) and all(
            p.startswith("{") or p == a for p, a in zip(parts, asked, strict=True)
        )  # fmt: skip
        if same and method.lower() in verbs:
            return _resolved(verbs[method.lower()])  # type: ignore[no-any-return]
    raise AssertionError(f"{method} {path} : absent de l’OpenAPI")


def check_request(method: str, url: str, body: bytes) -> None:
    """AssertionError where a request is not as the text says: address, parameters, body."""
    where = urlsplit(url)
    said = operation(method, where.path.split(BASE, 1)[1])
    known = {one["name"] for one in said.get("parameters", [])}
    assert {part.split("=")[0] for part in where.query.split("&") if part} <= known
    if body:
        _obey(json.loads(body), _schema(said["requestBody"]["content"]["application/json"]["schema"], closed=True))


def check_answer(method: str, url: str, status: int, body: bytes) -> None:
    """AssertionError where an answer of the twin is not one of those of the text."""
    answers = operation(method, urlsplit(url).path.split(BASE, 1)[1])["responses"]
    assert str(status) in answers or status == 500, f"{method} {url} : {status}"
    content = answers.get(str(status), {}).get("content", {})
    if not content:
        assert not body or status == 500
        return
    _obey(json.loads(body), _schema(next(iter(content.values()))["schema"], closed=False))


def _obey(value: Any, schema: Any) -> None:
    errors = [f"{one.json_path}: {one.message}" for one in Draft202012Validator(schema).iter_errors(value)]
    assert not errors, errors[:5]


def _resolved(node: Any) -> Any:
    if isinstance(node, dict) and "$ref" in node:
        found: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return _resolved(found)
    if isinstance(node, dict):
        return {name: _resolved(value) for name, value in node.items() if name not in ("example", "examples")}
    return [_resolved(one) for one in node] if isinstance(node, list) else node


def _schema(node: Any, *, closed: bool) -> Any:
    """A schema whose `allOf` are one object each; closed objects stay closed in requests only."""
    if isinstance(node, list):
        return [_schema(one, closed=closed) for one in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node:
        whole: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        for part in (_schema(one, closed=closed) for one in node["allOf"]):
            whole["properties"] |= part.get("properties", {})
            whole["required"] += part.get("required", [])
            whole |= {"additionalProperties": False} if part.get("additionalProperties") is False else {}
        return whole
    made = {name: _schema(value, closed=closed) for name, value in node.items()}
    if not closed and made.get("additionalProperties") is False:
        del made["additionalProperties"]
    return made

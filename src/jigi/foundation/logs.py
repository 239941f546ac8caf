"""What is written for the operator: one JSON object a line, without personal data.

An error is told by its kind, its SQLSTATE and the lines of code it went through; never by its message, its
parameters or the DETAIL of the database, which hold what was typed. Numbers of persons in addresses are masked.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

PACKAGE = Path(__file__).resolve().parents[2]

_PERSONAL = re.compile(
    r"\b\d{4}-?\d{4}-?\d{2}\b"  # a number of the register
    r"|\+223[\s.]?\d{2}[\s.]?\d{2}[\s.]?\d{2}[\s.]?\d{2}\b"  # a telephone
    r"|\b\d{13,14}[A-Z]\b"  # a NINA
)
_QUERY = re.compile(r"\?\S*")
_LINES = re.compile(r"[\r\n\u2028\u2029]+")


def scrubbed(text: str) -> str:
    """A message with the numbers of persons, what follows « ? » in addresses, and line ends taken out."""
    return _LINES.sub(" ⏎ ", _QUERY.sub("?…", _PERSONAL.sub("…", text)))


def described(error: BaseException) -> str:
    """An error without what was typed: its kind; for the database's, its state and the constraint that refused."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.Error):
        diag = cause.diag
        named = [part for part in (cause.sqlstate, diag.table_name, diag.column_name, diag.constraint_name) if part]
        return " ".join([type(error).__name__, *named])
    if isinstance(error, OSError) and error.errno is not None:
        return f"{type(error).__name__} {error.strerror}"
    return type(error).__name__


class JsonFormatter(logging.Formatter):
    """Time in UTC, level, logger, message, and for an error its kind and the way it came."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "pid": record.process,
        }
        if (request := getattr(record, "request", None)) is not None:
            line |= _request(request)
        if record.exc_info and (error := record.exc_info[1]):
            line["error"] = described(error)
            line["way"] = _way(error)
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """The sentence of the programmer; an argument that is an error is described, an address is its route."""
    if isinstance(record.args, tuple):
        record = logging.makeLogRecord(record.__dict__)
        record.args = tuple(described(a) if isinstance(a, BaseException) else a for a in record.args or ())
    said = record.getMessage()
    if request := getattr(record, "request", None):
        said = said.replace(request.path, _route(request))
    return scrubbed(said)


def _route(request: Any) -> str:
    """The address as the site names it: what a person typed in it stays with them."""
    if found := getattr(request, "resolver_match", None):
        return f"/{found.route}"
    parts = request.path.split("/")
    return "/".join(parts[:2]) + "/…" if len(parts) > 3 else scrubbed(request.path)


def _request(request: Any) -> dict[str, Any]:
    user = getattr(request, "_cached_user", None)  # only if somebody asked: a log reads no table
    return {
        "method": getattr(request, "method", ""),
        "path": _route(request),
        "from": getattr(request, "META", {}).get("REMOTE_ADDR", ""),
        "user": getattr(user, "pk", None),
    }


def _way(error: BaseException) -> list[str]:
    """file:line function, outermost first: the code, never its values."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames][-30:]


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(PACKAGE)) if path.is_relative_to(PACKAGE) else "/".join(path.parts[-3:])

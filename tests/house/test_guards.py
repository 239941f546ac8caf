"""What the code must never do, whatever it is for: read in its syntax, with the few places that may, and why."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.rows import PACKAGES

Finding = tuple[str, str]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGES.rglob("*.py")):
        yield str(path.relative_to(PACKAGES)), _tree(path)


def _dotted(node: ast.AST) -> str:
    """« a.b.c » of a name or an attribute, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, by the name it is called by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield _dotted(node.func), node


def imports(tree: ast.Module) -> set[str]:
    """Every module imported, and « module.name » of what is taken from one."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _anywhere(look: Callable[[ast.Module], set[str]]) -> dict[str, set[str]]:
    """What `look` finds, by module; modules where it finds nothing left out."""
    return {name: found for name, tree in _modules() if (found := look(tree))}


# --- text run as code -------------------------------------------------------------------------------------------

CODE = {"eval", "exec", "compile", "__import__", "Template", "engines.from_string", "from_string"}
LOADERS = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}


def runs_text(tree: ast.Module) -> set[str]:
    called = {name for name, _ in calls(tree) if name in CODE or name.endswith(".from_string")}
    return called | {module for module in imports(tree) if module.partition(".")[0] in LOADERS}


def test_nothing_runs_text_as_code() -> None:
    assert _anywhere(runs_text) == {}


# --- statements ---------------------------------------------------------------------------------------------------

PASTED = {
    "foundation/partitions.py": "names of partitions, made of numbers",
    "foundation/bulk.py": "names of tables, quoted, given by the code",
    "foundation/first_load.py": "names of tables, quoted, given by the code",
    "foundation/server.py": "the role and the database of the embedded server, written there",
    "geography/actions.py": "the name of a temporary table, a number of the process",
    "results/extract_files.py": "DuckDB’s own: names and views of the reviewed file, texts quoted",
}
"""Modules where a statement is put together from text, and from what."""

STATEMENT = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER|TRUNCATE|COPY|WITH|SET|LOCK|GRANT|ANALYZE|VACUUM)\b",
    re.IGNORECASE,
)


def pasted(tree: ast.Module) -> set[str]:
    """Statements made with f-strings, +, % or format rather than parameters."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *rest]) if rest and STATEMENT.match(text):
                found.add(text.strip()[:40])
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add() | ast.Mod()) if STATEMENT.match(text):
                found.add(text.strip()[:40])
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")) if STATEMENT.match(
                text
            ):
                found.add(text.strip()[:40])
    return found


def test_no_statement_is_pasted_from_text() -> None:
    found = {name: texts for name, texts in _anywhere(pasted).items() if not name.startswith("demo/")}
    assert {name: texts for name, texts in found.items() if name not in PASTED} == {}


# --- HTML -----------------------------------------------------------------------------------------------------------

TRUSTED = {
    "web/dictionary/views.py": "a drawing of jigi.registry.diagram, which escapes every text it is given",
    "web/areas/maps.py": "drawings of jigi.drawing, which escapes every text it is given",
    "web/programmes/drawings.py": "drawings of jigi.drawing",
    "web/triggers/figures.py": "drawings of jigi.drawing",
    "web/results/drawings.py": "drawings of jigi.drawing",
    "web/trail/views.py": "a separator written there",
    "web/templatetags/jigi.py": "an attribute written there",
    "web/account/adapters.py": "a QR code drawn by the server",
    "web/households/sheet.py": "a QR code of digits, drawn by the server",
}


def trusts(tree: ast.Module) -> set[str]:
    marked = {"mark_safe", "SafeString", "html_safe", "django.utils.html.html_safe"}
    return {name for name, _ in calls(tree) if name.rpartition(".")[2] in marked}


def test_nothing_is_trusted_as_html_elsewhere() -> None:
    assert set(_anywhere(trusts)) <= set(TRUSTED)
    for path in (PACKAGES / "web" / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape off|\|\s*safeseq", text), path.name


def test_pages_hold_no_script_style_or_event() -> None:
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    for path in (PACKAGES / "web" / "templates").rglob("*.html"):
        assert not inline.search(path.read_text(encoding="utf-8")), path.name


# --- programs, patterns, formats, hashes ---------------------------------------------------------------------------


def through_a_shell(tree: ast.Module) -> set[str]:
    found = {name for name, _ in calls(tree) if name in {"os.system", "os.popen", "subprocess.getoutput"}}
    for name, call in calls(tree):
        if name.startswith("subprocess.") and any(
            keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            for keyword in call.keywords
        ):
            found.add(name)
        if name.startswith("subprocess.") and call.args and isinstance(call.args[0], ast.JoinedStr | ast.Constant):
            found.add(name)
    return found


def test_no_program_is_run_through_a_shell() -> None:
    assert _anywhere(through_a_shell) == {}


PATTERNS = {"re.compile", "re.search", "re.match", "re.fullmatch", "re.sub", "re.split", "re.findall", "re.finditer"}
MADE_PATTERNS = {
    "foundation/cells.py": "joins patterns written there",
    "foundation/toml_table.py": "the pattern of a field, given by the code that reads the file",
}


def made_patterns(tree: ast.Module) -> set[str]:
    """Patterns that are not written out, nor a name of the module."""
    found: set[str] = set()
    for name, call in calls(tree):
        if name in PATTERNS and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp | ast.Call):
            parts = [n for n in ast.walk(call.args[0]) if isinstance(n, ast.Name | ast.Attribute)]
            names = {_dotted(n) for n in parts}
            if not all(n.lstrip("_").isupper() or n in {"re.escape", "re"} for n in names if n):
                found.add(name)
    return found


def test_no_pattern_is_made_of_what_people_type() -> None:
    assert set(_anywhere(made_patterns)) <= set(MADE_PATTERNS)


def formats_given(tree: ast.Module) -> set[str]:
    """`text.format(...)` and `text % ...` where the text is read from a request."""
    found = set()
    for _, call in calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"format", "format_map"}:
            found |= {n for n in map(_dotted, ast.walk(call.func.value)) if n.startswith("request.")}
    return found


def test_no_format_is_given_by_people() -> None:
    assert _anywhere(formats_given) == {}


def weak_hashes(tree: ast.Module) -> set[str]:
    named = {f"hashlib.{name}" for name in ("md5", "sha1", "new")}
    return {name for name, _ in calls(tree) if name in named or name in {"md5", "sha1"}}


IMPOSED = {"intake/collection.py": "OpenRosa: digests of phones, names of files; not for security"}


def test_no_weak_hash_is_used() -> None:
    assert set(_anywhere(weak_hashes)) <= set(IMPOSED)


# --- outside --------------------------------------------------------------------------------------------------------

CLIENTS = {
    "urllib.request", "urllib3", "http.client", "requests", "httpx", "aiohttp", "socket", "ftplib", "smtplib",
    "telnetlib", "xmlrpc", "paramiko", "websockets",
}  # fmt: skip
OUTWARD: dict[str, str] = {
    "web/account/provider.py": "the error of a provider of identities that its settings name",
    "foundation/wire.py": "agencies and the provider of messages, whose address the operator sets, never a page; "
    "TLS is checked, no redirection is followed, and an agency may be reached by a private line",
    "demo/bench/openrosa.py": "the site that the bench itself serves, on this machine",
    "grievances/adapters/ussd_twin.py": "the site that a test itself serves, on this machine alone",
    "demo/bench/portal.py": "the site that the bench itself serves, on this machine",
}
"""Modules that may call an address, and which. The day one must, it goes through one function that resolves once,
refuses private addresses, pins what it resolved and follows no redirection."""


def outward(tree: ast.Module) -> set[str]:
    found = imports(tree)
    return {client for client in CLIENTS if any(one == client or one.startswith(f"{client}.") for one in found)}


def test_nothing_calls_outward() -> None:
    assert set(_anywhere(outward)) <= set(OUTWARD)


# --- what is printed, what is sent, what stays in the browser ------------------------------------------------------

PERSONAL = re.compile(r"(^|[._])(phone|nina|first_name|last_name|full_name|account_number|birth)", re.IGNORECASE)
TOLD = {"foundation", "registry", "payments", "enrolment", "intake", "targeting", "web"}


def tells(tree: ast.Module) -> set[str]:
    """Names of personal data among what is printed or logged."""
    found: set[str] = set()
    for name, call in calls(tree):
        if name == "print" or name.startswith(("logging.", "logger.", "log.")):
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            dotted = {_dotted(node) for argument in arguments for node in ast.walk(argument)}
            found |= {one for one in dotted if PERSONAL.search(one)}
    return found


def test_no_personal_data_is_printed() -> None:
    assert {name: found for name, found in _anywhere(tells).items() if name.partition("/")[0] in TOLD} == {}


def test_names_of_files_sent_out_are_plain() -> None:
    """Names in Content-Disposition are made of letters of ours, numbers and dates, or go through FileResponse."""
    written = {
        name: [ast.unparse(node.value) for node in ast.walk(tree) if _writes_disposition(node)]
        for name, tree in _modules()
    }
    places = {
        "web/export.py", "web/ledger/sheets.py", "web/paper/press.py", "web/sharing/requests.py",
        "web/portal/open_data.py", "web/results/extracts.py",
    }  # fmt: skip
    assert {name for name, found in written.items() if found} == places
    for name, tree in _modules():
        for called, call in calls(tree):
            if called in {"csv_response", "pdf_response", "xlsx_response"} and isinstance(call.args[0], ast.JoinedStr):
                parts = {_dotted(n.value) for n in call.args[0].values if isinstance(n, ast.FormattedValue)}
                plain = {
                    "pk",
                    "code",
                    "area",
                    "lower",
                    "file_name",
                    "number",
                    "village",
                    "rsu_number",
                    "year",
                    "on",
                    "",
                }
                assert {part.rpartition(".")[2] for part in parts} <= plain, (name, parts)


def _writes_disposition(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and "Content-Disposition" in ast.unparse(node.targets[0])


def _script() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in (PACKAGES / "web" / "static").glob("*.js"))


def test_the_script_of_pages_writes_no_html() -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", _script())


def test_the_script_of_pages_keeps_nothing() -> None:
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|__proto__|caches\.", _script())


# --- each guard sees what it guards against ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guard", "text"),
    [
        (runs_text, "eval(x)"),
        (runs_text, "import pickle"),
        (runs_text, "from yaml import load"),
        (runs_text, "Template(request.POST['x'])"),
        (pasted, "c.execute(f'SELECT * FROM t WHERE a = {x}')"),
        (pasted, "c.execute('DELETE FROM t WHERE a = ' + x)"),
        (pasted, "c.execute('UPDATE t SET a = %s' % x)"),
        (pasted, "c.execute('SELECT {}'.format(x))"),
        (trusts, "mark_safe(x)"),
        (through_a_shell, "subprocess.run(x, shell=True)"),
        (through_a_shell, "os.system(x)"),
        (through_a_shell, "subprocess.run(f'ls {x}')"),
        (made_patterns, "re.search(f'{typed}', text)"),
        (formats_given, "request.POST['x'].format(1)"),
        (weak_hashes, "hashlib.md5(x)"),
        (outward, "import urllib.request"),
        (outward, "from http.client import HTTPConnection"),
        (tells, "print(person.phone)"),
        (tells, "logger.warning('%s', household.head.first_name)"),
    ],
)
def test_a_breach_would_be_seen(guard: Callable[[ast.Module], set[str]], text: str) -> None:
    assert guard(ast.parse(text))

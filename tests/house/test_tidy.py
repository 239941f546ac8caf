"""The house in order: what the import linter cannot see."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from tests.house.rows import PACKAGES, ROOT, may_use, packages

NAMELESS = ("utils", "helpers", "services", "managers", "common", "misc")
LONGEST = 800
MACHINE = re.compile(r"(?<![\w.)}/-])/(?:" + "|".join(("work", "root", "home", "Users", "tmp")) + r")/\w")
REGISTRIES = re.compile(
    "|".join((r"pypi\.(?:org|python)", "python" + "hosted", r"npmjs\.", r"crates\.io", "conda" + r"\."))
)
ENGLISH = re.compile(
    r"\b(?:the|and|with|your|you|this|that|from|of|to|is|are|was|not|no results|search|submit|save|cancel|"
    r"delete|edit|close|back|next|previous|loading|error|password|household|households|payments|approve|release|"
    r"status|amount|round|sign in|log in|welcome|home|help|settings|download|upload|file|name|yes)\b",
    re.IGNORECASE,
)
SQL_FILES = sorted(PACKAGES.glob("*/sql/*.sql"))
TEMPLATES = sorted((PACKAGES / "web" / "templates").rglob("*.html"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def files() -> list[Path]:
    """The files of the project, as git knows them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("ce dossier n’est pas un dépôt git")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> list[tuple[Path, str]]:
    kinds = {
        ".py",
        ".sql",
        ".toml",
        ".md",
        ".html",
        ".css",
        ".js",
        ".typ",
        ".txt",
        ".lock",
        ".csv",
        ".yml",
        "",
    }
    return [(path, path.read_text(encoding="utf-8")) for path in files() if path.suffix in kinds]


def test_every_module_is_named_after_what_it_holds() -> None:
    assert not [named(path) for path in files() if path.suffix == ".py" and path.stem in NAMELESS]


def test_foreign_keys_go_down() -> None:
    up = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in packages()
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and not field.auto_created and field.related_model._meta.app_label in packages()
        if not may_use(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert not up


def tables_named(text: str) -> set[str]:
    """The packages of the tables and functions that a statement names, comments apart."""
    code = re.sub(r"--[^\n]*", "", text)
    labels = "|".join(packages())
    return set(re.findall(rf"(?<![\w.'])({labels})_[a-z]\w*", code))


def test_a_table_of_a_higher_row_would_be_seen() -> None:
    named_there = tables_named("SELECT 1 -- FROM demo_x\nFROM payments_round, enrolment_cohort AS registry")
    assert {used for used in named_there if not may_use("enrolment", used)} == {"payments"}


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_a_statement_names_tables_of_its_row_or_lower(path: Path) -> None:
    package = path.parent.parent.name
    assert not {used for used in tables_named(path.read_text(encoding="utf-8")) if not may_use(package, used)}


@pytest.mark.parametrize("package", sorted(name for name, found in packages().items() if found.exists))
def test_sql_written_in_python_names_tables_of_its_row_or_lower(package: str) -> None:
    labels = "|".join(packages())
    named_after = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ONLY)\s+\"?({labels})_[a-z]\w*")
    for path in sorted((PACKAGES / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for used in named_after.findall(node.value):
                    assert may_use(package, used), f"{named(path)}:{node.lineno} : {used}"


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_a_statement_begins_by_what_it_reads_and_writes(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert re.match(r"-- (?:reads|writes|creates|drops)\b", first), first


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_a_statement_is_used_by_its_package(path: Path) -> None:
    package = path.parent.parent
    callers = [*package.rglob("*.py"), *package.rglob("*.sql")]
    uses = re.compile(rf"[\"']{path.stem}[\"']|{{sql:{path.stem}}}|\b{path.stem}\.sql\b")
    assert any(uses.search(_code(caller)) for caller in callers if caller != path)


def _code(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return re.sub(r"--[^\n]*", "", text) if path.suffix == ".sql" else text


def words_shown(template: str) -> str:
    """What a person reads of a template: text between tags, and attributes read aloud or shown."""
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->|<(script|style)\b.*?</\1>", " ", template, flags=re.S)
    shown = re.findall(r"\b(?:aria-label|title|placeholder|alt|value)=\"([^\"]*)\"", bare)
    return " ".join([re.sub(r"<[^>]*>", " ", bare), *shown])


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_page_speaks_french(path: Path) -> None:
    assert not ENGLISH.findall(words_shown(path.read_text(encoding="utf-8")))


def test_an_english_word_would_be_seen() -> None:
    assert ENGLISH.findall(words_shown('<p class="error" title="Close">Le tour {{ status }}</p>')) == ["Close"]


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found = [f"{named(path)} : {hit[0]}" for path, text in texts() for hit in _places(text)]
    assert not found


def _places(text: str) -> list[re.Match[str]]:
    return [*MACHINE.finditer(text), *REGISTRIES.finditer(text)]


def test_a_machine_path_would_be_seen() -> None:
    assert _places("open('" + "/".join(("", "tmp", "essai.csv")) + "')")
    assert not _places("$(HOME)/tmp/x, src/jigi/work/y, https://exemple.ml/home/z")


def test_a_file_is_one_idea() -> None:
    kinds = {".py", ".sql", ".html", ".css", ".js", ".typ", ".md"}
    lengths = {named(path): text.count("\n") for path, text in texts() if path.suffix in kinds}
    assert not {path: lines for path, lines in lengths.items() if lines >= LONGEST and "/migrations/" not in path}


def test_a_number_that_comes_back_from_a_form_is_written_without_its_thousands() -> None:
    """Django parts the thousands of every number it writes: « 12 345 » would come back as no number at all."""
    bare = re.compile(r'\b(?:name|value|data-[\w-]+)="[^"]*\{\{ [\w.]*(?:\.pk|\.id|_id) \}\}')
    templates = (ROOT / "src" / "jigi" / "web" / "templates").rglob("*.html")
    assert {path.name for path in templates if bare.search(path.read_text(encoding="utf-8"))} == set()

"""The database that every other of a run is copied from: making its tables takes minutes, copying them a second."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from jigi.foundation.server import drop_database

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src"
LOCK = 7_041_968
TABLES = """
import django
django.setup()
from jigi.foundation import tables
tables.migrate()
"""
_MODULES = re.compile(r"^(?:from|import) (jigi[\w.]*)", re.MULTILINE)


def ensure(url: str) -> str:
    """The name of that database on the server of `url`, made by the first who asks; the others wait."""
    name = f"jigi_patron_{_digest()}"
    with psycopg.connect(named(url, "postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        there = {row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'jigi_patron%'")}
        if name in there:
            return name
        for other in there:
            drop_database(server, other)
        unfinished = f"{name}_en_cours"
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(unfinished))
        )
        words = [sys.executable, "-W", "ignore", "-c", TABLES]
        subprocess.run(words, check=True, cwd=ROOT, env=os.environ | {"DATABASE_URL": named(url, unfinished)})
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
        )
    return name


def named(url: str, database: str) -> str:
    """The same server, another database."""
    return re.sub(r"^(\w+://[^/]*/)[^?]*", rf"\g<1>{database}", url)


def _digest() -> str:
    """Of the migrations, of every statement in a file, and of the modules that the migrations import."""
    migrations = sorted(SOURCES.glob("jigi/**/migrations/*.py"))
    said = {module for one in migrations for module in _MODULES.findall(one.read_text())}
    modules = [SOURCES / f"{module.replace('.', '/')}.py" for module in sorted(said)]
    found = hashlib.sha256()
    for one in [*migrations, *sorted(SOURCES.glob("jigi/**/*.sql")), *(one for one in modules if one.is_file())]:
        found.update(f"{one.relative_to(SOURCES)}\0".encode() + one.read_bytes())
    return found.hexdigest()[:16]

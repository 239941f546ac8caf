"""Every place where a file comes in: read from the verbs and from the pages themselves, so that none is forgotten."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

from jigi import web
from jigi.command.main import VERBS
from jigi.command.parser import VerbParser

WEB = Path(web.__file__).parent
_FIELD = re.compile(r"^ +(\w+) = (?:forms\.FileField|FilesField)\(", re.MULTILINE)
_ASKED = re.compile(r"request\.FILES\.get\(\"?(\w+)\"?\)")


def arguments() -> set[tuple[str, str]]:
    """(verb, argument) of every path or file that a verb is given."""
    found = set()
    for name, (module, sentence) in VERBS.items():
        parser = VerbParser(name, sentence)
        importlib.import_module(f"jigi.command.{module}").VERBS[name].arguments(parser)
        for action in parser._actions:
            if action.type is Path or action.metavar == "FICHIER" or "fichier" in (action.help or ""):
                found.add((name, action.dest))
    return found


def fields() -> set[tuple[str, str]]:
    """(module, field) of every file that a page is sent."""
    found = set()
    for path in sorted(WEB.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        named = [*_FIELD.findall(text), *_ASKED.findall(text)]
        found |= {(str(path.relative_to(WEB)), _said(text, name)) for name in named}
    return found


def _said(text: str, name: str) -> str:
    """The text of a constant of the module, or the name itself."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return str(ast.literal_eval(node.value))
    return name

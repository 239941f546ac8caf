"""docs/access.md lists every function that opens the lower fence."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import jigi
from jigi.foundation.fence import OPENED

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "access.md"
ROW = re.compile(r"^\| `(jigi[\w.]+)` \| ([^|]+) \|", re.MULTILINE)


def test_every_opening_of_the_fence_is_listed_with_its_reason() -> None:
    for module in pkgutil.walk_packages(jigi.__path__, "jigi."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    listed = {
        f"{module}.{name}"
        for module, names in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
        for name in re.findall(r"`(\w+)`", names)
    }
    assert listed == set(OPENED)

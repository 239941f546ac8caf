"""Signals of the lean season by cercle, and a flood alert, for the pages of the browser."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.shocks import actions, alerts
from tests.shocks.telling import line, write
from tests.shocks.test_cap import message


def lay() -> None:
    """A figure of each cercle and of each phase, a line to correct, an alert."""
    by = User.objects.get(username="responsable")
    cercles = (
        Area.objects.filter(level="cercle", version__code="COD2019").order_by("code").values_list("code", flat=True)
    )
    lines = [line(1 + number % 4, code) for number, code in enumerate(cercles)]
    lines += [line(10_000 * number, code, "ch_phase35") for number, code in enumerate(cercles)]
    with TemporaryDirectory() as name:
        path = write(Path(name) / "cadre-harmonise-mars.csv", [*lines, line(3, "ML99")])
        actions.load(path, "jigi", by=by)
        (Path(name) / "crue.xml").write_bytes(message())
        alerts.take(Path(name) / "crue.xml", by=by)

"""XLSForms, from the workbook to the version that phones take and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from jigi.intake.actions import load_form, missing_media
from jigi.intake.questions import Questionnaire
from jigi.intake.xlsform import read_form
from jigi.web.forms.reading import lines_of, sections_of
from tests.factories import make_areas, make_user
from tests.fuzz.played import SIZES, play
from tests.fuzz.questionnaires import as_xlsform

pytestmark = pytest.mark.django_db


LOADED = 5
"""One in so many is also written, which costs as much as reading it."""


@pytest.fixture
def loading() -> Callable[[Path], None]:
    """Read a questionnaire, read its XForm back, lay it out as its page does; at times load it."""
    make_areas(communes=1)
    by = make_user("awa")
    numbers = count()

    def take(path: Path) -> None:
        made = read_form(path)
        root = fromstring(made.xform)
        primary = next(one for one in root.iter("{http://www.w3.org/2002/xforms}instance"))[0]
        assert (primary.get("id"), primary.get("version")) == (made.code, made.version)
        sections_of(lines_of(Questionnaire(made.definition), None))
        if next(numbers) % LOADED == 0:
            missing_media(load_form(path, by=by).version)

    return take


@pytest.mark.parametrize("tries", SIZES)
def test_xlsform(loading: Callable[[Path], None], tries: int, tmp_path: Path) -> None:
    play("xlsform", tries, tmp_path, as_xlsform, loading, "essai.xlsx")

"""XLSForms, from the workbook to the version that phones take and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from jigi.intake.actions import load_form, missing_media
from jigi.intake.questions import Questionnaire
from jigi.web.forms.reading import lines_of, sections_of
from tests.factories import make_areas, make_user
from tests.fuzz.played import SIZES, play
from tests.fuzz.questionnaires import as_xlsform

pytestmark = pytest.mark.django_db


@pytest.fixture
def loading() -> Callable[[Path], None]:
    """Load a questionnaire, read its XForm back, and lay it out as its page does."""
    make_areas(communes=1)
    by = make_user("awa")

    def take(path: Path) -> None:
        version = load_form(path, by=by).version
        root = fromstring(version.xform)
        primary = next(one for one in root.iter("{http://www.w3.org/2002/xforms}instance"))[0]
        assert (primary.get("id"), primary.get("version")) == (version.form.code, version.version)
        sections_of(lines_of(Questionnaire(version.definition), None))
        missing_media(version)

    return take


@pytest.mark.parametrize("count", SIZES)
def test_xlsform(loading: Callable[[Path], None], count: int, tmp_path: Path) -> None:
    play("xlsform", count, tmp_path, as_xlsform, loading, "essai.xlsx")

"""PostgreSQL shows requests, items and papers to who sees their household, and lets acts alone write them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from jigi.changes import evidence
from jigi.changes.models import ChangeEvidence, ChangeItem, ChangeRequest
from jigi.geography.scope import seen_by
from tests.changes.ground import make_scene
from tests.factories import make_user
from tests.foundation.sent import pdf

pytestmark = pytest.mark.django_db
TABLES = (ChangeRequest, ChangeItem, ChangeEvidence)


def test_a_request_is_seen_with_its_household_and_written_by_acts(settings: Any) -> None:
    scene = make_scene()
    evidence.attach(scene.ask("exit"), name="a.pdf", content=pdf(), by=scene.maker)
    elsewhere = make_user("ailleurs", "social_officer", scene.commune.version.areas.get(code="ML010502"))
    settings.FENCED = True
    for user, count in ((scene.checker, 1), (elsewhere, 0)):
        with seen_by(user):
            assert [table.objects.count() for table in TABLES] == [count] * 3
    for table in TABLES:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), seen_by(scene.checker):
            table.objects.all().delete()

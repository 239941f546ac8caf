"""An erasure empties what requests to change the register say of people, and their papers; who decided what stays."""

from __future__ import annotations

import pytest
from django.db import transaction

from jigi.changes import actions, evidence
from jigi.changes.models import ChangeRequest
from jigi.protection import erasure
from tests.changes.ground import Scene, make_scene
from tests.foundation.sent import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.mark.parametrize("whole", [True, False])
def test_requests_name_nobody_any_more(scene: Scene, whole: bool) -> None:
    child = scene.person("child")
    done = scene.ask("identity", {"person.nickname": "Ba"}, person=child, reason="la petite Oumou")
    evidence.attach(done, name="acte.pdf", content=pdf(), by=scene.maker)
    actions.decide(done, by=scene.checker)
    waiting = scene.ask("death", person=child)
    with transaction.atomic():
        erasure.erase(**({"households": [scene.one.pk]} if whole else {"persons": [child.pk]}))
    for request in ChangeRequest.objects.all():
        assert (request.reason, request.evidence.count()) == ("effacé", 0)
        assert [(item.facts, item.done) for item in request.items.all()] == [(None, None)]
    waiting.refresh_from_db()
    assert waiting.status == "withdrawn"

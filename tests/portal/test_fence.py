"""The roles of the site do what the portal asks of them, and the pages of everybody see no household."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from jigi.enrolment.models import Enrolment
from jigi.foundation.fence import READER, WORKER, assume
from jigi.messaging.models import Message
from jigi.portal import actions, answers
from jigi.portal.models import Edition
from jigi.registry.models import Household, Phone
from tests.portal.world import portal

pytestmark = pytest.mark.django_db


def test_pages_ask_and_the_worker_renews_and_answers(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal(tmp_path).publish()
    own = Household.objects.filter(commune__code="ML030101").order_by("pk")[0]
    number = Phone.objects.get(person=Enrolment.objects.get(household=own).recipient).number
    said = Edition.objects.get().content
    caches["process"].clear()
    settings.FENCED = True

    assume(READER)
    assert "Ménages payés en 2016" in Client().get("/").content.decode()
    sent = {"cle": str(uuid.uuid4()), "demande": "enrolled", "numero": own.rsu_number, "telephone": number}
    assert Client().post("/portail/inscription/", sent).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_household")
        assert cursor.fetchone() == (0,)

    assume(WORKER)
    assert answers.answer() == 1
    monkeypatch.setattr(actions, "content", lambda *_: {**said, "paydays": {"ML010501": [["2030-01-01", "Mairie"]]}})
    assert actions.renew() is not None

    settings.FENCED = False
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert (Message.objects.count(), Edition.objects.count()) == (1, 2)

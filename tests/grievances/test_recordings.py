"""Sounds of complaints: known by their bytes, sealed, heard by who may see the case, erased with the person."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from jigi.foundation.errors import Refused
from jigi.foundation.fence import acting
from jigi.foundation.models import AuditEvent
from jigi.geography.scope import seen_by
from jigi.grievances import erasing, recordings
from jigi.grievances.models import Case, Reading, Recording
from tests.factories import ProvedClient
from tests.grievances.sounds import AMR, NO_SOUNDS, SOUNDS
from tests.grievances.test_lies import refused
from tests.grievances.world import World

pytestmark = pytest.mark.django_db


def client(user: Any) -> ProvedClient:
    made = ProvedClient()
    made.force_login(user)
    return made


def joined(world: World, user: Any, case: Case, content: bytes) -> Any:
    sent = {"cle": str(uuid.uuid4()), "son": SimpleUploadedFile("voix.bin", content)}
    return client(user).post(f"/plaintes/{case.pk}/son/", sent, follow=True)


@pytest.mark.parametrize(("kind", "content"), SOUNDS.items())
def test_a_sound_is_known_by_its_bytes(kind: str, content: bytes) -> None:
    assert recordings.sound_of(content) == kind


@pytest.mark.parametrize("content", NO_SOUNDS.values(), ids=list(NO_SOUNDS))
def test_what_is_no_sound_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="n’est pas un son"):
        recordings.checked(content)


def test_a_sound_is_kept_sealed_once_and_heard_on_the_page(world: World, settings: Any) -> None:
    case = world.heard()
    settings.FENCED = True
    for _ in range(2):
        assert "est gardé avec la plainte" in joined(world, world.officer, case, AMR).content.decode()
    with acting("jigi.grievances.essai"):
        one = Recording.objects.get()
        assert AMR not in bytes(one.content_sealed) and one.kept_by == world.officer
    address = f"/plaintes/{case.pk}/son/{one.pk}/"
    page = client(world.officer).get(f"/plaintes/{case.pk}/")
    assert f'src="{address}"' in page.content.decode() and "media-src 'self'" in page["Content-Security-Policy"]
    heard = client(world.officer).get(address)
    assert heard.content == AMR and heard["Content-Type"] == "audio/amr" and "no-store" in heard["Cache-Control"]
    assert AuditEvent.objects.filter(verb="see", noun="grievance", object_id=str(case.pk)).count() >= 2
    assert "n’est pas un son" in joined(world, world.officer, case, b"bonjour").content.decode()
    assert client(world.officer).get(f"/plaintes/{case.pk}/son/{one.pk + 1}/").status_code == 404


def test_a_sensitive_sound_is_heard_by_the_two_roles_alone(world: World, settings: Any) -> None:
    case = world.heard("gender_violence", by=world.referent)
    recordings.attach(case, AMR, by=world.referent)
    one = Recording.objects.get()
    settings.FENCED = True
    address = f"/plaintes/{case.pk}/son/{one.pk}/"
    assert client(world.officer).get(address).status_code == client(world.country).get(address).status_code == 404
    assert joined(world, world.officer, case, SOUNDS["audio/wav"]).status_code == 404
    assert client(world.referent).get(address).content == AMR
    with seen_by(world.referent):
        assert Reading.objects.filter(by=world.referent).exists()
    with seen_by(world.country):
        assert not Recording.objects.exists()
    with acting("jigi.payments.essai"):
        assert not Recording.objects.exists(), "an act of another package does not see it either"


def test_bounds_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.heard()
    for number in range(Recording.MOST_EACH):
        recordings.attach(case, AMR + bytes([number]), by=world.officer)
    with pytest.raises(Refused, match="au plus"):
        recordings.attach(case, AMR, by=world.officer)
    monkeypatch.setattr(Recording, "MOST_BYTES", 10)
    with pytest.raises(Refused, match="dépasse"):
        recordings.attach(case, AMR, by=world.officer)
    refused("grievance_is_kept", "UPDATE grievances_recording SET kind = 'audio/wav'")
    refused("grievance_is_kept", "DELETE FROM grievances_recording")
    facts = "INSERT INTO grievances_recording (case_id, kind, size, digest, content_sealed, kept_by_id)"
    refused("grievance_recording_is_a_sound", f"{facts} VALUES (%s, 'text/html', 1, 'x', '', %s)", case.pk,
            world.officer.pk)  # fmt: skip


def test_a_sound_is_erased_with_the_person(world: World) -> None:
    case, other = world.heard(), world.heard(household=world.households[1])
    for one in (case, other):
        recordings.attach(one, AMR, by=world.officer)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE erased_household ON COMMIT DROP AS SELECT %s::bigint AS id",
                       [world.households[0].pk])  # fmt: skip
        cursor.execute("CREATE TEMP TABLE erased_person (id bigint) ON COMMIT DROP")
    erasing.erase()
    assert [bool(recordings.sound(one)) for one in Recording.objects.order_by("case")] == [False, True]
    page = client(world.officer).get(f"/plaintes/{case.pk}/").content.decode()
    assert "Un enregistrement, effacé." in page and "<audio" not in page

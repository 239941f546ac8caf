"""Fiches: received or refused one by one, poured together, and what each post may carry around them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from jigi.foundation.errors import Raced
from jigi.foundation.models import User
from jigi.intake.collection import make_secret
from jigi.intake.models import FormVersion, Problem, Submission
from jigi.intake.reception import receive
from jigi.intake.submissions import import_submissions
from jigi.registry.models import Household
from tests.factories import make_user
from tests.fuzz.chance import tries
from tests.fuzz.fiches import DEVICES, as_fiche, envelope, proofs
from tests.fuzz.oracle import Judge
from tests.fuzz.played import SIZES
from tests.intake.collected import fiche, make_collector, make_form

pytestmark = pytest.mark.django_db
GOOD = fiche(number="NUMERO").decode()
POURED_TOGETHER = 400
STATUSES = {201, 400, 401, 403, 404, 409, 413, 422, 429}


@pytest.fixture
def collector() -> User:
    return make_collector()


@pytest.fixture
def form(collector: User) -> FormVersion:
    return make_form()


@pytest.mark.parametrize("count", SIZES)
def test_fiches(form: FormVersion, collector: User, count: int, tmp_path: Path) -> None:
    importer, judge, waiting = make_user("awa"), Judge(tmp_path), 0

    def take(content: bytes) -> Callable[[], None]:
        def act() -> None:
            with suppress(Raced):  # other answers under a number already taken: kept apart, to be compared
                receive(content, files={}, device="collect:1", by=collector)

        return act

    for name, chance in tries("fiche", count * 4 // 5):
        waiting += judge(name, take(as_fiche(chance, GOOD)), keep=True) is None
        if waiting >= POURED_TOGETHER:
            waiting = _pour(form, importer)
            judge.begin_again()
    _pour(form, importer)


def _pour(form: FormVersion, by: User) -> int:
    """Pour what waits: every fiche has an end, the held ones say why, and the register holds the others."""
    before, waiting = Household.objects.count(), Submission.objects.filter(status__in=("received", "held")).count()
    if not waiting:
        return 0
    poured = import_submissions(form, by=by)
    assert poured.taken == waiting == poured.merged + poured.held + poured.declined
    assert not Submission.objects.filter(status__in=("received", "batched")).exists()
    assert Household.objects.count() == before + poured.merged
    held = Submission.objects.filter(status="held")
    said = Problem.objects.filter(severity="error", key__in=held.values("instance_id"))
    assert said.values("key").distinct().count() == held.count() and not said.filter(remedy="").exists()
    Submission.objects.filter(status="held").delete()  # tried again each time, they would slow the rest
    return 0


@pytest.mark.parametrize("count", SIZES)
def test_envelopes(form: FormVersion, collector: User, settings: object, count: int) -> None:
    token, client = f"Bearer {make_secret(by=collector)}", Client(raise_request_exception=False)
    settings.FENCED = True  # type: ignore[attr-defined]
    for name, chance in tries("envelope", count // 5):
        with transaction.atomic():
            _post(client, chance, token, name)
            transaction.set_rollback(True)


def _post(client: Client, chance: Random, token: str, name: str) -> None:
    device = quote(chance.choice(DEVICES), errors="replace")
    sent = envelope(chance, as_fiche(chance, GOOD))
    proof = proofs(chance, token)
    answer = client.generic(
        "POST", "/openrosa/submission", QUERY_STRING=f"deviceID={device}", HTTP_AUTHORIZATION=proof, **sent
    )
    said = answer.content.decode()
    assert answer.status_code in STATUSES and "<message" in said, f"{name} : {answer.status_code} {said:.300}"
    assert len(said) < 4_000, name

"""kill -9 of the worker while it gives orders to an agency: all executed once, all carried to the accounts."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jigi.foundation import server
from tests.crash import act
from tests.crash.ground import PROCESSES, Ground
from tests.payments.scene import random_seed
from tests.payments.test_pispi import twin

KILLS = 10
HOUSEHOLDS = 150  # in each of three communes, two of them served by the agency that is spoken to
FAULTS = "cut=0.05,half=0.05,busy=0.1,late=0.02,slowly=1,last_attempt=1,total_is_page=1"


def give(url: str, base: str) -> None:
    """Store the orders of the second round for AGENCE-ESSAI, and release them."""
    act.use(url)
    from jigi.foundation.keyring import vault
    from jigi.foundation.models import User
    from jigi.payments import dispatch
    from jigi.payments.dispatch_models import Channel
    from jigi.payments.models import PaymentRound
    from jigi.programmes.models import Agency
    from tests.payments.pispi_scene import access

    said, officer = access(base), User.objects.get(username="reconcile")
    secrets = json.dumps({"client_secret": "s", "api_key": "k", "webhook_secret": "w"})
    agency = Agency.objects.get(code="AGENCE-ESSAI")
    Channel.objects.create(
        agency=agency, base_url=said.base_url, token_url=said.token_url, client_id="jigi", group_size=20, width=4,
        payer_alias=said.payer_alias, secrets_sealed=vault().seal("agency", secrets), made_by=officer,
    )  # fmt: skip
    one = dispatch.start(PaymentRound.objects.get(term=2), agency, by=officer)
    dispatch.release(one, by=User.objects.get(username="release"))


def work(url: str) -> None:
    """What the worker does with the job of the dispatch, until there is nothing to do."""
    act.use(url)
    from django.db.models.functions import Now

    from jigi.payments import dispatch
    from jigi.payments.dispatch_models import Dispatch

    one = Dispatch.objects.get()
    while (rest := dispatch.run(one, seconds=2, grace_s=1.0)) is not None:
        time.sleep(min(rest, 0.2))
        # The hours that faults make it wait are not waited here; what was cut may still arrive, and is.
        one.groups.exclude(status="leaving").update(next_at=Now(), asked=0)


def check(url: str) -> None:
    """Every order was executed, paid once, and stands in the accounts."""
    act.use(url)
    from jigi.ledger.queries import prove
    from jigi.payments.channels import channel_of, conversation
    from jigi.payments.dispatch_models import Attempt, Dispatch
    from jigi.payments.models import Instruction

    one = Dispatch.objects.get()
    assert (one.status, one.orders) == ("done", Attempt.objects.filter(status="executed", settled=True).count())
    assert one.orders >= HOUSEHOLDS * 2 and prove().balanced
    talk = conversation(channel_of(one.agency))
    for group in one.groups.all():
        wanted = list(group.attempts.values_list("tx_id", flat=True))
        while not hasattr(found := talk.entries(group.code, wanted, once=True), "by_tx"):
            continue  # too busy, or cut
        paid = [[e.status for e in found.by_tx[tx_id]].count("IRREVOCABLE") for tx_id in wanted]
        assert paid == [1] * len(wanted), group.code
    sent = Attempt.objects.values_list("instruction_id", flat=True)
    assert set(Instruction.objects.filter(pk__in=sent).values_list("status", flat=True)) == {"paid"}


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Ground]:
    """A server of its own, with a second round released in it: smaller than the scene of the other kills."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)  # under root, the account that runs PostgreSQL walks through it
    place = Ground(folder / "jigi", tmp_path)
    try:
        place.url = server.ensure_started(place.home, durable=False)
        place.run(act.build, place.url, HOUSEHOLDS, str(tmp_path))
        for verb in ("approve", "release", "reconcile"):
            place.run(act.go_to, place.url, verb, str(tmp_path))
        yield place
    finally:
        server.stop(place.home, immediate=True)
        shutil.rmtree(folder)


@pytest.mark.long
def test_kills_of_the_worker_neither_lose_nor_repeat_a_payment(released: Ground) -> None:
    draw, ground, url = random.Random(random_seed()), released, released.url
    with twin(FAULTS) as base:
        ground.run(give, url, base)
        for _ in range(KILLS):
            worker = PROCESSES.Process(target=work, args=(url,), daemon=True)
            worker.start()
            worker.join(draw.uniform(0.3, 2.5))
            worker.kill()
            worker.join()
        ground.run(work, url)
        ground.run(check, url)

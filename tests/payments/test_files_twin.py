"""The whole conversation by folders, with an agency that runs as a process of its own and shares no code with us."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest

from jigi.ledger.queries import prove
from jigi.payments import orders, returns
from jigi.payments.models import ReturnNotice
from tests.payments.bank import RIB, banked
from tests.payments.messages import states
from tests.payments.scene import Scene, peopled
from tests.payments.test_files import agreed, sealed_for

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def agency(folder: Path, *options: str) -> Iterator[tuple[Path, Path]]:
    """The agency, waiting for one order: its box, and the folder of its returns once it has ended."""
    box, reply = folder / "boite", folder / "retours"
    box.mkdir()
    words = [sys.executable, "-m", "tools.agency.folder", str(box), "--reply", str(reply), *options]
    process = subprocess.Popen([*words, "--date", "2016-02-10"], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        yield box, reply
        _, said = process.communicate(timeout=40)
        assert process.returncode == 0, said.decode()
    finally:
        process.kill()
        process.communicate()


def send(scene: Scene, folder: Path, box: Path, form: str) -> None:
    payment_round = scene.released()
    made = orders.write_orders(payment_round, scene.agency, folder / "ordres", format=form, by=scene.officer)
    (folder / "ordres" / made.file_name).rename(box / made.file_name)


def test_an_agency_by_sealed_files_is_paid_and_answers_in_its_own_words(tmp_path: Path) -> None:
    scene, theirs = peopled(12), pyrage.x25519.Identity.generate()
    channel = agreed(scene, tmp_path, sealed_for(str(theirs.to_public())))
    (tmp_path / "agence.key").write_text(str(theirs))
    keys = ["--identity", str(tmp_path / "agence.key"), "--seal-to", channel.identity_public]
    with agency(tmp_path, *keys, "--absent=0.3", "--refused=0.2") as (box, reply):
        send(scene, tmp_path, box, "agency")
    (back,) = reply.iterdir()
    file = returns.reconcile(back, scene.agency, by=scene.officer).return_file
    said = Counter(states(scene.component.rounds.get()))
    assert (file.lines, file.exceptions) == (12, 0) and not ReturnNotice.objects.exists()
    assert said["paid"] + said["absent"] + said["refused"] == 12 and 0 < said["paid"] < 12
    assert scene.balance("paid") == said["paid"] * 30_000 and prove().balanced


def test_a_bank_reads_our_message_and_answers_by_two_of_its_own(tmp_path: Path) -> None:
    scene = banked(12, tmp_path, *[RIB] * 12)
    with agency(tmp_path, "--refused=0.4") as (box, reply):
        send(scene, tmp_path, box, "pain001")
    for back in sorted(reply.iterdir(), reverse=True):
        returns.reconcile(back, scene.agency, by=scene.officer)
    said = Counter(states(scene.component.rounds.get()))
    assert said["paid"] + said["refused"] == 12 and 0 < said["refused"] < 12
    assert scene.balance("paid") == said["paid"] * 30_000 and prove().balanced

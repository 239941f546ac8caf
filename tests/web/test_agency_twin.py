"""An agency that is a program of its own, over real HTTP: it takes its orders and answers; nothing counts twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from jigi.ledger.queries import prove
from jigi.payments import agency_tokens
from jigi.payments.agency_models import AgencyReply, ResultBatch
from jigi.payments.models import Instruction, ReturnLine
from tests.payments.agency_scene import offered

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


class Twin:
    """The program, and what a run of it printed."""

    def __init__(self, server: str, folder: Path, households: int) -> None:
        self.scene, self.round, self.agent = offered(households)
        self.server, self.file = server, folder / "jeton"
        self.file.write_text(agency_tokens.make(self.scene.agency, "jumeau", 30, by=self.agent))

    def work(self, *options: str) -> dict[str, Any]:
        words = [sys.executable, "-m", "tools.agency.api", self.server, "--token-file", str(self.file), *options]
        done = subprocess.run(
            [*words, "--batch", "4", "--date", "2016-02-10"], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def paid_xof() -> int:
    return Instruction.objects.filter(status="paid").aggregate(sum=Sum("amount_xof"))["sum"] or 0


def test_it_takes_its_orders_pays_and_answers_whatever_is_cut(server: str, tmp_path: Path) -> None:
    twin = Twin(server, tmp_path, 12)
    told = twin.work("--cut", "0.6", "--absent", "0.5")
    assert (told["rounds"], told["orders"], told["batches"], told["exceptions"]) == (1, 12, 3, 0) and told["cuts"] > 1
    assert AgencyReply.objects.get().lines == 12 and ResultBatch.objects.count() == 3
    assert not Instruction.objects.filter(status="open").exists()
    assert 0 < ReturnLine.objects.filter(outcome="paid").count() < 12 == ReturnLine.objects.count()
    assert twin.scene.balance("paid") == paid_xof() and prove().balanced


def test_killed_and_begun_again_it_gives_the_same_batches(server: str, tmp_path: Path) -> None:
    twin = Twin(server, tmp_path, 10)
    disorder = ["--duplicates", "0.3", "--unknown", "0.2", "--wrong-amount", "0.2", "--absent", "0.2"]
    assert twin.work("--most-batches", "1", *disorder)["batches"] == 1
    first = list(ResultBatch.objects.values_list("code", "body_hash"))
    told = twin.work("--cut", "0.3", *disorder)
    assert told["batches"] == ResultBatch.objects.count() > 1
    assert first[0] in list(ResultBatch.objects.values_list("code", "body_hash"))
    waiting = ReturnLine.objects.filter(outcome__in=ReturnLine.EXCEPTIONS).count()
    assert told["exceptions"] == waiting > 0
    assert twin.scene.balance("paid") == paid_xof() and prove().balanced


def test_it_shares_no_code_with_jigi() -> None:
    code = "import sys, tools.agency.api; sys.exit(any(name.startswith('jigi') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

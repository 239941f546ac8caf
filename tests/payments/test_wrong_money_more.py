"""The wrong money seen in other systems, continued: the items that other parts of Jigi keep from happening to money.

13 is in test_no_code_runs.py; the pages of 10 are tried in tests/access/test_agencies.py.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import actions, fees, frozen_list
from jigi.payments.models import Entitlement, Instruction, PaymentRound, ReturnLine
from jigi.programmes import tariffs
from jigi.programmes.models import FeeRule
from jigi.verification import actions as verification
from jigi.verification.actions import Draw
from jigi.verification.rules import Precision
from tests.factories import make_component, make_enrolments, make_households, make_user, make_village
from tests.payments.forms import cells_of
from tests.payments.scene import Scene, peopled, scene_of, stage
from tests.payments.test_dealing import second_line, share
from tests.payments.test_fees import ruled, unruled
from tests.protection.people import PHONE, erased, make_world

pytestmark = pytest.mark.django_db

# 9. Fees silently zero in production; "maximum amount" set, everyone got the maximum.


def test_9_no_rule_of_fees_is_no_approval_never_a_fee_of_zero() -> None:
    scene = peopled(2)
    unruled(scene)
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    with pytest.raises(Refused, match="Aucune règle de frais"):
        actions.approve(frozen, by=scene.approver)
    assert scene.balance("programme") == 0


def test_9_a_fee_of_zero_that_says_no_reason_is_not_written() -> None:
    scene = peopled(1)
    with pytest.raises(Refused, match="dit d’où elle vient"):
        ruled(scene, tariffs.Fee("included"), why="")
    with pytest.raises(IntegrityError, match="fee_rule_says_why"), transaction.atomic():
        FeeRule.objects.create(
            agency=scene.agency, valid_from=date(2015, 1, 1), mode="included", fixed_xof=0, per_mille=0, why="",
            made_by=scene.maker,
        )  # fmt: skip


def test_9_a_maximum_is_a_ceiling_and_nobody_s_fee() -> None:
    scene = peopled(3)
    ruled(scene, tariffs.Fee("on_top", per_mille=Decimal(10), most_xof=5_000))
    released = scene.released()
    assert set(Instruction.objects.values_list("amount_xof", flat=True)) == {30_000}
    assert [(row["fees_xof"], row["rights"]) for row in fees.of_round(released)] == [(900, 3)]
    assert scene.balance("fees_held") == 900


# 10. One agency could read another agency's lists.


@pytest.fixture
def two_agencies() -> Scene:
    """A component served by UN in its first commune and by DEUX in the second, one household in each."""
    communes = stage(communes=("ML010501", "ML010502")).communes
    component = make_component(communes, agencies={"UN": communes[:1], "DEUX": communes[1:]})
    for area in communes:
        make_enrolments(component, make_households(1, make_village(area)), cohort=area.code)
    return scene_of(component, communes)


def test_10_the_order_file_of_an_agency_holds_no_line_of_another(two_agencies: Scene, tmp_path: Path) -> None:
    released = two_agencies.released()
    references = cells_of(two_agencies.order_file(released, tmp_path), "reference")
    own = Instruction.objects.filter(agency=two_agencies.agency).values_list("reference", flat=True)
    assert references == list(own) and Instruction.objects.count() == 2


def test_10_an_agency_that_answers_for_another_moves_no_money(two_agencies: Scene, tmp_path: Path) -> None:
    two_agencies.released()
    theirs = Instruction.objects.exclude(agency=two_agencies.agency).get()
    two_agencies.take(tmp_path / "retour.csv", [(theirs.reference, "PAYE", 30_000, "2016-02-10")])
    theirs.refresh_from_db()
    assert (ReturnLine.objects.get().outcome, theirs.status) == ("other_agency", "open")
    assert two_agencies.balance("paid") == 0 and prove().balanced


# 12. Payment snapshots kept personal data after erasure.


def test_12_an_erased_person_s_account_is_in_no_list_and_every_list_is_still_verified(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    mine = {"household": world.household.pk}
    assert PHONE in Instruction.objects.get(**mine).account
    erased(world)
    with connection.cursor() as cursor:
        for table in ("payments_entitlement", "payments_instruction", "enrolment_enrolment"):
            cursor.execute(
                f"SELECT DISTINCT account_sealed::text FROM {table} WHERE household_id = %(household)s", mine
            )
            assert cursor.fetchall() == [("\\x",)], table
    kept = frozen_list.verify(PaymentRound.objects.get(pk=world.round.pk))
    assert kept.frozen == kept.found and prove().balanced


# 14. Verification samples sized before the areas were excluded.


def test_14_a_sample_is_sized_on_what_is_left_when_the_areas_are_out(tmp_path: Path) -> None:
    scene = stage(communes=("ML010501", "ML010502"))
    for commune, households in zip(scene.communes, (20, 10), strict=True):
        scene.enrol(make_households(households, make_village(commune)))
    released = scene.released()
    scene.answer(released, tmp_path / "retour.csv")
    loose, away = Precision(confidence=80, margin=20), scene.communes[0]
    by = make_user("verifie", "grievance_officer")
    whole = verification.draw(released, Draw("phone", precision=loose), by=by)
    left = verification.draw(released, Draw("phone", precision=loose, excluded={away.pk: "insécurité"}), by=by)
    assert (whole.population, left.population) == (30, 10)
    assert left.drawn < whole.drawn and not left.checks.filter(commune=away).exists()


# 15. Only the last batch of 2,000 kept when a priority rule was set; conditions on a cash item ignored.


@pytest.mark.long
def test_15_a_priority_among_agreements_keeps_every_right_of_a_list_beyond_two_thousand() -> None:
    scene = stage(money=1_500 * 30_000)
    scene.enrol(make_households(2_100, make_village(scene.communes[0]), phones=False))
    share(scene, (scene.line, {}), (second_line(scene, money=10**9), {}))
    assert scene.prepared().entitlements == 2_100
    donors = Entitlement.objects.values_list("funding_line__agreement__donor", flat=True)
    assert Counter(donors) == {"IDA": 1_500, "Suisse": 600}


def test_15_the_conditions_of_a_right_are_kept_each() -> None:
    """Active, in its terms, in a commune of the round, of an agreement whose days it is in."""
    scene = peopled(4)
    stopped, late, ended, _ = Enrolment.objects.order_by("pk")
    Enrolment.objects.filter(pk=stopped.pk).update(status="suspended")
    Enrolment.objects.filter(pk=late.pk).update(first_term=2)
    Enrolment.objects.filter(pk=ended.pk).update(status="exited", exit_reason="départ", exited_at=timezone.now())
    assert scene.prepared(1).entitlements == 1
    share(scene, (scene.line, {"ends_on": date(2015, 3, 31)}))
    with pytest.raises(Refused, match="Aucune convention ne paie"):
        scene.prepared(2)

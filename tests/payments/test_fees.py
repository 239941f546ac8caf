"""Agency fees: the most specific rule wins, on top they follow the money, and they are never silently zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.ledger import queries as ledger
from jigi.payments import actions, corrections, fees, parts, totals
from jigi.payments.models import Instruction, PaymentRound, ReturnLine
from jigi.programmes import tariffs
from jigi.programmes.fees import Tariff, applicable, fee_xof
from jigi.programmes.models import Agency, FeeRule
from jigi.programmes.tariffs import Fee
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
JANUARY = date(2015, 1, 1)


def _scene(folder: Path) -> Scene:
    return peopled(10, money=1_000_000)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def ruled(scene: Scene, fee: Fee, **scope: object) -> FeeRule:
    """A rule of the scene's programme, proposed by one person and approved by another."""
    keeper = make_user(f"finances{FeeRule.objects.count()}", "finance_officer")
    where = {"valid_from": JANUARY, "programme": scene.component.programme, "why": "Contrat, art. 4", **scope}
    rule = tariffs.propose(scene.agency, fee, by=keeper, **where)  # type: ignore[arg-type]
    tariffs.approve(rule, by=scene.treasurer)
    return rule


def unruled(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE programmes_feerule DISABLE TRIGGER fee_rule_stays")
        cursor.execute("DELETE FROM programmes_feerule")
        cursor.execute("ALTER TABLE programmes_feerule ENABLE TRIGGER fee_rule_stays")


def test_a_round_without_a_rule_of_fees_is_not_approved(scene: Scene) -> None:
    unruled(scene)
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    with pytest.raises(Refused, match="Aucune règle de frais ne s’applique à Agence A") as refused:
        actions.approve(frozen, by=scene.approver)
    assert "même « zéro » avec son motif" in refused.value.remedy
    with pytest.raises(IntegrityError, match="sans règle de frais"):
        PaymentRound.objects.filter(pk=frozen.pk).update(
            status="approved", approved_by=scene.approver, approved_at=frozen.frozen_at
        )


def test_a_fee_of_zero_is_a_rule_with_its_reason(scene: Scene) -> None:
    with pytest.raises(Refused, match="dit d’où elle vient"):
        ruled(scene, Fee("included"), why="  ")
    with pytest.raises(IntegrityError, match="fee_rule_says_why"):
        FeeRule.objects.create(
            agency=scene.agency,
            valid_from=JANUARY,
            mode="included",
            fixed_xof=0,
            per_mille=0,
            why="",
            made_by=scene.maker,
        )


def test_fees_on_top_are_reserved_committed_spent_and_returned(scene: Scene, tmp_path: Path) -> None:
    ruled(scene, Fee("on_top", fixed_xof=100, per_mille=Decimal(10)))  # 100 + 300 for each 30 000
    first = scene.released()
    held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
    assert (held["available"], held["agency"], held["fees"], held["fees_held"]) == (696_000, 300_000, 0, 4_000)
    taken = scene.answer(first, tmp_path / "retour.csv", absent=2).return_file
    held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
    assert (held["fees"], held["fees_held"], held["fees_paid"]) == (800, 0, 3_200)
    corrections.undo_line(
        ReturnLine.objects.filter(return_file=taken, outcome="paid")[0], by=scene.officer, reason="faux"
    )
    scene.close(first)
    money = ledger.balances([scene.agreement.code])[scene.agreement.code]
    assert (money.fees_xof, money.adds_up, ledger.prove().balanced, totals.prove().holds) == (4_000, True, True, True)
    scene.released(2)
    assert totals.prove().holds and ledger.prove().balanced
    assert [(row["mode"], row["fees_xof"]) for row in fees.of_round(first)] == [("on_top", 4_000)]


def test_a_fee_is_earned_when_all_of_a_right_is_paid(scene: Scene, tmp_path: Path) -> None:
    ruled(scene, Fee("on_top", fixed_xof=100))
    first = scene.released()
    order, *others = Instruction.objects.filter(payment_round=first).order_by("id")
    rows = [(order.reference, "PAYE", 20_000, "2016-02-10")]
    rows += [(other.reference, "PAYE", other.amount_xof, "2016-02-10") for other in others]
    scene.take(tmp_path / "un.csv", rows)
    parts.accept(ReturnLine.objects.get(outcome="wrong_amount"), by=scene.officer, reason="caisse vide")
    held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
    assert (held["fees"], held["fees_held"], held["fees_paid"]) == (100, 0, 900)
    assert totals.prove().holds and ledger.prove().balanced
    scene.close(first)
    scene.answer(scene.released(2), tmp_path / "deux.csv")
    held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
    assert (held["fees"], held["fees_held"], held["fees_paid"], held["paid"]) == (0, 0, 2_000, 600_000)
    assert totals.prove().holds and ledger.prove().balanced
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(paid_lines) FROM payments_total WHERE round_id = %s", [first.pk])
        assert cursor.fetchone() == (10,)


def test_the_fee_of_a_part_taken_back_is_with_the_agency_again(scene: Scene, tmp_path: Path) -> None:
    ruled(scene, Fee("on_top", fixed_xof=100))
    first = scene.released()
    order = Instruction.objects.filter(payment_round=first).order_by("id")[0]
    scene.take(tmp_path / "un.csv", [(order.reference, "PAYE", 20_000, "2016-02-10")])
    line = ReturnLine.objects.get(outcome="wrong_amount")
    for _ in range(2):
        parts.accept(line, by=scene.officer, reason="caisse vide")
        corrections.undo_line(line, by=scene.officer, reason="erreur")
        held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
        assert (held["fees"], held["fees_held"], held["fees_paid"], held["agency"]) == (0, 1_000, 0, 300_000)
        assert totals.prove().holds and ledger.prove().balanced
    scene.close(first)
    scene.take(tmp_path / "tard.csv", [(order.reference, "PAYE", 10_000, "2016-02-10")])
    late = ReturnLine.objects.latest("pk")
    corrections.assign(late, order, by=scene.officer)
    late.refresh_from_db()
    parts.accept(late, by=scene.officer, reason="reçu signé")
    held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
    assert (held["fees"], held["fees_paid"], held["paid"]) == (1_000, 0, 10_000)
    assert totals.prove().holds and ledger.prove().balanced


def test_fees_that_are_included_move_no_other_money(scene: Scene) -> None:
    ruled(scene, Fee("included", fixed_xof=250))
    first = scene.released()
    assert scene.balance("available") == 700_000
    assert fees.of_round(first)[0]["fees_xof"] == 2_500


def test_fees_on_top_never_overspend_an_agreement(scene: Scene) -> None:
    ruled(scene, Fee("on_top", fixed_xof=100_000))
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    with pytest.raises(Refused, match="n’a pas assez d’argent"):
        actions.approve(frozen, by=scene.approver)
    assert scene.balance("available") == 1_000_000


def test_a_rule_is_approved_by_another_than_its_maker(scene: Scene) -> None:
    keeper = make_user("seul", "finance_officer")
    rule = tariffs.propose(scene.agency, Fee("included"), valid_from=JANUARY, why="essai", by=keeper)
    with pytest.raises(IntegrityError, match="fee_rule_approver_is_not_its_maker"):
        FeeRule.objects.filter(pk=rule.pk).update(approved_by=keeper, approved_at=rule.made_at)


def test_two_rules_of_the_same_scope_are_never_in_force_together(scene: Scene) -> None:
    ruled(scene, Fee("on_top", fixed_xof=1))
    with pytest.raises(Refused, match="est en vigueur ces jours-là"):
        ruled(scene, Fee("on_top", fixed_xof=2), valid_from=JANUARY + timedelta(days=90))


def test_an_approved_rule_only_gets_an_end(scene: Scene) -> None:
    rule = ruled(scene, Fee("on_top", fixed_xof=1))
    with pytest.raises(IntegrityError, match="ne change plus"):
        FeeRule.objects.filter(pk=rule.pk).update(fixed_xof=2)


def test_an_end_is_given_to_a_rule_in_force_and_never_moved_later_by_one_hand(scene: Scene) -> None:
    rule, today = ruled(scene, Fee("on_top", fixed_xof=1)), timezone.localdate()
    tariffs.end(rule, today + timedelta(days=9), by=scene.treasurer)
    tariffs.end(rule, today + timedelta(days=2), by=scene.treasurer)
    with pytest.raises(Refused, match="finit déjà") as refused:
        tariffs.end(rule, today + timedelta(days=30), by=scene.treasurer)
    assert "une autre personne l’approuve" in refused.value.remedy
    FeeRule.objects.filter(pk=rule.pk).update(valid_until=today - timedelta(days=1))
    with pytest.raises(Refused, match="n’est pas en vigueur"):
        tariffs.end(rule, today, by=scene.treasurer)


RULES = st.tuples(
    st.booleans(), st.sampled_from([None, "ML", "ML01", "ML010501"]), st.booleans(), st.integers(0, 40),
    st.none() | st.integers(0, 40), st.integers(0, 500), st.decimals(0, 1000, places=2),
    st.none() | st.integers(0, 900), st.none() | st.integers(900, 2_000),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(RULES, max_size=5), day=st.integers(0, 60), amount_xof=st.integers(1, 500_000))
def test_the_rule_that_sql_applies_and_its_fee_are_those_of_the_pure_rule(
    scene: Scene, found: list[tuple], day: int, amount_xof: int
) -> None:
    unruled(scene)
    other, _ = Agency.objects.get_or_create(code="AUTRE", defaults={"name": "Autre", "kind": "bank"})
    commune = scene.communes[0]
    around = {"ML": commune.parent.parent.parent, "ML01": commune.parent.parent, "ML010501": commune, None: None}
    made = []
    for own, area, programmed, start, length, fixed, per_mille, least, most in found:
        begins = JANUARY + timedelta(days=start)
        rule = FeeRule(
            agency=scene.agency if own else other, area=around[area], valid_from=begins, mode="on_top", why="x",
            programme=scene.component.programme if programmed else None, fixed_xof=fixed, per_mille=per_mille,
            valid_until=None if length is None else begins + timedelta(days=length), least_xof=least, most_xof=most,
            made_by=scene.maker, approved_by=scene.treasurer, approved_at="2015-01-01T00:00Z",
        )  # fmt: skip
        try:
            with transaction.atomic():
                rule.save()
        except IntegrityError:
            continue
        path = rule.area.path if rule.area else None
        scope = (rule.pk, rule.agency_id, path, rule.programme_id, begins, rule.valid_until)
        made.append(Tariff(*scope, fixed, per_mille, least, most))
    asked = JANUARY + timedelta(days=day)
    expected = applicable(
        made, agency=scene.agency.pk, commune_path=commune.path, programme=scene.component.programme_id, day=asked
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT programmes_fee_rule(%s, %s, %s, %s)",
            [scene.agency.pk, commune.pk, scene.component.programme_id, asked],
        )
        assert cursor.fetchone()[0] == (expected.number if expected else None)
        for one in made:
            facts = [one.fixed_xof, one.per_mille, one.least_xof, one.most_xof, amount_xof]
            cursor.execute("SELECT programmes_fee(%s, %s, %s, %s, %s)", facts)
            assert cursor.fetchone()[0] == fee_xof(one, amount_xof)


def test_a_rule_that_waits_is_withdrawn_by_who_proposed_it(scene: Scene) -> None:
    keeper, other = make_user("propose", "finance_officer"), make_user("regarde", "finance_officer")
    rule = tariffs.propose(scene.agency, Fee("included"), valid_from=date(2050, 1, 1), why="Contrat", by=keeper)
    with pytest.raises(Refused, match="Une autre personne a proposé"):
        tariffs.withdraw(rule, by=other)
    tariffs.withdraw(rule, by=keeper)
    with pytest.raises(Refused, match="déjà retirée"):
        tariffs.withdraw(rule, by=keeper)
    with pytest.raises(Refused, match="ou retirée"):
        tariffs.approve(rule, by=scene.treasurer)
    (told,) = [one for one in audit.history("fee_rule", str(rule.pk)) if one.verb == "withdraw"]
    assert told.before["why"] == "Contrat" and not FeeRule.objects.filter(pk=rule.pk).exists()


def test_an_approved_rule_is_not_withdrawn(scene: Scene) -> None:
    rule = ruled(scene, Fee("included"))
    with pytest.raises(Refused, match="ne se retire plus"):
        tariffs.withdraw(rule, by=rule.made_by)

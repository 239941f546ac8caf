"""Whole rights dealt to several agreements: in order of use, by percentage, the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.foundation.errors import Refused
from jigi.foundation.periods import Period
from jigi.ledger import actions as ledger
from jigi.ledger.queries import prove
from jigi.payments import actions
from jigi.payments.models import Entitlement, PaymentRound
from jigi.payments.rules import PayingLine, deal
from jigi.programmes import eligibility, tariffs
from jigi.programmes.eligibility import Said
from jigi.programmes.models import AgencyAccount, Agreement, FundingCommune, FundingLine
from jigi.programmes.tariffs import Fee
from tests.factories import make_commune, make_households, make_user, make_village
from tests.payments.scene import Scene, stage

pytestmark = pytest.mark.django_db
AMOUNT = 30_000


def second_line(scene: Scene, *, money: int, closes_on: date = date(2022, 6, 30)) -> FundingLine:
    """Another agreement behind the component of a scene, with its money and accounts."""
    agreement = Agreement.objects.create(
        code="SUISSE",
        donor="Suisse",
        name="Appui",
        amount_xof=money,
        effective_on=date(2014, 1, 1),
        closes_on=closes_on,
    )

    def account(suffix: str, kind: str) -> Any:
        return ledger.open_account(f"SUISSE:{suffix}", f"Suisse {suffix}", kind, "SUISSE")

    line = FundingLine.objects.create(
        component=scene.component, agreement=agreement, rank=2, available=account("disponible", "available"),
        reserved=account("programme", "programme"), paid=account("verse", "paid"),
    )  # fmt: skip
    AgencyAccount.objects.create(
        funding_line=line, agency=scene.agency, account=account(f"agence:{scene.agency.code}", "agency")
    )
    grant = ledger.Line("grant", agreement.pk, line.available, account("bailleur", "donor"), money)
    ledger.post("grant", "agreement:SUISSE", "Dotation", [grant], by=scene.maker)
    return line


def share(scene: Scene, *turns: tuple[FundingLine, dict[str, Any]]) -> None:
    """Who pays the communes of the scene, in this order."""
    FundingCommune.objects.all().delete()
    FundingCommune.objects.bulk_create(
        FundingCommune(component=scene.component, commune=commune, funding_line=line, rank=rank, **turn)
        for commune in scene.communes
        for rank, (line, turn) in enumerate(turns, start=1)
    )


def dealt(payment_round: PaymentRound) -> dict[str, int]:
    rights = Entitlement.objects.filter(payment_round=payment_round)
    return dict(Counter(rights.values_list("funding_line__agreement__donor", flat=True)))


def scene_of(*households: int, money: int = 10_000_000) -> Scene:
    scene = stage(money=money, communes=("ML010501", "ML010502")[: len(households)])
    for commune, count in zip(scene.communes, households, strict=True):
        scene.enrol(make_households(count, make_village(commune)))
    return scene


def test_parts_are_within_one_right_of_their_percentage_in_each_commune() -> None:
    scene = scene_of(7, 10)
    share(scene, (scene.line, {"percent": 70}), (second_line(scene, money=10_000_000), {"percent": 30}))
    assert dealt(scene.prepared()) == {"IDA": 12, "Suisse": 5}


def test_the_first_agreement_is_used_up_before_the_next() -> None:
    scene = scene_of(4, 6, money=7 * AMOUNT)
    share(scene, (scene.line, {}), (second_line(scene, money=10_000_000), {}))
    first = scene.released()
    assert dealt(first) == {"IDA": 7, "Suisse": 3}
    assert scene.balance("available") == 0 and prove().balanced
    assert dealt(scene.prepared(2)) == {"Suisse": 10}


def test_an_agreement_pays_between_its_days_and_until_it_closes() -> None:
    scene = scene_of(3)
    later = second_line(scene, money=10_000_000, closes_on=date(2015, 12, 31))
    share(scene, (scene.line, {"ends_on": date(2015, 3, 31)}), (later, {"starts_on": date(2015, 4, 1)}))
    assert dealt(scene.prepared(1)) == {"IDA": 3}
    assert dealt(scene.prepared(2)) == {"Suisse": 3}
    with pytest.raises(Refused, match="Aucune convention ne paie"):
        scene.prepared(5)


def test_a_part_that_has_closed_is_not_paid_by_the_others() -> None:
    scene = scene_of(3)
    closed = second_line(scene, money=10_000_000, closes_on=date(2014, 12, 31))
    share(scene, (scene.line, {"percent": 70}), (closed, {"percent": 30}))
    with pytest.raises(Refused, match=r"qui partagent .* est close"):
        scene.prepared()


def test_what_none_has_money_for_is_refused_at_the_approval() -> None:
    scene = scene_of(5, money=AMOUNT)
    share(scene, (scene.line, {}), (second_line(scene, money=2 * AMOUNT), {}))
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    with pytest.raises(Refused, match="n’a pas assez d’argent"):
        actions.approve(frozen, by=scene.approver)


def test_what_is_not_paid_goes_back_to_the_agreement_that_was_to_pay_it(tmp_path: Any) -> None:
    scene = scene_of(4)
    share(scene, (scene.line, {"percent": 50}), (second_line(scene, money=10_000_000), {"percent": 50}))
    scene.answer(scene.released(), tmp_path / "r.csv", absent=1)
    owed = Entitlement.objects.get(status="owed")
    assert owed.funding_line.reserved.balance_xof == AMOUNT
    arrears = scene.prepared(2)
    assert arrears.arrears == 1 and prove().balanced


counts = st.dictionaries(st.integers(1, 5), st.integers(0, 40), max_size=4)


@given(rights=counts, money=st.lists(st.integers(0, 30), min_size=1, max_size=3))
def test_in_order_every_right_is_dealt_once_and_no_line_beyond_its_money_but_the_last(
    rights: dict[int, int], money: list[int]
) -> None:
    lines = [PayingLine(number) for number in range(len(money))]
    found = deal(rights, dict.fromkeys(rights, lines), dict(enumerate(money)))
    for commune, count in rights.items():
        places = [place for one in found if one.commune == commune for place in range(one.first, one.last + 1)]
        assert places == list(range(1, count + 1))
    given_out = Counter({one.line: 0 for one in found})
    for one in found:
        given_out[one.line] += one.last - one.first + 1
    assert all(given_out[number] <= money[number] for number in range(len(money) - 1))


@given(count=st.integers(0, 500), cuts=st.sets(st.integers(1, 99), max_size=3))
def test_by_percentage_each_line_is_within_one_right_of_its_part(count: int, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), 100]
    percents = [after - before for before, after in pairwise(edges)]
    lines = [PayingLine(number, percent) for number, percent in enumerate(percents)]
    got = Counter({one.line: one.last - one.first + 1 for one in deal({1: count}, {1: lines}, {})})
    assert sum(got.values()) == count
    for number, percent in enumerate(percents):
        assert abs(got[number] - count * percent / 100) <= 1


@settings(max_examples=6, deadline=None)
@given(percent=st.integers(1, 99), households=st.tuples(st.integers(1, 6), st.integers(1, 6)))
def test_the_statements_deal_as_the_rule_says(percent: int, households: tuple[int, int]) -> None:
    with transaction.atomic():
        scene = scene_of(*households)
        other = second_line(scene, money=10_000_000)
        share(scene, (scene.line, {"percent": percent}), (other, {"percent": 100 - percent}))
        payment_round = scene.prepared()
        lines = [PayingLine(scene.line.pk, percent), PayingLine(other.pk, 100 - percent)]
        rights = dict(zip((area.pk for area in scene.communes), households, strict=True))
        said = {
            (one.commune, place): one.line
            for one in deal(rights, dict.fromkeys(rights, lines), {})
            for place in range(one.first, one.last + 1)
        }
        for area in scene.communes:
            listed = Entitlement.objects.filter(payment_round=payment_round, commune=area).order_by("id")
            for place, number in enumerate(listed.values_list("funding_line", flat=True), start=1):
                assert said[area.pk, place] == number
        transaction.set_rollback(True)


def test_the_fee_on_top_is_counted_in_what_an_agreement_has_money_for() -> None:
    scene = scene_of(10, money=4 * AMOUNT)
    share(scene, (scene.line, {}), (second_line(scene, money=10_000_000), {}))
    keeper = make_user("finances", "finance_officer")
    rule = tariffs.propose(
        scene.agency, Fee("on_top", fixed_xof=200), valid_from=date(2015, 1, 1), why="Contrat", by=keeper,
        programme=scene.component.programme,
    )  # fmt: skip
    tariffs.approve(rule, by=scene.treasurer)
    shown = scene.released()
    assert dealt(shown) == {scene.agreement.donor: 3, "Suisse": 7} and prove().balanced


def finances(line: FundingLine, said: Said) -> None:
    """What the agreement of a line may finance, as it was signed."""
    eligibility.write(line.agreement, said)


def test_an_agreement_pays_only_the_terms_that_it_finances() -> None:
    scene = scene_of(3)
    other = second_line(scene, money=10_000_000)
    share(scene, (scene.line, {}), (other, {}))
    finances(scene.line, Said(periods=(Period.quarter(2015, 1),)))
    assert dealt(scene.prepared(1)) == {"IDA": 3}
    assert dealt(scene.prepared(2)) == {"Suisse": 3}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(periods=(Period.quarter(2016, 1),)), "ne finance pas l’échéance « 1er trimestre 2015 »"),
        (Said(components=("tm.AGR",)), "ne finance pas la composante tm.TM"),
    ],
)
def test_a_round_that_its_only_agreement_does_not_finance_says_what_to_do(said: Said, told: str) -> None:
    scene = scene_of(3)
    finances(scene.line, said)
    with pytest.raises(Refused, match=told) as refused:
        scene.prepared()
    assert "avenant d’éligibilité" in (refused.value.remedy or "")
    assert not Entitlement.objects.exists()


def test_a_part_of_a_commune_that_is_not_financed_is_not_paid_by_the_others() -> None:
    scene = scene_of(3, 3)
    other = second_line(scene, money=10_000_000)
    share(scene, (scene.line, {"percent": 70}), (other, {"percent": 30}))
    finances(other, Said(areas=(scene.communes[1],)))
    with pytest.raises(Refused, match=f"SUISSE ne finance pas la commune {scene.communes[0].name}"):
        scene.prepared()


def test_an_amendment_after_the_freeze_stops_the_approval() -> None:
    scene = scene_of(2)
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    finances(scene.line, Said(areas=(make_commune("ML010502"),)))
    with pytest.raises(Refused, match=f"ne finance pas la commune {scene.communes[0].name}"):
        actions.approve(frozen, by=scene.approver)
    frozen.refresh_from_db()
    assert frozen.status == "frozen" and scene.balance("programme") == 0


def test_the_database_reserves_no_money_outside_of_what_is_financed(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = scene_of(2)
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    finances(scene.line, Said(periods=(Period.quarter(2016, 1),)))
    monkeypatch.setattr("jigi.payments.financing.refuse_ineligible_rights", lambda _: None)
    with pytest.raises(DatabaseError, match="ne finance pas cette échéance"), transaction.atomic():
        actions.approve(frozen, by=scene.approver)
    assert scene.balance("programme") == 0


def test_what_is_reserved_already_is_paid_after_an_amendment_that_narrows() -> None:
    scene = scene_of(2)
    scene.released()
    finances(scene.line, Said(periods=(Period.quarter(2016, 1),)))
    scene.close(PaymentRound.objects.get())
    assert scene.balance("programme") == 2 * AMOUNT and prove().balanced

"""Several agreements behind the communes of one component: in turn between dates, or by percentage."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.foundation.errors import InputError
from jigi.programmes import rules
from jigi.programmes.models import FundingCommune
from tests.payments.scene import stage
from tests.programmes.test_programme_file import GOOD, checked

ALL = 'agreement = "DON"\ncommunes = ["ML010501"]'
REST = 'agreement = "ETAT"\nothers = true'
LONG = "closes_on = 2018-06-30\nclosing_extended_to = 2018-12-31"


def shared(first: str, second: str) -> str:
    """The good file, both agreements paying every commune, each at its turn."""
    text = GOOD.replace(ALL, f'agreement = "DON"\nothers = true\n{first}')
    return text.replace(REST, f"{REST}\n{second}")


def test_agreements_pay_one_after_the_other_or_by_percentage() -> None:
    _, allocations = checked(shared("order = 2", "order = 1"))
    assert [one.agreement for one in allocations["TM"].shares["ML010501"]] == ["ETAT", "DON"]
    _, allocations = checked(shared("percent = 60", "percent = 40"))
    assert [one.turn.percent for one in allocations["TM"].shares["ML030305"]] == [60, 40]


def test_a_commune_may_be_shared_and_the_others_not() -> None:
    text = GOOD.replace(ALL, f"{ALL}\npercent = 50").replace(
        f"[[component.funding]]\n{REST}",
        '[[component.funding]]\nagreement = "ETAT"\ncommunes = ["ML010501"]\npercent = 50\n'
        '[[component.funding]]\nagreement = "SUISSE"\nothers = true',
    )
    text += '[[agreement]]\ncode = "SUISSE"\ndonor = "Suisse"\nname = "Appui"\namount_xof = 280_000_000\n'
    text += "effective_on = 2014-01-01\ncloses_on = 2019-12-31\n"
    _, allocations = checked(text)
    assert {code: len(shares) for code, shares in allocations["TM"].shares.items()} == {
        "ML010501": 2, "ML010502": 1, "ML030305": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "refusal"),
    [
        ("", "order = 1", "qui ne disent pas comment"),
        ("percent = 60", "percent = 50", "la somme des parts est 110, non 100"),
        ("percent = 60", "order = 1", "les unes ont un « order », les autres un « percent »"),
        ("order = 1", "order = 1", "deux conventions ont le même « order »"),
        ("order = 1\npercent = 10", "order = 2", "par « order » ou par « percent », non les deux"),
        ("percent = 50\nfrom = 2015-01-01", "percent = 50", "n’a pas de dates"),
        ("from = 2015-01-01", "order = 1", "Des dates sans « order »"),
        ("order = 1\nfrom = 2016-01-01\nuntil = 2015-01-01", "order = 2", "cesse de payer avant de commencer"),
        ("order = 1\nuntil = 2015-12-31", "order = 2\nfrom = 2016-06-01", "à l’échéance 5 (1er trimestre 2016)"),
    ],
)
def test_what_does_not_say_who_pays_is_refused_with_its_line(first: str, second: str, refusal: str) -> None:
    with pytest.raises(InputError) as error:
        checked(shared(first, second))
    assert refusal in str(error.value) and error.value.line


def test_one_that_closes_early_may_be_followed_by_another() -> None:
    early = shared("order = 1", "order = 2").replace("closes_on = 2018-12-31", "closes_on = 2016-12-31", 1)
    _, allocations = checked(early)
    assert len(allocations["TM"].shares["ML030305"]) == 2


def test_what_is_planned_fills_the_first_before_the_next_or_follows_the_parts() -> None:
    text = shared("order = 1", "order = 2").replace("amount_xof = 35_000_000_000", "amount_xof = 1_000_000")
    definition, allocations = checked(text)
    assert rules.planned_xof(definition, allocations) == {"DON": 1_000_000, "ETAT": 800_000}
    definition, allocations = checked(shared("percent = 60", "percent = 40"))
    assert rules.planned_xof(definition, allocations) == {"DON": 1_080_000, "ETAT": 720_000}


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize(
    ("lie", "refusal"),
    [
        ({"percent": 60}, "ne font pas 100"),
        ({"percent": 0}, "funding_share_has_no_dates"),
        ({"percent": 50, "starts_on": date(2015, 1, 1)}, "funding_share_has_no_dates"),
        ({"starts_on": date(2016, 1, 1), "ends_on": date(2015, 1, 1)}, "funding_turn_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_parts_that_are_not_whole(lie: dict[str, object], refusal: str) -> None:
    stage()
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        FundingCommune.objects.update(**lie)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

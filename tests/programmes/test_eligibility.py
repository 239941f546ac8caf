"""An agreement finances what was signed, or what its last amendment says: components, places, periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.periods import Period
from jigi.geography.models import Area
from jigi.programmes import amendments, eligibility
from jigi.programmes.actions import LoadedProgramme, load_file
from jigi.programmes.amendments import Asked, Paper
from jigi.programmes.eligibility import Said
from jigi.programmes.eligible_models import Eligibility
from jigi.programmes.eligible_rules import why_not
from jigi.programmes.models import Agreement, Amendment
from tests.factories import loader, make_areas, make_commune, make_user, programme_text
from tests.foundation.sent import pdf
from tests.payments.scene import Scene, stage

pytestmark = pytest.mark.django_db
TODAY, SIGNED = date(2030, 1, 1), date(2022, 5, 1)
YEAR = Period(date(2015, 1, 1), date(2015, 12, 31))
Load = Callable[[str], LoadedProgramme]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a programme of two communes of Kita, its agreement having some words more."""
    places = make_areas().communes[:2]

    def load(more: str) -> LoadedProgramme:
        text = programme_text(places).replace("[[agency]]", f"{more}\n[[agency]]")
        path = tmp_path / "essai.toml"
        path.write_text(text, encoding="utf-8")
        return load_file(path, by=loader())

    return load


def amended(scene: Scene, said: Said, *, by: str = "finances") -> Amendment:
    made = amendments.ask(
        scene.agreement, Asked("eligibility", eligible=said), signed_on=SIGNED, reason="Lettre",
        paper=Paper("avenant.pdf", pdf()), by=make_user(by, "finance_officer"),
    )  # fmt: skip
    amendments.confirm(made, by=scene.maker)
    return made


def test_a_file_says_what_an_agreement_finances(load: Load) -> None:
    load('[agreement.eligible]\ncomponents = ["TM"]\nwithin = ["ML0105"]\nperiods = ["2015-01-01/2099-12-31"]')
    said = eligibility.in_force(Agreement.objects.get(), TODAY)
    assert said.components and said.components[0].endswith(".TM")
    assert [area.code for area in said.areas or ()] == ["ML0105"]
    assert said.periods == (Period(date(2015, 1, 1), date(2099, 12, 31)),)


def test_an_agreement_of_which_nothing_is_said_finances_all(load: Load) -> None:
    load("")
    assert eligibility.in_force(Agreement.objects.get(), TODAY) == Said()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("within = []", "Une liste vide ne choisit rien"),
        ("", "Ce bloc ne dit rien"),
        ('components = ["TM", "TM"]', "écrit deux fois"),
        ('components = ["AUTRE_ICI"]', "n’est pas décrite ici"),
        ('communes = ["ML0105"]', "n’est pas une commune"),
        ('within = ["ML010501"]', "ni une région"),
        ('periods = ["2015"]', "n’est pas une période"),
        ('places = ["ML01"]', "inconnue"),
        ('communes = ["ML010501"]', "ne finance pas la commune ML"),
        ('periods = ["2015T1"]', "ne finance pas l’échéance"),
        ('components = ["LOIN.X"]', "ne finance pas la composante"),
    ],
)
def test_a_wrong_file_is_refused_at_its_line(load: Load, words: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        load(f"[agreement.eligible]\n{words}")
    assert refused.value.line > 1
    assert not Eligibility.objects.exists() and not Agreement.objects.exists()


def test_what_is_signed_is_not_written_anew_by_a_file(load: Load) -> None:
    load('[agreement.eligible]\nwithin = ["ML0105"]')
    with pytest.raises(InputError, match="d’autres dépenses éligibles"):
        load('[agreement.eligible]\nwithin = ["ML01"]')
    load("# la convention ne dit rien ici : ce qui est signé reste")
    assert eligibility.in_force(Agreement.objects.get(), TODAY).areas is not None


def test_the_last_confirmed_amendment_is_in_force_from_its_signature() -> None:
    scene = stage(money=1_000_000)
    amended(scene, Said(components=("tm.TM",)))
    amended(scene, Said(periods=(YEAR,)), by="finances-2")
    assert eligibility.in_force(scene.agreement, TODAY) == Said(periods=(YEAR,))
    assert eligibility.in_force(scene.agreement, date(2022, 4, 30)) == Said()


def test_an_amendment_that_changes_nothing_or_chooses_nothing_is_refused() -> None:
    scene = stage(money=1_000_000)
    with pytest.raises(Refused, match="ne change rien"):
        amended(scene, Said())
    with pytest.raises(Refused, match="choix vide"):
        amended(scene, Said(areas=()), by="finances-2")
    assert not Amendment.objects.exists()


LIES = {
    "UPDATE programmes_eligibility SET areas = 0": "ne se modifient",
    "DELETE FROM programmes_eligibleitem": "ne se modifient",
    "TRUNCATE programmes_eligibility CASCADE": "ne se modifient",
    "INSERT INTO programmes_eligibleitem (eligibility_id, component) SELECT id, 'X.Y' FROM programmes_eligibility":
        "se dit en entier",
    "INSERT INTO programmes_eligibleitem (eligibility_id, component) SELECT id, '' FROM programmes_eligibility":
        "eligible_item_is_one_thing",
    "INSERT INTO programmes_eligibility (agreement_id, components, areas, periods) SELECT agreement_id, 1, 0, 0"
    " FROM programmes_eligibility": "se dit en entier",
    "INSERT INTO programmes_amendment (agreement_id, number, kind, signed_on, reason, document_id, asked_by_id)"
    " SELECT agreement_id, 9, kind, signed_on, reason, document_id, asked_by_id FROM programmes_amendment":
        "Un avenant d'éligibilité dit",
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_the_database_keeps_what_was_said(lie: str) -> None:
    amended(stage(money=1_000_000), Said(periods=(YEAR,)))
    with pytest.raises(DatabaseError, match=LIES[lie]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(lie)


def test_an_eligibility_is_of_an_amendment_of_its_agreement_and_signed_once() -> None:
    scene = stage(money=1_000_000)
    for lie, told in (
        ({"amendment": amended(scene, Said(periods=(YEAR,)))}, "eligibility_amendment|amendment_id"),
        ({}, "signed_once"),
    ):
        with pytest.raises(DatabaseError, match=told), transaction.atomic():
            for _ in range(2):
                Eligibility.objects.create(agreement=scene.agreement, components=0, areas=0, periods=0, **lie)


days = st.dates(date(2015, 1, 1), date(2016, 12, 31))
spans = st.tuples(days, days).map(lambda two: Period(min(two), max(two)))


def test_the_statement_says_as_the_rule_does() -> None:
    scene = stage(money=1_000_000, communes=("ML010501", "ML010502"))
    code = f"{scene.component.programme.code}.{scene.component.code}"
    around = [scene.communes[0], scene.communes[1], scene.communes[0].parent, make_commune("ML030305")]

    @settings(max_examples=40, deadline=None)
    @given(
        components=st.none() | st.sets(st.sampled_from((code, "AUTRE.TM")), min_size=1).map(tuple),
        areas=st.none() | st.sets(st.sampled_from(around), min_size=1).map(tuple),
        periods=st.none() | st.sets(spans, min_size=1, max_size=3).map(tuple),
        asked=spans,
    )
    def hold(
        components: tuple[str, ...] | None, areas: tuple[Area, ...] | None, periods: tuple[Period, ...] | None,
        asked: Period,
    ) -> None:  # fmt: skip
        with transaction.atomic():
            said = Said(components, areas, periods)
            eligibility.write(scene.agreement, said)
            for commune in scene.communes:
                assert statement(scene, commune, asked) == why_not(said.rule, code, commune.path, asked)
            transaction.set_rollback(True)

    hold()


def statement(scene: Scene, commune: Area, asked: Period) -> str:
    """What PostgreSQL says of a term of the scene."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT programmes_ineligible(%s, %s, %s, %s, %s, current_date)",
            [scene.agreement.pk, scene.component.pk, commune.pk, asked.start, asked.end],
        )
        return str(cursor.fetchone()[0])

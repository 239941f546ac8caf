"""The lower fence: what PostgreSQL shows to the roles of the site, whatever the query forgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.enrolment.models import Enrolment
from jigi.foundation import fence
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area, StaffPosting
from jigi.geography.roles import rights
from jigi.geography.scope import seen_by
from jigi.monitoring.models import Alert
from jigi.payments.models import Entitlement, Instruction, ReturnLine
from jigi.registry.models import Household, Identifier, LivingConditions, Membership, Person, Phone
from jigi.targeting.models import ListedHousehold, Result
from jigi.web.scope import in_scope
from tests.factories import make_areas, make_commune, make_component, make_households, make_user, make_village
from tests.payments.scene import peopled

pytestmark = pytest.mark.django_db

REGISTER = (Household, Person, Membership, Phone)
FENCED = (*REGISTER, Identifier, LivingConditions, ListedHousehold, Result, Enrolment, Entitlement, Instruction,
          ReturnLine, Alert)  # fmt: skip


@pytest.fixture(autouse=True)
def fenced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.FENCED", True)


@pytest.fixture
def site() -> Iterator[None]:
    """The connection as the site's processes have it: under a role that owns nothing, without a scope."""
    with transaction.atomic():
        fence.assume(fence.READER)
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        transaction.set_rollback(True)


def counts(*models: type) -> list[int]:
    return [model._default_manager.count() for model in models]


@pytest.fixture
def two_cercles(db: None) -> dict[str, list[int]]:
    """Two households in Kita's first commune, one in its second, four in another region."""
    areas = make_areas(communes=2)
    far = make_village(make_commune("ML030101"))
    return {
        "first": make_households(2, areas.villages[0], prefix="a"),
        "second": make_households(1, areas.villages[2], prefix="b"),
        "far": make_households(4, far, prefix="c"),
    }


def test_a_request_without_a_scope_reads_no_fenced_row(two_cercles: dict[str, list[int]], site: None) -> None:
    assert counts(*FENCED) == [0] * len(FENCED)


def test_every_table_that_holds_a_household_is_fenced(db: None) -> None:
    """Or is named here, with the reason."""
    # A secret number, no household; and the accounts of staff who had a hand in a request.
    open_tables = {"registry_numbering"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND NOT c.relrowsecurity AND (c.relname LIKE 'registry%' OR a.attname IN ('household_id', 'person_id'))"
        )
        assert {name for (name,) in cursor.fetchall()} == open_tables


@pytest.mark.parametrize(
    ("role", "place", "seen"),
    [
        ("social_officer", "commune", [2, 6, 6, 2]),
        ("social_officer", "cercle", [3, 9, 9, 3]),
        ("social_officer", "country", [7, 21, 21, 7]),
        ("enumerator", "cercle", [0, 0, 0, 0]),
        ("monitoring_officer", "country", [0, 0, 0, 0]),
        ("system_administrator", "country", [0, 0, 0, 0]),
        ("agency_user", "country", [0, 0, 0, 0]),
        ("treasurer", "country", [7, 21, 21, 7]),
    ],
)
def test_a_posting_opens_the_register_of_its_place(
    two_cercles: dict[str, list[int]], role: str, place: str, seen: list[int]
) -> None:
    areas = make_areas(communes=2)
    where = {"commune": areas.communes[0], "cercle": areas.cercle, "country": areas.country}[place]
    with seen_by(make_user("kadi", role, where)):
        assert counts(*REGISTER) == seen
    assert Household.objects.count() == 7


def test_a_posting_that_has_ended_opens_nothing(two_cercles: dict[str, list[int]]) -> None:
    user = make_user("partie", "social_officer")
    user.staff_postings.update(ends_on="2020-12-31")
    with seen_by(user):
        assert counts(*REGISTER) == [0, 0, 0, 0]


def test_a_closed_account_opens_nothing(two_cercles: dict[str, list[int]]) -> None:
    user = make_user("fermee", "social_officer")
    User.objects.filter(pk=user.pk).update(is_active=False)
    with seen_by(user):
        assert counts(*REGISTER) == [0, 0, 0, 0]


def test_money_is_seen_in_its_programme_and_place_only() -> None:
    scene = peopled(4, communes=("ML010501", "ML010502"))
    scene.released()
    other = make_component(scene.communes, programme="AUTRE", agreement_xof=10**9)
    elsewhere = make_user("autre", "payment_officer", programme="AUTRE")
    here = make_user("ici", "social_officer", scene.communes[0], programme=scene.component.programme.code)
    with seen_by(elsewhere):
        assert counts(Enrolment, Entitlement, Instruction) == [0, 0, 0]
    with seen_by(here):
        seen = counts(Enrolment, Entitlement, Instruction)
    assert 0 < seen[0] < 8 and seen[0] == seen[1] == seen[2]
    assert other.pk


def test_an_act_weighs_rows_that_its_author_does_not_see(two_cercles: dict[str, list[int]]) -> None:
    with seen_by(make_user("kadi", "social_officer", make_areas().communes[0])):
        with fence.acting("essai"):
            assert Household.objects.count() == 7
        assert Household.objects.count() == 2


def test_an_act_that_fails_leaves_no_scope_behind(two_cercles: dict[str, list[int]]) -> None:
    with seen_by(make_user("kadi", "social_officer", make_areas().communes[0])):
        with pytest.raises(OSError), fence.acting("essai"):
            raise OSError
        assert Household.objects.count() == 2


def test_an_act_within_an_act_gives_back_the_name_and_the_role(two_cercles: dict[str, list[int]]) -> None:
    with seen_by(make_user("kadi", "social_officer", make_areas().communes[0])):
        with fence.acting("dehors"):
            with fence.acting("dedans"):
                assert scope() == ("dedans", fence.ACTOR)
            assert scope() == ("dehors", fence.ACTOR)
        assert scope() == ("", fence.READER)


def test_the_operator_s_command_line_is_not_fenced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.FENCED", False)
    before = scope()
    with fence.acting("essai"):
        assert scope() == before


def scope() -> tuple[str, str]:
    """The act under way, and the role that reads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('jigi.act', true), current_user")
        return cursor.fetchone()


def test_an_act_is_told_to_the_database_by_its_whole_name(two_cercles: dict[str, list[int]]) -> None:
    @fence.unfenced
    def act() -> tuple[str, str]:
        return scope()

    assert fence.OPENED.pop() == "tests.access.test_fence.act"
    assert act() == ("tests.access.test_fence.act", fence.ACTOR)
    assert act.__name__ == "act"


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE registry_household SET head_name = 'x'",
        "DELETE FROM payments_entitlement",
        "INSERT INTO payments_owed VALUES (1, 1, 1, 1)",
        "UPDATE geography_roleright SET opens = '{registry}'",
        "DELETE FROM geography_incompatible",
        "UPDATE foundation_auditevent SET reason = ''",
        "DELETE FROM ledger_posting",
        "TRUNCATE foundation_auditevent",
        "ALTER TABLE registry_household DISABLE ROW LEVEL SECURITY",
        "DROP POLICY seen ON registry_household",
        "SELECT foundation_drop_partition('ledger_posting', 1)",
        "SELECT count(*) FROM ledger_posting_general",
        "SET ROLE postgres",
    ],
)
def test_the_role_of_the_site_can_not(lie: str, site: None) -> None:
    refused = pytest.raises(DatabaseError, match=r"denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie)


def test_an_act_drops_neither_a_book_nor_a_frozen_list(tmp_path: Path) -> None:
    scene = peopled(2)
    released = scene.released()
    for table, key in (("ledger_posting", 1), ("payments_entitlement", released.pk), ("geography_area", 1)):
        refused = pytest.raises(DatabaseError, match=r"efface pas|pas une table")
        with refused, fence.acting("essai"), connection.cursor() as cursor:
            cursor.execute("SELECT foundation_drop_partition(%s, %s)", [table, key])


def test_what_is_streamed_after_the_view_is_read_in_the_same_scope(two_cercles: dict[str, list[int]]) -> None:
    def names(request: object) -> StreamingHttpResponse:
        return StreamingHttpResponse(f"{h.pk}\n" for h in Household.objects.iterator())

    request = RequestFactory().get("/")
    request.user = make_user("kadi", "social_officer", make_areas().communes[0])
    response = in_scope(names)(request)
    assert isinstance(response, StreamingHttpResponse)
    assert len(b"".join(response).split()) == 2  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(
        st.tuples(
            st.sampled_from(["social_officer", "commune_agent", "treasurer", "enumerator", "monitoring_officer"]),
            st.sampled_from(["ML", "ML01", "ML0105", "ML010501", "ML010502", "ML03", "ML030101"]),
            st.sampled_from(["", "TM1", "TM2"]),
            st.sampled_from([-400, -1, 0, 30]),
            st.sampled_from([None, 0, 1, 60]),
        ),
        max_size=4,
    )
)
def test_the_database_and_the_code_open_the_same_communes(
    two_cercles: dict[str, list[int]], held: list[tuple[str, str, str, int, int | None]]
) -> None:
    """`sql/scope.sql` and `geography.access.communes_with` say the same of any postings."""
    today = date.today()
    with transaction.atomic():
        user = User.objects.create_user("tiree", full_name="Tirée au sort")
        for role, code, programme, start, length in dict.fromkeys(held):
            starts = today + timedelta(days=start)
            ends = None if length is None else starts + timedelta(days=length)
            place = Area.objects.get(code=code)
            StaffPosting.objects.get_or_create(
                user=user, role=role, area=place, programme_code=programme, starts_on=starts, defaults={"ends_on": ends}
            )
        register, money = opened_by_code(user)
        with seen_by(user):
            assert opened_by_database() == (register, money)
        transaction.set_rollback(True)


def opened_by_code(user: User) -> tuple[set[int], set[tuple[str, int]]]:
    register, money = set(), set()
    for right in rights().values():
        if "registry" in right.opens:
            register |= set(Area.objects.filter(communes_with(user, right.code)).values_list("pk", flat=True))
        if "payments" in right.opens:
            for programme in ("TM1", "TM2", "TM3"):
                here = Area.objects.filter(communes_with(user, right.code, programme=programme))
                money |= {(programme, pk) for pk in here.values_list("pk", flat=True)}
    return register, money


def opened_by_database() -> tuple[set[int], set[tuple[str, int]]]:
    communes = set(Area.objects.filter(level="commune").values_list("pk", flat=True))
    programmes = ("TM1", "TM2", "TM3")
    with connection.cursor() as cursor:
        cursor.execute("SELECT geography_everywhere('registry'), geography_everywhere('payments')")
        all_register, all_money = cursor.fetchone()
        cursor.execute("SELECT geography_communes()")
        register = communes if all_register else {pk for (pk,) in cursor.fetchall()}
        cursor.execute("SELECT programme, commune FROM geography_cells()")
        cells = [(code, pk) for code in programmes for pk in communes] if all_money else cursor.fetchall()
    return register, {(code, pk) for own, pk in cells for code in programmes if own in ("", code)}

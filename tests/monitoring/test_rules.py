"""Every rule fires at its threshold and not below; watching again raises nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation import audit
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.foundation.sealed import sealed_columns
from jigi.monitoring import actions
from jigi.monitoring.models import Alert
from jigi.monitoring.pipeline import watch
from jigi.monitoring.rules import worth_saying_again
from jigi.monitoring.watches import FOLDER, STATEMENTS, read_rule, rules
from jigi.payments import actions as payments
from jigi.payments.models import PaymentRound
from jigi.registry.models import Household, Phone
from tests.factories import Areas, make_areas, make_households, make_user
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo(settings.TIME_ZONE)
NOON = timezone.now().astimezone(ZONE).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


@pytest.fixture
def areas() -> Areas:
    return make_areas(communes=1)


@pytest.fixture
def awa(areas: Areas) -> User:
    return make_user("awa")


def write(verb: str, times: int, by: User, at: datetime = NOON, *, noun: str = "household",
          subjects: Iterable[int] = (), after: dict[str, str] | None = None) -> None:  # fmt: skip
    """Rows of the audit as they would have been written then, a second apart."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at + timedelta(seconds=n),
            by=by,
            origin="10.0.0.1 /menages/",
            verb=verb,
            noun=noun,
            object_id=str(n),
            subjects=list(subjects),
            after=after or {},
        )
        for n in range(times)
    )


def raised(rule: str) -> list[Alert]:
    watch(by=None, only=[rule])
    return list(Alert.objects.filter(rule=rule).order_by("pk"))


def threshold(rule: str) -> int:
    found = rules()[rule].settings["threshold"]
    assert isinstance(found, int)
    return found


def test_many_reveals(awa: User) -> None:
    write("reveal", threshold("many_reveals") - 1, awa)
    assert not raised("many_reveals")
    write("reveal", 1, awa)
    (alert,) = raised("many_reveals")
    assert (alert.about, alert.count, len(alert.events)) == (awa, threshold("many_reveals"), 40)
    assert "Awa (essai) a montré en clair" in rules()[alert.rule].said(alert.count, alert.label)


def test_reveals_of_two_days_are_not_added(awa: User) -> None:
    write("reveal", threshold("many_reveals") - 1, awa)
    write("reveal", threshold("many_reveals") - 1, awa, NOON - timedelta(days=1))
    assert not raised("many_reveals")


@pytest.mark.parametrize(("hour", "minute", "night"), [(20, 59, False), (21, 0, True), (2, 0, True), (5, 59, True),
                                                       (6, 0, False)])  # fmt: skip
def test_exports_at_night_by_the_hours_of_bamako(awa: User, hour: int, minute: int, night: bool) -> None:
    write("export", 1, awa, NOON.replace(hour=hour, minute=minute))
    assert bool(raised("night_exports")) == night


def test_an_evening_and_its_morning_are_one_night(awa: User) -> None:
    write("export", 1, awa, NOON.replace(hour=22))
    write("export", 1, awa, NOON.replace(hour=3) + timedelta(days=1))
    assert [alert.period for alert in raised("night_exports")] == [NOON.date().isoformat()]


def test_large_exports(awa: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules()["large_exports"].settings, "threshold", 100)
    write("export", 1, awa, subjects=range(99))
    assert not raised("large_exports")
    write("print", 1, awa, subjects=[1])
    assert [alert.count for alert in raised("large_exports")] == [100]


def test_exports_larger_than_usual(awa: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules()["large_exports"].settings, "least", 40)
    write("export", 1, awa, NOON - timedelta(days=20), subjects=range(10))
    write("export", 1, awa, subjects=range(49))
    assert not raised("large_exports")
    write("export", 1, awa, subjects=[1])
    assert [(alert.count, alert.facts["usual"]) for alert in raised("large_exports")] == [(50, 10)]


def change(scene: Scene, count: int, *, skip: int = 0) -> None:
    """Another recipient for so many households: the head instead of the spouse."""
    chosen = Enrolment.objects.filter(household__in=scene.households).order_by("pk")[skip : skip + count]
    for one in chosen:
        head = one.household.memberships.get(line=1).person
        enrolment.change_recipient(one, head, reason="demande écrite", by=scene.maker)


def test_changes_just_before_a_round() -> None:
    few, many = peopled(6, code="peu"), peopled(6, code="trop", communes=["ML010502"])
    change(few, threshold("changes_before_round") - 1)
    change(many, threshold("changes_before_round"))
    few.prepared()
    made = many.prepared()
    (alert,) = raised("changes_before_round")
    assert (alert.about, alert.count, alert.facts) == (many.maker, 3, {"round": made.pk})
    assert set(alert.households) == set(many.households[:3])


def test_changes_after_a_round_was_prepared_are_not_before_it() -> None:
    scene = peopled(6)
    made = scene.prepared()
    # A test is one transaction, and all acts of a transaction bear one instant.
    PaymentRound.objects.filter(pk=made.pk).update(prepared_at=made.made_at - timedelta(hours=1))
    change(scene, 5)
    assert not raised("changes_before_round")


def test_many_movements_in_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules()["round_movements"].settings, "threshold", 3)
    scene = peopled(60)
    scene.released()
    change(scene, 2)
    second = scene.prepared(term=2)
    assert not raised("round_movements")
    payments.send_back(second, by=scene.maker, reason="encore des changements")
    change(scene, 1, skip=2)
    payments.prepare(second, by=scene.maker)
    (alert,) = raised("round_movements")
    assert (alert.count, alert.facts["round"]) == (3, second.pk)


def test_many_changes_by_one_person(awa: User) -> None:
    most = threshold("many_changes")
    for number in range(most - 1):
        write("change_recipient", 1, awa, subjects=[number])
    write("change_recipient", 5, awa, subjects=[0])  # the same household again
    assert not raised("many_changes")
    write("change_phone", 1, awa, subjects=[most])
    assert [alert.count for alert in raised("many_changes")] == [most]


def test_one_account_for_many_households() -> None:
    scene = peopled(5)
    accounts = Enrolment.objects.filter(household__in=scene.households).order_by("pk")
    numbers = list(accounts.values_list("pk", flat=True))
    Enrolment.objects.filter(pk__in=numbers[:2]).update(
        **sealed_columns("account", "70000000", "account_sealed", "account_index")
    )
    assert not raised("shared_account")
    Enrolment.objects.filter(pk__in=numbers[:3]).update(
        **sealed_columns("account", "70000000", "account_sealed", "account_index")
    )
    (alert,) = raised("shared_account")
    assert (alert.count, alert.commune, set(alert.households)) == (3, scene.communes[0], set(scene.households[:3]))
    assert "70000000" not in f"{alert.subject}{alert.label}{alert.facts}"


def test_telephones_shared_by_the_households_of_an_enumerator(areas: Areas) -> None:
    most = threshold("shared_phones")
    households = make_households(most + 3, areas.villages[0])
    kept = list(Phone.objects.filter(person__memberships__household__in=households).order_by("pk"))
    Phone.objects.filter(pk__in=[one.pk for one in kept[: most - 1]]).update(
        **sealed_columns("phone", "+22370000000", "sealed", "number_index")
    )
    assert not raised("shared_phones")
    Phone.objects.filter(pk=kept[most].pk).update(**sealed_columns("phone", "+22370000000", "sealed", "number_index"))
    assert [(alert.subject, alert.count) for alert in raised("shared_phones")] == [("E01", most)]
    Household.objects.filter(pk__in=households[:1]).update(collector="E02")
    assert [alert.count for alert in raised("shared_phones")] == [most]  # a live alert stays until it is decided


def sign_in(people: Iterable[User], address: str = "10.0.0.7", agent: str = "Firefox", at: datetime = NOON) -> None:
    for one in people:
        write("sign_in", 1, one, at, noun="user", after={"address": address, "agent": agent})


def test_one_device_for_many_people(areas: Areas) -> None:
    people = [make_user(f"agent{n}") for n in range(threshold("shared_device"))]
    sign_in(people[:-1])
    sign_in(people[-1:], agent="Chrome")
    assert not raised("shared_device")
    sign_in(people[-1:])
    (alert,) = raised("shared_device")
    assert alert.count == len(people) and alert.facts["people"] == sorted(one.full_name for one in people)


def test_one_person_from_many_addresses_in_an_hour(awa: User) -> None:
    most = threshold("many_addresses")
    for n in range(most - 1):
        sign_in([awa], f"10.0.0.{n}", at=NOON + timedelta(minutes=10 * n))
    sign_in([awa], "10.0.9.9", at=NOON + timedelta(minutes=61))
    assert not raised("many_addresses")
    sign_in([awa], "10.0.8.8", at=NOON + timedelta(minutes=59))
    (alert,) = raised("many_addresses")
    assert alert.count == most and len(alert.facts["addresses"]) == most


def test_a_sign_in_leaves_what_the_rules_read(awa: User) -> None:
    audit.signed_in(awa, address="10.1.1.1", agent="Firefox " * 100, means=["webauthn"])
    event = AuditEvent.objects.get(verb="sign_in")
    assert event.after["address"] == "10.1.1.1" and len(event.after["agent"]) == audit.LONGEST_AGENT


def test_watching_again_raises_nothing_twice_and_follows_what_grows(awa: User) -> None:
    write("reveal", 40, awa)
    first = watch(by=None, only=["many_reveals"])[0]
    again = watch(by=None, only=["many_reveals"])[0]
    assert (first.raised, again.raised, again.grown, Alert.objects.count()) == (1, 0, 0, 1)
    write("reveal", 5, awa, NOON + timedelta(hours=1))
    assert watch(by=None, only=["many_reveals"])[0].grown == 1
    assert Alert.objects.get().count == 45
    assert AuditEvent.objects.filter(verb="raise").count() == 1


def test_what_was_decided_comes_back_when_it_doubles(awa: User) -> None:
    write("reveal", 40, awa)
    (alert,) = raised("many_reveals")
    actions.dismiss(alert, by=make_user("kadi", "auditor"), reason="appels avant le paiement, vu avec elle")
    write("reveal", 39, awa, NOON + timedelta(hours=1))
    assert len(raised("many_reveals")) == 1
    write("reveal", 1, awa, NOON + timedelta(hours=2))
    assert [(one.status, one.count) for one in raised("many_reveals")] == [("dismissed", 40), ("open", 80)]
    assert worth_saying_again(40, 80) and not worth_saying_again(40, 79)


def test_a_decision_has_a_reason_and_another_hand(awa: User) -> None:
    write("reveal", 40, awa)
    (alert,) = raised("many_reveals")
    with pytest.raises(Refused, match="parle de vous"):
        actions.take(alert, by=awa)
    with pytest.raises(Refused, match="ne permet pas"):
        actions.take(alert, by=make_user("tresor", "treasurer"))
    kadi = make_user("kadi", "auditor")
    with pytest.raises(Refused, match="motif"):
        actions.confirm(alert, by=kadi, reason="oui")
    actions.take(alert, by=kadi)
    actions.confirm(alert, by=kadi, reason="elle vendait les numéros, plainte déposée")
    alert.refresh_from_db()
    assert (alert.status, alert.taken_by, alert.decided_by) == ("confirmed", kadi, kadi)
    assert [event.verb for event in audit.history("alert", alert.pk)] == ["confirm", "take"]
    with pytest.raises(Refused, match="impossible"):
        actions.dismiss(alert, by=kadi, reason="finalement non, je me suis trompé")


@pytest.mark.parametrize(
    ("lie", "name"),
    [
        ("UPDATE monitoring_alert SET status = 'dismissed'", "alert_decision_is_signed_with_a_reason"),
        (
            "UPDATE monitoring_alert SET status = 'confirmed', decided_by_id = about_id, decided_at = now(),"
            " decision = 'rien'",
            "alert_is_not_decided_by_its_subject",
        ),
    ],
)
def test_postgresql_refuses_an_unsigned_decision(awa: User, lie: str, name: str) -> None:
    write("reveal", 40, awa)
    raised("many_reveals")
    with pytest.raises(Exception, match=name), connection.cursor() as cursor:
        cursor.execute(lie)


def test_the_statements_do_not_grow_with_what_is_watched(awa: User) -> None:
    counts = []
    for times in (1, 400):
        write("reveal", times, awa)
        with counting_statements() as counter:
            watch(by=None, only=["many_reveals", "shared_account"])
        counts.append(counter.count)
    assert counts[1] - counts[0] <= 1  # the row of the audit that says an alert was raised


def test_every_file_is_a_rule_and_a_bad_one_is_refused_with_its_line(tmp_path: Path) -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(STATEMENTS) == set(rules())
    assert all("{count}" in rule.sentence and rule.author and rule.source for rule in rules().values())
    path = tmp_path / "many_reveals.toml"
    path.write_text((FOLDER / "many_reveals.toml").read_text() + "seuil = 3\n")
    with pytest.raises(InputError) as refused:
        read_rule(path, STATEMENTS["many_reveals"])
    assert refused.value.line == 9

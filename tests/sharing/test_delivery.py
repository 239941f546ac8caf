"""What leaves for a partner: sealed to their key, only what was asked, each line recorded, nobody who opposes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Busy, Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Household, Membership, Person
from jigi.sharing import actions, content, delivering, objections, queries, requests, tokens
from jigi.sharing.models import SharingDelivery, SharingDisclosure, SharingPart, SharingToken
from jigi.sharing.rules import Criteria
from tests.factories import make_commune, make_households, make_village
from tests.sharing.asked import Partnership, make_partnership, rsu_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    settings.FENCED = True


@pytest.fixture
def shared(db: None) -> Partnership:
    return make_partnership()


def lines(shared: Partnership, delivery: SharingDelivery) -> list[dict[str, str]]:
    text = shared.opened(delivery).read("donnees.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_partner_alone_opens_the_file(shared: Partnership, settings: Any) -> None:
    made = shared.delivered(fields=["rsu_number", "place", "phone"])
    told = lines(shared, made)
    assert {line["numero_rsu"] for line in told} == rsu_numbers(shared.households)
    assert set(told[0]) == {"ligne", "numero_rsu", "code_commune", "commune", "village", "situation", "telephone"}
    assert made.request.status == "delivered" and (made.households, made.lines) == (5, 5)
    sealed = b"".join(bytes(one.content) for one in made.parts.order_by("number"))
    assert hashlib.sha256(sealed).hexdigest() == made.sha256 and len(sealed) == made.size
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])
    assert nothing_clear_stays(settings)


def nothing_clear_stays(settings: Any) -> bool:
    """Whether this database's deliveries left no folder of theirs: those of other tests come and go beside them."""
    return not list(Path(settings.HOME).glob(f"remise-{connection.settings_dict['NAME']}-*"))


def test_a_disk_that_fills_half_way_leaves_nothing_said_and_nothing_written(
    shared: Partnership, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(delivery: SharingDelivery, columns: Any, lines: Iterator[list[str]], place: Path) -> Path:
        next(lines)
        raise OSError("plus de place")

    monkeypatch.setattr(delivering, "pack", full)
    with pytest.raises(OSError, match="plus de place"):
        shared.delivered(fields=["rsu_number"])
    assert not SharingDelivery.objects.exists() and not SharingDisclosure.objects.exists()
    assert not SharingPart.objects.exists() and nothing_clear_stays(settings)


def test_the_manifest_says_under_what_and_how(shared: Partnership) -> None:
    made = shared.delivered(Criteria(unit="person", age_to=59), fields=["composition", "names"])
    archive = shared.opened(made)
    said = json.loads(archive.read("manifeste.json"))
    assert said["convention"]["numero"] == "CP-2026-01" and said["lignes"] == 5
    assert list(said["colonnes"]) == ["ligne", "membres", "lien", "sexe", "naissance", "prenoms", "nom"]
    assert said["criteres"] == ["âge : au plus 59 mois"] and len(said["conditions"]) == 5
    for name, digest in said["empreintes_sha256"].items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert "Distribuer des vivres" in archive.read("LISEZMOI.txt").decode()
    assert {line["naissance"] for line in lines(shared, made)} == {"2011-03"}


def test_each_line_is_recorded_before_it_is_told(shared: Partnership) -> None:
    made = shared.delivered(Criteria(unit="person", sex="F"), fields=["names"])
    kept = SharingDisclosure.objects.filter(told_in=made)
    assert {str(one.pk) for one in kept} == {line["ligne"] for line in lines(shared, made)} and kept.count() == 10
    event = AuditEvent.objects.get(noun="sharing_delivery", verb="disclose")
    assert event.after["lines"] == 10 and event.by == shared.protector
    told = queries.told_of(Household.objects.get(pk=shared.households[0]))
    assert [one.told_in.request.agreement.partner for one in told] == ["PAM", "PAM"]
    with pytest.raises(DatabaseError, match="ne se modifient"), transaction.atomic():
        kept.delete()


def test_who_opposed_since_the_request_is_not_delivered(shared: Partnership) -> None:
    request = shared.approved(Criteria(unit="person"))
    first, second, *_ = shared.households
    child = Membership.objects.get(household=second, relation="child").person
    objections.oppose(Household.objects.get(pk=first), None, partner="PAM", data_request=1)
    objections.oppose(Household.objects.get(pk=second), child, partner="", data_request=2)
    made = delivering.deliver(request, by=shared.protector)
    assert (made.lines, made.households, made.opposed) == (11, 4, 2)
    assert not SharingDisclosure.objects.filter(person=child) | SharingDisclosure.objects.filter(household=first)


def test_a_household_that_was_merged_opposes_as_what_it_became(shared: Partnership) -> None:
    first, second, *_ = shared.households
    objections.oppose(Household.objects.get(pk=first), None, partner="", data_request=1)
    Household.objects.filter(pk=first).update(status="merged", merged_into=second)
    assert shared.delivered().households == 3


def test_nothing_is_delivered_out_of_force(shared: Partnership) -> None:
    request = shared.approved()
    with pytest.raises(Refused, match="impossible"):
        delivering.deliver(shared.ask(), by=shared.protector)
    actions.end(shared.agreement, reason="fin de la campagne", by=shared.protector)
    with pytest.raises(Refused, match="plus en vigueur"):
        delivering.deliver(request, by=shared.protector)


LIES: dict[str, Any] = {
    "sans demande approuvée": lambda s, d, f: _disclose(
        SharingDelivery.objects.create(request=s.ask(), by=s.maker), f[0]
    ),
    "pas des lieux de la convention": lambda s, d, f: _disclose(d, f[1]),
    "opposée au partage": lambda s, d, f: _disclose(d, _opposed(f[0])),
    "sharing_line_names_one_person": lambda s, d, f: _disclose(d, f[0], *[_head(f[0])] * 2),
}


def _disclose(
    delivery: SharingDelivery, household: int, person: Person | None = None, head: Person | None = None
) -> None:
    SharingDisclosure.objects.create(told_in=delivery, household_id=household, person=person, head=head)


def _head(household: int) -> Person:
    return Membership.objects.get(household=household, relation="head").person


def _opposed(household: int) -> int:
    objections.oppose(Household.objects.get(pk=household), None, partner="PAM", data_request=9)
    return household


@pytest.mark.parametrize("truth", LIES)
def test_the_database_refuses_to_note_what_may_not_be_told(truth: str, shared: Partnership) -> None:
    delivery = SharingDelivery.objects.create(request=shared.approved(), by=shared.protector)
    far = make_households(1, make_village(make_commune("ML030101")))[0]
    with pytest.raises(DatabaseError, match=truth), transaction.atomic():
        LIES[truth](shared, delivery, (shared.households[0], far))


def test_what_is_read_for_a_partner_is_of_its_places_alone(shared: Partnership) -> None:
    from jigi.sharing.scope import shared_under

    make_households(1, make_village(make_commune("ML030101")))
    with shared_under(shared.agreement):
        assert Household.objects.count() == 5
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM registry_health")
            assert cursor.fetchone() == (0,)
    actions.end(shared.agreement, reason="fin de la campagne", by=shared.protector)
    with shared_under(shared.agreement):
        assert not Household.objects.exists()


def test_the_number_of_statements_does_not_depend_on_the_lines(shared: Partnership) -> None:
    def statements() -> int:
        request = shared.approved()
        with counting_statements() as counted:
            delivering.deliver(request, by=shared.protector)
        return counted.count

    before = statements()
    make_households(300, shared.areas.villages[1])
    assert statements() == before


def test_a_file_goes_with_its_request(shared: Partnership) -> None:
    made = shared.delivered()
    delivering.take(made, by=shared.protector)
    assert delivering.piece(made, 0) and delivering.piece(made, 1) is None
    requests.expire(shared.agreement.ends_on + timedelta(days=1))
    made.refresh_from_db()
    assert made.dropped_on and not SharingPart.objects.exists() and SharingDisclosure.objects.count() == 5
    with pytest.raises(Refused, match="plus gardé"):
        delivering.take(made, by=shared.protector)


def token_of(shared: Partnership) -> SharingToken:
    found = tokens.recognised(tokens.make(shared.agreement, by=shared.protector))
    assert found
    return found


def test_pages_follow_one_another_without_a_gap(shared: Partnership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "PAGE_LINES", 2)
    request, token = shared.approved(Criteria(unit="person", age_to=59), channel="api"), token_of(shared)
    told, after = [], (0, 0)
    while after:
        page = delivering.page_of(request, token, after)
        told += [line["numero_rsu"] for line in page.lines]
        after = page.after
    assert sorted(told) == sorted(rsu_numbers(shared.households))
    assert SharingDelivery.objects.filter(token=token).count() == 3 and SharingDisclosure.objects.count() == 5


def test_a_page_respects_an_opposition_at_once(shared: Partnership) -> None:
    request, token = shared.approved(channel="api"), token_of(shared)
    assert len(delivering.page_of(request, token, (0, 0)).lines) == 5
    objections.oppose(Household.objects.get(pk=shared.households[0]), None, partner="", data_request=1)
    assert len(delivering.page_of(request, token, (0, 0)).lines) == 4
    assert [(one.kind, one.household_id) for one in queries.notices(shared.agreement)] == [
        ("opposed", shared.households[0])
    ]


def test_a_token_that_asks_too_often_waits(shared: Partnership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "PAGES_A_MINUTE", 1)
    request, token = shared.approved(channel="api"), token_of(shared)
    delivering.page_of(request, token, (0, 0))
    with pytest.raises(Busy, match="Trop de pages"):
        delivering.page_of(request, token, (0, 0))


def test_a_token_ends_with_its_agreement_or_its_successor(shared: Partnership) -> None:
    first = tokens.make(shared.agreement, by=shared.protector)
    second = tokens.make(shared.agreement, by=shared.protector)
    assert tokens.recognised(second) and not tokens.recognised(first)
    with pytest.raises(Refused, match="affectation"):
        tokens.make(shared.agreement, by=shared.maker)
    tokens.revoke(shared.agreement, by=shared.protector)
    assert not tokens.recognised(second)
    third = tokens.make(shared.agreement, by=shared.protector)
    actions.end(shared.agreement, reason="fin de la campagne", by=shared.protector)
    assert not tokens.recognised(third)


def test_two_tokens_asked_for_at_once_are_made_one_after_the_other(shared: Partnership) -> None:
    with CaptureQueriesContext(connection) as asked:
        tokens.make(shared.agreement, by=shared.protector)
    taken = [n for n, one in enumerate(asked) if "FOR UPDATE" in one["sql"] and "sharingagreement" in one["sql"]]
    revoked = [n for n, one in enumerate(asked) if one["sql"].startswith('UPDATE "sharing_sharingtoken"')]
    assert len(taken) == len(revoked) == 1 and taken < revoked


def test_every_column_is_of_a_fact_that_may_be_shared(shared: Partnership) -> None:
    from jigi.sharing.facts import facts

    told = {column.fact for column in content.COLUMNS} - {content.ALWAYS}
    assert told == set(facts()) - {"health"}, "la santé choisit, elle ne se remet pas"

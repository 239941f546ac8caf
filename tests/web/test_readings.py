"""Whatever shows a household is found in its access journal: every page, file and paper of the site is opened."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, User
from jigi.monitoring.models import Alert
from jigi.payments.models import Instruction, PaymentRound, ReturnFile, ReturnLine, RoundChange
from jigi.registry.models import Household
from jigi.targeting import actions as targeting
from jigi.targeting.models import TargetingRound
from jigi.web import listing
from jigi.web.paper import press
from tests.factories import make_households, make_user
from tests.payments.scene import Scene, peopled
from tests.targeting.campaign import FORMULA, make_world, write_list

pytestmark = pytest.mark.django_db

QUERIES = ("", "?format=csv", "?imprimer=oui", "?tous=oui", "?traitees=oui", "?q=Awa")
SHOWS_NOBODY = {"/deconnexion/", "/connexion/"}
AT_LEAST = {
    "households", "household_find", "household", "household_accesses", "household_story", "household_sheet",
    "round_lines", "round_change", "return_file", "return_exceptions",
    "return_exception", "pay_list", "campaign_households", "campaign_village", "campaign_list", "alert",
}  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Households paid twice, an agency's file with exceptions, a ranked campaign, an alert; papers come as text."""
    for module in ("payments.lists", "targeting.villages", "agreements.views", "households.sheet"):
        monkeypatch.setattr(f"jigi.web.{module}.press", lambda name, data: json.dumps(data, default=str).encode())
    made = peopled(6)
    first = made.released()
    orders = list(Instruction.objects.filter(payment_round=first).order_by("id"))
    lines = [(one.reference, "PAYE", one.amount_xof + (n == 0), "2016-02-10") for n, one in enumerate(orders)]
    made.take(tmp_path / "retour.csv", lines)
    made.prepared(term=2)
    formula = tmp_path / "essai.toml"
    formula.write_text(FORMULA, encoding="utf-8")
    return made


@pytest.fixture
def campaign(scene: Scene, tmp_path: Path) -> TargetingRound:
    world = make_world_beside(tmp_path / "essai.toml")
    made = world.open_round(5)
    listed = [number for village in world.households for number in village[:4]]
    targeting.import_lists(made, write_list(tmp_path / "listes.csv", listed), by=world.manager)
    targeting.set_quotas(made, 5, {"ML": 0.4}, by=world.manager)
    targeting.rank(made, by=world.manager)
    return made


def make_world_beside(formula: Path) -> Any:
    """The world of a campaign, its programme being there already."""
    from jigi.programmes.models import Programme

    Programme.objects.filter(code="tm").update(code="tm1")
    return make_world(formula)


@pytest.fixture
def reader(client: Client, scene: Scene) -> User:
    user = make_user("lecteur", "auditor")
    user.set_password("quatre mots sans lien")
    user.save()
    client.force_login(user)
    return user


def addresses(campaign: TargetingRound) -> Iterator[tuple[str, str]]:
    """(name, address) of every page that a GET may open, with every number that makes sense in it."""
    household = Household.objects.order_by("pk").first()
    assert household
    Alert.objects.create(rule="shared_account", subject="1", period="x", label="essai", first_seen="2016-01-01T00:00Z",
                         last_seen="2016-01-01T00:00Z", count=3, households=[household.pk])  # fmt: skip
    rounds = list(PaymentRound.objects.values_list("pk", flat=True))
    numbers = {
        "menages/": [household.pk], "ciblage/": [campaign.pk],
        "alertes/": list(Alert.objects.values_list("pk", flat=True)),
        "paiements/retours/exceptions/": list(ReturnLine.objects.values_list("pk", flat=True)),
        "paiements/retours/": list(ReturnFile.objects.values_list("pk", flat=True)), "paiements/": rounds,
    }  # fmt: skip
    communes = sorted({one.commune_id for one in Household.objects.all()})
    villages = sorted({one.village_id or 0 for one in Household.objects.all()})
    others = {
        "area": communes + villages, "change": list(RoundChange.objects.values_list("pk", flat=True)),
        "agency": [1], "verb": ["x"], "code": ["x"], "number": [household.rsu],
    }  # fmt: skip
    for route, pattern in _routes(get_resolver().url_patterns):
        names = re.findall(r"<(?:\w+:)?(\w+)>", route)
        start = next((numbers[key] for key in numbers if route.startswith(key)), [1])
        for values in product(*(start if name == "pk" else others.get(name, ["1"]) for name in names)):
            address = route
            for value in values:
                address = re.sub(r"<[^>]+>", str(value), address, count=1)
            yield pattern.name or "", f"/{address}"


def _routes(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def tokens() -> dict[str, int]:
    """Everything by which a household is recognised in a text: number, head, recipients, orders."""
    found = {}
    for one in Household.objects.all():
        found |= {one.rsu: one.pk, one.rsu_number: one.pk}
    for line in Instruction.objects.all():
        found[line.reference] = line.household_id
    return found


def content(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


def shown_in(text: str, known: dict[str, int]) -> set[int]:
    """The households of a page, what the person typed and where links lead apart."""
    seen = re.sub(r'<input[^>]*>|href="[^"]*"', " ", text)
    return {known[word] for word in re.findall(r"[\w-]+", seen) if word in known}


def named_since(last: int, by: User) -> set[int]:
    events = AuditEvent.objects.filter(pk__gt=last, by=by, verb__in=audit.READINGS)
    return {number for event in events for number in event.subjects}


def test_every_page_that_shows_a_household_is_in_its_journal(
    client: Client, reader: User, campaign: TargetingRound
) -> None:
    known, showing, missed = tokens(), set(), []
    for name, address in addresses(campaign):
        for query in QUERIES:
            if address in SHOWS_NOBODY:
                continue
            last = AuditEvent.objects.order_by("-id").values_list("pk", flat=True).first() or 0
            response = client.get(address + query)
            if response.status_code != 200:
                break
            shown = shown_in(content(response), known)
            showing |= {name} if shown else set()
            if not shown <= named_since(last, reader):
                missed.append(address + query)
    assert not missed
    assert showing >= AT_LEAST, f"ne montrent plus personne : {AT_LEAST - showing}"


def test_the_journal_of_a_household_tells_them_all(client: Client, reader: User, campaign: TargetingRound) -> None:
    one = Household.objects.filter(entitlements__isnull=False).order_by("pk").first()
    assert one
    round_id = PaymentRound.objects.order_by("pk").first().pk  # type: ignore[union-attr]
    for address in ("/menages/", "/menages/?q=Awa", "/menages/?format=csv", f"/menages/{one.rsu}/",
                    f"/paiements/{round_id}/lignes/?imprimer=oui"):  # fmt: skip
        content(client.get(address))
    page = content(client.get(f"/menages/{one.rsu}/acces/"))
    for told in ("voir une liste · liste menages", "chercher · liste menages", "exporter · liste menages", ">voir<",
                 f"imprimer · liste ordres-tour-{round_id}"):  # fmt: skip
        assert told in page


def test_one_page_is_one_row(client: Client, reader: User) -> None:
    before = AuditEvent.objects.count()
    client.get("/menages/")
    event = AuditEvent.objects.order_by("-id").first()
    assert event and AuditEvent.objects.count() == before + 1
    assert set(event.subjects) == set(Household.objects.values_list("pk", flat=True))


def test_what_was_sought_is_kept_without_whole_telephones_and_documents(client: Client, reader: User) -> None:
    for typed, hidden in (("76 54 32 10", "76 54"), ("12801234567890K", "1280"), ("Coulibaly", ""), ("4827", "")):
        client.get("/menages/", {"q": typed})
        event = AuditEvent.objects.order_by("-id").first()
        assert event and event.verb == "search"
        kept = event.after["asked"]["q"]
        assert (hidden not in kept and "•" in kept) if hidden else kept == typed


def test_a_file_is_noted_piece_by_piece_before_it_is_sent(
    client: Client, reader: User, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "EXPORTED_ROWS", 4)
    make_households(3, Household.objects.order_by("pk")[0].village, prefix="de plus")  # type: ignore[arg-type]
    pieces = iter(client.get("/menages/?format=csv").streaming_content)
    known, sent, rows = tokens(), set(), 0
    assert not AuditEvent.objects.filter(verb="export", noun="list").exists()
    for piece in pieces:
        sent |= shown_in(piece.decode(), known)
        exported = AuditEvent.objects.filter(verb="export", noun="list", object_id="menages")
        assert sent and sent <= {number for event in exported for number in event.subjects}
        rows = exported.count()
    assert rows == 3 and len(sent) == Household.objects.count() == 9
    assert all(event.origin.endswith(" /menages/") for event in exported)


def test_an_order_file_names_every_household_of_it(client: Client, scene: Scene) -> None:
    client.force_login(scene.officer)
    shown = PaymentRound.objects.order_by("pk").first()
    assert shown
    client.post(f"/paiements/{shown.pk}/ordres/{scene.agency.pk}/", {"format": "csv", "cle": str(uuid.uuid4())})
    event = AuditEvent.objects.get(verb="export", noun="order_file")
    assert set(event.subjects) == set(scene.households) and event.by == scene.officer


def test_a_long_reading_is_cut_in_rows_of_two_thousand() -> None:
    who = User.objects.create_user("awa", full_name="Awa")
    audit.read("export", "order_file", 7, by=who, subjects=[*range(4_500), 3], after={"lines": 4_500})
    events = AuditEvent.objects.order_by("id")
    assert [len(event.subjects) for event in events] == [2_000, 2_000, 500]
    assert {event.after["lines"] for event in events} == {4_500}
    audit.read("print", "agreement", 7, by=who, subjects=[])
    assert AuditEvent.objects.count() == 4


def test_a_reading_is_no_change(client: Client, reader: User, scene: Scene) -> None:
    with pytest.raises(AssertionError):
        audit.read("approve", "payment_round", 1, by=reader, subjects=[])
    assert press.FOLDER.is_dir()

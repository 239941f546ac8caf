"""The API of agencies: one token, one agency; orders taken with proof, results counted once, answers as written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.ledger.queries import prove
from jigi.payments import agency_desk, agency_tokens, corrections
from jigi.payments.agency_models import AgencyToken
from jigi.payments.models import Instruction, PaymentRound, ReturnFile
from jigi.programmes.models import Agency
from jigi.web.agency.api_urls import urlpatterns
from jigi.web.agency.document import DOCUMENT
from tests.factories import make_areas, make_component, make_enrolments, make_households
from tests.payments.agency_scene import accepted, make_agent, offered
from tests.payments.messages import states
from tests.payments.scene import Scene, scene_of

pytestmark = pytest.mark.django_db
BASE = "/api/agences/v1"


class Machine:
    """A client that holds a token, and every answer of which is one of the document's."""

    def __init__(self, token: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {token}"}

    def get(self, path: str, expect: int = 200, **said: object) -> Any:
        return self._obeyed("get", path, expect, self.client.get(BASE + path, said, headers=self.headers))

    def post(self, path: str, said: object, expect: int = 200) -> Any:
        body = said if isinstance(said, str | bytes) else json.dumps(said)
        if expect == 200:
            operation = DOCUMENT["paths"][_template(path)]["post"]
            _obey(json.loads(body), operation["requestBody"]["content"]["application/json"]["schema"])
        answer = self.client.post(BASE + path, body, content_type="application/json", headers=self.headers)
        return self._obeyed("post", path, expect, answer)

    def _obeyed(self, method: str, path: str, expect: int, answer: Any) -> Any:
        assert answer.status_code == expect, answer.content.decode()
        verbs = DOCUMENT["paths"][_template(path)]
        responses = verbs.get(method, next(iter(verbs.values())))["responses"]
        _obey(answer.json(), responses[str(expect)]["content"]["application/json"]["schema"])
        return answer.json()

    def orders(self, number: int) -> list[dict[str, Any]]:
        found, address = [], f"/tours/{number}/ordres/"
        while address:
            path, _, query = address.partition("?apres=")
            page = self.get(path, **({"apres": query} if query else {}))
            found += page["ordres"]
            address = (page["suite"] or "").removeprefix(BASE)
        return found

    def accept(self, number: int) -> dict[str, Any]:
        return self.post(f"/tours/{number}/acceptation/", declared(self.orders(number)))


def declared(orders: list[dict[str, Any]]) -> dict[str, Any]:
    text = "".join(f"{one['reference']};{one['compte']};{one['montant_fcfa']}\n" for one in orders)
    total = sum(one["montant_fcfa"] for one in orders)
    return {"ordres": len(orders), "total_fcfa": total, "empreinte": hashlib.sha256(text.encode()).hexdigest()}


def paid(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"reference": one["reference"], "statut": "PAYE", "montant_fcfa": one["montant_fcfa"], "date": "2016-02-10"}
        for one in orders
    ]


def _template(path: str) -> str:
    parts = path.strip("/").split("/")
    if len(parts) > 1 and parts[0] in ("tours", "lots"):
        parts[1] = "{tour}" if parts[0] == "tours" else "{lot}"
    return "/" + "/".join(parts) + "/" if parts[0] else "/"


def _obey(value: Any, schema: Mapping[str, Any]) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    errors = [f"{one.json_path}: {one.message}" for one in Draft202012Validator(whole).iter_errors(value)]
    assert not errors, errors[:5]


@pytest.fixture
def scene() -> tuple[Scene, PaymentRound, User]:
    return offered(3)


@pytest.fixture
def machine(scene: tuple[Scene, PaymentRound, User]) -> Machine:
    return Machine(agency_tokens.make(scene[0].agency, "guichet", 30, by=scene[2]))


def test_the_document_is_a_document_and_names_every_address() -> None:
    said = Client().get(f"{BASE}/openapi.json")
    assert said.status_code == 200 and said.json()["openapi"] == "3.1.0"
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    served = {
        "/" + str(one.pattern).replace("<int:pk>", "{tour}").replace("<str:code>", "{lot}") for one in urlpatterns
    }
    assert served - {"/openapi.json"} == set(DOCUMENT["paths"])


def test_orders_are_read_accepted_and_answered(scene: tuple[Scene, PaymentRound, User], machine: Machine) -> None:
    one, payment_round, agent = scene
    assert machine.get("/")["agence"] == one.agency.code
    (shown,) = machine.get("/tours/")["tours"]
    assert (shown["tour"], shown["ordres"], shown["sans_reponse"], shown["reponse"]) == (payment_round.pk, 3, 3, None)
    taken = machine.accept(payment_round.pk)
    assert taken["reponse"]["verdict"] == "acceptes" and taken["reponse"]["par"] == agent.full_name
    assert machine.accept(payment_round.pk) == taken
    orders = machine.orders(payment_round.pk)
    lines = [*paid(orders[:2]), {"reference": orders[2]["reference"], "statut": "ABSENT", "motif": "en voyage"}]
    given = machine.post(f"/tours/{payment_round.pk}/resultats/", {"lot": "a-1", "lignes": lines})
    assert (given["payes"], given["paye_fcfa"], given["non_payes"], given["exceptions"]) == (2, 60_000, 1, [])
    assert machine.get(f"/tours/{payment_round.pk}/")["sans_reponse"] == 0
    assert sorted(states(payment_round)) == ["absent", "paid", "paid"] and prove().balanced
    assert AuditEvent.objects.filter(verb="list", noun="agency_orders", by=agent).count() == 3


def test_pages_lead_to_the_end(
    scene: tuple[Scene, PaymentRound, User], machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jigi.web.agency.api.PAGE_ORDERS", 2)
    page = agency_desk.order_page
    monkeypatch.setattr("jigi.payments.agency_desk.order_page", lambda *given, **said: page(*given, **said, most=2))
    orders = machine.orders(scene[1].pk)
    assert len(orders) == 3 and declared(orders)["empreinte"] == agency_desk.declared(scene[1], scene[0].agency).sha256


def test_the_same_batch_answers_the_same_and_another_is_refused(
    scene: tuple[Scene, PaymentRound, User], machine: Machine
) -> None:
    one, payment_round, _ = scene
    machine.accept(payment_round.pk)
    address, lines = f"/tours/{payment_round.pk}/resultats/", paid(machine.orders(payment_round.pk))
    first = machine.post(address, {"lot": "a-1", "lignes": lines})
    assert machine.post(address, {"lot": "a-1", "lignes": lines}) == first == machine.get("/lots/a-1/")
    assert "autre contenu" in machine.post(address, {"lot": "a-1", "lignes": lines[:2]}, 409)["erreur"]
    again = machine.post(address, {"lot": "a-2", "lignes": lines[:2]})
    assert again["issues"] == {"repetee": 2} and again["payes"] == 0
    assert one.balance("paid") == 90_000 and ReturnFile.objects.count() == 2


def test_exceptions_are_told_by_line_and_undoing_too(scene: tuple[Scene, PaymentRound, User], machine: Machine) -> None:
    one, payment_round, _ = scene
    machine.accept(payment_round.pk)
    orders = paid(machine.orders(payment_round.pk))
    lines = [orders[0], {**orders[1], "montant_fcfa": 5}, {**orders[2], "reference": "1-2-3-44"}]
    given = machine.post(f"/tours/{payment_round.pk}/resultats/", {"lot": "a-1", "lignes": lines})
    assert [(e["ligne"], e["issue"]) for e in given["exceptions"]] == [
        (2, "montant_different"),
        (3, "reference_inconnue"),
    ]
    corrections.undo_file(ReturnFile.objects.get(), by=one.officer, reason="essai")
    assert machine.get("/lots/a-1/")["etat"] == "defait" and states(payment_round) == ["open"] * 3


@pytest.mark.parametrize(
    ("said", "line", "field"),
    [
        ("{", None, None),
        ("[]", None, None),
        ('{"lot": "a", "lignes": {}}', None, "lignes"),
        ('{"lot": "é", "lignes": [{"reference": "1", "statut": "ABSENT"}]}', None, "lot"),
        ('{"lot": "a", "lignes": []}', None, "lignes"),
        ('{"lot": "a", "lignes": [3]}', 1, None),
        ('{"lot": "a", "lignes": [{"reference": "1", "statut": "ABSENT"}, {"statut": "PAYE"}]}', 2, "reference"),
        ('{"lot": "a", "lignes": [{"reference": "1", "statut": "ok"}]}', 1, "statut"),
        ('{"lot": "a", "lignes": [{"reference": "1", "statut": "PAYE", "montant_fcfa": 1.5}]}', 1, "montant_fcfa"),
        ('{"lot": "a", "lignes": [{"reference": "1", "statut": "PAYE", "montant_fcfa": -1}]}', 1, "montant_fcfa"),
        ('{"lot": "a", "lignes": [{"reference": "1", "statut": "PAYE", "date": "10/02/2016"}]}', 1, "date"),
        ('{"lot": "a", "lignes": [{"reference": "1", "statut": "PAYE", "somme": 1}]}', 1, "somme"),
        ('{"lot": "a", "lignes": [{"reference": "\\u0000", "statut": "PAYE"}]}', 1, "reference"),
        ('{"lot": "a", "lignes": [{"reference": "\\ud800", "statut": "PAYE"}]}', 1, "reference"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_nothing_is_done(
    scene: tuple[Scene, PaymentRound, User], machine: Machine, said: str, line: int | None, field: str | None
) -> None:
    accepted(scene[1], scene[0].agency, scene[2])
    answer = machine.post(f"/tours/{scene[1].pk}/resultats/", said, 400)
    assert (answer.get("ligne"), answer.get("champ")) == (line, field)
    assert not ReturnFile.objects.exists()


def test_what_is_not_so_is_refused(scene: tuple[Scene, PaymentRound, User], machine: Machine) -> None:
    number = scene[1].pk
    orders = machine.orders(number)
    wrong = {**declared(orders), "total_fcfa": 1}
    assert "n’est pas la liste" in machine.post(f"/tours/{number}/acceptation/", wrong, 409)["erreur"]
    assert "ne sont pas acceptés" in machine.post(
        f"/tours/{number}/resultats/", {"lot": "a", "lignes": paid(orders)}, 403)["erreur"]  # fmt: skip
    machine.post(f"/tours/{number}/refus/", {"motif": ""}, 400)
    assert machine.post(f"/tours/{number}/refus/", {"motif": "caisse"})["reponse"]["motif"] == "caisse"
    machine.post(f"/tours/{number}/acceptation/", declared(orders), 409)
    for path in (f"/tours/{number + 1}/", f"/tours/{number + 1}/ordres/", "/lots/rien/", "/lots/%00/"):
        machine.get(path, 404)
    machine.get(f"/tours/{number}/ordres/", 400, apres="x")
    machine.get(f"/tours/{number}/refus/", 405)


def test_one_agency_does_not_see_another_by_machine() -> None:
    areas = make_areas(communes=2)
    component = make_component(areas.communes, agencies={"AUTRE": areas.communes[1:]})
    for village in (areas.villages[0], areas.villages[2]):
        make_enrolments(component, make_households(2, village), cohort=village.code)
    payment_round = scene_of(component, areas.communes).released()
    own, other = Agency.objects.get(code="AGENCE-ESSAI"), Agency.objects.get(code="AUTRE")
    machines = {
        agency: Machine(agency_tokens.make(agency, "essai", 30, by=make_agent(agency, f"agent{agency.pk}")))
        for agency in (own, other)
    }
    theirs = machines[other].orders(payment_round.pk)
    machines[other].accept(payment_round.pk)
    machines[other].post(f"/tours/{payment_round.pk}/resultats/", {"lot": "b", "lignes": paid(theirs)[:1]})
    machines[own].accept(payment_round.pk)
    said = machines[own].post(f"/tours/{payment_round.pk}/resultats/", {"lot": "b", "lignes": paid(theirs)[1:]})
    assert [one["issue"] for one in said["exceptions"]] == ["reference_inconnue"]
    assert machines[own].get("/lots/b/") == said
    told = json.dumps([machines[own].get("/tours/"), machines[own].orders(payment_round.pk), said])
    assert "AUTRE" not in told and len(theirs) == 2
    assert not {one["reference"] for one in theirs} & {
        one["reference"] for one in machines[own].orders(payment_round.pk)
    }


@pytest.mark.parametrize("header", ["", "Bearer faux", "Basic faux", "Bearer"])
def test_without_its_token_nothing_is_told(header: str, machine: Machine) -> None:
    answer = Client().get(f"{BASE}/tours/", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401 and "jeton" in answer.json()["erreur"]


def test_a_token_ends_with_its_day_its_posting_its_account_or_when_it_is_taken_back(
    scene: tuple[Scene, PaymentRound, User], machine: Machine
) -> None:
    agent, token = scene[2], AgencyToken.objects.get()
    machine.get("/")
    with transaction.atomic():
        agent.staff_postings.update(ends_on="2020-12-31")
        machine.get("/", 401)
        transaction.set_rollback(True)
    with transaction.atomic():
        User.objects.filter(pk=agent.pk).update(is_active=False)
        machine.get("/", 401)
        transaction.set_rollback(True)
    with pytest.MonkeyPatch.context() as later:
        day = timezone.now() + timedelta(days=31)
        later.setattr("jigi.payments.agency_tokens.timezone.now", lambda: day)
        machine.get("/", 401)
    agency_tokens.revoke(token, by=agent)
    machine.get("/", 401)
    with pytest.raises(Raced, match="déjà retiré"):
        agency_tokens.revoke(token, by=agent)
    assert AuditEvent.objects.filter(noun="agency_token", by=agent).count() == 2


def test_only_the_digest_of_a_token_is_kept_and_it_is_of_who_works_there(
    scene: tuple[Scene, PaymentRound, User],
) -> None:
    one, _, agent = scene
    token = agency_tokens.make(one.agency, "essai", 30, by=agent)
    assert token not in json.dumps(list(AgencyToken.objects.values()), default=str)
    with pytest.raises(Refused, match="vous ne travaillez pas"):
        agency_tokens.make(one.agency, "essai", 30, by=one.officer)
    for label, days in ((" ", 30), ("essai", 31)):
        with pytest.raises(Refused):
            agency_tokens.make(one.agency, label, days, by=agent)
    now = timezone.now()
    lie = {"agency": one.agency, "label": "essai", "fingerprint": "0" * 64, "made_at": now}
    for more, guard in (
        ({"user": one.officer, "expires_at": now + timedelta(days=1)}, "agency_token_is_kept|personne de l'agence"),
        ({"user": agent, "expires_at": now + timedelta(days=400)}, "agency_token_ends_within_a_year"),
    ):
        with pytest.raises(IntegrityError, match=guard), transaction.atomic():
            AgencyToken.objects.create(**lie | more)
    for _ in range(agency_tokens.MOST_ALIVE - 1):
        agency_tokens.make(one.agency, "essai", 30, by=agent)
    with pytest.raises(Refused, match="déjà 5 jetons"):
        agency_tokens.make(one.agency, "essai", 30, by=agent)


def test_who_asks_too_often_waits(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agency_tokens, "CALLS_A_MINUTE", 2)
    answers = [machine.client.get(f"{BASE}/", headers=machine.headers) for _ in range(4)]
    assert [one.status_code for one in answers][-1] == 429 and answers[-1]["Retry-After"] == "60"


def test_who_guesses_waits() -> None:
    asked = [Client().get(f"{BASE}/", headers={"Authorization": f"Bearer faux{n}"}).status_code for n in range(7)]
    assert asked[0] == 401 and asked[-1] == 429


def test_a_closed_round_is_read_and_its_orders_are_no_longer_taken(
    scene: tuple[Scene, PaymentRound, User], machine: Machine
) -> None:
    one, payment_round, _ = scene
    orders = machine.orders(payment_round.pk)
    one.close(payment_round)
    assert machine.get(f"/tours/{payment_round.pk}/")["etat"] == "clos"
    assert "clos" in machine.post(f"/tours/{payment_round.pk}/acceptation/", declared(orders), 403)["erreur"]
    assert Instruction.objects.filter(payment_round=payment_round, status="unanswered").count() == 3

"""The pages of contracts: prepared by one, signed by another, paid on what is handed in."""

from __future__ import annotations

import uuid

import pypdfium2
import pytest
from django.urls import reverse

from jigi.delivery.models import Contract, Operator, Reach
from jigi.foundation.models import User
from jigi.programmes.models import Agreement
from tests.delivery.scene import Scene, make_agent, stage
from tests.delivery.works_scene import running
from tests.factories import ProvedClient, make_households, make_user

pytestmark = pytest.mark.django_db


def page(user: User, name: str, *arguments: object, **said: object) -> str:
    """What the person reads after posting `said`, or of the page alone."""
    client = ProvedClient()
    client.force_login(user)
    address = reverse(name, args=arguments)
    form = {"cle": str(uuid.uuid4()), **said}
    back = {"HTTP_REFERER": "http://testserver/prestations/"}
    response = client.post(address, form, follow=True, **back) if said else client.get(address)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def prepared(scene: Scene) -> Contract:
    facts = {
        "composante": scene.components["MA"].pk, "numero": "C-7", "objet": "Séances à Badia",
        "operateur": scene.operator.pk, "convention": Agreement.objects.get(code="ACC-IDA").pk, "du": "2016-01-01",
        "au": "2016-12-31", "montant": "1 000 000", "commune": [scene.commune.pk],
    }  # fmt: skip
    assert "est préparé" in page(scene.planner, "contract_prepare", **facts)
    return Contract.objects.get(number="C-7")


def test_a_contract_goes_from_its_form_to_its_payment() -> None:
    scene = stage(())
    contract = prepared(scene)
    facts = {"livrable": "Rapport", "pour": "2016-06-30", "montant": "600 000"}
    assert "Le livrable est ajouté" in page(scene.planner, "contract_act", contract.pk, "deliverable", **facts)
    facts = {"mesure": "séances tenues", "cible": "24", "pour": "2016-12-31", "commune": str(scene.commune.pk)}
    assert "séances tenues" in page(scene.planner, "contract_act", contract.pk, "target", **facts)
    assert "Signer pour le programme" not in page(scene.planner, "contract", contract.pk)
    assert "est signé" in page(scene.decider, "contract_act", contract.pk, "sign", rien="")
    line = contract.deliverables.get()
    step = ("deliverable_act", contract.pk, line.pk)
    assert "est remis" in page(scene.agent, *step, "submit", motif="rapport, classeur 3")
    assert "est accepté" in page(scene.controller, *step, "accept", rien="")
    finances = make_user("finances", "finance_officer")
    assert "est payé" in page(finances, *step, "pay", motif="VIR-12")
    assert "600 000" in page(finances, "contract", contract.pk).replace("\u202f", " ").replace("\xa0", " ")
    closed = page(scene.decider, "contract_act", contract.pk, "close", motif="fin")
    assert "est rendu à la convention" in closed


def test_what_makes_no_sense_comes_back_with_what_to_do() -> None:
    scene = stage(())
    contract = prepared(scene)
    facts = {"livrable": "Rapport", "pour": "30 juin", "montant": "600 000"}
    assert "n’est pas une date" in page(scene.planner, "contract_act", contract.pk, "deliverable", **facts)
    facts = {"livrable": "Rapport", "pour": "2016-06-30", "montant": "beaucoup"}
    assert "n’est pas un nombre" in page(scene.planner, "contract_act", contract.pk, "deliverable", **facts)


def test_an_operator_is_registered_and_its_people_see_only_its_contracts() -> None:
    scene = stage()
    assert "est enregistré" in page(scene.planner, "operators", code="ONG-B", nom="ONG B (essai)", nature="ngo")
    assert "est déjà celui" in page(scene.planner, "operators", code="ONG-B", nom="ONG B (essai)", nature="ngo")
    stranger = make_agent("etranger", Operator.objects.get(code="ONG-B"), scene.commune)
    assert "Aucun contrat d’opérateur" in page(stranger, "contracts")
    assert "works-ONG-A" in page(scene.agent, "contracts")
    client = ProvedClient()
    client.force_login(stranger)
    contract = scene.contracts["works"]
    assert client.get(reverse("contract", args=[contract.pk])).status_code == 404


def test_the_calendar_of_a_commune_says_when_nothing_happens() -> None:
    scene = stage()
    assert "Rien n’est planifié" in page(scene.agent, "delivery_calendar")


def test_whom_the_components_reached_is_said_once_and_given_as_a_file() -> None:
    scene = stage()
    household, other = make_households(2, scene.village)
    facts = {"commune": scene.commune, "year": 2016, "events": 2}
    for sort, code, number in (("sessions", "MA", household), ("works", "HIMO", household), ("works", "HIMO", other)):
        Reach.objects.create(component=scene.components[code], household_id=number, sort=sort, **facts)
    client = ProvedClient()
    client.force_login(scene.controller)
    shown = client.get(reverse("delivery_results"), {"annee": "2016"}).content.decode()
    assert "3 ménages si l’on comptait" in shown and "<dd>2<small>chacun compté une fois" in shown
    file = client.get(reverse("delivery_results"), {"annee": "2016", "format": "csv"}).getvalue().decode()
    assert "Travaux (HIMO);2;6" in file
    assert "Aucune composante" in client.get(reverse("delivery_results"), {"annee": "2015"}).content.decode()


def test_the_papers_of_a_day_come_in_one_document() -> None:
    works = running(2)
    sheet = works.open(days=3)
    client = ProvedClient()
    client.force_login(works.scene.agent)
    asked = {"commune": str(sheet.worksite.commune_id), "jour": f"{sheet.first_day}"}
    answer = client.get(reverse("delivery_pack"), asked)
    assert answer.status_code == 200 and len(pypdfium2.PdfDocument(answer.content)) == 2  # the cover and the grid
    month = f"{sheet.first_day:%Y-%m}"
    page = client.get(reverse("delivery_calendar"), {"commune": asked["commune"], "mois": month})
    later = client.get(
        reverse("delivery_calendar"), {"commune": asked["commune"], "mois": f"{sheet.first_day.year + 1}-12"}
    )
    assert f"mois={month}" in later.content.decode(), "a month where nothing happens leads to the nearest one"
    assert reverse("delivery_pack") in page.content.decode()
    nothing = client.get(reverse("delivery_pack"), asked | {"jour": "2018-12-30"})
    assert "Rien n’est à faire" in nothing.content.decode()

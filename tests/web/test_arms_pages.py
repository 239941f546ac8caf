"""/reponses/N/volets/ and /reponses/N/scenarios/: what each person sees and does."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.test import Client

from jigi.enrolment.models import Enrolment
from jigi.geography.models import StaffPosting
from jigi.registry.models import Membership, Person
from jigi.response import arm_names, arms
from jigi.response.arm_agencies import take_agency_list
from jigi.response.models import Arm, Scenario
from tests.factories import make_enrolments, make_user
from tests.kept import Kept, once
from tests.response.arms_scene import ArmScene, make_scene
from tests.schemes.giving import HEADER, line, make_scheme, write
from tests.targeting.campaign import FORMULA, make_world, write_list

pytestmark = pytest.mark.django_db


def _scene(tmp_path: Path) -> ArmScene:
    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return make_scene(make_world(path))


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[ArmScene], db: None) -> ArmScene:
    return scene_once.copy()


@pytest.fixture
def manager(client: Client, scene: ArmScene) -> Client:
    client.force_login(scene.manager)
    return client


def post(client: Client, address: str, **said: object) -> str:
    return client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True).content.decode()


def test_an_arm_is_planned_listed_and_enrolled_on_its_page(manager: Client, scene: ArmScene) -> None:
    root = f"/reponses/{scene.activation.pk}/volets/"
    assert "Aucun volet" in manager.get(root).content.decode()
    said = {"volet": "horizontal", "composante": scene.urgent.pk, "places": "4", "formule": scene.world.formula.pk}
    assert "Établissez la liste" in post(manager, f"{root}nouveau/", **said, suivre="on")
    one = Arm.objects.get()
    assert "4 ménages à inscrire (8 au-delà" in post(manager, f"{root}{one.pk}/faire/establish/")
    assert "4 ménages inscrits" in post(manager, f"{root}{one.pk}/faire/enrol/")
    assert "ménages du registre non inscrits" in manager.get(root).content.decode()


def test_what_was_typed_stays_when_a_plan_is_refused(manager: Client, scene: ArmScene) -> None:
    address = f"/reponses/{scene.activation.pk}/volets/nouveau/"
    said = {"cle": str(uuid.uuid4()), "volet": "horizontal", "composante": scene.urgent.pk, "places": "417"}
    answer = manager.post(address, said)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Par quel score choisir" in page and 'value="417"' in page


@pytest.mark.parametrize("kind", ["horizontal", "vertical"])
def test_each_household_is_shown_and_exported_with_its_reason(manager: Client, scene: ArmScene, kind: str) -> None:
    make_enrolments(scene.base, scene.world.all[:3])
    make_enrolments(scene.urgent, scene.world.all[:1])
    arm = scene.planned(kind, places=3)
    arms.list_households(arm, by=scene.manager)
    address = f"/reponses/{scene.activation.pk}/volets/{arm.pk}/menages/"
    assert "déjà inscrits" in manager.get(address).content.decode()
    only = manager.get(f"{address}?motif=enrolled").content.decode()
    assert "<b>1 ménage</b>" in only
    file = b"".join(manager.get(f"{address}?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert file.count("à inscrire") == {"horizontal": 3, "vertical": 2}[kind]


def test_households_enrolled_by_a_vertical_arm_stay_shown(manager: Client, scene: ArmScene) -> None:
    make_enrolments(scene.base, scene.world.all[:3])
    arm = scene.planned("vertical")
    arms.list_households(arm, by=scene.manager)
    arms.enrol(arm, by=scene.manager)
    page = manager.get(f"/reponses/{scene.activation.pk}/volets/{arm.pk}/menages/").content.decode()
    assert "<b>3 ménages</b>" in page


def test_a_list_is_sent_to_a_new_listing(manager: Client, scene: ArmScene, tmp_path: Path) -> None:
    arm = scene.planned("listing", places=3)
    address = f"/reponses/{scene.activation.pk}/volets/{arm.pk}/envoyer/"
    with write_list(tmp_path / "liste.csv", scene.world.all[:3]).open("rb") as file:
        assert "3 lignes lues, 3 ménages nouveaux" in post(manager, address, liste=file)
    with (tmp_path / "faux.csv").open("w+b") as file:
        file.write(b"nom;age\nAwa;3\n")
        file.seek(0)
        assert "Colonne" in post(manager, address, liste=file)


def test_a_collision_is_said_on_the_page(manager: Client, scene: ArmScene) -> None:
    make_enrolments(scene.base, scene.world.all[:3])
    arm = scene.planned("vertical")
    scene.base.purpose = "urgence"
    scene.base.save(update_fields=["purpose"])
    page = manager.get(f"/reponses/{scene.activation.pk}/volets/{arm.pk}/").content.decode()
    assert "3 ménages de la base reçoivent d’un autre programme" in page


def test_two_scenarios_stand_side_by_side(manager: Client, scene: ArmScene) -> None:
    root = f"/reponses/{scene.activation.pk}/scenarios/"
    assert "Aucun scénario" in manager.get(root).content.decode()
    said = {"composante": scene.urgent.pk, "registre": "6", "rythme": "5"}
    assert "est calculé" in post(manager, f"{root}nouveau/", nom="Six", **said)
    assert "est calculé" in post(manager, f"{root}nouveau/", nom="Dix", **said | {"registre": "10"})
    page = manager.get(root).content.decode()
    assert "Côte à côte" in page and "Personnes, Dix" in page
    file = b"".join(manager.get(f"{root}?paire=oui&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert file.count("\n") == 3
    six = Scenario.objects.get(name="Six")
    assert "6 places" in manager.get(f"{root}{six.pk}/").content.decode()
    assert "est retiré" in post(manager, f"{root}{six.pk}/retirer/")
    assert not Scenario.objects.filter(name="Six").exists()


def test_who_sees_no_shock_sees_no_arm(client: Client, scene: ArmScene) -> None:
    arm = scene.planned()
    stranger = make_user("guichet", "treasurer")
    StaffPosting.objects.filter(user=stranger).update(role="enumerator")
    client.force_login(stranger)
    for page in ("volets/", f"volets/{arm.pk}/", f"volets/{arm.pk}/menages/", "scenarios/", "scenarios/nouveau/"):
        assert client.get(f"/reponses/{scene.activation.pk}/{page}").status_code == 404
    assert not Enrolment.objects.filter(component=scene.urgent).exists()


def test_a_name_is_told_apart_on_its_page(manager: Client, scene: ArmScene, tmp_path: Path) -> None:
    one = scene.planned("listing", formula=scene.world.formula)
    head = "Sitan Diabaté"
    person = Membership.objects.filter(household=scene.world.all[0]).order_by("pk").values("person")[:1]
    Person.objects.filter(pk__in=person).update(given_names="Sitan", surname="Diabaté")
    told = [line("R1", Nom=head, Village="ailleurs"), line("R2", Nom="Zzz Qqq")]
    path = write(tmp_path / "ong.csv", told, header=(*HEADER, "Village"))
    take_agency_list(one, make_scheme(), path, by=scene.manager)
    root = f"/reponses/{scene.activation.pk}/volets/{one.pk}/"
    assert "Départager 2 noms" in manager.get(root).content.decode()
    page = manager.get(f"{root}noms/").content.decode()
    first = one.agency_lines.order_by("pk")[0]
    assert head in page and "C’est lui" in page
    chosen = arm_names.suggestions(first, by=scene.manager)[0].household.pk
    assert "Le ménage entre dans la liste" in post(manager, f"{root}noms/{first.pk}/", menage=chosen)
    last = one.agency_lines.get(status="waiting")
    assert "La ligne est à enquêter" in post(manager, f"{root}noms/{last.pk}/")
    assert "Aucune ligne n’attend ici" in manager.get(f"{root}noms/?apres=99999").content.decode()


def test_a_component_that_can_not_pay_is_said_and_not_broken(manager: Client, scene: ArmScene) -> None:
    said = {"volet": "horizontal", "composante": scene.base.pk, "places": "4", "formule": scene.world.formula.pk}
    address = f"/reponses/{scene.activation.pk}/volets/nouveau/"
    assert "pas un transfert d’urgence" in post(manager, address, **said)
    huge = said | {"composante": scene.urgent.pk, "places": "999 999 999 999"}
    assert "pas tant de ménages" in post(manager, address, **huge)

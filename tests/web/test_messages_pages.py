"""Messages on the pages: a campaign prepared, approved by another, followed; words, stops, doors of the provider."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.messaging import outbox
from jigi.messaging.adapters.provider import signed
from jigi.messaging.adapters.twin_rules import Platform
from jigi.messaging.models import Inbound, Message, OptOut, Sender
from jigi.outreach import jobs
from jigi.outreach.models import Campaign, Switch
from jigi.programmes.models import Agency
from tests.factories import ProvedClient, make_commune, make_user
from tests.kept import Kept, once
from tests.messaging.scene import provider
from tests.outreach.scene import SOON, Told, told

pytestmark = pytest.mark.django_db


def _world(folder: Path) -> Told:
    return told()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[Told], db: None) -> Told:
    return world_once.copy()


def as_(user: User) -> ProvedClient:
    client = ProvedClient()
    client.force_login(user)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u202f", " ")


def sent(client: Client, address: str, **typed: str) -> str:
    answer = client.post(address, {"cle": str(uuid.uuid4()), **typed}, follow=True)
    return answer.content.decode().replace("\u202f", " ")


def typed(world: Told, **said: str) -> dict[str, str]:
    facts = {
        "titre": "Paiement de Safo", "destinataires": "unpaid", "programme": "tm", "tour": str(world.round.pk),
        "commune": world.scene.communes[0].name, "jour": SOON.isoformat(), "lieu": "Safo", "modele": "payment_day",
        "langue": "fr", "par": "sms",
    }  # fmt: skip
    return {**facts, **said}


def test_a_campaign_from_the_form_to_the_last_message(world: Told) -> None:
    maker, approver = as_(world.maker), as_(world.approver)
    said = sent(maker, "/messages/nouvelle/", **typed(world))
    campaign = Campaign.objects.get()
    assert "La campagne est préparée" in said and said.count("à Safo. Venez avec votre carte") == 3
    said = sent(maker, f"/messages/{campaign.pk}/faire/ask/")
    assert "une autre personne approuve" in said and "45 FCFA" in said and "Approuver et envoyer" not in said
    assert "1 campagne attend une approbation" in page(approver, "/messages/")
    assert "ses messages partent" in sent(approver, f"/messages/{campaign.pk}/faire/approve/")
    jobs.work()
    noon = datetime.combine(SOON - timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    outbox.one_pass(provider(Platform()), noon, most=2)
    shown = page(maker, f"/messages/{campaign.pk}/")
    assert "2 sur 3" in shown and "Envoyé" in shown
    said = sent(approver, f"/messages/{campaign.pk}/faire/cancel/", motif="Le paiement est reporté.")
    assert "1 messages ne partent pas" in said


def test_a_form_sent_twice_is_one_campaign(world: Told) -> None:
    client, key = as_(world.maker), str(uuid.uuid4())
    for _ in range(2):
        client.post("/messages/nouvelle/", {"cle": key, **typed(world)}, follow=True)
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"commune": "Nulle part"}, "n’est pas une des vôtres"),
        ({"tour": ""}, "Il manque un tour"),
        ({"modele": "session_day"}, "ne se dit pas à ces personnes"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_and_nothing_is_kept(world: Told, said: dict[str, str], says: str) -> None:
    assert says in sent(as_(world.maker), "/messages/nouvelle/", **typed(world, **said))
    assert not Campaign.objects.exists()


def test_a_name_that_a_region_and_a_commune_bear_is_refused_and_a_code_is_taken(world: Told) -> None:
    commune = world.scene.communes[0]
    region = commune.parent.parent  # type: ignore[union-attr]
    Area.objects.filter(pk__in=(commune.pk, region.pk)).update(name="Kayes")  # type: ignore[union-attr]
    maker = make_user("kayes", "programme_manager", region)
    said = sent(as_(maker), "/messages/nouvelle/", **typed(world, commune="kayes"))
    assert "est le nom de plusieurs de vos lieux" in said and not Campaign.objects.exists()
    assert f"région {region.code}, commune {commune.code}" in said  # type: ignore[union-attr]
    sent(as_(maker), "/messages/nouvelle/", **typed(world, commune=commune.code))
    one = Campaign.objects.get()
    assert one.area == commune
    assert f"Kayes (commune {commune.code})" in page(as_(maker), f"/messages/{one.pk}/")
    assert f'value="{commune.code}"' in page(as_(maker), f"/messages/{one.pk}/corriger/")


def test_who_works_for_two_agencies_says_for_which(world: Told) -> None:
    Agency.objects.create(code="AUTRE", name="Autre agence (essai)", kind="bank")
    agent, own = world.agent(), world.scene.agency.code
    assert "Celle pour qui vous écrivez" not in page(as_(agent), "/messages/nouvelle/")
    posting = agent.staff_postings.get()
    StaffPosting.objects.create(
        user=agent, role=posting.role, area=posting.area, organisation="AUTRE", starts_on="2014-02-01"
    )
    said = sent(as_(agent), "/messages/nouvelle/", **typed(world))
    assert "Il manque l’agence" in said and "AUTRE" in said and not Campaign.objects.exists()
    sent(as_(agent), "/messages/nouvelle/", **typed(world, agence=own))
    assert Campaign.objects.get().organisation == own


def test_a_translation_that_nobody_read_again_is_told(world: Told) -> None:
    campaign = world.asked(language="bm")
    assert "faites-le relire avant d’approuver" in page(as_(world.approver), f"/messages/{campaign.pk}/")


def test_the_story_of_a_message_shows_the_end_of_its_telephone_and_is_noted_as_read(world: Told) -> None:
    from jigi.foundation.models import AuditEvent

    world.approved()
    jobs.work()
    one = Message.objects.order_by("pk")[0]
    shown = page(as_(world.maker), f"/messages/envois/{one.pk}/")
    assert one.text.replace("'", "&#x27;") in shown and str(one.reference) in shown and one.phone not in shown
    assert AuditEvent.objects.filter(noun="message", verb="see", subjects__contains=[one.household]).count() == 1


def test_the_lists_are_filtered_printed_and_exported(world: Told) -> None:
    campaign = world.approved()
    jobs.work()
    client, one = as_(world.maker), Message.objects.order_by("pk")[0]
    assert "3 messages" in page(client, f"/messages/envois/?envoi={campaign.pk}&etat=live&imprimer=oui")
    assert "1 message" in page(client, f"/messages/envois/?telephone={one.phone}".replace("+", "%2B"))
    answer = client.get("/messages/envois/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.count("\n") >= 4 and one.phone[-8:] not in text
    for address in ("/messages/?format=csv", "/messages/desinscriptions/?format=csv", "/messages/recus/?format=csv"):
        assert client.get(address).status_code == 200


def test_templates_say_their_length_and_their_cost(world: Told) -> None:
    shown = page(as_(world.maker), "/messages/modeles/")
    assert "Jour et lieu de paiement" in shown and "à relire" in shown and "(70 par SMS)" in shown


def test_senders_and_notices_are_set_by_who_may(world: Told) -> None:
    client = as_(world.maker)
    assert "est réglé" in sent(client, "/messages/modeles/expediteur/", programme="tm", agence="", nom="TM MALI")
    assert Sender.objects.get().name == "TM MALI"
    assert "est en marche" in sent(client, "/messages/modeles/avis/", programme="tm", avis="paid", langue="fr")
    assert "est arrêté" in sent(client, "/messages/modeles/avis/", programme="tm", avis="paid", arreter="1")
    assert Switch.objects.get().ended_at
    assert as_(world.approver).post("/messages/modeles/avis/", {"cle": str(uuid.uuid4())}).status_code == 404


def test_stops_are_noted_and_found_without_keeping_the_number(world: Told) -> None:
    client = as_(make_user("oumou", "grievance_officer"))
    assert "ne reçoit plus" in sent(client, "/messages/desinscriptions/noter/", telephone="70 00 00 01")
    assert "1 désinscription" in page(client, "/messages/desinscriptions/?telephone=70000001")
    assert "Aucune ligne" in page(client, "/messages/desinscriptions/?telephone=70000002")
    said = sent(client, "/messages/desinscriptions/noter/", telephone="70000001", reprendre="1")
    assert "de nouveau des messages" in said and not OptOut.objects.filter(ended_at__isnull=True).exists()


def test_an_agency_opens_its_own_campaigns_and_no_stop(world: Told) -> None:
    client = as_(world.agent())
    said = sent(client, "/messages/nouvelle/", **typed(world))
    campaign = Campaign.objects.get()
    assert "La campagne est préparée" in said and campaign.organisation == world.scene.agency.code
    other = world.made()
    assert client.get(f"/messages/{other.pk}/").status_code == 404
    assert client.get("/messages/desinscriptions/").status_code == 404
    assert client.get("/messages/recus/").status_code == 404


def post(address: str, secret: str, **facts: Any) -> int:
    body = json.dumps(facts).encode()
    headers = {"X-Signature": signed(secret, body)}
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def test_the_provider_is_known_by_its_signature(world: Told, settings: Any) -> None:
    settings.MESSAGES_SECRET = "s3cret"
    world.approved()
    jobs.work()
    noon = datetime.combine(SOON - timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    outbox.one_pass(provider(Platform()), noon)
    one = Message.objects.order_by("pk")[0]
    told = {"reference": str(one.reference), "status": "delivered"}
    assert post("/messages/fournisseur/rapports/", "autre", **told) == 401
    assert [post("/messages/fournisseur/rapports/", "s3cret", **told) for _ in range(2)] == [204, 204]
    one.refresh_from_db()
    assert one.status == "delivered"
    stop = {"id": "A1", "from": one.phone, "text": "STOP"}
    assert post("/messages/fournisseur/recus/", "autre", **stop) == 401
    assert [post("/messages/fournisseur/recus/", "s3cret", **stop) for _ in range(2)] == [204, 204]
    assert Inbound.objects.count() == OptOut.objects.count() == 1
    assert Client().get("/messages/fournisseur/recus/").status_code == 405


def test_who_only_sets_words_is_led_to_them(world: Told) -> None:
    client = as_(make_user("exploite", "operator"))
    answer = client.get("/messages/")
    assert (answer.status_code, answer["Location"]) == (302, "/messages/modeles/")
    assert "Mettre en marche" in page(client, "/messages/modeles/")
    assert client.get("/messages/envois/").status_code == 404


def test_who_does_not_read_the_list_is_told_what_they_may_see(world: Told) -> None:
    campaign = world.asked()
    shown = page(as_(make_user("oumou", "grievance_officer")), f"/messages/{campaign.pk}/")
    assert "se lisent par qui prépare ou approuve" in shown and "Personne de joignable" not in shown


def test_a_campaign_that_was_sent_back_is_corrected_on_its_page(world: Told) -> None:
    from jigi.outreach import actions

    maker, campaign = as_(world.maker), world.asked()
    assert "/corriger/" not in page(maker, f"/messages/{campaign.pk}/")
    actions.send_back(campaign, "Le lieu est mal dit : corrigez.", by=world.approver)
    assert f"/messages/{campaign.pk}/corriger/" in page(maker, f"/messages/{campaign.pk}/")
    assert 'value="Safo"' in page(maker, f"/messages/{campaign.pk}/corriger/")
    said = sent(maker, f"/messages/{campaign.pk}/corriger/", **typed(world, lieu="Kati"))
    assert "La campagne est corrigée" in said and said.count("à Kati. Venez avec votre carte") == 3
    assert "Seule la personne" in sent(
        as_(make_user("autre")), f"/messages/{campaign.pk}/corriger/", **typed(world, lieu="Safo")
    )


def test_who_follows_several_places_says_which(world: Told) -> None:
    here, there = world.scene.communes[0], make_commune("ML020101")
    user = make_user("deux", "payment_officer", there)
    user.staff_postings.create(role="payment_officer", area=here, starts_on="2014-01-01")
    said = sent(as_(user), "/messages/nouvelle/", **typed(world, commune=""))
    assert "vous suivez plusieurs lieux" in said and not Campaign.objects.exists()
    sent(as_(user), "/messages/nouvelle/", **typed(world, commune=here.name))
    assert Campaign.objects.get().area == here


def test_what_the_page_says_when_some_are_no_longer_concerned(world: Told) -> None:
    from jigi.payments.models import Instruction

    campaign = world.asked()
    Instruction.objects.filter(pk=Instruction.objects.order_by("pk")[0].pk).update(status="absent")
    said = sent(as_(world.approver), f"/messages/{campaign.pk}/faire/approve/")
    assert "1 personne de la liste n’est plus concernée" in said and "1 : rien ne leur est envoyé" in said

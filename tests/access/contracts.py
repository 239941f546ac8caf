"""The rows of the matrix that speak of contracts of operators."""

from __future__ import annotations

import uuid

from django.urls import reverse

from tests.access.asks import Ask, Of, _everywhere, _key, _list
from tests.access.world import World

NOBODYS = 999_999


def _contract(name: str, status: str = "active", *more: object) -> Of:
    return lambda world, place: reverse(name, args=[world.contracts[place, status].pk, *more])


def _deliverable(verb: str) -> Of:
    def address(world: World, place: str) -> str:
        made = world.contracts[place, "active"]
        return reverse("deliverable_act", args=[made.pk, made.deliverables.get().pk, verb])

    return address


def _target(world: World, place: str) -> str:
    made = world.contracts[place, "draft"]
    return reverse("target_remove", args=[made.pk, made.targets.get().pk])


def _component(world: World) -> str:
    return str(world.contracts["own", "draft"].component_id)


CONTRACT_ASKS: tuple[Ask, ...] = (
    Ask("contracts", "contrats d’opérateurs", _list("contracts"), seen=lambda w, p: w.contracts[p, "active"].number),
    Ask("operators", "opérateurs", lambda w, p: reverse("operators") if p == "above" else None),
    Ask(
        "operators", "enregistrer un opérateur", lambda w, p: reverse("operators") if p == "above" else None,
        sent=lambda w, p: {"cle": str(uuid.uuid4()), "code": "ONG-B", "nom": "ONG B", "nature": "ngo"},
    ),
    Ask("delivery_results", "bénéficiaires d’une année", _list("delivery_results")),
    Ask("delivery_pack", "paquet d’un jour, sans commune", _everywhere("delivery_pack")),
    Ask(
        "delivery_calendar", "calendrier d’une commune",
        lambda w, p: f"{reverse('delivery_calendar')}?commune={w.commune(p).pk}",
    ),
    Ask("contract_prepare", "préparer un contrat", lambda w, p: reverse("contract_prepare") if p == "above" else None),
    Ask(
        "contract_prepare", "préparer un contrat (envoyer)", lambda w, p: reverse("contract_prepare"),
        sent=lambda w, p: {
            "cle": str(uuid.uuid4()), "composante": _component(w), "numero": f"N-{p}", "objet": "essai",
            "operateur": str(w.contracts[p, "draft"].operator_id),
            "convention": str(w.contracts[p, "draft"].agreement_id),
            "du": "2016-01-01", "au": "2016-12-31", "montant": "0", "commune": str(w.commune(p).pk),
        },
    ),
    Ask("field_fiches", "fiches des téléphones", _list("field_fiches")),
    Ask("field_fiches_take", "prendre les fiches des téléphones", _everywhere("field_fiches_take"), sent=_key()),
    Ask("field_fiche", "une fiche d’un téléphone qui n’existe pas", _everywhere("field_fiche", NOBODYS)),
    Ask(
        "field_fiche_act", "écarter une fiche d’un téléphone qui n’existe pas",
        _everywhere("field_fiche_act", NOBODYS, "ecarter"), sent=_key(motif="essai"),
    ),
    Ask("contract", "un contrat d’opérateur", _contract("contract")),
    Ask("contract_act", "contrat : signer", _contract("contract_act", "draft", "sign"), sent=_key()),
    Ask("contract_act", "contrat : abandonner", _contract("contract_act", "draft", "cancel"), sent=_key(motif="essai")),
    Ask(
        "contract_act", "contrat : ajouter une cible", _contract("contract_act", "draft", "target"),
        sent=_key(mesure="autre", cible="3", pour="2016-12-31"),
    ),
    Ask(
        "contract_act", "contrat : ajouter un livrable", _contract("contract_act", "draft", "deliverable"),
        sent=_key(livrable="autre", montant="0", pour="2016-12-31"),
    ),
    Ask("target_remove", "contrat : retirer une cible", _target, sent=_key()),
    Ask("contract_act", "contrat : clore", _contract("contract_act", "active", "close"), sent=_key(motif="essai")),
    Ask("deliverable_act", "livrable : remettre", _deliverable("submit"), sent=_key(motif="rapport signé")),
    Ask("deliverable_act", "livrable : accepter, sans remise", _deliverable("accept"), sent=_key()),
    Ask("deliverable_act", "livrable : payer, sans remise", _deliverable("pay"), sent=_key(motif="VIR-1")),
)  # fmt: skip

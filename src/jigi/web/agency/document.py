"""The contract of the agencies' API as an OpenAPI 3.1 document: served, and obeyed by every answer of the tests."""

from __future__ import annotations

from typing import Any

from jigi.payments.agency_desk import PAGE_ORDERS
from jigi.payments.agency_tokens import CALLS_A_MINUTE
from jigi.payments.batches import MOST_LINES, WORDS
from jigi.web.agency.told import KINDS, OUTCOMES, ROUNDS, STATES, VERDICTS

Schema = dict[str, Any]
XOF: Schema = {"type": "integer", "description": "Francs CFA, sans décimale."}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
NEXT: Schema = {"type": ["string", "null"], "description": "L’adresse de la page suivante ; null à la fin."}
PROOF = (
    "SHA-256, en hexadécimal, d’une ligne par ordre dans l’ordre des pages : référence, compte et montant séparés par "
    "des points-virgules, puis un saut de ligne ; en UTF-8."
)


def _closed(needed: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(needed),
        "properties": {**needed, **(optional or {})},
    }


def _among(words: Any) -> Schema:
    return {"type": "string", "enum": sorted(set(words))}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(of: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": of, **more}


SCHEMAS: Schema = {
    "Accueil": _closed(
        {
            "agence": TEXT,
            "nom": TEXT,
            "personne": TEXT,
            "jeton": _closed({"usage": TEXT, "vaut_jusqu_au": MOMENT}),
            "appels_par_minute": COUNT,
            "lignes_par_lot": COUNT,
            "tours": TEXT,
            "document": TEXT,
        }
    ),
    "Reponse": _closed(
        {
            "verdict": _among(VERDICTS.values()),
            "par": TEXT,
            "le": MOMENT,
            "ordres": COUNT,
            "total_fcfa": XOF,
            "empreinte": _or_null(HASH),
            "motif": _or_null(TEXT),
        }
    ),
    "Tour": _closed(
        {
            "tour": COUNT,
            "intitule": TEXT,
            "programme": TEXT,
            "composante": TEXT,
            "etat": _among(ROUNDS.values()),
            "libere_le": MOMENT,
            "ordres": COUNT,
            "total_fcfa": XOF,
            "payes": COUNT,
            "paye_fcfa": XOF,
            "non_payes": COUNT,
            "sans_reponse": COUNT,
            "reponse": _or_null(_ref("Reponse")),
            "adresse_ordres": TEXT,
        }
    ),
    "Tours": _closed({"tours": _list(_ref("Tour")), "suite": NEXT}),
    "Ordre": _closed(
        {
            "reference": TEXT,
            "numero_rsu": TEXT,
            "allocataire": TEXT,
            "telephone": TEXT,
            "compte": TEXT,
            "site_de_paiement": TEXT,
            "montant_fcfa": XOF,
            "nature": _among(KINDS.values()),
            "etat": _among(STATES.values()),
            "paye_le": _or_null({"type": "string", "format": "date"}),
        }
    ),
    "Ordres": _closed({"tour": COUNT, "ordres": _list(_ref("Ordre"), maxItems=PAGE_ORDERS), "suite": NEXT}),
    "Acceptation": _closed({"ordres": COUNT, "total_fcfa": XOF, "empreinte": {**HASH, "description": PROOF}}),
    "Refus": _closed({"motif": {"type": "string", "minLength": 1, "maxLength": 300}}),
    "Resultat": _closed(
        {"reference": {"type": "string", "minLength": 1, "maxLength": 80}, "statut": _among(WORDS)},
        {
            "montant_fcfa": {**_or_null(XOF), "description": "D’un paiement ou de son annulation."},
            "date": {**_or_null({"type": "string", "format": "date"}), "description": "Le jour d’un paiement."},
            "motif": _or_null({"type": "string", "maxLength": 200}),
            "reference_agence": _or_null({"type": "string", "maxLength": 80}),
        },
    ),
    "Resultats": _closed(
        {
            "lot": {
                "type": "string",
                "pattern": "^[A-Za-z0-9._-]{1,64}$",
                "description": "Un nom de l’agence : le même, redonné, ne compte pas deux fois.",
            },
            "lignes": _list(_ref("Resultat"), minItems=1, maxItems=MOST_LINES),
        }
    ),
    "Exception": _closed(
        {
            "ligne": COUNT,
            "reference": TEXT,
            "issue": _among(OUTCOMES.values()),
            "pourquoi": TEXT,
            "decision": _or_null(TEXT),
        }
    ),
    "Lot": _closed(
        {
            "lot": TEXT,
            "tour": COUNT,
            "empreinte": HASH,
            "donne_le": MOMENT,
            "etat": _among(("pris", "defait")),
            "lignes": COUNT,
            "payes": COUNT,
            "paye_fcfa": XOF,
            "non_payes": COUNT,
            "issues": {
                "type": "object",
                "propertyNames": _among(OUTCOMES.values()),
                "additionalProperties": COUNT,
            },
            "exceptions": _list(_ref("Exception")),
        }
    ),
    "Erreur": _closed({"erreur": TEXT}, {"ligne": COUNT, "champ": TEXT}),
}

ERRORS = {
    "400": "Une demande mal faite ; `ligne` et `champ` disent où. Rien n’a été fait.",
    "401": "Sans jeton, ou un jeton faux, fini ou retiré.",
    "403": "Les règles ne le permettent pas maintenant.",
    "404": "Rien de tel pour cette agence.",
    "405": "Une autre méthode.",
    "409": "Ce qui est dit n’est pas, ou n’est plus, ce qui est : une autre liste, un lot d’un autre contenu.",
    "429": f"Plus de {CALLS_A_MINUTE} appels par minute, ou trop de jetons faux ; voir Retry-After.",
    "503": "La base est occupée : la même demande peut être refaite sans risque.",
}


def _answers(name: str, says: str) -> Schema:
    def content(schema: str) -> Schema:
        return {"application/json": {"schema": _ref(schema)}}

    errors = {status: {"description": text, "content": content("Erreur")} for status, text in ERRORS.items()}
    return {"200": {"description": says, "content": content(name)}, **errors}


def _get(summary: str, name: str, *parameters: Schema) -> Schema:
    return {"get": {"summary": summary, "parameters": list(parameters), "responses": _answers(name, summary)}}


def _post(summary: str, asks: str, name: str, *parameters: Schema) -> Schema:
    body = {"required": True, "content": {"application/json": {"schema": _ref(asks)}}}
    said = {"summary": summary, "parameters": list(parameters), "requestBody": body}
    return {"post": {**said, "responses": _answers(name, summary)}}


_ROUND: Schema = {"name": "tour", "in": "path", "required": True, "schema": COUNT}
_BATCH: Schema = {"name": "lot", "in": "path", "required": True, "schema": TEXT}
_AFTER: Schema = {
    "name": "apres",
    "in": "query",
    "required": False,
    "schema": COUNT,
    "description": "Donné par « suite ».",
}

DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "Jigi, interface des agences de paiement",
        "version": "1.0.0",
        "description": "Prendre ses ordres, les accepter, en donner les résultats. Toute demande peut être refaite "
        "après une coupure : accepter la même liste ou redonner le même lot ne compte qu’une fois.",
    },
    "servers": [{"url": "/api/agences/v1"}],
    "security": [{"jeton": []}],
    "paths": {
        "/": _get("L’agence, la personne et le jeton.", "Accueil"),
        "/tours/": _get("Les tours qui ont des ordres pour l’agence, les derniers d’abord.", "Tours", _AFTER),
        "/tours/{tour}/": _get("Un tour.", "Tour", _ROUND),
        "/tours/{tour}/ordres/": _get("Une page de ses ordres.", "Ordres", _ROUND, _AFTER),
        "/tours/{tour}/acceptation/": _post("Accepter ses ordres.", "Acceptation", "Tour", _ROUND),
        "/tours/{tour}/refus/": _post("Les refuser, et dire pourquoi.", "Refus", "Tour", _ROUND),
        "/tours/{tour}/resultats/": _post("Donner un lot de résultats.", "Resultats", "Lot", _ROUND),
        "/lots/{lot}/": _get("Ce qu’un lot est devenu, et ses exceptions par ligne.", "Lot", _BATCH),
    },
    "components": {
        "schemas": SCHEMAS,
        "securitySchemes": {"jeton": {"type": "http", "scheme": "bearer"}},
    },
}

"""The rows of the matrix that speak of the accounts at banks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jigi.payments import bank_accounts, bank_operations, bank_statements
from jigi.payments.bank_accounts import Described
from jigi.payments.bank_matching import outstanding
from jigi.payments.bank_models import BankAccount, BankMatch, BankStatement
from tests.access.asks import Ask, Of, _everywhere, _key, _ledger
from tests.access.world import World
from tests.factories import make_user
from tests.payments.bank import RIB

STATEMENTS = (
    "Date;Libellé;Montant;Solde\n05/01/2016;Frais;-5;-5\n",
    "Date;Libellé;Montant;Solde\n06/01/2016;Frais;-7;-12\n",
    "Date;Libellé;Montant;Solde\n07/01/2016;Frais;-9;-21\n",
)


def account(world: World) -> BankAccount:
    """An account of the scene's agreement with two statements, and fees that wait for an approval."""
    known = BankAccount.objects.filter(code="MATRICE").first()
    if known is not None:
        return known
    said = Described("MATRICE", "Compte", "BDM", RIB, agreement=world.scene.agreement.code)
    bank = bank_accounts.describe(said, by=make_user("matrice-regle", "system_administrator"))
    keeper = make_user("matrice-tient", "finance_officer")
    with TemporaryDirectory() as folder:
        for number, text in enumerate(STATEMENTS[:2]):
            path = Path(folder) / f"{number}.csv"
            path.write_text(text, encoding="utf-8")
            bank_statements.take(bank, path, by=keeper)
    first = next(one.key for one in outstanding(bank) if one.amount_xof == -5)
    bank_operations.explain(bank, [first], [], "charge", "avis", by=keeper)
    return bank


def statement(world: World) -> int:
    return BankStatement.objects.filter(bank=account(world)).latest("pk").pk


def match(world: World) -> int:
    return BankMatch.objects.filter(bank=account(world)).earliest("pk").pk


def _of_account(name: str) -> Of:
    return lambda world, place: reverse(name, args=[account(world).code]) if place == "above" else None


def _taken(world: World, place: str) -> Mapping[str, Any]:
    return {"cle": str(uuid.uuid4()), "fichier": SimpleUploadedFile("r.csv", STATEMENTS[2].encode())}


def _set(world: World, place: str) -> Mapping[str, str]:
    said = {"code": "AUTRE", "intitule": "Compte", "banque": "BDM", "numero": "ML0160120102600110066859"}
    code = account(world).fund
    return {"cle": str(uuid.uuid4()), **said, "convention": code, "compte": f"{code}:disponible"}


BANK_ASKS = (
    Ask("ledger_banks", "comptes bancaires", _everywhere("ledger_banks")),
    Ask("ledger_bank", "un compte bancaire", _of_account("ledger_bank")),
    Ask("ledger_bank_statements", "relevés d’un compte bancaire", _of_account("ledger_bank_statements")),
    Ask("ledger_bank_statements", "prendre un relevé bancaire", _of_account("ledger_bank_statements"), sent=_taken),
    Ask("ledger_bank_statement", "un relevé bancaire", _ledger("ledger_bank_statement", statement)),
    Ask(
        "ledger_bank_statement",
        "retirer un relevé bancaire",
        _ledger("ledger_bank_statement", statement),
        sent=_key(motif="essai"),
    ),
    Ask("ledger_bank_matching", "rapprocher un compte bancaire (page)", _of_account("ledger_bank_matching")),
    Ask(
        "ledger_bank_matching",
        "rapprocher un compte bancaire",
        _of_account("ledger_bank_matching"),
        sent=_key(action="chercher"),
    ),
    Ask("ledger_bank_matches", "rapprochements d’un compte bancaire", _of_account("ledger_bank_matches")),
    Ask("ledger_bank_match", "un rapprochement bancaire", _ledger("ledger_bank_match", match)),
    Ask(
        "ledger_bank_match",
        "défaire un rapprochement bancaire",
        _ledger("ledger_bank_match", match),
        sent=_key(motif="essai"),
    ),
    Ask(
        "ledger_bank_match",
        "approuver une opération de la banque",
        _ledger("ledger_bank_match", match),
        sent=_key(action="approuver"),
    ),
    Ask("ledger_bank_setting", "régler les comptes bancaires (page)", _everywhere("ledger_bank_setting")),
    Ask("ledger_bank_setting", "régler un compte bancaire", _everywhere("ledger_bank_setting"), sent=_set),
)

"""The ground of a demonstration: a database of its own, emptied at each start, and accounts to sign in with."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from jigi.foundation import anchors
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.installation import ensure_account, install
from jigi.intake.actions import load_form, publish
from jigi.schemes.actions import load_schemes

QUESTIONNAIRE = "menage"
TABLES_AT_A_TIME = 20
MARK = "Jigi, base de démonstration : effacée au début de chaque « jigi demo »."
PASSWORD = "demonstration-jigi"
ACCOUNTS = {
    "responsable": ("Responsable (démonstration)", "programme_manager", "ML"),
    "coordination": ("Coordination (démonstration)", "coordinator", "ML"),
    "tresorerie": ("Trésorerie (démonstration)", "treasurer", "ML"),
    "paiements": ("Paiements (démonstration)", "payment_officer", "ML"),
    "kita": ("Social, Kita (démonstration)", "social_officer", "ML0105"),
    "auditeur": ("Audit (démonstration)", "auditor", "ML"),
    "comptes": ("Comptes (démonstration)", "system_administrator", "ML"),
    "finances": ("Finances (démonstration)", "finance_officer", "ML"),
    "verification": ("Vérification (démonstration)", "grievance_officer", "ML"),
    "enqueteur": ("Enquête, Kita (démonstration)", "enumerator", "ML0105"),
    "agence": ("Agence A, guichet (démonstration)", "agency_user", "ML"),
    "ong": ("ONG A, animatrice (démonstration)", "ngo_operator", "ML0105"),
    "chef": ("ONG A, chef d’équipe (démonstration)", "ngo_operator", "ML0105"),
}
ORGANISATIONS = {"agence": "AGENCE-A", "ong": "ONG-A", "chef": "ONG-A"}
"""Whom an account works for, where that is not the programme."""


@dataclass(frozen=True)
class Staff:
    """The people of a demonstration, each with one hand in the chain."""

    operator: User
    manager: User
    coordinator: User
    treasurer: User
    payment_officer: User


def clear() -> None:
    """Empty a demonstration database. Raises Refused when the database holds anything else."""
    marked = is_marked()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        tables = cursor.fetchone()[0]
        if tables and not marked and _holds_households(cursor):
            raise Refused(
                "Cette base contient des ménages qui ne sont pas de démonstration : rien n’est effacé",
                remedy="Donnez une autre base par DATABASE_URL, ou un autre dossier par JIGI_HOME.",
            )
        cursor.execute("SELECT quote_ident(current_database())")
        cursor.execute(f"COMMENT ON DATABASE {cursor.fetchone()[0]} IS '{MARK}'")
        anchors.set_aside(timezone.now())
        _drop_tables(cursor)
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _drop_tables(cursor: CursorWrapper) -> None:
    """Some tables at a time: all at once, each of their constraints and triggers would hold a lock until the end, and
    a server of ordinary settings has not so many."""
    cursor.execute(
        "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
    )
    names = [row[0] for row in cursor.fetchall()]
    for first in range(0, len(names), TABLES_AT_A_TIME):
        some = ", ".join(names[first : first + TABLES_AT_A_TIME])
        cursor.execute(f"DROP TABLE IF EXISTS {some} CASCADE")  # nosec B608


def is_marked() -> bool:
    """Whether this database was made for a demonstration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        return bool(cursor.fetchone()[0] == MARK)


def people() -> Staff:
    """Install the base, the questionnaire, the demonstration accounts, all with the same known password."""
    operator = install()
    load_schemes(by=operator)
    made = {
        username: ensure_account(
            username,
            name,
            role,
            area_code=area,
            organisation=ORGANISATIONS.get(username, ""),
            password=PASSWORD,
            is_demonstration=True,
        )
        for username, (name, role, area) in ACCOUNTS.items()
    }
    questionnaire = load_form(QUESTIONNAIRE, by=operator)
    if not questionnaire.recognised:
        publish(questionnaire.version, by=operator)
    return Staff(operator, made["responsable"], made["coordination"], made["tresorerie"], made["paiements"])


def _holds_households(cursor) -> bool:  # type: ignore[no-untyped-def]
    cursor.execute("SELECT to_regclass('registry_household')")
    if cursor.fetchone()[0] is None:
        return False
    cursor.execute("SELECT EXISTS (SELECT FROM registry_household)")
    return bool(cursor.fetchone()[0])

"""A dump is not enough: no telephone, NINA or account of the files stands in any table, however it is spelled."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path

import pytest
from django.db import connection

from jigi.demo import chain, ground
from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation import audit
from jigi.foundation.models import AuditEvent
from jigi.intake.models import Problem
from jigi.intake.pipeline import import_file
from jigi.payments import actions, returns
from jigi.payments.models import Instruction, ReturnLine
from jigi.programmes.models import Agency
from jigi.registry.models import Identifier, Phone

DEFINITION = Path(chain.__file__).resolve().parent.parent / "programmes" / "definitions" / "kita.toml"
SMALLER_THAN_A_PHONE = 7
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.\-/()_]+(?=\d)")
_PREFIX = re.compile(r"^(?:00)?223(?=\d{8}$)")


def numbers_in(text: str) -> Iterator[str]:
    """The runs of digits of a text whatever stands between them, without 223."""
    for run in re.findall(r"\d+", _BETWEEN_DIGITS.sub("", text)):
        if len(run) > SMALLER_THAN_A_PHONE:
            yield _PREFIX.sub("", run)


def dumped() -> Iterator[tuple[str, str]]:
    """Every cell of every table that may hold words or bytes, with its column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(table_name), quote_ident(column_name), data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE' AND data_type !~ '(timestamp|date|boolean|double)'"
        )
        for table, column, kind in cursor.fetchall():
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
            for (cell,) in cursor:
                yield f"{table}.{column}", bytes(cell).decode("latin-1") if kind == "bytea" else str(cell)


def found_in_clear(secrets: set[str]) -> set[str]:
    return {f"{place} : {number}" for place, cell in dumped() for number in numbers_in(cell) if number in secrets}


def cells(path: Path, column: str, **options: str) -> Iterable[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[column] for row in csv.DictReader(file, **options) if row[column]]


@pytest.fixture
def played(db: None, tmp_path: Path) -> set[str]:
    """A demonstration with everything that could leave a number behind; the numbers of its files."""
    staff = ground.people()
    file = tmp_path / "kita.toml"
    file.write_text(DEFINITION.read_text(encoding="utf-8").replace('kind = "mfi"', 'kind = "wallet"'), encoding="utf-8")
    component = chain.load_component(file, staff)
    plan = chain.Plan(file, 300, 90, 7, None, tmp_path)
    chain.enrol_population(plan, component, staff, chain.Played(), chain.Clock(chain.Played(), lambda said: None))
    secrets = {_PREFIX.sub("", number) for number in cells(tmp_path / "membres.csv", "telephone")}
    secrets |= {re.sub(r"\D", "", nina) for nina in cells(tmp_path / "membres.csv", "nina")}
    assert len(secrets) > 300
    _import_with_faults(tmp_path, staff)
    opened = actions.open_round(component, 1, chain.communes_of(component), by=staff.manager)
    chain.play_round(actions.prepare(opened, by=staff.manager), plan, staff)
    _answer_with_numbers(tmp_path, staff)
    one = Enrolment.objects.filter(alternate__isnull=False).exclude(account_index=b"").first()
    assert one and one.alternate
    enrolment.change_recipient(one, one.alternate, reason="départ", by=staff.manager)
    return secrets


def _import_with_faults(folder: Path, staff: ground.Staff) -> None:
    """The same forms under other numbers, telephones and NINA spoiled or held twice."""
    for name in ("menages", "membres"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["numero_fiche"] = f"bis{row['numero_fiche']}"
            if row.get("telephone"):
                row["telephone"] = f"{row['telephone'][:4]} {row['telephone'][4:]} chez le voisin"
        with (folder / f"{name}-bis.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    import_file(folder / "menages-bis.csv", "population_fictive", members=folder / "membres-bis.csv", by=staff.operator)


def _answer_with_numbers(folder: Path, staff: ground.Staff) -> None:
    """A return whose lines hold the telephone of the recipient in every place where one can be written."""
    orders = Instruction.objects.exclude(account_index=b"")[:20]
    lines = [
        [number, "ABSENT", number[4:], number, f"injoignable au {number[4:6]} {number[6:]}", number[4:]]
        for number in map(attrgetter("account"), orders)
    ]
    path = folder / "retour-bavard.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["reference", "statut", "montant_fcfa", "date", "motif", "reference_agence"])
        writer.writerows(lines)
    returns.reconcile(path, Agency.objects.order_by("pk")[0], by=staff.payment_officer)


def test_no_number_of_a_person_stands_in_clear(played: set[str]) -> None:
    assert not found_in_clear(played)
    kept = {re.sub(r"\D", "", one.value) for one in Identifier.objects.all()}
    kept |= {_PREFIX.sub("", re.sub(r"\D", "", one.number)) for one in Phone.objects.all()}
    assert kept == played, "everything is there for who holds the keys"
    assert ReturnLine.objects.filter(reason_read__contains="•").count() == 20
    assert Problem.objects.filter(code="nina_held", value__startswith="•").exists()
    assert Problem.objects.filter(code="phone", message__contains="•").exists()
    assert "•" in AuditEvent.objects.get(verb="change_recipient").before["account"]
    for spelled in ("{}", "+223{}", "00223 {}", "+223 {0:.2} {0[2]}{0[3]}-{0[4]}{0[5]}.{0[6]}{0[7]}"):
        number = next(n for n in played if len(n) == 8)
        said = f"appeler le {spelled.format(number)} demain"
        audit.record("essai", "essai", 1, by=None, reason=said, after={"address": {"q": said}, "typed": [said]})
        assert not found_in_clear(played)
        AuditEvent.objects.create(verb="essai", reason=said)
        assert found_in_clear(played), "a number in clear would be seen"
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE foundation_auditevent DISABLE TRIGGER USER")
        AuditEvent.objects.filter(verb="essai").delete()

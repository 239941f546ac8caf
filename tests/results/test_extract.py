"""Extracts for analysts: what they hold, what they never hold, who asks, who grants, who opens."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyrage
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import Run, User
from jigi.foundation.runs import leave_failed
from jigi.grievances.models import Case
from jigi.payments.models import Instruction, PaymentRound
from jigi.registry.dictionary import dictionary
from jigi.registry.models import Household, Identifier, Membership, Person, Phone
from jigi.results import extract, extract_files, jobs
from jigi.results.extract_tables import contents, read_contents
from jigi.results.models import Extract, ExtractAnswer, ExtractPart, ExtractRequest
from jigi.sharing import objections
from tests.command.terminal import terminal
from tests.factories import make_user
from tests.grievances.world import World as Complaints
from tests.kept import Kept, once
from tests.results.test_lies import refused
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db
WHY = "Étude des délais de paiement de 2016"
NAMED = {"registry.Person.birth_date", "registry.Person.sex"}
"""What of a person's identity an extract tells: never the day of birth, but the age."""


@dataclass
class Analyst:
    """`world` paid a round planned for two days; who asks for an extract holds the key of `identity`."""

    world: World
    identity: str

    @property
    def key(self) -> str:
        return str(pyrage.x25519.Identity.from_str(self.identity).to_public())

    def asked(self) -> ExtractRequest:
        return extract.ask(self.key, WHY, by=self.world.keeper)

    def made(self) -> Extract:
        request = self.asked()
        extract.answer(request, True, "", by=self.world.signer)
        return extract.make(request)

    def opened(self, made: Extract) -> zipfile.ZipFile:
        sealed = b"".join(bytes(part.content) for part in made.parts.order_by("number"))
        clear = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(self.identity)])
        return zipfile.ZipFile(io.BytesIO(clear))


def analyst_of(folder: Path) -> Analyst:
    made = Analyst(paid(folder), str(pyrage.x25519.Identity.generate()))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_paymentround DISABLE TRIGGER USER")
        PaymentRound.objects.update(pays_from="2016-02-08", pays_until="2016-02-09")
        cursor.execute("ALTER TABLE payments_paymentround ENABLE TRIGGER USER")
    return made


analyst_once = once("analyst", analyst_of)


@pytest.fixture
def analyst(analyst_once: Kept[Analyst], db: None) -> Analyst:
    return analyst_once.copy()


@pytest.fixture
def database(analyst: Analyst, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The DuckDB database of an extract, opened as its analyst does."""
    with database_of(analyst, analyst.made(), tmp_path) as opened:
        yield opened


def database_of(analyst: Analyst, made: Extract, folder: Path) -> duckdb.DuckDBPyConnection:
    path = folder / f"{made.pk}.duckdb"
    path.write_bytes(analyst.opened(made).read("jigi.duckdb"))
    return duckdb.connect(path, read_only=True)


def _one(database: duckdb.DuckDBPyConnection, query: str) -> Any:
    found = database.execute(query).fetchone()
    assert found is not None
    return found[0] if len(found) == 1 else found


def test_tables_say_what_the_register_says(database: duckdb.DuckDBPyConnection) -> None:
    assert _one(database, "SELECT count(*), sum(taille) FROM menages") == (
        Household.objects.count(), Household.objects.aggregate(n=Sum("size"))["n"]
    )  # fmt: skip
    assert _one(database, "SELECT count(*) FROM personnes") == Membership.objects.filter(ended_on=None).count()
    assert _one(database, "SELECT count(*) FROM personnes ANTI JOIN menages USING (menage)") == 0
    assert _one(database, "SELECT count(*), sum(montant_xof), sum(paye_xof) FROM ordres") == (9, 270_000, 240_000)
    assert _one(database, "SELECT count(DISTINCT menage) FROM ordres SEMI JOIN menages USING (menage)") == 9
    assert _one(database, "SELECT count(*) FROM reste") == 0
    assert _one(database, "SELECT code FROM lieux JOIN menages USING (lieu) GROUP BY ALL ORDER BY count(*) DESC") == (
        "ML030101"
    )


def test_views_answer_what_analysts_ask(database: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT commune, au_registre, inscrits, payes FROM v_entonnoir JOIN v_communes USING (lieu) ORDER BY code"
    funnel = database.execute(query).fetchall()
    assert funnel == [("commune ML010501", 3, 3, 2), ("commune ML010502", 2, 2, 2), ("commune ML030101", 4, 4, 4)]
    months = database.execute("SELECT regle_mois, sum(ordres), sum(paye_xof) FROM v_paiements_mois GROUP BY ALL")
    assert months.fetchall() == [("2016-02", 8, 240_000)]
    assert database.execute("SELECT annee, paye_xof FROM v_francs").fetchall() == [("2016", 240_000)]
    # Planned from the 8th to the 9th of February, paid on the 10th.
    delays = database.execute("SELECT prevu_mois, ordres, a_temps, jours_medians FROM v_delais_agence").fetchall()
    assert delays == [("2016-02", 9, 0, 2.0)]
    assert _one(database, "SELECT sum(personnes) FROM v_beneficiaires") == 3 * 8
    for view in contents().views:
        database.execute(f"SELECT * FROM {view.name}").fetchall()
    said = dict(database.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
    assert said == {view.name: view.says for view in contents().views}


def test_every_file_opens_by_itself(analyst: Analyst, tmp_path: Path) -> None:
    made = analyst.made()
    with analyst.opened(made) as archive:
        archive.extractall(tmp_path)
        names = set(archive.namelist())
    tables = {table.name for table in contents().tables}
    views = {f"{view.name}.csv" for view in contents().views}
    assert names == {f"{name}.parquet" for name in tables} | views | {
        "LISEZMOI.txt", "dictionnaire.csv", "jigi.duckdb"
    }  # fmt: skip
    with (tmp_path / "v_delais_agence.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["jours_medians"] for row in csv.DictReader(file, delimiter=";")] == ["2,0"]
    for table in contents().tables:
        read = duckdb.execute(f"SELECT * FROM '{tmp_path / table.name}.parquet'")
        assert [column[0] for column in read.description or ()] == [column.name for column in table.columns]
        assert len(read.fetchall()) == made.lines[table.name]
    with (tmp_path / "dictionnaire.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {(row["table"], row["colonne"]) for row in csv.DictReader(file, delimiter=";")}
    assert told >= {(table.name, column.name) for table in contents().tables for column in table.columns}
    assert "9 lignes" in (tmp_path / "LISEZMOI.txt").read_text(encoding="utf-8")


def test_no_column_names_anybody_or_tells_what_is_restricted() -> None:
    fields = {
        f"{label}.{field.code}": field
        for label, entity in dictionary().entities.items()
        for field in entity.fields
    }  # fmt: skip
    links = {f"{one.entity}.{one.field}" for one in dictionary().relations}
    for table in contents().tables:
        for column in table.columns:
            if not column.of:
                continue
            found = [name for name in fields if name.endswith(f".{column.of}")]
            assert len(found) == 1, column
            field = fields[found[0]]
            assert field.sensitivity != "restricted", column
            assert field.kind != "identity" or found[0] in NAMED or found[0] in links, column


def test_no_cell_names_anybody(analyst: Analyst, tmp_path: Path) -> None:
    """Names, numbers, telephones and references of the register, sought in every cell of every table."""
    person = Person.objects.order_by("pk")[0]
    Person.objects.filter(pk=person.pk).update(nickname="Surnom-X", father_name="Père-X", mother_name="Mère-X")
    Household.objects.update(longitude=-7.123456, latitude=12.654321, collector="Enquêteur-X")
    with database_of(analyst, analyst.made(), tmp_path) as database:
        tables = [table.name for table in contents().tables]
        cells = {str(cell) for name in tables for row in database.table(name).fetchall() for cell in row}
    secret = {
        *Household.objects.values_list("head_name", flat=True), *Household.objects.values_list("rsu_number", flat=True),
        *Household.objects.values_list("source_key", flat=True), *Person.objects.values_list("given_names", flat=True),
        *Person.objects.values_list("surname", flat=True), *Instruction.objects.values_list("reference", flat=True),
        *(phone.number for phone in Phone.objects.all()), *(document.value for document in Identifier.objects.all()),
        *map(str, Person.objects.exclude(birth_date=None).values_list("birth_date", flat=True)),
        "Surnom-X", "Père-X", "Mère-X", "Enquêteur-X", "-7.123456", "12.654321",
    }  # fmt: skip
    assert len(secret) > 40 and not secret & cells
    assert [cell for cell in cells if any(len(word) > 4 and word in cell for word in secret)] == []
    assert {"commune ML010501", "right", "paid"} <= cells  # so that a search can find something


def test_pseudonyms_hold_in_one_extract_and_nowhere_else(analyst: Analyst, tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        with database_of(analyst, analyst.made(), tmp_path) as one:
            found.append({row[0] for row in one.execute("SELECT menage FROM menages").fetchall()})
    assert len(found[0]) == len(found[1]) == 9 and not found[0] & found[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.extract_secret')")
        assert cursor.fetchone() == (None,)


def test_lines_are_in_no_order_of_the_register(database: duckdb.DuckDBPyConnection) -> None:
    for name in ("menages", "personnes", "inscriptions"):
        rows = database.execute(f"SELECT * FROM {name}").fetchall()
        assert rows == sorted(rows, key=lambda row: [(cell is None, cell) for cell in row])


def test_a_household_where_somebody_opposes_sharing_is_left_out_and_the_francs_stay(
    analyst: Analyst, tmp_path: Path
) -> None:
    paid_to = list(Instruction.objects.filter(status="paid").order_by("household").values_list("household", flat=True))
    first, second, third, fourth = Household.objects.filter(pk__in=paid_to[:4]).order_by("pk")
    objections.oppose(first, None, partner="", data_request=1)
    person = Person.objects.filter(memberships__household=second).first()
    assert person is not None
    objections.oppose(second, person, partner="", data_request=2)
    objections.oppose(third, None, partner="ONG-A", data_request=3)  # to one partner: not to this
    objections.oppose(fourth, None, partner="", data_request=4)
    objections.lift(4)
    made = analyst.made()
    assert made.left_out == 2
    with database_of(analyst, made, tmp_path) as database:
        assert _one(database, "SELECT count(*) FROM menages") == 7
        assert _one(database, "SELECT count(*) FROM personnes") == 3 * 7
        assert _one(database, "SELECT count(*), sum(paye_xof) FROM ordres") == (7, 180_000)
        assert _one(database, "SELECT sum(ordres), sum(paye_xof) FROM reste") == (2, 60_000)
        assert _one(database, "SELECT paye_xof FROM v_francs") == 240_000
    assert "moins de 10" in analyst.opened(made).read("LISEZMOI.txt").decode()


def test_who_was_erased_is_in_no_table(analyst: Analyst, tmp_path: Path) -> None:
    gone, other = Household.objects.order_by("pk")[:2]
    Household.objects.filter(pk=gone.pk).update(source_key="effacé:1")
    alone = Person.objects.filter(memberships__household=other).order_by("pk")[0]
    Person.objects.filter(pk=alone.pk).update(given_names="Personne", surname="effacée")
    with database_of(analyst, analyst.made(), tmp_path) as database:
        assert _one(database, "SELECT count(*) FROM menages") == 8
        assert _one(database, "SELECT count(*) FROM personnes") == 3 * 8 - 1
        assert _one(database, "SELECT sum(ordres) FROM reste") == 1


def test_a_merged_household_is_what_it_became(analyst: Analyst, tmp_path: Path) -> None:
    kept, gone = Household.objects.order_by("pk")[:2]
    Household.objects.filter(pk=gone.pk).update(status="merged", merged_into=kept)
    with database_of(analyst, analyst.made(), tmp_path) as database:
        assert _one(database, "SELECT count(*) FROM menages") == 8
        assert _one(database, "SELECT max(n) FROM (SELECT count(*) AS n FROM ordres GROUP BY menage)") == 2
        assert _one(database, "SELECT count(*) FROM reste") == 0
    objections.oppose(gone, None, partner="", data_request=1)
    with database_of(analyst, analyst.made(), tmp_path) as database:
        assert _one(database, "SELECT count(*) FROM menages") == 7, "it opposes as what it became"
        assert _one(database, "SELECT sum(ordres) FROM reste") == 2


def test_a_file_that_tells_who_left_since_is_not_let_out(analyst: Analyst) -> None:
    made = analyst.made()
    extract.take(made, by=analyst.world.keeper)
    with connection.cursor() as cursor:  # the test is one transaction: its objections are as old as its extracts
        cursor.execute("ALTER TABLE results_extract DISABLE TRIGGER result_is_kept")
        Extract.objects.update(seen_at=timezone.now() - timedelta(days=1))
        cursor.execute("ALTER TABLE results_extract ENABLE TRIGGER result_is_kept")
    made.refresh_from_db()
    objections.oppose(Household.objects.order_by("pk")[0], None, partner="", data_request=1)
    with pytest.raises(Refused, match="opposé"):
        extract.take(made, by=analyst.world.keeper)


def test_no_sensitive_complaint_is_told(analyst: Analyst, tmp_path: Path) -> None:
    told = Complaints()
    told.answered()
    told.heard("gender_violence")
    assert Case.objects.filter(sensitive=True).count() == 1
    with database_of(analyst, analyst.made(), tmp_path) as database:
        assert database.execute("SELECT categorie, etat, jours_reponse FROM plaintes").fetchall() == [
            ("fees_demanded", "answered", 0)
        ]
        assert _one(database, "SELECT plaintes, repondues FROM v_plaintes_delais") == (1, 1)


def test_another_person_grants_and_who_asked_alone_takes(analyst: Analyst) -> None:
    world, request = analyst.world, analyst.asked()
    with pytest.raises(Refused, match="accordé"):
        extract.make(request)
    with pytest.raises(Refused, match="affectation"):
        extract.answer(request, True, "", by=world.keeper)
    with pytest.raises(Refused, match="attend déjà"):
        analyst.asked()
    with pytest.raises(Refused, match="motif"):
        extract.answer(request, False, "non", by=world.signer)
    extract.answer(request, True, "", by=world.signer)
    with pytest.raises(Refused, match="déjà sa réponse"):
        extract.answer(request, False, "Finalement non, merci", by=world.signer)
    made = extract.make(request)
    assert extract.make(request) == made and Extract.objects.count() == 1
    for other in (world.signer, world.signer_too()):
        with pytest.raises(Refused):
            extract.take(made, by=other)
    extract.take(made, by=world.keeper)
    verbs = [event.verb for event in audit.history(extract.NOUN, request.pk)]
    assert sorted(verbs) == ["ask", "grant", "make", "take_file"]


@pytest.mark.parametrize("role", ["regional_coordinator", "auditor", "finance_officer"])
def test_who_may_not_ask(analyst: Analyst, role: str) -> None:
    other = analyst.world.regional(role) if role.startswith("regional") else make_user("autre", role)
    with pytest.raises(Refused, match="affectation"):
        extract.ask(analyst.key, WHY, by=other)
    regional = make_user("suivi-kita", "monitoring_officer", analyst.world.region)
    with pytest.raises(Refused, match="affectation"):
        extract.ask(analyst.key, WHY, by=regional)


@pytest.mark.parametrize("key", ["", "age1", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA"])
def test_a_key_that_is_none(analyst: Analyst, key: str) -> None:
    with pytest.raises(Refused, match="clé age"):
        extract.ask(key, WHY, by=analyst.world.keeper)


def test_a_month_later_the_file_is_gone_and_its_trace_stays(analyst: Analyst) -> None:
    made = analyst.made()
    assert extract.drop_old() == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE results_extract DISABLE TRIGGER result_is_kept")
        Extract.objects.update(at=timezone.now() - timedelta(days=extract.KEPT_DAYS + 1))
        cursor.execute("ALTER TABLE results_extract ENABLE TRIGGER result_is_kept")
    jobs.drop_extracts(0)
    assert not ExtractPart.objects.exists() and Extract.objects.filter(pk=made.pk).exists()
    with pytest.raises(Refused, match="plus gardé"):
        extract.take(made, by=analyst.world.keeper)


def test_a_row_that_is_lost_on_the_way_makes_no_extract(analyst: Analyst, monkeypatch: pytest.MonkeyPatch) -> None:
    request = analyst.asked()
    extract.answer(request, True, "", by=analyst.world.signer)
    honest = extract_files.copy_out
    monkeypatch.setattr(extract_files, "copy_out", lambda query, file: honest(query, file) + 1)
    with pytest.raises(AssertionError, match="lignes données"):
        extract.make(request)
    # Of this database: the extracts of other tests come and go beside.
    left = Path(settings.HOME).glob(f"extrait-{connection.settings_dict['NAME']}-*")
    assert not Extract.objects.exists() and not list(left)
    assert Run.objects.filter(kind="results.extract").latest("pk").status == "failed"


LIES: dict[str, Any] = {
    "extract_is_asked_with_a_reason": lambda a: ExtractRequest.objects.create(
        recipient_key=a.key, reason="", by=a.world.keeper
    ),
    "extract_refused_with_a_reason": lambda a: ExtractAnswer.objects.create(
        request=a.asked(), granted=False, by=a.world.signer
    ),
    "extract_granted_by_another": lambda a: ExtractAnswer.objects.create(
        request=a.asked(), granted=True, by=a.world.keeper
    ),
    "extract_was_granted": lambda a: _extract(a.asked()),
    "extract_is_a_file": lambda a: _extract(granted(a), sha256="rien"),
    "extract_part_once": lambda a: ExtractPart.objects.create(extract=a.made(), number=0, content=b"x"),
}


def granted(analyst: Analyst) -> ExtractRequest:
    request = analyst.asked()
    extract.answer(request, True, "", by=analyst.world.signer)
    return request


def _extract(request: ExtractRequest, **lie: Any) -> Extract:
    facts = {"seen_at": timezone.now(), "lines": {}, "left_out": 0, "size": 1, "sha256": "0" * 64}
    return Extract.objects.create(request=request, **(facts | lie))


@pytest.mark.parametrize("name", LIES)
def test_the_database_refuses_each_lie(analyst: Analyst, name: str) -> None:
    with refused(name):
        LIES[name](analyst)


def test_what_was_asked_and_answered_stays(analyst: Analyst) -> None:
    """Parts alone go, after a month; none is replaced."""
    analyst.made()
    changes = [
        f"{act} results_{table}{more}"
        for table in ("extractrequest", "extractanswer", "extract")
        for act, more in (("UPDATE", " SET id = id"), ("DELETE FROM", ""), ("TRUNCATE", " CASCADE"))
    ]
    for lie in (*changes, "UPDATE results_extractpart SET id = id"):
        with refused("ne se modifient ni ne s'effacent"), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(lie)


def test_the_pages(client: Client, analyst: Analyst) -> None:
    world = analyst.world
    client.force_login(world.keeper)
    assert "Aucune demande" in client.get("/resultats/extraits/").content.decode()
    answer = _posted(client, "/resultats/extraits/", motif=WHY, cle_age="age1faux")
    assert answer.status_code == 422 and WHY in answer.content.decode() and "clé age" in answer.content.decode()
    _posted(client, "/resultats/extraits/", motif=WHY, cle_age=analyst.key)
    request = ExtractRequest.objects.get()
    assert "en attente" in client.get("/resultats/extraits/").content.decode()
    _as(client, world.signer)
    assert f"Extrait pour l’analyse, demande {request.pk}" in client.get("/aujourdhui/").content.decode()
    _posted(client, f"/resultats/extraits/{request.pk}/repondre/", accord="oui")
    assert "se prépare" in client.get("/resultats/extraits/").content.decode()
    leave_failed("results.extract", "Travail abandonné", subject=f"{extract.NOUN}:{request.pk}", message="essai")
    assert "échoué" in client.get("/resultats/extraits/").content.decode()
    _posted(client, f"/resultats/extraits/{request.pk}/ecrire/")
    jobs.write_extract(request.pk)
    assert "scellé pour" in client.get("/resultats/extraits/").content.decode()
    assert client.get(f"/resultats/extraits/{request.pk}/fichier/").status_code == 404
    unproved = Client()
    unproved.force_login(world.keeper)
    assert unproved.get(f"/resultats/extraits/{request.pk}/fichier/").url.startswith("/compte/confirmer/")
    assert _posted(unproved, "/resultats/extraits/", motif=WHY, cle_age=analyst.key).url.startswith(
        "/compte/confirmer/"
    )
    _as(client, world.keeper)
    answer = client.get(f"/resultats/extraits/{request.pk}/fichier/")
    sealed = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(sealed) == int(answer["Content-Length"]) == Extract.objects.get().size
    assert "menages" in client.get("/resultats/extraits/contenu/").content.decode()


def _posted(client: Client, address: str, **facts: str) -> Any:
    return client.post(address, {"cle": str(uuid.uuid4()), **facts})


def _as(client: Client, user: User) -> None:
    client.logout()
    client.force_login(user)


@pytest.mark.parametrize("role", ["auditor", "finance_officer"])
def test_others_do_not_know_of_the_pages(client: Client, analyst: Analyst, role: str) -> None:
    client.force_login(make_user("autre", role))
    assert client.get("/resultats/extraits/").status_code == 404
    assert client.get("/resultats/extraits/contenu/").status_code == 404


def test_the_verbs(analyst: Analyst, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jigi, world = terminal(capsys), analyst.world
    asked = jigi(
        "results", "extract", "--key", analyst.key, "--reason", WHY, "--by", world.keeper.username, "--json"
    ).figures
    number = str(asked["request"])
    assert jigi("results", "take", number, "--by", world.keeper.username).code == 1
    said = jigi("results", "grant", number, "--by", world.signer.username, "--json").figures
    assert said["lines"]["menages"] == 9
    assert jigi("results", "grant", number, "--by", world.signer.username, "--json").figures == said
    out = tmp_path / "extrait.age"
    assert jigi("results", "take", number, "--out", str(out), "--by", world.keeper.username).code == 0
    assert out.stat().st_size == said["size"]


def test_a_file_that_says_it_wrong_says_where(tmp_path: Path) -> None:
    path = tmp_path / "extract.toml"
    path.write_text('title = "Essai"\nvalid_from = 2026-01-01\n[[view]]\nname = "sans"\nsays = "x"\nsql = "SELECT 1"\n',
                    encoding="utf-8")  # fmt: skip
    with pytest.raises(InputError, match="forme attendue") as said:
        read_contents(path)
    assert said.value.line == 4

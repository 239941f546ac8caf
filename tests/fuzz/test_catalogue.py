"""The same bad files at every verb and every page that takes one; a new place without its row fails."""

from __future__ import annotations

import html
import io
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jigi.delivery.contracts.models import Contract
from jigi.foundation.models import User
from jigi.web.imports import uploads
from tests.command.files import as_nobody, bomb
from tests.command.terminal import Jigi, make_operator, terminal
from tests.factories import ProvedClient
from tests.fuzz.doors import DOORS
from tests.fuzz.inventory import arguments, fields
from tests.fuzz.oracle import rows_of_all

pytestmark = pytest.mark.django_db

CONTENTS: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "blank": lambda: b" \n\n \n",
    "binary": lambda: bytes(range(256)) * 20,
    "a page": lambda: b"<!doctype html><html><body>x</body></html>",
    "JSON": lambda: b'{"a": 1}',
    "other columns": lambda: b"a;b;c\n1;2;3\n",
    "a column twice": lambda: b"a;a\n1;2\n",
    "cp1252": lambda: "été;déjà\nça;là\n".encode("cp1252"),
    "UTF-16": lambda: "été;déjà\nça;là\n".encode("utf-16"),
    "a broken workbook": lambda: b"PK\x03\x04 rien",
    "an archive": lambda: _archive(),
    "a ZIP bomb": bomb,
    "a torn gzip": lambda: b"\x1f\x8b\x08\x00\x00",
    "one line": lambda: b"x" * 3_000_000,
}


@dataclass(frozen=True)
class Row:
    """The words of a command for a path, with what it needs beside in a folder."""

    words: Callable[[Path, Path], Sequence[object]]


def _intake(option: str) -> Callable[[Path, Path], Sequence[object]]:
    def words(path: Path, folder: Path) -> Sequence[object]:
        from tests.intake.forms import Desk

        files = Desk(folder, User.objects.get(username="exploitant")).fill(1).files()
        given = {"file": files["path"], "--members": files["members"], "--mapping": files["mapping"], option: path}
        return ("intake", "import", *(word for pair in given.items() for word in pair if word != "file"))

    return words


def _lists(path: Path, folder: Path) -> Sequence[object]:
    _programme()
    words = ("targeting", "run", "Essai", "--programme", "tm", "--areas", "ML010501", "--quota", "3", "--lists")
    return (*words, path)


def _poverty(path: Path, folder: Path) -> Sequence[object]:
    from tests.fuzz.doors import plain_lists

    _programme()
    lists = plain_lists(folder)
    words = ("targeting", "run", f"Essai {uuid.uuid4()}", "--programme", "tm", "--areas", "ML010501", "--quota", "3")
    return (*words, "--by", "exploitant", "--lists", lists, "--poverty", path)


def _nutrition() -> str:
    """A contract of the nutrition package with an approved distribution, and its number."""
    from jigi.delivery.contracts.models import Contract
    from tests.delivery.nutrition_scene import ground

    if not Contract.objects.filter(sort="nutrition").exists():
        ground(children=1).plan()
    return Contract.objects.get(sort="nutrition").number


def _granted(*, closed: bool = False) -> Any:
    """A call for grants that receives applications, or one whose applications are scored."""
    from jigi.delivery.grants.models import GrantCall
    from tests.delivery.grants_scene import Play, play

    if known := GrantCall.objects.first():
        return Play(None, known)  # type: ignore[arg-type]
    made = play()
    if closed:
        made.apply(2)
        made.train(list(made.call.applications.all()))
        made.score({one.pk: (25, 15, 25, 15) for one in made.call.applications.all()})
    return made


READ: dict[tuple[str, str], Row] = {
    ("geography load", "file"): Row(lambda path, folder: ("geography", "load", path)),
    ("forms load", "file"): Row(lambda path, folder: ("forms", "load", path)),
    ("forms load", "mapping"): Row(lambda path, folder: ("forms", "load", "menage", "--mapping", path)),
    ("forms load", "media"): Row(lambda path, folder: ("forms", "load", "menage", "--media", path)),
    ("intake import", "file"): Row(_intake("file")),
    ("intake import", "members"): Row(_intake("--members")),
    ("intake import", "mapping"): Row(_intake("--mapping")),
    ("programmes load", "file"): Row(lambda path, folder: ("programmes", "load", path)),
    ("population make", "programme"): Row(
        lambda path, folder: ("population", "make", "--households", "10", "--out", folder / "p", "--programme", path)
    ),
    ("registry names", "folder"): Row(lambda path, folder: ("registry", "names", path)),
    ("schemes load", "file"): Row(lambda path, folder: ("schemes", "load", "--file", path)),
    ("grievances load", "categories"): Row(lambda path, folder: ("grievances", "load", "--categories", path)),
    ("grievances load", "holidays"): Row(lambda path, folder: ("grievances", "load", "--holidays", path)),
    ("grievances import", "file"): Row(lambda path, folder: ("grievances", "import", "--by", _hears(), path)),
    ("results load", "file"): Row(lambda path, folder: ("results", "load", "--by", _watcher(), path)),
    ("schemes import", "file"): Row(lambda path, folder: ("schemes", "import", "--scheme", _scheme(), path)),
    ("shocks import", "file"): Row(lambda path, folder: ("shocks", "import", "--by", _watcher(), "jigi", path)),
    ("shocks alert", "file"): Row(lambda path, folder: ("shocks", "alert", "--by", _watcher(), path)),
    ("triggers load", "files"): Row(lambda path, folder: ("triggers", "load", "--by", _ruler(), path)),
    ("targeting fit", "formula"): Row(lambda path, folder: ("targeting", "fit", "ESSAI", "--formula", path)),
    ("targeting run", "lists"): Row(_lists),
    ("targeting run", "poverty"): Row(_poverty),
    ("payments reconcile", "file"): Row(
        lambda path, folder: ("payments", "reconcile", "--agency", _agency(), "--by", "rapproche", path)
    ),
    ("payments verify", "file"): Row(lambda path, folder: ("payments", "verify", "--file", path)),
    ("payments exchange", "file"): Row(
        lambda path, folder: ("payments", "exchange", "--by", _administrator(), _agency(), path)
    ),
    ("payments channel", "file"): Row(
        lambda path, folder: ("payments", "channel", "--by", _administrator(), _agency(), path)
    ),
    ("ledger open", "file"): Row(lambda path, folder: ("ledger", "open", "--by", _keeper(), path)),
    ("ledger bank accounts", "file"): Row(
        lambda path, folder: ("ledger", "bank", "accounts", "--by", _administrator(), path)
    ),
    ("ledger bank take", "file"): Row(
        lambda path, folder: ("ledger", "bank", "take", "--by", _keeper(), _bank(), path)
    ),
    ("works manual", "file"): Row(lambda path, folder: ("works", "manual", path)),
    ("works enter", "file"): Row(lambda path, folder: ("works", "enter", "--by", "animatrice", *_worksheet(), path)),
    ("grants import", "file"): Row(
        lambda path, folder: ("grants", "import", "--by", "animatrice", _granted().call.code, path)
    ),
    ("grants score", "file"): Row(
        lambda path, folder: ("grants", "score", "--by", "planifie", _granted(closed=True).call.code, path)
    ),
    ("vault import-key", "file"): Row(lambda path, folder: ("vault", "import-key", path)),
    ("backup verify", "folder"): Row(lambda path, folder: ("backup", "verify", path)),
    ("sessions themes", "file"): Row(lambda path, folder: ("sessions", "themes", "--by", _planner(), "--file", path)),
    ("sessions conditions", "file"): Row(
        lambda path, folder: ("sessions", "conditions", "--by", _planner(), "--file", path)
    ),
    ("sessions import", "file"): Row(
        lambda path, folder: ("sessions", "import", "--by", _planner(), "--contract", _contract(), path)
    ),
    ("nutrition load", "file"): Row(lambda path, folder: ("nutrition", "load", path)),
    ("nutrition census", "file"): Row(
        lambda path, folder: ("nutrition", "census", "--by", "planifie", _nutrition(), path)
    ),
    ("nutrition give", "file"): Row(
        lambda path, folder: ("nutrition", "give", "--by", "planifie", _nutrition(), "1", path)
    ),
}
WRITTEN = {
    ("geography load", "rejects"), ("intake import", "rejects"), ("intake submissions", "rejects"),
    ("intake problems", "out"), ("schemes import", "rejects"), ("shocks import", "rejects"),
    ("grievances import", "rejects"), ("targeting fit", "out"), ("payments orders", "out"),
    ("payments frozen-list", "out"), ("sessions import", "rejects"), ("works enter", "rejects"),
    ("grants import", "rejects"), ("grants score", "rejects"),
    ("population make", "out"), ("register model", "output"), ("backup key", "file"), ("backup create", "target"),
    ("nutrition recall", "to"), ("results report", "out"), ("results take", "out"),
}  # fmt: skip
ELSEWHERE = {
    ("demo", "programme"): "le fichier que « programmes load » lit, par la même lecture",
    ("backup restore", "folder"): "le dossier que « backup verify » lit, par la même lecture",
    ("backup drill", "folder"): "le dossier que « backup verify » lit, par la même lecture",
    ("backup list", "target"): "un dossier dont seuls les noms sont lus",
    ("backup prune", "target"): "un dossier dont seuls les noms sont lus",
}


UNNAMED = {("vault", "import-key"), ("forms", "load")}
"""What they read is a text by then: of several files, the message says which by what is wrong."""


def test_every_argument_has_its_row() -> None:
    # « fichier » in their help: a number, a name that is looked for among the kept ones, none that is opened.
    named = {("population make", "seed"), ("results withdraw", "file"), ("results withdraw", "line")}
    assert arguments() - named == set(READ) | WRITTEN | set(ELSEWHERE)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that everybody may walk through, its own files apart."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def jigi(capsys: pytest.CaptureFixture[str], open_to_all: Path, monkeypatch: pytest.MonkeyPatch) -> Jigi:
    from jigi.foundation import backup_key

    make_operator()
    backup_key.make_key_file(open_to_all / "cle")
    (open_to_all / "cle").chmod(0o644)
    monkeypatch.setenv(backup_key.VARIABLE, str(open_to_all / "cle"))
    return terminal(capsys)


@pytest.mark.parametrize("place", READ, ids=" ".join)
def test_a_verb_refuses_them(place: tuple[str, str], jigi: Jigi, tmp_path: Path) -> None:
    row, path = READ[place], tmp_path / "mauvais.xlsx"
    words = row.words(path, tmp_path)
    absent = [("a folder", tmp_path), ("missing", tmp_path / "absent.csv"), ("missing", path / "x")]
    others = [
        (kind, other, row.words(other, tmp_path))
        for kind, other in absent
        if place != ("registry names", "folder") or kind != "a folder"
    ]
    before = rows_of_all()
    for kind, content in CONTENTS.items():
        path.write_bytes(content())
        _refused(jigi, words, path, kind)
    for kind, other, said in others:
        _refused(jigi, said, other, kind)
    assert rows_of_all() == before


@pytest.mark.parametrize("place", READ, ids=" ".join)
def test_a_verb_says_what_it_may_not_read(place: tuple[str, str], jigi: Jigi, open_to_all: Path) -> None:
    path = open_to_all / "secret.csv"
    path.write_bytes(b"a;b\n1;2\n")
    path.chmod(0)
    words = READ[place].words(path, open_to_all)
    before = rows_of_all()
    jigi(*words, "--help")  # what a verb imports is read before the rights are lost
    with as_nobody():
        _refused(jigi, words, path, "unreadable")
    assert rows_of_all() == before


def _refused(jigi: Jigi, words: Sequence[object], path: Path, kind: str) -> None:
    answer = jigi(*words)
    assert answer.code == 1 and answer.err.startswith("jigi : "), (kind, answer)
    assert answer.err.count(". ") + answer.err.count(".\n") >= 2, (kind, answer.err)
    assert path.name in answer.err or tuple(words[:2]) in UNNAMED, (kind, answer.err)


@dataclass(frozen=True)
class Sent:
    """A form that takes a file: who sends it, its address, its field, the fields beside it."""

    by: str
    page: str
    field: str
    beside: Callable[[], dict[str, object]] = dict
    takes: Sequence[str] = ()


ANY_TABLE = ("other columns", "cp1252", "UTF-16", "blank", "one line")


def _door(name: str, field: str = "", takes: Sequence[str] = ()) -> Callable[[Path], Sent]:
    def made(folder: Path) -> Sent:
        door = DOORS[name](folder)
        good = folder / "bon.csv"
        from tests.fuzz.tables import plain_csv

        good.write_bytes(plain_csv(door.rows))
        beside = {door.field: good, **door.beside()}
        wanted = field or door.field
        return Sent(door.by, door.page, wanted, lambda: {k: v for k, v in beside.items() if k != wanted}, takes)

    return made


def _form(field: str, **beside: object) -> Callable[[Path], Sent]:
    def made(folder: Path) -> Sent:
        from tests.factories import make_areas, make_user

        make_areas(communes=1)
        return Sent(make_user("awa").username, "/questionnaires/charger/", field, lambda: dict(beside))

    return made


def _paper(folder: Path) -> Sent:
    from tests.changes.ground import make_scene

    scene = make_scene()
    asked = scene.ask("exit")
    return Sent(scene.maker.username, f"/changements/{asked.pk}/joindre/", "piece")


def _sound(folder: Path) -> Sent:
    from tests.grievances.world import World

    world = World()
    return Sent(world.officer.username, f"/plaintes/{world.heard().pk}/son/", "son")


def _asked(folder: Path) -> Sent:
    from tests.changes.ground import make_scene

    scene = make_scene()
    said = {"date": "2020-05-01", "motif": "essai", "source": "household"}
    return Sent(scene.maker.username, f"/changements/demander/{scene.one.rsu}/exit/", "piece", lambda: dict(said))


def _amendment(folder: Path) -> Sent:
    from tests.factories import make_user
    from tests.payments.scene import stage

    scene = stage()
    said = {"objet": "addition", "montant": "1000", "signature": "2016-05-04", "motif": "essai"}
    page = f"/financements/{scene.agreement.code}/avenants/demander/"
    return Sent(make_user("finances", "finance_officer").username, page, "document", lambda: dict(said))


def _response_paper(folder: Path) -> Sent:
    from tests.response.scene import stage

    scene = stage(households=1)
    page = f"/reponses/{scene.activation.pk}/pieces/joindre/"
    return Sent(scene.decider.username, page, "document", lambda: {"objet": "decision"})


def _budget(folder: Path) -> Sent:
    from tests.factories import make_user
    from tests.payments.scene import stage

    scene = stage()
    said = {"objet": "budget", "signature": "2016-05-04", "motif": "essai"}
    page = f"/financements/{scene.agreement.code}/avenants/demander/"
    return Sent(make_user("finances", "finance_officer").username, page, "lignes", lambda: dict(said))


def _openings(folder: Path) -> Sent:
    from tests.factories import make_areas

    make_areas(communes=1)
    return Sent(_keeper(), "/comptabilite/reprise/", "fichier")


def _timesheet(folder: Path) -> Sent:
    from jigi.delivery.works.models import Timesheet

    _worksheet()
    return Sent("animatrice", f"/chantiers/feuilles/{Timesheet.objects.get().pk}/fichier/", "fichier")


def _worksheet() -> tuple[str, str]:
    """A worksite and the number of its sheet, open to be entered."""
    from jigi.delivery.works.models import Timesheet
    from tests.delivery.works_scene import running

    kept = Timesheet.objects.select_related("worksite").first() or running(2).open(days=3)
    return kept.worksite.code, str(kept.number)


def _statement(folder: Path) -> Sent:
    from tests.payments.bank_scene import banked

    made = banked(folder)
    return Sent(made.keeper.username, f"/comptabilite/banque/comptes/{made.bank.code}/releves/", "fichier")


def _results(folder: Path) -> Sent:
    from tests.payments.agency_scene import accepted, offered

    scene, payment_round, agent = offered(1)
    accepted(payment_round, scene.agency, agent)
    return Sent(agent.username, f"/agence/{scene.agency.code}/tours/{payment_round.pk}/resultats/", "fichier")


def _card(folder: Path) -> Sent:
    from tests.factories import make_areas, make_user

    make_areas(communes=1)
    return Sent(make_user("awa").username, "/menages/carte/", "photo")


def _attendances(folder: Path) -> Sent:
    contract = _contract()
    said = {"contrat": str(Contract.objects.get(number=contract).pk)}
    return Sent("animatrice", "/seances/fichiers/", "fichier", lambda: dict(said))


def _nutrition_page(name: str, field: str) -> Callable[[Path], Sent]:
    def made(folder: Path) -> Sent:
        from jigi.delivery.nutrition.models import Distribution

        _nutrition()
        distribution = Distribution.objects.latest("pk")
        pk = distribution.pk if name == "nutrition_take_sheet" else distribution.contract_id
        return Sent("animatrice", reverse(name, args=[pk]), field)

    return made


def _grant_file(name: str) -> Callable[[Path], Sent]:
    def made(folder: Path) -> Sent:
        call = _granted(closed=name == "grant_scores_send").call
        return Sent(
            "animatrice" if name == "grant_applications_send" else "planifie", reverse(name, args=[call.pk]), "fichier"
        )

    return made


def _evidence(folder: Path) -> Sent:
    from jigi.delivery.grants.grant_models import Grant
    from tests.delivery.grants_scene import play

    one = Grant.objects.first() or play().granted(1)[0]
    said = {"tranche": "1", "nature": "photo"}
    return Sent("animatrice", reverse("grant_act", args=[one.pk, "joindre"]), "image", lambda: dict(said))


def _arm_list(folder: Path) -> Sent:
    from tests.response.arms_scene import make_scene
    from tests.targeting.campaign import FORMULA, make_world

    path = folder / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    scene = make_scene(make_world(path))
    arm = scene.planned("listing")
    return Sent("prepare", f"/reponses/{scene.activation.pk}/volets/{arm.pk}/envoyer/", "liste")


def _register(folder: Path) -> Sent:
    return Sent(_hears(), reverse("grievance_file"), "registre", dict)


def _ruler() -> str:
    from tests.factories import make_areas, make_user

    if not User.objects.filter(username="regles").exists():
        make_areas(communes=1)
        make_user("regles")
    return "regles"


def _watcher() -> str:
    from tests.factories import make_areas, make_user

    if not User.objects.filter(username="suivi").exists():
        make_areas(communes=1)
        make_user("suivi", "monitoring_officer")
    return "suivi"


def _shocks(page: str, field: str, **beside: object) -> Sent:
    return Sent(_watcher(), page, field, lambda: dict(beside))


PAGES: dict[tuple[str, str], Callable[[Path], Sent]] = {
    ("arms/forms.py", "liste"): _arm_list,
    ("grievances/registers.py", "registre"): _register,
    ("grievances/recordings.py", "son"): _sound,
    ("nutrition/distributions.py", "feuille"): _nutrition_page("nutrition_take_sheet", "feuille"),
    ("nutrition/census.py", "recensement"): _nutrition_page("nutrition_census_file", "recensement"),
    ("imports/forms.py", "menages"): _door("menages"),
    ("imports/forms.py", "membres"): _door("membres"),
    ("imports/forms.py", "correspondance"): _door("menages", "correspondance"),
    ("imports/correspondences.py", "menages"): _door("correspondances", takes=ANY_TABLE),
    ("imports/correspondences.py", "membres"): _door("correspondances", "membres", ANY_TABLE),
    ("payments/returns.py", "fichier"): _door("retours"),
    ("schemes/forms.py", "prestations"): _door("prestations"),
    ("shocks/forms.py", "signaux"): lambda folder: _shocks("/chocs/fichiers/envoyer/", "signaux", forme="jigi"),
    ("shocks/forms.py", "alerte"): lambda folder: _shocks("/chocs/alertes/prendre/", "alerte"),
    ("changes/files.py", "fichier"): _door("changements"),
    ("changes/acts.py", "piece"): _paper,
    ("agreements/amending.py", "document"): _amendment,
    ("agreements/amending.py", "lignes"): _budget,
    ("response/documents.py", "document"): _response_paper,
    ("ledger/openings.py", "fichier"): _openings,
    ("ledger/bank_statements.py", "fichier"): _statement,
    ("agency/results.py", "fichier"): _results,
    ("works/sheets.py", "fichier"): _timesheet,
    ("changes/asking.py", "piece"): _asked,
    ("households/finding.py", "photo"): _card,
    ("sessions/files.py", "fichier"): _attendances,
    ("grants/applications.py", "fichier"): _grant_file("grant_applications_send"),
    ("grants/selections.py", "fichier"): _grant_file("grant_scores_send"),
    ("grants/grants.py", "image"): _evidence,
    ("forms/forms.py", "classeur"): _form("classeur"),
    ("forms/forms.py", "correspondance"): _form("correspondance", livre="menage"),
    ("forms/forms.py", "fichiers"): _form("fichiers", livre="menage"),
}
PAGES_ELSEWHERE = {("openrosa/parts.py", "xml_submission_file"): "tests/fuzz/test_fiches.py"}


def test_every_page_that_is_sent_a_file_has_its_row() -> None:
    assert fields() == set(PAGES) | set(PAGES_ELSEWHERE)


@pytest.mark.parametrize("place", PAGES, ids=" ".join)
def test_a_page_refuses_them(
    place: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:  # fmt: skip
    monkeypatch.setattr(uploads, "FOLDER", tmp_path / "envois")
    sent = PAGES[place](tmp_path)
    client = ProvedClient(raise_request_exception=False)
    client.force_login(User.objects.get(username=sent.by))
    settings.FENCED = True
    before = rows_of_all()
    for kind, content in ((kind, content) for kind, content in CONTENTS.items() if kind not in sent.takes):
        answer = client.post(sent.page, _posted(sent, content()), follow=True)
        text = html.unescape(answer.content.decode())
        assert answer.status_code in (400, 403), (kind, answer.status_code, text[:500])
        assert 'class="wrong"' in text or 'role="alert"' in text or "errorlist" in text, (kind, text[:2000])
        assert not list((tmp_path / "envois").glob("*")), kind
    assert {k: v for k, v in rows_of_all().items() if before[k] != v} == {}


def _posted(sent: Sent, content: bytes) -> dict[str, object]:
    fields = {"cle": str(uuid.uuid4()), **sent.beside(), sent.field: SimpleUploadedFile("mauvais.csv", content)}
    return {
        name: SimpleUploadedFile(value.name, value.read_bytes()) if isinstance(value, Path) else value
        for name, value in fields.items()
    }


def _programme() -> None:
    from jigi.programmes.models import Programme

    facts = {"name": "Essai", "file_name": "tm", "file_hash": "0" * 64, "valid_from": "2014-01-01"}
    Programme.objects.get_or_create(code="tm", defaults=facts)


def _planner() -> str:
    _contract()
    return "planifie"


def _contract() -> str:
    from tests.delivery.scene import stage

    if not Contract.objects.exists():
        stage(("sessions",))
    return Contract.objects.get().number


def _hears() -> str:
    from tests.factories import make_areas, make_user

    return str(make_user(f"oumou-{uuid.uuid4().hex[:6]}", "grievance_officer", make_areas(communes=1).country).username)


def _scheme() -> str:
    from tests.schemes.giving import make_scheme

    return str(make_scheme().code)


def _administrator() -> str:
    from tests.factories import make_user

    if not User.objects.filter(username="administre").exists():
        make_user("administre", "system_administrator")
    return "administre"


def _keeper() -> str:
    from tests.factories import make_user

    if not User.objects.filter(username="comptable").exists():
        make_user("comptable", "finance_officer")
    return "comptable"


def _bank() -> str:
    from jigi.payments.bank_models import BankAccount
    from tests.payments.bank_scene import banked

    if not BankAccount.objects.exists():
        banked(Path(tempfile.mkdtemp()))
    return BankAccount.objects.get().code


def _agency() -> str:
    from jigi.programmes.models import Agency
    from tests.factories import make_user

    if not User.objects.filter(username="rapproche").exists():
        make_user("rapproche", "payment_officer")
    return Agency.objects.get_or_create(code="A", defaults={"name": "Agence", "kind": "wallet"})[0].code


def _archive() -> bytes:
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("lisez.txt", b"rien")
    return stream.getvalue()

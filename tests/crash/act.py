"""What the processes that get killed do: build the scene, act on a round, tell what the database holds.

Every function runs in a process of its own, whose database is named by its first argument.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
django.setup()

from django.contrib.auth import login  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import OperationalError, connection, transaction  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from jigi.command.site import VERBS  # noqa: E402
from jigi.foundation import fence, tables  # noqa: E402
from jigi.foundation.errors import Refused  # noqa: E402
from jigi.foundation.models import User  # noqa: E402
from jigi.foundation.server import as_django  # noqa: E402
from jigi.geography.models import Area  # noqa: E402
from jigi.intake.models import Batch  # noqa: E402
from jigi.intake.undoing import undo  # noqa: E402
from jigi.payments import actions, jobs, queries, returns  # noqa: E402
from jigi.payments.models import Instruction, PaymentRound, ReturnFile  # noqa: E402
from jigi.programmes.models import Agency, Component  # noqa: E402
from jigi.web.imports import jobs as imports  # noqa: E402
from jigi.web.imports import uploads  # noqa: E402
from tests.factories import (  # noqa: E402
    make_areas,
    make_component,
    make_enrolments,
    make_households,
    make_user,
)

AGENCIES = ("AGENCE-ESSAI", "AGENCE-B")
HANDS = {
    "import": "programme_manager",
    "undo": "programme_manager",
    "prepare": "programme_manager",
    "approve": "coordinator",
    "release": "treasurer",
    "reconcile": "payment_officer",
}
SAME_WORD = {"freeze": "prepare", "close": "prepare"}
INTERVIEWS = 1_200
REASON = "essai d’un versement défait"
MAPPING = """
name = "essai"
source = "essai"
destination = "register"
[household]
key = "fiche"
collected_on = { value = "2016-05-01" }
village = "village"
[household.columns]
rooms = "pieces"
[members]
key = "fiche"
line = "ligne"
[members.columns]
given_names = "prenom"
surname = "nom"
sex = "sexe"
relation = "lien"
"""
SERVER_GONE = 3
"""Exit code of a process that lost its database."""


def build(url: str, households: int, folder: str) -> None:
    """So many households in each of three communes, a first round closed with absentees, a second one open."""
    use(url)
    tables.migrate()
    fence.grant()
    areas = make_areas(communes=3, villages_per_commune=1)
    for right, role in HANDS.items():
        make_user(right, role)
    third = areas.communes[2:]
    component = make_component(areas.communes, agencies={"AGENCE-B": third}, fundings={"DON-B": third})
    listed = [number for village in areas.villages for number in make_households(households, village)]
    with connection.cursor() as cursor:  # nobody has counted what was just written
        cursor.execute("ANALYZE registry_household, registry_membership, registry_person, registry_phone")
    make_enrolments(component, listed)
    first = _open(component, 1)
    for verb in ("prepare", "freeze", "approve", "release"):
        _step(first, verb)
    _answer(first, Path(folder))
    _step(first, "close")
    _open(component, 2)
    _write_interviews(areas.villages[0].code, Path(folder))
    sessions = {name: signed_in(User.objects.get(username=name)) for name in HANDS}
    (Path(folder) / "sessions.json").write_text(json.dumps(sessions))


def go_to(url: str, verb: str, folder: str) -> None:
    """Bring the second round to where it waits for a verb, with its return files when that is « reconcile »."""
    use(url)
    steps = {"approve": ("prepare", "freeze"), "release": ("approve",), "reconcile": ("release",)}[verb]
    for step in steps:
        _step(_second(), step)
    if verb == "reconcile":
        for agency in AGENCIES:
            _write_return(_second(), agency, Path(folder))


def perform(url: str, act: str, folder: str) -> None:
    """The act of a person: « prepare », « release », or « reconcile:AGENCE » with the agency's file."""
    use(url)
    try:
        _perform(act, folder)
    except OperationalError:
        os._exit(SERVER_GONE)


def perform_again(url: str, act: str, folder: str) -> None:
    """The same act by somebody who doesn't know how far the first went. Already done is done."""
    use(url)
    try:
        _perform(act, folder)
    except Refused:
        done = Batch.objects.filter(status="undone").exists() if act == "undo" else queries.has_been(_second(), act)
        if not done:
            raise


def ask_worker(url: str, act: str, folder: str) -> None:
    """Leave the act to the worker; an import with files of its own, which the worker removes."""
    use(url)
    with transaction.atomic():
        if act == "import":
            imports.enqueue(_sent_files(Path(folder)), "", by=User.objects.get(username=act))
            return
        if act == "undo":
            imports.enqueue_undo(Batch.objects.get(), REASON, by=User.objects.get(username=act))
            return
        jobs.enqueue(_second(), act, by=User.objects.get(username=act))


def work(url: str) -> None:
    """`jigi worker`."""
    use(url)
    try:
        VERBS["worker"].run(argparse.Namespace())
    except OperationalError:
        os._exit(SERVER_GONE)


def tell(url: str, question: Callable[[], Any], listener: Connection) -> None:
    """Send the answer of a function of `tests.crash.facts`."""
    use(url)
    listener.send(question())


def use(url: str) -> None:
    connection.settings_dict.update(as_django(url))


def _perform(act: str, folder: str) -> None:
    verb, _, agency = act.partition(":")
    if verb == "reconcile":
        _reconcile(_second(), agency, Path(folder))
    elif verb == "import":
        imports.take_now(_sent_files(Path(folder)), "", by=User.objects.get(username=verb))
    elif verb == "undo":
        undo(Batch.objects.get(), by=User.objects.get(username=verb), reason=REASON)
    else:
        _step(_second(), verb)


def _open(component: Component, term: int) -> PaymentRound:
    communes = list(Area.objects.filter(pk__in=component.communes.values("commune")))
    return actions.open_round(component, term, communes, by=User.objects.get(username="prepare"))


def _step(payment_round: PaymentRound, verb: str) -> None:
    jobs.ACTS[verb](payment_round, by=User.objects.get(username=SAME_WORD.get(verb, verb)))


def _second() -> PaymentRound:
    return PaymentRound.objects.select_related("component__programme").get(term=2)


def _answer(payment_round: PaymentRound, folder: Path) -> None:
    for agency in AGENCIES:
        _write_return(payment_round, agency, folder)
        _reconcile(payment_round, agency, folder)


def _write_return(payment_round: PaymentRound, agency: str, folder: Path) -> None:
    """One in twenty absent; one line repeated, one unknown."""
    orders = Instruction.objects.filter(payment_round=payment_round, agency__code=agency).order_by("id")
    rows = [
        (line.reference, "ABSENT" if n % 20 == 7 else "PAYE", line.amount_xof, "2016-02-10")
        for n, line in enumerate(orders)
    ]
    with _return_file(payment_round, agency, folder).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["reference", "statut", "montant_fcfa", "date"])
        writer.writerows([*rows, rows[0], ("9-9-9-99", "PAYE", 30_000, "2016-02-10")])


def _reconcile(payment_round: PaymentRound, agency: str, folder: Path) -> ReturnFile:
    path = _return_file(payment_round, agency, folder)
    officer = User.objects.get(username="reconcile")
    return returns.reconcile(path, Agency.objects.get(code=agency), by=officer).return_file


def _write_interviews(village: str, folder: Path) -> None:
    """A file of households, its members, and how they are understood, as the page of imports takes them."""
    numbers = range(1, INTERVIEWS + 1)
    members = [f"F{n};1;Awa;Traoré {n};F;chef\nF{n};2;Ali;Traoré {n};M;enfant" for n in numbers]
    files = {
        "menages": ("menages.csv", ["fiche;village;pieces", *(f"F{n};{village};2" for n in numbers)]),
        "membres": ("membres.csv", ["fiche;ligne;prenom;nom;sexe;lien", *members]),
        "correspondance": ("essai.toml", [MAPPING]),
    }
    for part, (name, lines) in files.items():
        (folder / "envoi" / part).mkdir(parents=True)
        (folder / "envoi" / part / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _sent_files(folder: Path) -> Path:
    """The files of the import, as the page has kept them."""
    kept = folder / "envois" / uuid.uuid4().hex
    shutil.copytree(folder / "envoi", kept)
    for part in kept.iterdir():
        sent = next(part.iterdir())
        (part / uploads.NAME).write_text(sent.name, encoding="utf-8")
    return kept


def signed_in(user: User) -> str:
    """The key of a session of theirs, as after the page of signing in."""
    request = HttpRequest()
    request.session = SessionStore()
    login(request, user)
    # A password just given: a release asks for no other.
    request.session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    request.session["account_authentication_methods_user"] = str(user.pk)
    request.session.save()
    return str(request.session.session_key)


def _return_file(payment_round: PaymentRound, agency: str, folder: Path) -> Path:
    return folder / f"retour-{payment_round.term}-{agency}.csv"

"""Fiches sent by phones to the served site while an import runs: how many a second, and whether one is lost.

Each phone proves itself by a digest, as ODK Collect does, over a connection that it keeps; the next fiche leaves when
the last is answered. The import is that of `jigi intake import`, in a process of its own, and runs until the last
fiche is received (its size is drawn from the number of fiches).
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from statistics import median

import psutil
from django.db import connection

from jigi.demo.bench.gauge import peak_mb
from jigi.demo.bench.ground import TM1, communes_of, settle_tables
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import make_twin
from jigi.demo.ground import people
from jigi.demo.population import CommuneSpot, make_population
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.geography.actions import load_file as load_places
from jigi.geography.installation import ensure_account
from jigi.geography.models import Area
from jigi.intake.actions import load_form, publish
from jigi.intake.collection import REALM, digest_response, make_secret
from jigi.intake.models import FormVersion, Submission
from jigi.intake.reception import receive, sealed_answers
from jigi.programmes.actions import load_file as load_programme
from jigi.programmes.models import Component

SEED = 2016
PHONES = 8
HOUSEHOLDS_A_FICHE = 12
"""Of the import, so that it outlasts the sending."""
PATIENCE_SECONDS = 60
MEMBERS = 8
USERNAME = "mesure-collecte"
_SAID = re.compile(r'(\w+)="([^"]*)"')


def fiche(number: int, village: str, commune: str) -> bytes:
    """The answers of one household of eight, about 4 kB: what a phone sends of the shipped questionnaire."""
    members = "".join(
        f"<membres><ligne>{line}</ligne><prenom>Awa</prenom><nom>Mesure</nom><sexe>femme</sexe>"
        f"<lien>{'chef' if line == 1 else 'enfant'}</lien><precision_naissance>environ</precision_naissance>"
        f"<naissance_annee>{1960 + line}</naissance_annee><age>40</age><absent>non</absent>"
        "<sante><voir>aucune</voir><entendre>aucune</entendre><marcher>aucune</marcher>"
        "<se_souvenir>aucune</se_souvenir><maladie_chronique>non</maladie_chronique></sante>"
        "<travail><metier>cultivateur</metier></travail></membres>"
        for line in range(1, MEMBERS + 1)
    )
    return (
        '<data xmlns:orx="http://openrosa.org/xforms" id="menage" version="2026-1"><date_enquete>2016-05-01'
        "</date_enquete><consentement><accord>oui</accord></consentement><identification>"
        f"<commune>{commune}</commune><village>{village}</village><situation>resident</situation></identification>"
        f"<menage>{members}<moyen_existence>agriculture</moyen_existence></menage>"
        "<logement><pieces>2</pieces><toit>paille</toit></logement><avoirs><biens>charrue radio</biens></avoirs>"
        f"<orx:meta><orx:instanceID>uuid:mesure-{number}</orx:instanceID></orx:meta></data>"
    ).encode()


def _lay(trial: Trial) -> Figures:
    operator = people().operator
    load_programme(TM1, by=operator)
    communes = communes_of(Component.objects.get(programme__code="TM1"))
    spots = [CommuneSpot(area.code, area.longitude or 0.0, area.latitude or 0.0, urban=False) for area in communes]
    made = make_population(trial.path("population"), trial.size * HOUSEHOLDS_A_FICHE, SEED, spots)
    load_places(made.folder / "villages.csv", by=operator)
    version = load_form("menage", by=operator).version
    if version.status != FormVersion.Status.PUBLISHED:  # the programme’s own loading publishes it
        publish(version, by=operator)
    collector = ensure_account(USERNAME, "Mesure (collecte)", "enumerator", area_code="ML0105", password=None)
    village = Area.objects.filter(level="village").select_related("parent").order_by("pk")[0]
    assert village.parent
    settle_tables()
    return {"secret": make_secret(by=collector), "village": village.code, "commune": village.parent.code}


def _send(trial: Trial) -> Figures:
    port = free_port()
    with _serving(port) as site, _importing(trial) as running, ThreadPoolExecutor(PHONES) as pool:
        shares = [range(first, trial.size, PHONES) for first in range(PHONES)]
        began, spent = time.monotonic(), processor_seconds(site)
        waits = [wait for found in pool.map(lambda share: _phone(trial, port, share), shares) for wait in found]
        seconds = time.monotonic() - began
        spent = processor_seconds(site) - spent
        outlasted = running.poll() is None
    received = Submission.objects.count()
    waits.sort()
    return {
        "seconds": round(seconds, 3),
        "statements": _statements_of_one(trial) * trial.size,
        "peak_mb": peak_mb(),
        "phones": PHONES,
        "site_processor_milliseconds": round(spent / trial.size * 1000, 1),
        "fiches_received": received,
        "fiches_lost": trial.size - received,
        "import_outlasted_the_sending": outlasted,
        "median_milliseconds": round(median(waits) * 1000, 1),
        "p95_milliseconds": round(waits[int(len(waits) * 0.95)] * 1000, 1),
        "secret": "",
    }


def _phone(trial: Trial, port: int, share: range) -> list[float]:
    """Send a share of the fiches; the seconds that each took to be answered. JigiError for one not received."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    address, waits, nonce = "/openrosa/submission?deviceID=mesure", [], ""
    for number in share:
        body = _envelope(fiche(number, trial.facts["village"], trial.facts["commune"]))
        began = time.monotonic()
        for _ in range(3):
            headers = {"Content-Type": "multipart/form-data; boundary=mesure", "X-OpenRosa-Version": "1.0"}
            if nonce:
                headers["Authorization"] = _proof(trial.facts["secret"], address, nonce)
            line.request("POST", address, body, headers)
            answer = line.getresponse()
            answer.read()
            if answer.status != 401:
                break
            nonce = dict(_SAID.findall(answer.headers["WWW-Authenticate"]))["nonce"]
        if answer.status != 201:
            raise JigiError(f"La fiche {number} a été répondue {answer.status}")
        waits.append(time.monotonic() - began)
    return waits


def _proof(secret: str, address: str, nonce: str) -> str:
    said = {"username": USERNAME, "realm": REALM, "nonce": nonce, "uri": address, "nc": "00000001", "cnonce": "mesure"}
    said["qop"] = "auth"
    said["response"] = digest_response(said, "POST", f"{USERNAME}:{REALM}:{secret}")
    return "Digest " + ", ".join(f'{name}="{text}"' for name, text in said.items())


def _envelope(content: bytes) -> bytes:
    head = (
        '--mesure\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="fiche.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    )
    return head.encode() + content + b"\r\n--mesure--\r\n"


def _statements_of_one(trial: Trial) -> int:
    """What a reception asks of the database, the door apart."""
    with counting_statements() as counter:
        content = fiche(trial.size, trial.facts["village"], trial.facts["commune"])
        receive(content, files={}, device="mesure", by=User.objects.get(username=USERNAME))
    return counter.count


@contextmanager
def _serving(port: int) -> Iterator[psutil.Process]:
    """The site as `jigi serve` serves it, until the block is left."""
    command = [sys.executable, "-m", "jigi", "serve", "--port", str(port)]
    served = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not answers(port):
            if time.monotonic() > until or served.poll() is not None:
                raise JigiError("Le site mesuré n’a pas commencé à répondre")
            time.sleep(0.2)
        yield psutil.Process(served.pid)
    finally:
        served.terminate()
        served.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def _importing(trial: Trial) -> Iterator[subprocess.Popen[bytes]]:
    """An import of a fictitious population, begun; it ends when it ends, or when the block is left."""
    folder = trial.path("population")
    command = [sys.executable, "-m", "jigi", "intake", "import", str(folder / "menages.csv")]
    command += ["--mapping", "population_fictive", "--members", str(folder / "membres.csv")]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(2)
        yield running
    finally:
        running.terminate()
        running.wait(timeout=PATIENCE_SECONDS)


def processor_seconds(site: psutil.Process) -> float:
    """What the processes of pages have spent; the database's are not among them."""
    times = [one.cpu_times() for one in (site, *site.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _reference(trial: Trial) -> Figures:
    """The same bodies, one INSERT and one commit each, by one connection, into a table of the same shape."""
    make_twin("intake_submission", "bare_submission", foreign_keys=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT form_version_id, sent_by_id FROM intake_submission LIMIT 1")
        version, person = cursor.fetchone()
        began = time.monotonic()
        for number in range(trial.size):
            content = fiche(number, trial.facts["village"], trial.facts["commune"])
            cursor.execute(
                "INSERT INTO bare_submission (instance_id, form_version_id, sealed, digest, device, sent_by_id, status)"
                " VALUES (%s, %s, %s, %s, 'mesure', %s, 'received')",
                [f"uuid:mesure-{number}", version, sealed_answers(content), sha256(content).hexdigest(), person],
            )
    return {"reference_seconds": round(time.monotonic() - began, 3), "processors": os.cpu_count() or 0}


BENCH = Bench(
    name="openrosa",
    size=3_000,
    unit="fiches",
    reference="les mêmes fiches, chacune par un INSERT et sa validation, sur une seule connexion, sans HTTP ni import",
    phases={
        "Base, questionnaire et fichiers fictifs": _lay,
        "Envois pendant un import (mesurés)": _send,
        "Référence": _reference,
    },
)

"""Extracts for analysts: one person asks, another grants, the worker writes; who asked alone can open what was made."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pyrage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.bulk import fetch_sql, give_memory
from jigi.foundation.clear import clear_folder, sweep
from jigi.foundation.errors import Refused
from jigi.foundation.fence import acting, unfenced
from jigi.foundation.models import User
from jigi.foundation.recipients import recipient
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.results import extract_files
from jigi.results.actions import one_moment
from jigi.results.models import Extract, ExtractAnswer, ExtractPart, ExtractRequest

ASK, GRANT = "results.extract", "results.grant"
NOUN = "results_extract"
KEPT_DAYS = 30
LONGEST = 500
SHORTEST = 10
PART_BYTES = 1 << 20


def may(user: User, right: str) -> bool:
    """Whether a person has a right of extracts: over the whole country and every programme, as the extract is."""
    return can(user, right, areas=Area.objects.filter(level=Area.Level.COUNTRY), programme="")


@unfenced
def ask(recipient_key: str, reason: str, *, by: User) -> ExtractRequest:
    """Ask for the tables, sealed to a public age key (« age1… »), and say what for."""
    _require(by, ASK)
    said = _said(reason)
    recipient(recipient_key)
    if ExtractRequest.objects.filter(by=by, answer=None).exists():
        raise Refused("Une de vos demandes attend déjà une réponse", remedy="Attendez-la.")
    with transaction.atomic():
        kept = ExtractRequest.objects.create(recipient_key=recipient_key.strip(), reason=said, by=by)
        audit.record("ask", NOUN, kept.pk, by=by, reason=said, after={"key": kept.recipient_key})
    return kept


@unfenced
def answer(request: ExtractRequest, granted: bool, said: str, *, by: User) -> ExtractAnswer:
    """Grant an extract or refuse it, once, by another person than who asked; a refusal says why."""
    _require(by, GRANT)
    if request.by_id == by.pk:
        raise Refused("Vous avez demandé cet extrait", remedy="Une autre personne l’accorde ou le refuse.")
    words = _said(said) if said.strip() or not granted else ""
    with transaction.atomic():
        _lock(request)
        if ExtractAnswer.objects.filter(request=request).exists():
            raise Refused("Cette demande a déjà sa réponse", remedy="Ouvrez-la pour la lire.")
        kept = ExtractAnswer.objects.create(request=request, granted=granted, said=words, by=by)
        audit.record("grant" if granted else "refuse", NOUN, request.pk, by=by, reason=words)
    return kept


def make(request: ExtractRequest) -> Extract:
    """Write a granted extract and keep it, sealed; made already, it is returned as it is.

    Every table is read at one moment; then, the database left in peace, the files are made and sealed. They stand in
    clear in a folder of this work alone, and only while it lasts.
    """
    by, made = _granted_by(request)
    if made is not None:
        return made
    title = f"Extrait pour l’analyse, demande {request.pk}"
    with (
        runs.start("results.extract", title, by=by, subject=f"{NOUN}:{request.pk}") as work,
        clear_folder(extract_files.PURPOSE) as place,
    ):
        with one_moment(writes=True) as seen_at, acting("jigi.results.extract.make"):
            give_memory()
            lines, left_out = extract_files.gather(place, work)
        with work.step("Parquet, DuckDB, archive"):
            archive = extract_files.pack(place, lines, left_out, seen_at)
        with work.step("Chiffrement"):
            sealed = place / "extrait.age"
            with archive.open("rb") as clear, sealed.open("wb") as written:
                pyrage.encrypt_io(clear, written, [recipient(request.recipient_key)])
            return _kept(request, sealed, Extract(seen_at=seen_at, lines=lines, left_out=left_out), by)


@unfenced
def _granted_by(request: ExtractRequest) -> tuple[User, Extract | None]:
    """Who granted an extract, and what was made of it. Refused when nobody did."""
    reply = ExtractAnswer.objects.filter(request=request, granted=True).select_related("by").first()
    if reply is None:
        raise Refused("Cet extrait n’est pas accordé", remedy="Attendez la réponse d’une autre personne.")
    return reply.by, Extract.objects.filter(request=request).first()


@unfenced
def take(made: Extract, *, by: User) -> None:
    """Note that a person takes the file: who asked for it, nobody else, and while nobody in it has left since."""
    _require(by, ASK)
    if made.request.by_id != by.pk:
        raise Refused("Cet extrait est scellé pour qui l’a demandé", remedy="Demandez le vôtre.")
    if not made.parts.exists():
        raise Refused(
            "Ce fichier n’est plus gardé ici", why=f"Il l’est {KEPT_DAYS} jours", remedy="Demandez-en un autre."
        )
    if fetch_sql("results", "extract_outlived", {"seen_at": made.seen_at})[0]["outlived"]:
        raise Refused(
            "Ce fichier n’est plus à prendre", why="Depuis, quelqu’un s’est opposé au partage ou a été effacé",
            remedy="Demandez-en un autre.",
        )  # fmt: skip
    audit.record("take_file", NOUN, made.request_id, by=by, after={"sha256": made.sha256})


@unfenced
def piece(made: Extract, number: int) -> bytes | None:
    """A piece of a file that `take` let out; None after the last."""
    found = ExtractPart.objects.filter(extract=made, number=number).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


@unfenced
def drop_old() -> int:
    """Take away the files of more than a month, and what killed works left in clear; returns the pieces."""
    sweep(extract_files.PURPOSE)
    old = ExtractPart.objects.filter(extract__at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    with transaction.atomic():
        gone = sorted(set(old.values_list("extract__request_id", flat=True)))
        count = old.delete()[0]
        for request in gone:
            audit.record("drop_file", NOUN, request, by=None)
    return count


def visible_to(user: User) -> QuerySet[ExtractRequest]:
    """The requests that a person sees: all of them for who grants, one's own for who asks."""
    found = ExtractRequest.objects.select_related("by", "answer__by", "extract").order_by("-pk")
    return found if may(user, GRANT) else found.filter(by=user)


def waiting_for(user: User) -> QuerySet[ExtractRequest]:
    """What a person may grant or refuse now."""
    if not may(user, GRANT):
        return ExtractRequest.objects.none()
    return ExtractRequest.objects.filter(answer=None).exclude(by=user).order_by("pk")


@unfenced
def _kept(request: ExtractRequest, sealed: Path, made: Extract, by: User) -> Extract:
    """Keep a sealed file, in pieces. Of two who wrote the same request, the second finds what the first kept."""
    with transaction.atomic(), sealed.open("rb") as file:
        _lock(request)
        if (before := Extract.objects.filter(request=request).first()) is not None:
            return before
        made.request, made.size = request, sealed.stat().st_size
        made.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        made.save()
        file.seek(0)
        for number, content in enumerate(iter(lambda: file.read(PART_BYTES), b"")):
            ExtractPart.objects.create(extract=made, number=number, content=content)
        audit.record("make", NOUN, request.pk, by=by, after={"lines": made.lines, "sha256": made.sha256})
    return made


def _lock(request: ExtractRequest) -> None:
    """One at a time answers a request, or keeps what it made: the rows themselves are never written again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{NOUN}:{request.pk}"])


def _said(text: str) -> str:
    said = " ".join(text.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise Refused(f"Le motif tient en {SHORTEST} à {LONGEST} caractères", remedy="Récrivez-le en une phrase.")
    return said


def _require(by: User, right: str) -> None:
    if not may(by, right):
        raise Refused(
            "Votre affectation ne permet pas ceci : les extraits sont de tout le pays",
            remedy="Demandez à la Coordination.",
        )

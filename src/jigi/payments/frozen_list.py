"""The frozen list as a file that anyone can hash again, with Jigi or without it (docs/frozen-list.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jigi.foundation import audit
from jigi.foundation.bulk import copying_out, statement
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.payments import pipeline
from jigi.payments.models import Instruction, PaymentRound

HEADER = "commune;reference;numero_rsu;allocataire;agence;compte;montant_fcfa"
_LINE = re.compile(r"[^;\n]+;[^;\n]+;\d*;\d+;[^;\n]+;[0-9a-f]*;\d+")
_NAMED = re.compile(r"liste-gelee-tour(\d+)-([0-9a-f]{64})\.csv")


@dataclass(frozen=True)
class Verified:
    """A list hashed again: the hash it was frozen with, the one found now, and whether its accounts hold (None: the
    file alone can't say)."""

    frozen: str
    found: str
    accounts_hold: bool | None = None

    @property
    def same(self) -> bool:
        return self.frozen == self.found and self.accounts_hold is not False


def digest(lines: Iterable[str]) -> str:
    """SHA-256 (hexadecimal) of a list: `lines` are « commune;promised », ordered by commune.

    Each commune's promises are joined by newlines and hashed; then the communes, « code digest » a line. The SQL of
    the freeze (list_hash.sql) says the same; a test holds the two together. An empty list has no hash: "".
    """
    split = (line.partition(";") for line in lines)
    communes = [
        f"{code} {_sha256(promised for _, _, promised in group)}"
        for code, group in groupby(split, key=lambda parts: parts[0])
    ]
    return _sha256(communes) if communes else ""


@unfenced
def verify(payment_round: PaymentRound) -> Verified:
    """Hash the list of a frozen round as it stands now. Raises Refused when it was never frozen."""
    _refuse_unfrozen(payment_round)
    found = pipeline.list_hash(payment_round)
    return Verified(payment_round.list_hash, found, pipeline.accounts_hold(payment_round))


def verify_file(path: Path, promised: str = "") -> Verified:
    """Hash a written list, without the database; `promised` is the hash it should have (default: the file's name says).

    Raises InputError with its line where the file is no frozen list.
    """
    named = _NAMED.fullmatch(path.name)
    frozen = promised.strip().lower() or (named[2] if named else "")
    if not re.fullmatch("[0-9a-f]{64}", frozen):
        raise InputError(
            "On ne sait pas quelle empreinte ce fichier doit avoir", file=path,
            why="Son nom ne la porte plus, ou elle est mal écrite",
            remedy="Donnez-la avec --hash : elle est imprimée sur les listes et sur les bordereaux.",
        )  # fmt: skip
    return Verified(frozen, digest(_read(path)))


@unfenced
def write(payment_round: PaymentRound, folder: Path, *, by: User) -> Path:
    """Write the frozen list of a round under `folder`; its name carries the hash. No name, telephone or account leaves.

    For who sees the payments of the whole round. The audit names the households.
    """
    communes = Area.objects.filter(pk__in=payment_round.communes.values("commune"))
    require(by, "payments.see", areas=communes, programme=payment_round.component.programme.code)
    _refuse_unfrozen(payment_round)
    path = folder / f"liste-gelee-tour{payment_round.pk}-{payment_round.list_hash}.csv"
    lines = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="\n") as file, closing(_lines(payment_round)) as rows:
            file.write(HEADER + "\n")
            for line in rows:
                file.write(line + "\n")
                lines += 1
    except OSError as error:
        raise InputError("La liste gelée ne peut être écrite", file=path, why=str(error.strerror)) from error
    households = Instruction.objects.filter(payment_round=payment_round).order_by("household_id")
    audit.read(
        "export", "payment_round", payment_round.pk, by=by, after={"file": path.name, "lines": lines},
        subjects=households.values_list("household_id", flat=True).distinct(),
    )  # fmt: skip
    return path


def _lines(payment_round: PaymentRound) -> Generator[str, None, None]:
    with copying_out(statement("payments", "frozen_list"), {"round": payment_round.pk}) as rows:
        for (line,) in rows:
            yield line


def _read(path: Path) -> Iterator[str]:
    """The lines of a written list, in the order of the file. A spreadsheet may have added a mark or returns."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            if next(file, "").strip() != HEADER:
                raise InputError(
                    "Ce n’est pas une liste gelée", file=path, line=1, why=f"Son en-tête doit être {HEADER}",
                    remedy="Écrivez-la de nouveau avec jigi payments frozen-list.",
                )  # fmt: skip
            for number, text in enumerate(file, start=2):
                line = text.rstrip("\r\n")
                if not _LINE.fullmatch(line):
                    raise InputError(
                        "Cette ligne n’est pas celle d’une liste gelée", file=path, line=number,
                        remedy="Prenez le fichier tel qu’il a été écrit : un tableur peut l’avoir changé.",
                    )  # fmt: skip
                yield line
    except OSError as error:
        raise InputError("Le fichier ne peut pas être lu", file=path, why=str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "Le fichier n’est pas en UTF-8", file=path, remedy="Prenez-le tel qu’il a été écrit."
        ) from error


def _refuse_unfrozen(payment_round: PaymentRound) -> None:
    if not payment_round.list_hash:
        state = payment_round.get_status_display()
        raise Refused(
            f"Le tour {payment_round.pk} n’a pas de liste gelée", why=f"Il est « {state} »",
            remedy="L’empreinte se calcule quand on gèle la liste.",
        )  # fmt: skip


def _sha256(lines: Iterable[str]) -> str:
    whole, first = hashlib.sha256(), True
    for line in lines:
        whole.update(("" if first else "\n").encode() + line.encode())
        first = False
    return whole.hexdigest()

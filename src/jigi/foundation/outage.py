"""What befalls the machine under us, in French: the database is away, the disk is full, everything is too slow.

None of it is the person's doing, and none of it leaves anything half done: a change is a transaction, which is
there or not. What can't be known is whether the last one was there before the answer was lost; asking again
is safe, since every form is counted once.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError


@dataclass(frozen=True)
class Outage:
    """`what` happened, what to do (`remedy`), and after how many seconds to try again."""

    what: str
    remedy: str
    retry_seconds: int = 30


_AWAY = Outage(
    "La base de données ne répond pas",
    "Elle redémarre peut-être : attendez une minute, puis recommencez."
    " Si cela dure, l’exploitant lance « jigi doctor », qui dit ce qui manque.",
)
_FULL = Outage(
    "Le disque du serveur est plein",
    "Rien ne peut s’enregistrer. Prévenez l’exploitant : il libère de la place (« jigi doctor » dit combien il en"
    " reste), sans rien effacer dans le dossier de la base, puis vous recommencez.",
    300,
)
_BUSY = Outage(
    "Le serveur est trop chargé pour répondre",
    "Attendez une minute, puis recommencez ; prévenez l’exploitant si cela dure.",
)
_SLOW = Outage(
    "Cette demande a pris trop de temps et a été arrêtée",
    "Restreignez-la (un cercle, une période), ou recommencez à une heure plus calme.",
)
_CROSSED = Outage("Deux actions se sont croisées, la vôtre a été annulée", "Recommencez : rien n’a été changé.", 2)
_READ_ONLY = Outage(
    "Le serveur est en lecture seule pour le moment",
    "On peut consulter, pas enregistrer. L’exploitant dira quand reprendre.",
    300,
)
_BY_STATE = {
    "53100": _FULL,
    "53200": _BUSY,
    "53300": _BUSY,
    "53400": _BUSY,
    "57014": _SLOW,
    "25P03": _SLOW,
    "55P03": _BUSY,
    "40001": _CROSSED,
    "40P01": _CROSSED,
    "25006": _READ_ONLY,
}


def outage_of(error: BaseException | None) -> Outage | None:
    """What befell the machine, read from an error or what caused it; None when it is something else: a defect."""
    while error is not None:
        if found := _read(error):
            return found
        error = error.__cause__ or error.__context__
    return None


def interrupted(error: BaseException) -> bool:
    """Whether the machine ended a work that is right: worth trying again later, since nothing of it was written."""
    return isinstance(error, OperationalError) or outage_of(error) is not None


def _read(error: BaseException) -> Outage | None:
    if isinstance(error, DatabaseError | InterfaceError):
        state = getattr(error.__cause__, "sqlstate", None)
        if state in _BY_STATE:
            return _BY_STATE[state]
        away = state is None or state.startswith(("08", "57P"))
        return _AWAY if away and isinstance(error, OperationalError | InterfaceError) else None
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _FULL
    return None

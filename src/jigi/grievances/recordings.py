"""Sounds of complaints: known by their bytes, kept sealed with the case, never in a list nor a file of rows."""

from __future__ import annotations

import hashlib

from django.db import transaction

from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.received import kind_of
from jigi.foundation.sealed import opened_bytes, sealed_bytes
from jigi.grievances import actions
from jigi.grievances.models import Case, Recording
from jigi.grievances.trail import keep

KIND = "grievance"
SOUNDS = {
    "audio/ogg": "audio/ogg", "audio/mpeg": "audio/mpeg", "audio/aac": "audio/aac", "audio/amr": "audio/amr",
    "audio/wav": "audio/wav", "audio/mp4": "audio/mp4", "video/mp4": "audio/mp4", "video/3gpp": "audio/3gpp",
}  # fmt: skip
"""What the first bytes say -> what the sound is served as; telephones put sounds in the containers of films too."""
_CONTAINERS = ("audio/mp4", "audio/3gpp")
_VOICES = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")


def sound_of(content: bytes) -> str:
    """The kind of sound that the bytes say, "" for anything else: a film, or what is none."""
    kind = SOUNDS.get(kind_of(content), "")
    if kind in _CONTAINERS and _tracks(content) != {b"soun"}:
        return ""
    if kind == "audio/ogg" and not any(voice in content[:100] for voice in _VOICES):
        return ""
    return kind


@unfenced
@transaction.atomic
def attach(case: Case, content: bytes, *, by: User) -> Recording:
    """Keep a sound with a case that one handles; the same again changes nothing. Refused for what is no sound."""
    actions.require_case(case, by)
    if not case.is_live:
        raise Refused("Cette plainte est finie", remedy="Rouvrez-la pour y joindre un enregistrement.")
    return put(case, content, by=by)


def put(case: Case, content: bytes, *, by: User) -> Recording:
    """The same within an act that has asked the right."""
    kind = checked(content)
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    digest = hashlib.sha256(content).hexdigest()
    if known := case.recordings.filter(digest=digest).first():
        return known
    if case.recordings.count() >= Recording.MOST_EACH:
        raise Refused(f"Une plainte a au plus {Recording.MOST_EACH} enregistrements")
    made = Recording.objects.create(
        case=case, kind=kind, size=len(content), digest=digest, content_sealed=sealed_bytes(KIND, content), kept_by=by
    )
    keep(case, "attach", by=by, facts={"kind": kind, "bytes": len(content)})
    return made


def checked(content: bytes) -> str:
    """The kind of a sound that may be kept. Refused for what is too large, or no sound."""
    if len(content) > Recording.MOST_BYTES:
        most = Recording.MOST_BYTES // (1024 * 1024)
        raise Refused(f"L’enregistrement dépasse {most} Mo", remedy="Enregistrez-le plus court, ou moins fin.")
    kind = sound_of(content)
    if not kind:
        raise Refused(
            "Ce fichier n’est pas un son", why="Ni AMR, 3GP, OGG, MP3, M4A ou WAV.",
            remedy="Envoyez l’enregistrement du téléphone comme il est.",
        )  # fmt: skip
    return kind


def sound(one: Recording) -> bytes:
    """What was recorded, opened; b"" once erased. Whoever calls records the reading."""
    return opened_bytes(KIND, one.content_sealed) if one.content_sealed else b""


def _tracks(content: bytes) -> set[bytes]:
    """The handlers of the tracks of an MP4 or 3GP file: « soun », « vide »…"""
    found, at = set(), content.find(b"hdlr")
    while at >= 0:
        found.add(content[at + 12 : at + 16])
        at = content.find(b"hdlr", at + 4)
    return found & {b"soun", b"vide"}

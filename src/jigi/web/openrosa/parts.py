"""The parts of a post that brings a fiche: its answers and its files, as OpenRosa lays them out."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from jigi.foundation.errors import InputError, TooLarge
from jigi.intake.answers import MOST_BYTES
from jigi.intake.models import Attachment

PART = "xml_submission_file"


def answers_in(request: HttpRequest) -> bytes:
    """The answers, byte for byte. TooLarge, or InputError where there are none."""
    part = request.FILES.get(PART)
    if isinstance(part, UploadedFile):
        if (part.size or 0) > MOST_BYTES:
            raise TooLarge("Cette fiche est trop grande", remedy="Montrez-la à votre superviseur")
        return part.read()
    if text := request.POST.get(PART):
        return text.encode("utf-8", "replace")
    raise InputError(f"L’envoi n’a pas de partie « {PART} »", remedy="Renvoyez la fiche")


def files_in(request: HttpRequest) -> dict[str, bytes]:
    """The files, by name; TooLarge for one that is."""
    found: dict[str, bytes] = {}
    for key, parts in request.FILES.lists():
        for part in parts if key != PART else ():
            if isinstance(part, UploadedFile):
                if (part.size or 0) > Attachment.MOST_BYTES:
                    raise TooLarge("Une pièce jointe est trop grande", remedy="Prenez des photographies plus petites")
                found[part.name or key] = part.read()
    return found

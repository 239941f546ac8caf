"""Files sent through the page: kept in a folder of their own while they are imported, then removed."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Collection, Mapping
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

FOLDER = Path(settings.HOME) / "uploads"


def keep(files: Mapping[str, UploadedFile]) -> Path:
    """Write the files sent, each in a folder of its part (« menages », « membres »), under its own name.

    Returns the folder of this upload. A name is reduced to letters that no folder understands.
    """
    folder = FOLDER / uuid.uuid4().hex
    for part, sent in files.items():
        place = folder / part
        place.mkdir(parents=True, mode=0o700)
        with (place / get_valid_filename(Path(sent.name or part).name)).open("wb") as kept:
            for chunk in sent.chunks():
                kept.write(chunk)
    return folder


def part_of(folder: Path, part: str) -> Path | None:
    """The file of a part of an upload, None when it was not sent."""
    return next(iter((folder / part).glob("*")), None)


def forget(folder: Path) -> None:
    """Remove an upload: it holds personal data."""
    shutil.rmtree(folder, ignore_errors=True)


def forget_older(seconds: float, kept: Collection[str]) -> int:
    """Remove the uploads older than so many seconds, but those of `kept`; returns how many."""
    old = [
        folder
        for folder in (FOLDER.iterdir() if FOLDER.is_dir() else ())
        if str(folder) not in kept and time.time() - folder.stat().st_mtime > seconds
    ]
    for folder in old:
        forget(folder)
    return len(old)

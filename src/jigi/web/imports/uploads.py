"""Files sent through the page: kept in a folder of their own while they are imported, then removed."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

FOLDER = Path(settings.HOME) / "uploads"
NAME = "nom"


def keep(files: Mapping[str, UploadedFile]) -> Path:
    """Write the files sent, each in a folder of its part (« menages », « membres »), under a name drawn here.

    Returns the folder of this upload. It is under JIGI_HOME, which no address of the site leads to. The name that
    each file had is written beside it, and is only ever shown.
    """
    folder = FOLDER / uuid.uuid4().hex
    for part, sent in files.items():
        place = folder / part
        place.mkdir(parents=True, mode=0o700)
        (place / NAME).write_text(_shown(sent.name or part), encoding="utf-8")
        with (place / uuid.uuid4().hex).open("wb") as kept:
            for chunk in sent.chunks():
                kept.write(chunk)
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[dict[str, Path]]:
    """The files of an upload by their part, each under the name that messages about it shall give."""
    with TemporaryDirectory(prefix="jigi-") as place:
        named = {}
        for part in sorted(one.name for one in folder.glob("*") if one.is_dir()):
            if kept := next((one for one in (folder / part).glob("*") if one.name != NAME), None):
                (Path(place) / part).mkdir()
                named[part] = Path(place) / part / (folder / part / NAME).read_text(encoding="utf-8")
                named[part].symlink_to(kept.resolve())
        yield named


def _shown(name: str) -> str:
    """A name of one line, without folders, cut to what a folder of any system takes: bytes, its suffix kept."""
    return get_valid_filename(PurePath(name).name).encode()[-200:].decode(errors="ignore")


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

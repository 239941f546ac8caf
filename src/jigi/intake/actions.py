"""Questionnaires: loaded, given their files and their mapping, published, retired."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError, transaction

from jigi.foundation import audit
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.foundation.received import cleaned, kind_of
from jigi.geography.access import require
from jigi.intake.form_mapping import read_form_mapping, shipped_for
from jigi.intake.models import Form, FormMedia, FormVersion
from jigi.intake.place_lists import PLACE_FILES
from jigi.intake.questions import Questionnaire
from jigi.intake.states import FORM_VERSION
from jigi.intake.xlsform import MadeForm, named_media, read_form

RIGHT = "intake.forms"
MOST_MEDIA_BYTES = 10 * 1024 * 1024
_MEDIA_NAME = re.compile(r"[\w][\w .()'’&,-]{0,115}\.[A-Za-z0-9]{1,5}")


@dataclass(frozen=True)
class Loaded:
    """What a loading did: the version, and whether it was there already, the same in every letter."""

    version: FormVersion
    recognised: bool = False
    warnings: list[str] = field(default_factory=list)


def load_form(
    name_or_path: str | Path, *, mapping: str | None = None, media: Dictionary[str, bytes] | None = None, by: User
) -> Loaded:
    """Load a questionnaire as a draft: a shipped one by its name, or an XLSForm by its path.

    `mapping` is the text of its TOML (None: the one shipped for this form, if any). The same file again changes
    nothing. InputError with the sheet, row and column of what is wrong; Refused without the right, or when another
    file has been loaded under this version.
    """
    require(by, RIGHT)
    made = read_form(name_or_path)
    text = shipped_for(made.code) if mapping is None else mapping
    if text:
        read_form_mapping(text, "correspondance", Questionnaire(made.definition), code=made.code, version=made.version)
    digest = _digest(made, text)
    known = FormVersion.objects.filter(form__code=made.code, version=made.version).first()
    if known:
        return _again(known, digest, media or {}, by)
    return Loaded(_create(made, text, digest, media or {}, by), warnings=made.warnings)


def attach(version: FormVersion, media: Dictionary[str, bytes], *, by: User) -> None:
    """Give a version the files it names; a file given again takes the place of the former. Refused once published."""
    require(by, RIGHT)
    if version.status != FormVersion.Status.DRAFT:
        raise Refused("Cette version n’est plus un brouillon", remedy="Chargez-en une nouvelle, avec ses fichiers.")
    with transaction.atomic():
        for name, content in media.items():
            _check_media(version, name, content)
            held = {"content": _clean(content)}
            FormMedia.objects.update_or_create(form_version=version, file_name=name, defaults=held)
        audit.record("attach", FORM_VERSION.noun, version.pk, by=by, after={"files": sorted(media)})


@transaction.atomic
def publish(version: FormVersion, *, by: User) -> None:
    """Offer a version to phones; the one that was offered until now is retired. Refused while a file is missing."""
    require(by, RIGHT)
    FORM_VERSION.check(version, "publish")
    if missing := missing_media(version):
        raise Refused(
            "Ce questionnaire n’a pas tous ses fichiers", why=f"Il nomme {', '.join(missing)}.",
            remedy="Chargez-les depuis sa page, puis publiez.",
        )  # fmt: skip
    # In turn: of two who publish, the second finds the first's.
    Form.objects.select_for_update().get(pk=version.form_id)
    for former in FormVersion.objects.filter(form=version.form_id, status="published").exclude(pk=version.pk):
        FORM_VERSION.move(former, "retire", by=by)
    FORM_VERSION.move(version, "publish", by=by)


def retire(version: FormVersion, *, by: User) -> None:
    """Offer a version no more; what phones have filled with it is still received."""
    require(by, RIGHT)
    FORM_VERSION.move(version, "retire", by=by)


def missing_media(version: FormVersion) -> list[str]:
    """The files that a version names and nobody has given; lists of places are made by the server."""
    given = set(version.media.values_list("file_name", flat=True))
    return sorted(named_media(version.xform) - given - set(PLACE_FILES))


def _again(known: FormVersion, digest: str, media: Dictionary[str, bytes], by: User) -> Loaded:
    if known.digest != digest:
        raise Refused(
            f"La version « {known.version} » de ce questionnaire est déjà chargée, avec un autre contenu",
            why="Les fiches remplies avec elle doivent pouvoir être relues comme elles ont été posées.",
            remedy="Changez « version » dans la feuille settings, puis chargez de nouveau.",
        )  # fmt: skip
    if media:
        attach(known, media, by=by)
    return Loaded(known, recognised=True, warnings=known.warnings)


@transaction.atomic
def _create(made: MadeForm, mapping: str, digest: str, media: Dictionary[str, bytes], by: User) -> FormVersion:
    form, _ = Form.objects.get_or_create(code=made.code, defaults={"title": made.title})
    if form.title != made.title:
        Form.objects.filter(pk=form.pk).update(title=made.title)
    try:
        with transaction.atomic():
            version = FormVersion.objects.create(
                form=form, version=made.version, file_name=made.file_name, xlsform=made.xlsform, xform=made.xform,
                definition=made.definition, warnings=made.warnings, mapping=mapping, digest=digest, made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("Quelqu’un vient de charger cette version", remedy="Rechargez la liste.") from error
    for name, content in {**made.made_media, **media}.items():
        _check_media(version, name, content)
        FormMedia.objects.create(form_version=version, file_name=name, content=_clean(content))
    facts = {"form": made.code, "version": made.version, "sha256": digest}
    audit.record("load", FORM_VERSION.noun, version.pk, by=by, after=facts)
    return version


def _check_media(version: FormVersion, name: str, content: bytes) -> None:
    if not _MEDIA_NAME.fullmatch(name):
        raise InputError("Ce nom de fichier n’est pas permis", file=name, remedy="Des lettres, chiffres, tirets")
    if len(content) > MOST_MEDIA_BYTES:
        raise InputError("Le fichier dépasse 10 Mo", file=name, remedy="Réduisez-le : il sera envoyé aux téléphones")
    if name not in named_media(version.xform) and not name.endswith("itemsets.csv"):
        raise InputError(
            "Le questionnaire ne nomme pas ce fichier", file=name,
            remedy=f"Il attend : {', '.join(missing_media(version)) or 'aucun fichier'}",
        )  # fmt: skip


def _clean(content: bytes) -> bytes:
    """A picture goes to phones without what the camera that took it wrote in it; other files as they came."""
    return cleaned(content).content if kind_of(content).startswith("image/") else content


def _digest(made: MadeForm, mapping: str) -> str:
    whole = hashlib.sha256()
    for part in (made.xform, mapping):
        whole.update(hashlib.sha256(part.encode()).digest())
    return whole.hexdigest()

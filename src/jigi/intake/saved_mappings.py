"""Mappings made on a page: kept, found again by their number, retired when they no longer serve, taken up again."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake.drafting import Draft, checked
from jigi.intake.mapping import Mapping, parse_mapping
from jigi.intake.models import SavedMapping
from jigi.intake.queries import imports_everywhere

RIGHT = "intake.import"
NOUN = "mapping"


def save(draft: Draft, *, by: User) -> SavedMapping:
    """Keep a mapping. InputError when it is not whole, Refused when another one in use has its name."""
    require(by, RIGHT)
    text = checked(draft)
    digest = hashlib.sha256(text.encode()).hexdigest()
    try:
        with transaction.atomic():
            kept = SavedMapping.objects.create(
                name=draft.name, source=draft.source, text=text, digest=digest, made_by=by
            )
            audit.record("make", NOUN, kept.pk, by=by, after={"name": draft.name, "digest": digest})
    except IntegrityError as error:
        raise _taken(draft.name) from error
    return kept


def retire(kept: SavedMapping, *, by: User) -> None:
    """No longer offer a mapping; what it has read stays as it is."""
    _require_hold(kept, by)
    with transaction.atomic():
        if SavedMapping.objects.filter(pk=kept.pk, retired_at__isnull=True).update(retired_at=timezone.now()):
            audit.record("retire", NOUN, kept.pk, by=by)


def take_up(kept: SavedMapping, *, by: User) -> None:
    """Offer a retired mapping again. Refused when another in use has its name, or its text."""
    _require_hold(kept, by)
    try:
        with transaction.atomic():
            if SavedMapping.objects.filter(pk=kept.pk, retired_at__isnull=False).update(retired_at=None):
                audit.record("take_up", NOUN, kept.pk, by=by)
    except IntegrityError as error:
        raise _taken(kept.name) from error


def may_hold(kept: SavedMapping, user: User) -> bool:
    """Whether somebody may retire a mapping that others import with: who made it, who imports for the whole country."""
    return kept.made_by_id == user.pk or imports_everywhere(user)


def in_use() -> list[SavedMapping]:
    """The mappings that are offered, by name."""
    return list(SavedMapping.objects.filter(retired_at__isnull=True).order_by("name"))


def opened(number: int) -> Mapping:
    """The mapping of this number, ready to import with. Refused when it is retired or unknown."""
    kept = SavedMapping.objects.filter(pk=number, retired_at__isnull=True).first()
    if kept is None:
        raise Refused("Cette correspondance n’est plus en usage", remedy="Choisissez-en une autre.")
    return parse_mapping(kept.text, kept.name)


def _require_hold(kept: SavedMapping, by: User) -> None:
    require(by, RIGHT)
    if not may_hold(kept, by):
        raise Refused(
            "Cette correspondance sert à d’autres", why=f"Elle a été faite par {kept.made_by}.",
            remedy="Demandez-le-lui, ou à qui importe pour tout le pays.",
        )  # fmt: skip


def _taken(name: str) -> Refused:
    return Refused(
        f"Une correspondance en usage s’appelle déjà « {name} », ou est la même que celle-ci",
        remedy="Donnez-lui un autre nom, ou retirez d’abord l’autre.",
    )

"""Triggers are loaded from reviewed files, each version kept for good, and asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.foundation.toml_table import read_text
from jigi.geography.access import can, require
from jigi.shocks.models import Trigger
from jigi.shocks.trigger_file import SHIPPED, Rule, read_rule

SEE, RULES = "shocks.see", "shocks.rules"


@transaction.atomic
def load_trigger(path: str | Path, *, by: User) -> tuple[Trigger, bool]:
    """Load a trigger's file; returns its version and whether it is new. The same text a second time changes nothing.

    InputError with the line of the first mistake, or when this version was loaded with another text; Refused without
    the right `shocks.rules`.
    """
    require(by, RULES)
    text = read_text(path)
    rule, digest = read_rule(text, path), hashlib.sha256(text.encode()).hexdigest()
    if known := Trigger.objects.filter(code=rule.code, version=rule.version).first():
        if known.sha256 == digest:
            return known, False
        raise InputError(
            f"La version {rule.version} de « {rule.code} » est déjà chargée avec un autre texte", file=path,
            why="Une version ne change plus : des décisions s’appuient sur elle",
            remedy=f"Écrivez version = {latest_version(rule.code) + 1} dans le fichier, puis rechargez-le",
        )  # fmt: skip
    trigger = Trigger.objects.create(
        code=rule.code, version=rule.version, name=rule.name, level=rule.level, activate=rule.activate_text,
        deactivate=rule.deactivate_text, author=rule.author, source=rule.source, valid_from=rule.valid_from,
        valid_until=rule.valid_until, definition=text, sha256=digest, loaded_by=by,
    )  # fmt: skip
    audit.record(
        "load", "trigger", trigger.pk, by=by, after={"trigger": rule.code, "version": rule.version, "sha256": digest}
    )
    return trigger, True


def load_shipped(*, by: User) -> int:
    """Load every trigger that comes with Jigi; returns how many versions are new."""
    return sum(load_trigger(path, by=by)[1] for path in sorted(SHIPPED.glob("*.toml")))


def visible_to(user: User) -> QuerySet[Trigger]:
    """The triggers that a person may read: all or none, they are rules and name nobody."""
    found = Trigger.objects.select_related("loaded_by").order_by("code", "-version")
    return found if can(user, SEE) else found.none()


def latest(found: QuerySet[Trigger]) -> list[Trigger]:
    """The last version of each code, by name."""
    kept: dict[str, Trigger] = {}
    for one in found:
        if one.code not in kept or kept[one.code].version < one.version:
            kept[one.code] = one
    return sorted(kept.values(), key=lambda one: one.name)


def rule_of(trigger: Trigger) -> Rule:
    """The rule of a loaded version. It was checked on load; InputError when a signal it names has gone since."""
    return read_rule(trigger.definition, f"{trigger.code}-{trigger.version}.toml")


def latest_version(code: str) -> int:
    """The number of the last version of a code, 0 when there is none."""
    found = Trigger.objects.filter(code=code).order_by("-version").first()
    return found.version if found else 0

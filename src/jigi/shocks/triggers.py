"""Triggers are loaded from reviewed files, each version kept for good, and asked for."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import InputError, Refused
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


def withdraw_trigger(trigger: Trigger, *, reason: str, by: User) -> None:
    """Withdraw a version: it proposes nothing any more, and the one before it is the last again.

    Refused without the right, without a reason, or when it is withdrawn already.
    """
    require(by, RULES)
    if len(reason.strip()) < 5:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")
    with transaction.atomic():
        found = Trigger.objects.filter(pk=trigger.pk, withdrawn_at__isnull=True)
        if not found.update(withdrawn_at=timezone.now(), withdrawn_by=by):
            raise Refused("Cette version est déjà retirée", remedy="Rechargez la page")
        audit.record("withdraw", "trigger", trigger.pk, by=by, reason=reason)


def no_longer(trigger: Trigger, today: date) -> str:
    """Why a version proposes nothing any more, in French; "" when it does. Its past may always be played."""
    if trigger.withdrawn_at:
        return f"Cette version a été retirée le {timezone.localtime(trigger.withdrawn_at):%d/%m/%Y}"
    if trigger.valid_until and trigger.valid_until < today:
        return f"Cette version n’est plus valable depuis le {trigger.valid_until:%d/%m/%Y}"
    return ""


def visible_to(user: User) -> QuerySet[Trigger]:
    """The triggers that a person may read: all or none, they are rules and name nobody."""
    found = Trigger.objects.select_related("loaded_by", "withdrawn_by").order_by("code", "-version")
    return found if can(user, SEE) else found.none()


def latest(found: QuerySet[Trigger]) -> list[Trigger]:
    """The last version of each code that is not withdrawn, by name."""
    kept: dict[str, Trigger] = {}
    for one in found:
        if one.withdrawn_at:
            continue
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

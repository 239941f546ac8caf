"""Loading the reviewed files into the tables that the database reads: categories, deadlines, days off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.grievances.catalogue import CATEGORIES, HOLIDAYS, read_categories, read_holidays
from jigi.grievances.models import Case, Category, Deadline, Holiday

LOAD = "grievances.operate"


@transaction.atomic
def load(categories: str | Path = CATEGORIES, holidays: str | Path = HOLIDAYS, *, by: User) -> dict[str, int]:
    """Load both files; InputError with the line of the first mistake, Refused without the right, or when a category
    that already has cases would become sensitive, or ordinary.

    A category that the file no longer names is kept, out of use: cases name it. The days of cases already open keep
    what they were given until their next move.
    """
    require(by, LOAD)
    _refuse_other_secrecy(categories)
    counts = write(Category, Deadline, Holiday, categories, holidays)
    audit.record("load", "grievance_reference", "categories", by=by, after=counts)
    return counts


def _refuse_other_secrecy(categories: str | Path) -> None:
    for one in read_categories(categories):
        if Case.objects.filter(category=one.code).exclude(sensitive=one.sensitive).exists():
            raise Refused(
                f"La catégorie « {one.code} » a déjà des plaintes : elle ne devient ni sensible ni ordinaire",
                remedy="Donnez un autre code à la nouvelle, et ôtez celle-ci du fichier : elle ne servira plus.",
            )


def write(
    category: Any, deadline: Any, holiday: Any, categories: str | Path = CATEGORIES, holidays: str | Path = HOLIDAYS
) -> dict[str, int]:
    """Write both files into these models (those of now, or of the migration that fills a new database)."""
    found, days = read_categories(categories), read_holidays(holidays)
    columns = {field.name for field in category._meta.get_fields()}
    category.objects.exclude(code__in=[one.code for one in found]).update(in_use=False)
    for one in found:
        facts = {"name": one.name, "severity": one.severity, "sensitive": one.sensitive, "acts": list(one.acts)}
        if "short" in columns:  # the first migration has not got it yet
            facts["short"] = one.short
        category.objects.update_or_create(code=one.code, defaults={**facts, "in_use": True})
    deadline.objects.filter(category__in=[one.code for one in found]).delete()
    deadline.objects.bulk_create(
        deadline(category_id=one.code, status=status, level=level, days=allowed)
        for one in found
        for (status, level), allowed in one.deadlines.items()
    )
    holiday.objects.all().delete()
    holiday.objects.bulk_create(
        holiday(day=day, name=name, confirmed=confirmed) for day, (name, confirmed) in days.items()
    )
    return {"categories": len(found), "days": len(days)}

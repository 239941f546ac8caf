"""What may be asked of paper: the sheets and the pages that one sees, those that wait."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.registry.models import Household
from jigi.sheets.actions import RIGHT
from jigi.sheets.models import Printing, ScannedPage, Sheet


def _communes(user: User) -> QuerySet[Area, int]:
    return Area.objects.filter(communes_with(user, RIGHT)).values_list("pk", flat=True)


def printings(user: User) -> QuerySet[Printing]:
    """What was printed for the communes where a person handles sheets."""
    return Printing.objects.filter(commune__in=_communes(user)).select_related(
        "form_version__form", "commune", "village", "household", "made_by"
    )


def sheets(user: User) -> QuerySet[Sheet]:
    """The sheets of these communes."""
    found = Sheet.objects.filter(printing__commune__in=_communes(user))
    return found.select_related(
        "printing__form_version__form", "printing__commune", "printing__village", "printing__made_by", "household"
    )


def pages(user: User) -> QuerySet[ScannedPage]:
    """The pages of these communes, and those that one sent and nobody could place; without their images."""
    communes = _communes(user)
    placed = Q(household__commune__in=communes) | Q(household=None, commune__in=communes)
    mine = Q(household=None, commune=None, scan__made_by=user)
    return (
        ScannedPage.objects.filter(placed | mine)
        .select_related(
            "scan__made_by", "sheet__printing__commune", "sheet__household", "household__commune", "commune"
        )
        .defer("sealed")
    )


def queue(user: User) -> QuerySet[ScannedPage]:
    """The pages that wait for this person to attach or discard them."""
    return pages(user).filter(status="queued")


def of_household(household: Household) -> list[Sheet]:
    """The sheets of a household, latest first; with those of one that merged into it, once their pages came here."""
    found = Sheet.objects.filter(Q(household=household) | Q(scanned__household=household)).distinct()
    return list(found.select_related("printing__form_version__form").order_by("-pk"))


def loose_pages(household: Household) -> list[ScannedPage]:
    """The pages attached to a household by hand, of no sheet."""
    found = household.scanned_pages.filter(status="attached", sheet=None).select_related("scan")
    return list(found.defer("sealed").order_by("-pk"))

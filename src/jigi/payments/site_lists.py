"""The list of a pay point and day: who is expected, with what; read whole, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import Coalesce, Now

from jigi.enrolment.models import Card, Enrolment
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.cells import neutralise
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.payments.models import SiteDay, SitePlan
from jigi.payments.site_plans import NOUN, facts_of, require_hand

HEADER = (
    "jour", "site", "commune", "numero", "rsu", "allocataire", "suppleant", "village", "droit_fcfa", "rappel_fcfa",
    "a_payer_fcfa", "signature_ou_empreinte", "empreinte_liste",
)  # fmt: skip
AMOUNTS = frozenset({"right_xof", "arrears_xof", "total_xof", "number"})
FIELDS = (
    "day", "pay_point", "commune", "number", "rsu_number", "recipient", "alternate", "village", "right_xof",
    "arrears_xof", "total_xof",
)  # fmt: skip


@unfenced
def lines_of(made: SitePlan, day: SiteDay | None = None, *, verb: str, by: User) -> list[dict[str, Any]]:
    """The lines of a day, or of all the days of a plan, in the order of their lists; the reading is in the trace.

    Each: `line_id`, `day_id`, `day`, `pay_point`, `commune`, `cercle`, `village`, `household_id`, `rsu_number`,
    `recipient`, `alternate`, `right_xof`, `arrears_xof`, `total_xof`, `number` (in its list, from 1), `state` (that of
    its orders, « mixed » when they differ). `verb` is what is done with them: print or export.
    """
    require_hand(by, made.payment_round, made.agency)
    with transaction.atomic():
        _stamp(made, day)
        found = fetch_sql("payments", "lists_of_sites", facts_of(made, day.pk if day else None))
    facts = {"agency": made.agency.code, "day": str(day.day) if day else None, "lines": len(found)}
    audit.read(verb, NOUN, made.pk, by=by, subjects=[line["household_id"] for line in found], after=facts)
    return found


@unfenced
def load(day: SiteDay, *, by: User) -> list[dict[str, Any]]:
    """The lines of a day for a device that will pay by them without network: from now on the plan is not made anew."""
    made = SitePlan.objects.select_related("payment_round", "agency").filter(pk=day.plan_id).first()
    if made is None:
        raise _gone()
    payment_round = made.payment_round
    if payment_round.status != "released":
        raise Refused("Ce tour n’est plus à payer", remedy=f"Il est « {payment_round.get_status_display()} ».")
    return lines_of(made, day, verb="export", by=by)


def _stamp(made: SitePlan, day: SiteDay | None) -> None:
    """The list is out, on paper or on a device: its plan is not made anew. Raced when it was taken back meanwhile."""
    days = SiteDay.objects.filter(plan=made.pk) if day is None else SiteDay.objects.filter(pk=day.pk)
    if not days.update(loaded_at=Coalesce("loaded_at", Now())):
        raise _gone()


def _gone() -> Raced:
    return Raced("Ce plan vient d’être retiré ou refait", remedy="Rechargez la page.")


@unfenced
def withdrawn_cards(day: SiteDay) -> list[str]:
    """The numbers of withdrawn cards of who is expected that day: a device says that they are no longer worth anything.

    They name nobody.
    """
    here = Enrolment.objects.filter(
        component=day.plan.payment_round.component, household__in=day.lines.values("household")
    )
    gone = Card.objects.filter(enrolment__in=here).exclude(
        withdrawn_at__isnull=True, recipient=F("enrolment__recipient")
    )
    return list(gone.order_by("pk").values_list("number", flat=True))


@unfenced
def doubles_of(day: SiteDay, *, by: User) -> list[dict[str, Any]]:
    """The payments of a day that came second: money that left twice, and by whose hand; the reading is in the trace.

    Each: `rsu_number`, `recipient`, `device`, `cashier`, `amount_xof`, `recorded_at`, `waits` (for a decision).
    """
    require_hand(by, day.plan.payment_round, day.plan.agency)
    found = fetch_sql("payments", "site_doubles_of_day", {"day": day.pk})
    if found:
        audit.read("see", NOUN, day.plan_id, by=by, subjects=sorted({one["household_id"] for one in found}))
    return found


@unfenced
def days_of(agencies: Iterable[str], *, since: date, until: date) -> list[SiteDay]:
    """The days of some agencies' pay points in released rounds, between two dates."""
    found = SiteDay.objects.filter(
        plan__agency__code__in=list(agencies), plan__payment_round__status="released", day__gte=since, day__lte=until
    )
    kept = found.select_related("plan__agency", "plan__payment_round__component__programme", "commune")
    return list(kept.annotate(expected=Count("lines")).order_by("day", "commune__name", "pay_point"))


def write_workbook(made: SitePlan, lines: Sequence[dict[str, Any]], path: Path) -> None:
    """The lines as XLSX, one sheet, the hash of the frozen list on each row. The same lines give the same bytes."""
    if not lines:
        raise Refused("Ce plan n’attend personne", remedy="Refaites le plan.")
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        sheet, text = book.add_worksheet("Sites"), book.add_format({"num_format": "@"})
        sheet.set_column(0, len(HEADER) - 1, 18)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, HEADER, book.add_format({"bold": True}))
        for number, line in enumerate(lines, start=1):
            for column, name in enumerate(FIELDS):
                if name in AMOUNTS:
                    sheet.write_number(number, column, line[name])
                else:
                    sheet.write_string(number, column, neutralise(str(line[name])), text)
            sheet.write_string(number, len(HEADER) - 1, made.list_hash, text)

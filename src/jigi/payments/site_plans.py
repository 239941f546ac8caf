"""The plan of the pay points: the households of an agency's orders spread over days, and corrected by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, fetch_sql, give_memory, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can, organisations_with, require
from jigi.geography.models import Area
from jigi.payments.models import OrderFile, PaymentRound, SiteDay, SiteLine, SitePlan, SiteRecord
from jigi.payments.on_their_way import on_their_way
from jigi.payments.orders import pays_accounts
from jigi.payments.site_rules import Part, Village, opening_day, spread
from jigi.programmes.models import Agency

NOUN = "site_plan"
HANDS = ("payments.prepare", "payments.release", "payments.reconcile")
"""Who handles a whole round: a plan speaks of every commune of it."""
MOST_A_DAY = 5_000
PART = ("commune_id", "pay_point", "village_id", "first", "last", "day")


@unfenced
def plan(payment_round: PaymentRound, agency: Agency, *, first_day: date, capacity: int, by: User) -> SitePlan:
    """Spread the open orders of a released round at an agency's pay points over days (site_rules.spread).

    `capacity` is in households a day and pay point. Planning again replaces the plan, as long as no device
    holds one of its lists. Refused where the round is not released, or nothing is left to pay by hand.
    """
    with transaction.atomic():
        # Held against who sends the same orders otherwise.
        PaymentRound.objects.select_for_update(no_key=True).get(pk=payment_round.pk)
        _check(payment_round, agency, by, first_day, capacity)
        _forget(payment_round, agency)
        made = SitePlan.objects.create(
            payment_round=payment_round, agency=agency, first_day=first_day, capacity=capacity,
            list_hash=payment_round.list_hash, made_by=by,
        )  # fmt: skip
        lines, days = _fill(made)
        facts = {"agency": agency.code, "first_day": str(first_day), "capacity": capacity, "lines": lines, "days": days}
        audit.record("plan", NOUN, made.pk, by=by, after=facts)
    return made


@unfenced
def withdraw(made: SitePlan, *, by: User) -> None:
    """Take a plan back: nobody is expected any more. Refused once a device holds one of its lists."""
    require_hand(by, made.payment_round, made.agency)
    with transaction.atomic():
        audit.record("withdraw", NOUN, made.pk, by=by, before={"agency": made.agency.code})
        _forget(made.payment_round, made.agency)


@unfenced
def move(site_day: SiteDay, village_id: int | None, to: date, *, by: User) -> SiteDay:
    """Let a village come on another day than this to the same pay point (None: those of no known village); that day.

    Refused to a day that is past, and once something of the village was recorded that day.
    """
    made = site_day.plan
    require_hand(by, made.payment_round, made.agency)
    if to != opening_day(to) or to < timezone.localdate():
        raise Refused(
            "Ce jour ne convient pas", why="Personne n’est payé un dimanche, ni un jour passé.",
            remedy="Choisissez un autre jour.",
        )  # fmt: skip
    with transaction.atomic():
        SitePlan.objects.select_for_update().get(pk=made.pk)
        lines = SiteLine.objects.filter(site_day=site_day, village=village_id)
        if SiteRecord.objects.filter(line__in=lines).exists():
            raise Refused(
                "Ce village a commencé à être payé ce jour-là",
                remedy="Les absents reviendront au tour suivant, en rappel.",
            )
        day, _ = SiteDay.objects.get_or_create(
            plan=made, commune=site_day.commune, pay_point=site_day.pay_point, day=to
        )
        moved = lines.update(site_day=day)
        if not moved:
            raise Raced("Ce village n’est plus attendu ce jour-là", remedy="Rechargez la page.")
        # One whose list is out stays: the plan is not made anew while somebody may hold it.
        SiteDay.objects.filter(pk=site_day.pk, lines__isnull=True, loaded_at__isnull=True).delete()
        facts = {"village": village_id, "pay_point": day.pay_point, "day": str(to), "lines": moved}
        audit.record("move", NOUN, made.pk, by=by, before={"day": str(site_day.day)}, after=facts)
    return day


@unfenced
def figures(made: SitePlan) -> list[dict[str, Any]]:
    """Per day and pay point: `day_id`, `day`, `pay_point`, `commune`, `cercle`, `households`, `villages`, `total_xof`,
    `paid`, `absent`. No household leaves it.
    """
    return fetch_sql("payments", "site_figures", facts_of(made))


@unfenced
def villages_of(site_day: SiteDay) -> list[dict[str, Any]]:
    """The villages of a day: `village_id`, `name`, `households`."""
    lines = SiteLine.objects.filter(site_day=site_day).values("village_id", name=F("village__name"))
    found: dict[Any, dict[str, Any]] = {}
    for line in lines.order_by("village__name"):
        found.setdefault(line["village_id"], {**line, "households": 0})["households"] += 1
    return list(found.values())


def plan_of(payment_round: PaymentRound, agency: Agency) -> SitePlan | None:
    """The plan of an agency's pay points for a round."""
    made = SitePlan.objects.filter(payment_round=payment_round, agency=agency)
    return made.select_related("payment_round__component__programme", "agency", "made_by").first()


def may_handle(user: User, payment_round: PaymentRound, agency: Agency) -> bool:
    """Whether a person works for the agency, or handles the whole round."""
    programme = payment_round.component.programme.code
    if agency.code in organisations_with(user, "payments.agency", programme=programme):
        return True
    communes = list(Area.objects.filter(pk__in=payment_round.communes.values("commune")))
    return any(can(user, right, areas=communes, programme=programme) for right in HANDS)


def facts_of(made: SitePlan, day: int | None = None) -> dict[str, Any]:
    """What the statements of a list ask."""
    return {"plan": made.pk, "round": made.payment_round_id, "agency": made.agency_id, "day": day}


def _fill(made: SitePlan) -> tuple[int, int]:
    """Write the days and the lines; how many lines and days. The same few statements whatever their number."""
    give_memory()
    facts = facts_of(made)
    villages = [Village(**row) for row in fetch_sql("payments", "site_villages", facts)]
    if not villages:
        raise Refused(
            f"Aucun ordre en attente de ce tour n’est à payer de la main de {made.agency}",
            remedy="Voyez les ordres du tour : ils sont réglés, ou partis par machine.",
        )
    _stage(spread(villages, first_day=made.first_day, capacity=made.capacity))
    days = run_sql("payments", "site_days", facts)
    lines = run_sql("payments", "site_lines", facts)
    assert lines == sum(one.households for one in villages), "each who is expected has one day"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE paying_part")
    return lines, days


def _stage(parts: Sequence[Part]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE paying_part (commune_id bigint, pay_point text, village_id bigint, first bigint,"
            " last bigint, day date) ON COMMIT DROP"
        )
    copy_rows("paying_part", PART, ([getattr(part, name) for name in PART] for part in parts))


def _forget(payment_round: PaymentRound, agency: Agency) -> None:
    before = SitePlan.objects.filter(payment_round=payment_round, agency=agency).first()
    if before is None:
        return
    list(before.days.select_for_update())  # a list that leaves at this moment is seen, or finds nothing left
    if before.days.filter(loaded_at__isnull=False).exists() or SiteRecord.objects.filter(line__plan=before).exists():
        raise Refused(
            "Une liste de ce plan est déjà sortie, imprimée ou sur un appareil",
            why="On paie peut-être par elle en ce moment : ce qui est noté ne retrouverait pas ses lignes.",
            remedy="Déplacez les villages qui restent, un à un.",
        )
    SiteLine.objects.filter(plan=before).delete()
    before.delete()


def _check(payment_round: PaymentRound, agency: Agency, by: User, first_day: date, capacity: int) -> None:
    require_hand(by, payment_round, agency)
    if payment_round.status != "released":
        raise Refused(
            "Les journées se planifient une fois le tour libéré",
            remedy=f"Ce tour est « {payment_round.get_status_display()} ».",
        )
    if on_their_way(payment_round, agency):
        raise Refused(
            f"Les ordres de {agency} partent par machine", why="Le même ordre serait payé deux fois.",
            remedy="Suivez l’envoi, ou retirez-le tant qu’il n’est pas libéré.",
        )  # fmt: skip
    _refuse_sent_otherwise(payment_round, agency)
    if not 1 <= capacity <= MOST_A_DAY:
        raise Refused("Combien de ménages par jour et par site ?", remedy=f"Donnez un nombre entre 1 et {MOST_A_DAY}.")
    if first_day < timezone.localdate():
        raise Refused("Le premier jour est passé", remedy="Choisissez aujourd’hui ou un jour à venir.")


def _refuse_sent_otherwise(payment_round: PaymentRound, agency: Agency) -> None:
    """Refused when a file by which the agency pays accounts by itself has left: hands would pay the same again."""
    sent = OrderFile.objects.filter(payment_round=payment_round, agency=agency).values_list("format", flat=True)
    if any(pays_accounts(agency, format) for format in sent.distinct()):
        raise Refused(
            f"Les ordres de ce tour sont partis par fichier à {agency}, qui paie les comptes elle-même",
            why="Le même ordre serait payé deux fois.",
            remedy="Prenez ses retours ; l’échéance suivante peut se payer aux sites.",
        )  # fmt: skip


def require_hand(by: User, payment_round: PaymentRound, agency: Agency) -> None:
    """Refused to who neither works for the agency nor handles the whole round."""
    if may_handle(by, payment_round, agency):
        return
    communes = Area.objects.filter(pk__in=payment_round.communes.values("commune"))
    require(by, "payments.reconcile", areas=communes, programme=payment_round.component.programme.code)

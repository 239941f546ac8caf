"""Cash at a pay point: who is paid where and on which day, the devices that pay, and what each of them recorded."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.programmes.models import Agency, Component
from jigi.registry.models import Household, Person


class SitePlan(models.Model):
    """The days of a released round at the pay points of one agency; `list_hash` is that of the list it spreads."""

    payment_round = models.ForeignKey("payments.PaymentRound", on_delete=models.PROTECT, related_name="site_plans")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    first_day = models.DateField("premier jour")
    capacity = models.PositiveIntegerField("ménages par jour et par site")
    list_hash = models.CharField("empreinte de la liste", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="fait par"
    )
    made_at = models.DateTimeField("fait le", db_default=Now())

    class Meta:
        verbose_name = "plan des sites de paiement"
        constraints = [
            models.UniqueConstraint(fields=["payment_round", "agency"], name="site_plan_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=5_000), name="site_plan_capacity_known"),
            models.CheckConstraint(condition=Q(list_hash__regex="^[0-9a-f]{64}$"), name="site_plan_is_of_a_list"),
        ]


class SiteDay(models.Model):
    """One day at one pay point; `loaded_at` once a device holds its list, and may pay by it without network."""

    plan = models.ForeignKey(SitePlan, on_delete=models.CASCADE, related_name="days")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    pay_point = models.CharField("site de paiement", max_length=120)
    day = models.DateField("jour")
    loaded_at = models.DateTimeField("chargée d’abord le", null=True)

    class Meta:
        verbose_name = "journée d’un site"
        constraints = [
            models.UniqueConstraint(fields=["plan", "commune", "pay_point", "day"], name="site_day_once"),
        ]

    def __str__(self) -> str:
        return self.pay_point


class SiteLine(models.Model):
    """A recipient who is expected one day at one pay point, for all the orders of the round in their name."""

    plan = models.ForeignKey(SitePlan, on_delete=models.CASCADE, related_name="lines")
    site_day = models.ForeignKey(SiteDay, on_delete=models.CASCADE, related_name="lines", db_column="day_id")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="allocataire")

    class Meta:
        verbose_name = "ligne d’un site"
        constraints = [
            models.UniqueConstraint(fields=["plan", "household", "recipient"], name="site_line_once"),
        ]


class SiteDevice(models.Model):
    """A telephone or computer that pays for one agency, known by the number that it drew itself."""

    number = models.UUIDField("numéro", unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="vu d’abord avec"
    )
    seen_at = models.DateTimeField("vu d’abord le", db_default=Now())

    class Meta:
        verbose_name = "appareil de paiement"


class SiteRecord(models.Model):
    """What a device recorded of a line: paid or absent, who received, how they were recognised. It never changes.

    `recorded_at` is what the clock of the device said, `received_at` what ours did.
    """

    class Said(models.TextChoices):
        PAID = "paid", "payé"
        ABSENT = "absent", "absent"

    class Receiver(models.TextChoices):
        RECIPIENT = "recipient", "l’allocataire"
        ALTERNATE = "alternate", "le suppléant"

    class Means(models.TextChoices):
        CARD = "card", "carte lue"
        CODE = "code", "code de la carte, tapé"
        DOCUMENT = "document", "pièce d’identité"
        KNOWN = "known", "reconnu par le comité"

    number = models.UUIDField("numéro", unique=True)
    device = models.ForeignKey(SiteDevice, on_delete=models.PROTECT, related_name="records")
    line = models.ForeignKey(SiteLine, on_delete=models.PROTECT, related_name="records")
    said = models.CharField("dit", max_length=8, choices=Said)
    receiver = models.CharField("qui a reçu", max_length=10, choices=Receiver, default="", blank=True)
    means = models.CharField("reconnu par", max_length=10, choices=Means, default="", blank=True)
    amount_xof = models.BigIntegerField("montant remis", default=0)
    recorded_at = models.DateTimeField("noté le")
    received_at = models.DateTimeField("reçu le", db_default=Now())
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "paiement noté à un site"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    said="paid", amount_xof__gt=0, receiver__in=("recipient", "alternate"),
                    means__in=("card", "code", "document", "known"),
                )
                | Q(said="absent", amount_xof=0, receiver="", means=""),
                name="site_record_says_who_received",
            ),
        ]  # fmt: skip


class SiteSettlement(models.Model):
    """The record by which a right was paid. Two records of one right never both are: the second is a double."""

    record = models.ForeignKey(SiteRecord, on_delete=models.PROTECT, related_name="settlements")
    origin_round_id = models.BigIntegerField("tour d’origine")
    entitlement_id = models.BigIntegerField("droit")
    return_line = models.ForeignKey("payments.ReturnLine", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("défait le", null=True)

    class Meta:
        verbose_name = "règlement d’un paiement noté"
        constraints = [
            models.UniqueConstraint(
                fields=["origin_round_id", "entitlement_id"], condition=Q(undone_at__isnull=True),
                name="site_settlement_one_live",
            ),
        ]  # fmt: skip

"""What an agreement may finance, as it was signed and as its amendments said since: written once, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jigi.geography.models import Area


class Eligibility(models.Model):
    """All that an agreement may finance, said whole: by the programme's file, or anew by an amendment.

    `components`, `areas` and `periods` count the items said of each; zero says that all of that sort may be financed,
    so that an item that is lost never opens what was closed (deferred trigger, sql/eligibility.sql).
    """

    agreement = models.ForeignKey("programmes.Agreement", on_delete=models.PROTECT, related_name="eligibilities")
    amendment = models.OneToOneField(
        "programmes.Amendment", on_delete=models.PROTECT, null=True, related_name="eligibility"
    )
    components = models.PositiveSmallIntegerField("composantes dites")
    areas = models.PositiveSmallIntegerField("lieux dits")
    periods = models.PositiveSmallIntegerField("périodes dites")

    class Meta:
        verbose_name = "éligibilité d’une convention"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(amendment__isnull=True), name="eligibility_signed_once"
            ),
        ]


class EligibleItem(models.Model):
    """One thing that an agreement may finance: a component, the communes of an area, or terms within two days.

    `component` is « PROGRAMME.COMPOSANTE »: a code, since an agreement may name a programme that comes later.
    """

    eligibility = models.ForeignKey(Eligibility, on_delete=models.PROTECT, related_name="items")
    component = models.CharField("composante", max_length=90, default="", blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField("échéances du", null=True)
    ends_on = models.DateField("au", null=True)

    class Meta:
        verbose_name = "dépense éligible"
        constraints = [
            models.CheckConstraint(
                condition=~Q(component="") & Q(area__isnull=True, starts_on__isnull=True, ends_on__isnull=True)
                | Q(component="", area__isnull=False, starts_on__isnull=True, ends_on__isnull=True)
                | Q(component="", area__isnull=True, starts_on__isnull=False, ends_on__isnull=False)
                & Q(ends_on__gte=F("starts_on")),
                name="eligible_item_is_one_thing",
            ),
            models.UniqueConstraint(
                fields=["eligibility", "component", "area", "starts_on", "ends_on"],
                nulls_distinct=False,
                name="eligible_item_once",
            ),
        ]

"""Scenarios: what a response would reach, cost and take, computed from the register before anybody decides."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.programmes.models import Component


class Scenario(models.Model):
    """A named set of choices for an activation and the figures that they gave on the day they were computed.

    `daily_capacity` is the number of households that the agencies pay a day; `days_to_first_payment` counts the
    promised days of each step (data/promise.toml).
    """

    activation = models.ForeignKey("response.Activation", on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField("scénario", max_length=120)
    amount_xof = models.BigIntegerField("montant par paiement")
    payments = models.PositiveSmallIntegerField("paiements")
    vertical = models.BooleanField("complète les ménages inscrits")
    base_component = models.ForeignKey(
        Component, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="composante de base"
    )
    horizontal_places = models.BigIntegerField("places pour des ménages du registre")
    listing_places = models.BigIntegerField("places pour des ménages à lister")
    livelihoods = ArrayField(
        models.CharField(max_length=40), verbose_name="moyens d’existence", default=list, blank=True
    )
    fresh_since = models.DateField("données depuis", null=True)
    leave_out = ArrayField(
        models.CharField(max_length=20), verbose_name="régimes dont l’aide écarte", default=list, blank=True
    )
    helped_since = models.DateField("aide reçue depuis", null=True)
    daily_capacity = models.BigIntegerField("ménages payés par jour")
    households = models.BigIntegerField("ménages atteints")
    persons = models.BigIntegerField("personnes atteintes")
    cost_xof = models.BigIntegerField("coût")
    days_to_first_payment = models.PositiveIntegerField("jours jusqu’au premier paiement")
    days_to_last_payment = models.PositiveIntegerField("jours jusqu’au dernier paiement")
    computed_at = models.DateTimeField("calculé le", db_default=Now())
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "scénario d’une réponse"
        constraints = [
            models.UniqueConstraint(fields=["activation", "name"], name="scenario_name_once"),
            models.CheckConstraint(
                condition=Q(amount_xof__gt=0, payments__gte=1, horizontal_places__gte=0, listing_places__gte=0)
                & Q(daily_capacity__gt=0),
                name="scenario_amounts_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(vertical=False) | Q(base_component__isnull=False), name="scenario_vertical_has_a_base"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScenarioArea(models.Model):
    """The figures of a scenario for one cercle: in need, in the register, reached by each arm, cost."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="areas")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="cercle")
    in_need = models.BigIntegerField("personnes en phases 3 à 5", null=True)
    registered = models.BigIntegerField("ménages au registre")
    already_helped = models.BigIntegerField("ménages déjà aidés")
    vertical = models.BigIntegerField("ménages complétés")
    horizontal = models.BigIntegerField("ménages du registre")
    listing = models.BigIntegerField("ménages à lister")
    persons = models.BigIntegerField("personnes atteintes")
    cost_xof = models.BigIntegerField("coût")

    class Meta:
        verbose_name = "cercle d’un scénario"
        constraints = [models.UniqueConstraint(fields=["scenario", "area"], name="scenario_area_once")]

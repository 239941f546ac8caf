"""The table of who was reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.registry.models import Household, Person


class Reach(models.Model):
    """How many events of a component reached a household (a person, when known) in a commune and a year.

    Written by the triggers of the siblings' attendance tables alone (sql/reach.sql): corrections count back, and a
    row whose events are none is taken away.
    """

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", db_index=False)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="personne")
    sort = models.CharField("composante", max_length=10)
    year = models.PositiveSmallIntegerField("année")
    events = models.PositiveIntegerField("présences")

    class Meta:
        verbose_name = "ménage touché"
        constraints = [
            models.UniqueConstraint(
                fields=["year", "component", "commune", "household", "person"], nulls_distinct=False, name="reach_once"
            ),
            models.CheckConstraint(condition=Q(events__gte=1), name="reach_counts_something"),
        ]

"""Enrolments: a household in a component, its recipient, its means of payment, its first and last term."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.enrolment.card_models import Card, CardKey
from jigi.enrolment.rules import LEFT_OUT, left_out
from jigi.enrolment.states import ENROLMENT
from jigi.foundation.sealed import IndexField, SealedField, secret
from jigi.geography.models import Area
from jigi.programmes.models import Agency, Component
from jigi.registry.models import Household, Person
from jigi.targeting.models import TargetingRound

__all__ = ["Card", "CardKey", "Cohort", "Enrolment"]


class Cohort(models.Model):
    """Households enrolled together, from one decision, starting at one term.

    The counters say what became of every household asked for: each is counted once, enrolled or not.
    """

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField("cohorte", max_length=120)
    targeting_round = models.ForeignKey(
        TargetingRound, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="campagne"
    )
    first_term = models.PositiveSmallIntegerField("première échéance")
    asked = models.BigIntegerField("ménages demandés")
    enrolled = models.BigIntegerField("ménages inscrits")
    already_enrolled = models.BigIntegerField("déjà inscrits")
    outside_communes = models.BigIntegerField("hors des communes de la composante")
    left_register = models.BigIntegerField("sortis du registre")
    calendar_over = models.BigIntegerField("calendrier de la commune terminé")
    without_recipient = models.BigIntegerField("sans allocataire")
    without_account = models.BigIntegerField("inscrits sans téléphone pour leur compte")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("créée le", db_default=Now())

    class Meta:
        verbose_name = "cohorte"
        constraints = [
            models.UniqueConstraint(fields=["component", "name"], name="cohort_name_once"),
            models.CheckConstraint(
                condition=Q(
                    asked=F("enrolled")
                    + F("already_enrolled")
                    + F("outside_communes")
                    + F("left_register")
                    + F("calendar_over")
                    + F("without_recipient")
                ),
                name="cohort_adds_up",
            ),
            models.CheckConstraint(condition=Q(enrolled__gte=1), name="cohort_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def left_out(self) -> str:
        """Why some of the households asked for were not enrolled, as a French list; "" when all were."""
        return left_out({key: getattr(self, key) for key in LEFT_OUT})


class Enrolment(models.Model):
    """The decision that a household receives a component; one live enrolment per household and component."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="enrolments")
    # Indexes that nobody asks anything of are left out: a large enrolment writes each of them for every row.
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="enrolments", db_index=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="allocataire")
    alternate = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="suppléant",
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    account_sealed = SealedField("compte ou téléphone, chiffré", kind="account", default=b"", blank=True)
    account_index = IndexField("index du compte", default=b"", blank=True)
    account = secret("account", "account_sealed", "account_index")
    pay_point = models.CharField("site de paiement", max_length=120)
    first_term = models.PositiveSmallIntegerField("première échéance")
    last_term = models.PositiveSmallIntegerField("dernière échéance")
    status = models.CharField("état", max_length=10, choices=ENROLMENT.choices, default="active")
    exit_reason = models.CharField("motif de sortie", max_length=80, default="", blank=True)
    enrolled_at = models.DateTimeField("inscrit le", db_default=Now())
    exited_at = models.DateTimeField("sorti le", null=True)
    followed_at = models.DateTimeField("changements suivis le", null=True)
    # What was answered when it was decided, to be compared and nothing else: a number whose row may be gone.
    followed_commune = models.ForeignKey(
        Area, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False,
        verbose_name="commune du ménage, déjà répondue",
    )  # fmt: skip
    followed_recipient = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False,
        verbose_name="allocataire au registre, déjà répondu",
    )  # fmt: skip

    class Meta:
        verbose_name = "inscription"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "component"],
                condition=~Q(status="exited"),
                name="one_live_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(last_term__gte=F("first_term"), first_term__gte=1),
                name="enrolment_terms_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status="exited", exited_at__isnull=False) & ~Q(exit_reason="")
                | ~Q(status="exited") & Q(exited_at__isnull=True),
                name="enrolment_exit_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["component", "commune", "status"], name="enrolment_by_place"),
            # For who deletes a person: the database asks whose alternate it was.
            models.Index(fields=["alternate"], name="enrolment_by_alternate", condition=Q(alternate__isnull=False)),
        ]

"""What a complaint sets off: asked by who examines it, carried out by another person who holds the right to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.changes.models import ChangeRequest
from jigi.enrolment.models import Enrolment
from jigi.geography.models import Area
from jigi.grievances.case_models import Case, _hand
from jigi.grievances.states import ACT
from jigi.payments.models import PaymentRound
from jigi.registry.models import Household


class Act(models.Model):
    """One act: what, of which household and order, why, who asked, who did it, what it made.

    A block holds `enrolment` suspended until it is lifted (`lifted_by`), unless it was so before any complaint
    (`suspended_before`); a re-issue makes `made_round`; a change opens `change`; an appeal, a visit or an
    investigation is done when its `result` is written.
    """

    class Kind(models.TextChoices):
        BLOCK = "block", "bloquer les paiements du ménage"
        REISSUE = "reissue", "réémettre un paiement"
        CHANGE = "change", "demander un changement au registre"
        APPEAL = "appeal", "recours contre le ciblage"
        VISIT = "visit", "visite de vérification"
        INVESTIGATION = "investigation", "enquête"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField("acte", max_length=14, choices=Kind)
    status = models.CharField("état", max_length=10, choices=ACT.choices, default="asked")
    sensitive = models.BooleanField("d’une plainte sensible", default=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="commune")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, null=True, related_name="+")
    suspended_before = models.BooleanField("déjà suspendue avant", default=False)
    instruction_id = models.BigIntegerField("ordre de paiement", null=True)
    origin_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, null=True, related_name="+")
    made_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField("motif", max_length=300)
    result = models.CharField("ce qui a été fait", max_length=300, default="", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandé le", db_default=Now())
    done_by = _hand("fait par")
    done_at = models.DateTimeField("fait le", null=True)
    lifted_by = _hand("levé par")
    lifted_at = models.DateTimeField("levé le", null=True)

    class Meta:
        verbose_name = "acte d’une plainte"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(ACT.states)), name="grievance_act_status"),
            models.CheckConstraint(condition=~Q(why=""), name="grievance_act_says_why"),
            models.CheckConstraint(
                condition=Q(done_by__isnull=True) | Q(status="withdrawn") | ~Q(done_by=F("asked_by")),
                name="grievance_act_done_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", done_by__isnull=True, done_at__isnull=True)
                | ~Q(status="asked") & Q(done_by__isnull=False, done_at__isnull=False),
                name="grievance_act_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(kind="block", enrolment__isnull=False)
                | Q(kind="reissue", made_round__isnull=False)
                | Q(kind="change", change__isnull=False)
                | Q(kind__in=("appeal", "visit", "investigation")) & ~Q(result=""),
                name="grievance_act_made_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind="reissue") | Q(instruction_id__isnull=False, origin_round__isnull=False),
                name="grievance_act_names_its_order",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True)
                | Q(kind="block", status="done", lifted_by__isnull=False, lifted_at__isnull=False),
                name="grievance_act_lifts_a_block",
            ),
            models.CheckConstraint(
                condition=Q(sensitive=False) | Q(kind="investigation") | ~Q(status="asked"),
                name="grievance_act_of_sensitive_stays_apart",
            ),
            models.UniqueConstraint(
                fields=["case", "enrolment"], condition=Q(kind="block", status="done", lifted_at__isnull=True),
                name="grievance_act_blocks_once",
            ),
            models.UniqueConstraint(
                fields=["instruction_id", "origin_round"], condition=Q(kind="reissue", status="asked"),
                name="grievance_act_reissue_asked_once",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["status", "kind"], name="grievance_act_by_status")]

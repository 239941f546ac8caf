"""Requests of people about their data, and proposals to apply the rules of retention."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.models import User
from jigi.protection.states import REQUEST, RETENTION
from jigi.registry.models import Household, Person


def _signer(french: str) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )


class DataRequest(models.Model):
    """What a person asks about their data. Who records it, who decides, who erases: two people at least.

    `partner` is the organisation that an opposition to sharing is for; "" is every one.

    Its texts name people: an erasure and the rules of retention empty them, the rest stays.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", "accès"
        CORRECTION = "correction", "rectification"
        OPPOSITION = "opposition", "opposition"
        ERASURE = "erasure", "effacement"

    class Scope(models.TextChoices):
        NONE = "", "—"
        ALL = "all", "tout traitement"
        SHARING = "sharing", "le partage avec d’autres programmes"
        TARGETING = "targeting", "le ciblage"
        CONTACT = "contact", "les appels et les messages"

    kind = models.CharField("droit exercé", max_length=10, choices=Kind)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="data_requests", verbose_name="ménage"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="data_requests", verbose_name="personne"
    )
    scope = models.CharField("portée de l’opposition", max_length=10, choices=Scope, default=Scope.NONE, blank=True)
    partner = models.CharField("partenaire visé", max_length=40, default="", db_default="", blank=True)
    asker = models.CharField("demandeur", max_length=160)
    identity_check = models.CharField("comment son identité a été vérifiée", max_length=200)
    statement = models.TextField("ce qui est demandé")
    received_on = models.DateField("reçue le")
    due_on = models.DateField("réponse due le")
    status = models.CharField("état", max_length=10, choices=REQUEST.choices, default="received")
    made_by = _signer("enregistrée par")
    made_at = models.DateTimeField("enregistrée le", db_default=Now())
    decided_by = _signer("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    decision = models.TextField("motif de la décision", default="", blank=True)
    answer = models.TextField("réponse", default="", blank=True)
    done_by = _signer("faite par")
    done_at = models.DateTimeField("faite le", null=True)
    emptied_on = models.DateField("textes effacés le", null=True)

    class Meta:
        verbose_name = "demande sur des données"
        constraints = [
            models.CheckConstraint(condition=Q(made_by__isnull=False), name="data_request_has_a_maker"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("made_by")),
                name="data_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision=""),
                name="data_request_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("accepted", "refused", "done")) | Q(decided_by__isnull=False),
                name="data_request_decided_has_a_decider",
            ),
            models.CheckConstraint(
                condition=Q(status="done", done_by__isnull=False, done_at__isnull=False)
                | ~Q(status="done") & Q(done_by__isnull=True, done_at__isnull=True),
                name="data_request_done_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(kind="erasure") | Q(done_by__isnull=True) | ~Q(done_by=F("decided_by")),
                name="data_request_erased_by_another_than_its_decider",
            ),
            models.CheckConstraint(
                condition=Q(kind="access") | Q(household__isnull=False), name="data_request_is_about_somebody"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(household__isnull=False), name="data_request_person_in_household"
            ),
            models.CheckConstraint(
                condition=Q(kind="opposition") & ~Q(scope="") | ~Q(kind="opposition") & Q(scope=""),
                name="data_request_opposition_has_a_scope",
            ),
            models.CheckConstraint(
                condition=Q(partner="") | Q(scope="sharing"), name="data_request_partner_of_a_sharing"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("received_on")), name="data_request_due_after_received"),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="data_request_by_due")]

    def __str__(self) -> str:
        return f"Demande {self.pk} · {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.status in ("received", "accepted")

    @property
    def stops_sharing(self) -> bool:
        """Whether, once granted, it keeps partners from being told."""
        return self.kind == self.Kind.OPPOSITION and self.scope in (self.Scope.ALL, self.Scope.SHARING)


class RetentionProposal(models.Model):
    """What the rules of retention would do on a day, proposed by one person, applied by another."""

    as_of = models.DateField("au")
    rules_hash = models.CharField("empreinte des règles", max_length=64)
    counts = models.JSONField("lignes par règle")
    status = models.CharField("état", max_length=10, choices=RETENTION.choices, default="proposed")
    made_by = _signer("proposée par")
    made_at = models.DateTimeField("proposée le", db_default=Now())
    decided_by = _signer("décidée par")
    decided_at = models.DateTimeField("décidée le", null=True)
    applied = models.JSONField("lignes faites par règle", default=dict)

    class Meta:
        verbose_name = "proposition de conservation"
        constraints = [
            models.CheckConstraint(condition=Q(made_by__isnull=False), name="retention_has_a_maker"),
            models.CheckConstraint(
                condition=~Q(status="applied") | Q(decided_by__isnull=False) & ~Q(decided_by=F("made_by")),
                name="retention_applied_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="retention_decision_is_signed",
            ),
            models.UniqueConstraint(fields=["status"], condition=Q(status="proposed"), name="retention_one_proposal"),
        ]

    def __str__(self) -> str:
        return f"Conservation des données au {self.as_of:%d/%m/%Y}"

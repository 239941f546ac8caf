"""Requests to change the register, their items, their evidence, and the files that bring many at once."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.changes.rules import COUNTER, KINDS, TITLES, Kind
from jigi.changes.states import APPLIED, CHANGE, OPEN
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.sealed import SealedField
from jigi.registry.models import Household, Person
from jigi.registry.rows import Written

MOST_BYTES = 5 * 1024 * 1024


def _signer(french: str) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )


def _sealed(column: str) -> property:
    """A property over one sealed column that holds JSON."""

    def opened(self: models.Model) -> Any:
        sealed = bytes(getattr(self, column))
        return json.loads(vault().unseal("change", sealed)) if sealed else None

    def closed(self: models.Model, value: Any) -> None:
        setattr(self, column, vault().seal("change", json.dumps(value, ensure_ascii=False)))

    return property(opened, closed)


class ChangeBulk(models.Model):
    """A file that brought many requests at once."""

    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    rows = models.PositiveIntegerField("lignes lues")
    made_by = _signer("envoyé par")
    made_at = models.DateTimeField("envoyé le", db_default=Now())

    class Meta:
        verbose_name = "fichier de changements"
        constraints = [
            models.CheckConstraint(condition=Q(made_by__isnull=False), name="change_bulk_has_a_maker"),
            models.UniqueConstraint(fields=["file_hash", "made_by"], name="change_bulk_once"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ChangeRequest(models.Model):
    """A change asked of one household (and of another, where two are concerned). Made and checked by two people."""

    class Source(models.TextChoices):
        HOUSEHOLD = "household", "déclaré par le ménage"
        DOCUMENT = "document", "lu sur un document"
        COMMITTEE = "committee", "dit par le comité du village"
        VISIT = "visit", "constaté lors d’une visite"
        CALL = "call", "appris par téléphone"
        FILE = "file", "reçu par fichier"

    kind = models.CharField("nature", max_length=12, choices=sorted(TITLES.items()))
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="change_requests", verbose_name="ménage"
    )
    other = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="autre ménage"
    )
    effective_on = models.DateField("date d’effet")
    reason = models.TextField("motif")
    fact_source = models.CharField("d’où vient le fait", max_length=10, choices=Source, default=Source.HOUSEHOLD)
    status = models.CharField("état", max_length=10, choices=CHANGE.choices, default="draft")
    made_by = _signer("demandée par")
    made_at = models.DateTimeField("demandée le", db_default=Now())
    checked_by = _signer("vérifiée par")
    checked_at = models.DateTimeField("vérifiée le", null=True)
    decision = models.TextField("motif de la décision", default="", blank=True)
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="counters", verbose_name="défait la demande"
    )
    bulk = models.ForeignKey(
        ChangeBulk, on_delete=models.PROTECT, null=True, related_name="requests", verbose_name="fichier"
    )
    line = models.PositiveIntegerField("ligne du fichier", null=True)
    left_because = models.CharField("laissée parce que", max_length=300, default="", db_default="", blank=True)

    class Meta:
        verbose_name = "demande de changement"
        constraints = [
            models.CheckConstraint(condition=Q(made_by__isnull=False), name="change_has_a_maker"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")), name="change_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=("draft", "submitted", "withdrawn"), checked_by__isnull=True, checked_at__isnull=True
                )
                | Q(
                    status__in=("approved", "partly", "refused", "undone"),
                    checked_by__isnull=False, checked_at__isnull=False,
                ),
                name="change_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("refused", "partly")) | ~Q(decision=""), name="change_refusal_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind=COUNTER, undoes__isnull=False) | ~Q(kind=COUNTER) & Q(undoes__isnull=True),
                name="change_counter_undoes_one",
            ),
            models.CheckConstraint(
                condition=Q(bulk__isnull=True, line__isnull=True) | Q(bulk__isnull=False, line__isnull=False),
                name="change_of_a_file_has_its_line",
            ),
            models.CheckConstraint(condition=~Q(other=F("household")), name="change_other_is_another"),
            models.UniqueConstraint(
                fields=["undoes"], condition=~Q(status__in=("refused", "withdrawn")), name="change_undone_once"
            ),
            models.UniqueConstraint(fields=["bulk", "line"], name="change_line_once"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["status", "id"], name="change_by_status"),
            models.Index(fields=["household", "status"], name="change_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.title} · demande {self.pk}"

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def asks(self) -> Kind | None:
        """Its kind as the rules say it; None for a counter-request."""
        return KINDS.get(self.kind)

    @property
    def right(self) -> str:
        """The right that its facts ask beyond those of requests: of health, or "" for none."""
        asked = self.undoes.asks if self.undoes else self.asks
        return asked.right if asked else ""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_applied(self) -> bool:
        return self.status in APPLIED


class ChangeItem(models.Model):
    """One fact before and after, or one operation, what it rests on (`before`) and what it was given (`after`).

    All that names people is sealed. `person` may be gone from the register: an undone birth.
    """

    class Decision(models.TextChoices):
        NONE = "", "—"
        ACCEPTED = "accepted", "acceptée"
        REFUSED = "refused", "refusée"

    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField("ordre")
    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+", verbose_name="membre"
    )
    code = models.CharField("fait", max_length=40)
    sealed = SealedField("avant et après, chiffrés", kind="change")
    facts = _sealed("sealed")
    done_sealed = SealedField("ce qui a été écrit, chiffré", kind="change", default=b"")
    done = _sealed("done_sealed")
    decision = models.CharField("décision", max_length=10, choices=Decision, default=Decision.NONE, blank=True)
    why = models.CharField("motif", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "fait demandé"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="change_item_position"),
            models.UniqueConstraint(
                fields=["request", "code", "person"], name="change_item_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=~Q(decision="refused") | ~Q(why=""), name="change_item_refusal_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["person", "code"], name="change_item_by_fact")]

    @property
    def before(self) -> Any:
        return (self.facts or {}).get("before")

    @property
    def after(self) -> Any:
        return (self.facts or {}).get("after")

    @property
    def sensitive(self) -> bool:
        return self.code.startswith("health.") or self.code in ("household.latitude", "household.longitude")

    @property
    def written(self) -> list[Written]:
        """What the register's verbs wrote for it."""
        return [Written(**told) for told in self.done or []]


class ChangeEvidence(models.Model):
    """A paper that shows why: a scan or a photograph made anew; `sha256` is the digest of the file as it was sent."""

    class Kind(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "photographie JPEG"
        PNG = "image/png", "image PNG"

    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="evidence")
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("type", max_length=20, choices=Kind)
    sha256 = models.CharField("empreinte", max_length=64)
    content = models.BinaryField("contenu")
    added_by = _signer("jointe par")
    added_at = models.DateTimeField("jointe le", db_default=Now())

    class Meta:
        verbose_name = "pièce justificative"
        constraints = [
            models.UniqueConstraint(fields=["request", "sha256"], name="change_evidence_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("application/pdf", "image/jpeg", "image/png")), name="change_evidence_kind"
            ),
        ]

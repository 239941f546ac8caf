"""Sharing agreements (conventions de partage), the requests under them, what was delivered, and who opposes it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.geography.models import Area
from jigi.registry.models import Household, Person
from jigi.sharing.rules import Criteria
from jigi.sharing.states import AGREEMENT, REQUEST

WHOLE_REGISTER = "RSU"
"""Among `programmes`: every household of the register, in a programme or not."""


class SharingAgreement(models.Model):
    """What one partner may be given of the register, for one purpose. An empty list shares nothing: it is refused.

    `partner` is the code under which its people are posted (StaffPosting.organisation); `fields` are codes of
    data/fields.toml; `programmes` are codes of programmes, or WHOLE_REGISTER.
    """

    code = models.CharField("numéro de la convention", max_length=40, unique=True)
    partner = models.CharField("organisme", max_length=40)
    partner_name = models.CharField("partenaire", max_length=160)
    purpose = models.TextField("finalité")
    legal_basis = models.CharField("base légale", max_length=300)
    apdp_reference = models.CharField("référence de l’APDP", max_length=80)
    fields = ArrayField(models.CharField(max_length=30), verbose_name="données partagées")
    programmes = ArrayField(models.CharField(max_length=40), verbose_name="programmes")
    areas = models.ManyToManyField(Area, related_name="+", verbose_name="lieux")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    status = models.CharField("état", max_length=10, choices=AGREEMENT.choices, default="prepared")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("préparée le", db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField("décidée le", null=True)
    ended_on = models.DateField("finie le", null=True)

    class Meta:
        verbose_name = "convention de partage"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("made_by")), name="sharing_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(status="prepared", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="prepared") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="sharing_decision_is_signed",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="sharing_ends_after_start"),
            models.CheckConstraint(
                condition=Q(fields__len__gte=1, programmes__len__gte=1), name="sharing_shares_something"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(legal_basis="") & ~Q(apdp_reference=""), name="sharing_says_why"
            ),
            models.CheckConstraint(
                condition=Q(status="ended", ended_on__isnull=False) | ~Q(status="ended") & Q(ended_on__isnull=True),
                name="sharing_end_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_name} · {self.code}"


class SharingRequest(models.Model):
    """What one asks to be given under an agreement: whom, by criteria (rules.Criteria), and which facts of them.

    Ages are counted on `as_of`. The counters are those of the day it was asked: a delivery chooses anew, so that an
    opposition made since is respected. `recipient_key` is the partner's public key, for a file.
    """

    class Channel(models.TextChoices):
        FILE = "file", "fichier chiffré"
        API = "api", "interface pour machines"

    agreement = models.ForeignKey(
        SharingAgreement, on_delete=models.PROTECT, related_name="requests", verbose_name="convention"
    )
    channel = models.CharField("remise par", max_length=4, choices=Channel)
    recipient_key = models.CharField("clé publique du partenaire", max_length=200, default="", blank=True)
    said = models.JSONField("critères")
    fields = ArrayField(models.CharField(max_length=30), verbose_name="données demandées")
    areas = models.ManyToManyField(Area, related_name="+", verbose_name="lieux")
    as_of = models.DateField("âges au")
    reason = models.CharField("usage prévu", max_length=500)
    expires_on = models.DateField("périme le")
    households = models.BigIntegerField("ménages, à la demande")
    persons = models.BigIntegerField("personnes, à la demande")
    opposed = models.BigIntegerField("ménages laissés de côté par une opposition, à la demande")
    status = models.CharField("état", max_length=10, choices=REQUEST.choices, default="asked")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    made_at = models.DateTimeField("demandée le", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="décidée par"
    )
    decided_at = models.DateTimeField("décidée le", null=True)

    class Meta:
        verbose_name = "demande de partage"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("made_by")),
                name="sharing_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                & Q(status__in=("asked", "withdrawn", "expired"))
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(status="asked"),
                name="sharing_request_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(channel="file") & ~Q(recipient_key="") | Q(channel="api", recipient_key=""),
                name="sharing_request_file_has_key",
            ),
            models.CheckConstraint(condition=Q(fields__len__gte=1), name="sharing_request_asks_something"),
        ]
        indexes = [models.Index(fields=["status", "expires_on"], name="sharing_request_by_end")]

    def __str__(self) -> str:
        return f"Demande {self.pk} · {self.agreement.code}"

    @property
    def criteria(self) -> Criteria:
        return Criteria.of_json(self.said)

    @property
    def facts_told(self) -> set[str]:
        """The facts that the partner learns of everyone in the answer: those asked, and those of the criteria."""
        return {*self.fields, *self.criteria.facts_told}


class SharingToken(models.Model):
    """The token by which a partner's machines ask the API under one agreement; only its digest is kept."""

    agreement = models.ForeignKey(
        SharingAgreement, on_delete=models.PROTECT, related_name="tokens", verbose_name="convention"
    )
    fingerprint = models.CharField("empreinte du jeton", max_length=64, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="fait par"
    )
    made_at = models.DateTimeField("fait le", db_default=Now())
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="retiré par"
    )
    revoked_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "jeton de partage"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="sharing_token_revoked_is_signed",
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(revoked_at__isnull=True), name="sharing_token_one_alive"
            ),
        ]


class SharingDelivery(models.Model):
    """One file, or one page of the API: how many were told to a partner, when, asked by whom or by which token.

    `dropped_on` is the day its file was taken away here, by its end or by an erasure; the partner's copy is theirs
    to destroy.
    """

    request = models.ForeignKey(
        SharingRequest, on_delete=models.PROTECT, related_name="deliveries", verbose_name="demande"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="remise par"
    )
    token = models.ForeignKey(
        SharingToken, on_delete=models.PROTECT, related_name="deliveries", null=True, verbose_name="jeton"
    )
    at = models.DateTimeField("remise le", db_default=Now())
    households = models.BigIntegerField("ménages", default=0)
    lines = models.BigIntegerField("lignes", default=0)
    opposed = models.BigIntegerField("ménages laissés de côté par une opposition", default=0)
    size = models.BigIntegerField("octets du fichier", default=0)
    sha256 = models.CharField("empreinte du fichier", max_length=64, default="", blank=True)
    dropped_on = models.DateField("fichier retiré le", null=True)

    class Meta:
        verbose_name = "remise de données"
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, token__isnull=True) | Q(by__isnull=True, token__isnull=False),
                name="sharing_delivery_by_one",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(token__isnull=True), name="sharing_delivery_one_file"
            ),
        ]
        indexes = [models.Index(fields=["token", "at"], name="sharing_delivery_by_token")]

    def __str__(self) -> str:
        return f"Remise {self.pk}"


class SharingPart(models.Model):
    """A piece of a file, sealed to the partner's key: nobody here can open it."""

    delivery = models.ForeignKey(SharingDelivery, on_delete=models.PROTECT, related_name="parts", verbose_name="remise")
    number = models.PositiveIntegerField("ordre")
    content = models.BinaryField("contenu chiffré")

    class Meta:
        verbose_name = "morceau de fichier remis"
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="sharing_part_once")]


class SharingDisclosure(models.Model):
    """One line told to a partner: a household, or one person of it. Its number is the line's in what was delivered.

    `head` is who is named by the line of a household: its head that day, when names, NINA or telephone were asked.
    """

    told_in = models.ForeignKey(
        SharingDelivery, on_delete=models.PROTECT, related_name="disclosures", verbose_name="remise"
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="personne"
    )
    head = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="chef nommé"
    )

    class Meta:
        verbose_name = "donnée remise"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(head__isnull=True), name="sharing_line_names_one_person"
            )
        ]
        # So that a person who goes with the undoing of an import is looked for, not read through every delivery.
        indexes = [
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="disclosure_of_person"),
            models.Index(fields=["head"], condition=Q(head__isnull=False), name="disclosure_of_head"),
        ]


class SharingObjection(models.Model):
    """An opposition to sharing, of a household or of one person, to one partner or ("") to all; in force until lifted.

    `data_request` is the number of the request by which it was made (jigi.protection).
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="personne")
    partner = models.CharField("organisme", max_length=40, default="", blank=True)
    data_request = models.BigIntegerField("demande", unique=True)
    since = models.DateTimeField("depuis", db_default=Now())
    lifted_at = models.DateTimeField("levée le", null=True)

    class Meta:
        verbose_name = "opposition au partage"

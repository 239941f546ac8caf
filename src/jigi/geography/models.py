"""Areas in their versions, what succeeded what, boundaries, and the posting of staff to areas."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class AreaVersion(models.Model):
    """A division of the country, valid between two dates: « COD2019 », « LOI2023 »."""

    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=120)
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au", null=True, blank=True)
    source = models.TextField("source")

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A place of one version. `path` is the chain of codes from the country: « /ML/ML01/ML0103/ »."""

    class Level(models.TextChoices):
        COUNTRY = "country", "pays"
        REGION = "region", "région"
        CERCLE = "cercle", "cercle"
        COMMUNE = "commune", "commune"
        VILLAGE = "village", "village"

    version = models.ForeignKey(AreaVersion, on_delete=models.PROTECT, related_name="areas")
    code = models.CharField("code", max_length=30)
    name = models.CharField("nom", max_length=120)
    level = models.CharField("niveau", max_length=10, choices=Level)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.TextField("chemin")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    area_km2 = models.FloatField("superficie (km²)", null=True, blank=True)
    population = models.BigIntegerField("population", null=True, blank=True)
    source = models.TextField("source", default="", blank=True)

    class Meta:
        verbose_name = "lieu"
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="area_code_once_per_version"),
            models.CheckConstraint(
                condition=Q(level="country", parent__isnull=True) | Q(~Q(level="country"), parent__isnull=False),
                name="area_has_a_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="area_by_path", opclasses=["text_pattern_ops"]),
            models.Index(fields=["level", "name"], name="area_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaSuccession(models.Model):
    """What became of an area in a later version."""

    class Kind(models.TextChoices):
        SAME = "same", "inchangé"
        RENAMED = "renamed", "renommé"
        SPLIT = "split", "divisé"
        MERGED = "merged", "fusionné"
        PROMOTED = "promoted", "érigé"

    predecessor = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="origins")
    kind = models.CharField(max_length=10, choices=Kind)
    note = models.TextField(default="", blank=True)
    source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
        ]


class AreaAlias(models.Model):
    """Another spelling of a place's name, by its folded key."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "name_key"], name="alias_once")]


class Boundary(models.Model):
    """The outline of an area, simplified for drawing: GeoJSON `coordinates` of a MultiPolygon."""

    area = models.OneToOneField(Area, on_delete=models.CASCADE, related_name="boundary")
    coordinates = models.JSONField()
    source = models.TextField()
    loaded_at = models.DateTimeField(auto_now=True)


class StaffPosting(models.Model):
    """A role held by a person at an area and in a programme (all when blank), for a period.

    `organisation` is the code of the agency, operator or partner that the person works for, for the roles that
    see its things only. The database refuses postings whose rights are incompatible (sql/rights.sql).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_postings")
    role = models.CharField("rôle", max_length=40)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    programme_code = models.CharField("programme", max_length=40, default="", blank=True)
    organisation = models.CharField("organisme", max_length=40, default="", blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "affectation"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "area", "programme_code", "starts_on"], name="staff_posting_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="staff_posting_ends_after",
            ),
        ]


class Invitation(models.Model):
    """A paper that lets one person in: to open the account of a posting, or to choose a password anew.

    Only the hash of its token is kept: whoever reads the table can't use it. `account` is empty until a new
    account is opened; a renewal names an account that exists already, and no posting (`role` is empty).
    """

    token_hash = models.CharField("empreinte du jeton", max_length=64, unique=True)
    username = models.CharField("identifiant", max_length=60)
    full_name = models.CharField("nom et fonction", max_length=120)
    email = models.EmailField("adresse électronique", default="", blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="invitations", verbose_name="compte"
    )
    role = models.CharField("rôle", max_length=40, default="", blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="lieu")
    programme_code = models.CharField("programme", max_length=40, default="", blank=True)
    organisation = models.CharField("organisme", max_length=40, default="", blank=True)
    starts_on = models.DateField("du", null=True)
    ends_on = models.DateField("au", null=True, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="invité par"
    )
    invited_at = models.DateTimeField("invité le", db_default=Now())
    expires_at = models.DateTimeField("valable jusqu’à")
    accepted_at = models.DateTimeField("acceptée le", null=True)
    cancelled_at = models.DateTimeField("annulée le", null=True)

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.CheckConstraint(
                condition=Q(role="", area__isnull=True, starts_on__isnull=True, account__isnull=False)
                | (~Q(role="") & Q(area__isnull=False, starts_on__isnull=False)),
                name="invitation_posts_or_renews",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(account__isnull=False, cancelled_at__isnull=True),
                name="invitation_accepted_has_an_account",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="invitation_ends_after"
            ),
            models.UniqueConstraint(
                fields=["username"],
                condition=Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="invitation_open_once",
            ),
        ]

    @property
    def is_renewal(self) -> bool:
        """Whether it lets somebody back in rather than opening an account."""
        return not self.role

    def __str__(self) -> str:
        return f"{self.full_name} ({self.username})"

"""Figures taken from files, snapshots and their values, what people say of them and who signs them, which
only grow; and the counts by commune that pages of every day read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, ExtractYear, Now

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.results.rules import DIMENSIONS, SORTS, value_of


def _hand(french: str) -> models.ForeignKey[User, User]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=french)


class FigureFile(models.Model):
    """A file of figures of years that this database did not see, known by its hash: the later one counts."""

    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64, unique=True)
    lines = models.PositiveIntegerField("chiffres")
    loaded_by = _hand("chargé par")
    loaded_at = models.DateTimeField("chargé le", db_default=Now())

    class Meta:
        verbose_name = "fichier de chiffres repris"
        constraints = [models.CheckConstraint(condition=Q(lines__gte=1), name="figure_file_is_not_empty")]


class _Place(models.Model):
    """The dimensions of a figure; "" where it has none."""

    indicator = models.CharField("indicateur", max_length=40)
    dimension = models.CharField("ventilation", max_length=16, choices=list(DIMENSIONS.items()), default="", blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="lieu")
    kind = models.CharField("composante", max_length=12, default="", blank=True)
    agreement = models.CharField("convention", max_length=40, default="", blank=True)
    sex = models.CharField("sexe", max_length=1, default="", blank=True)
    band = models.CharField("âge", max_length=5, default="", blank=True)
    quarter = models.CharField("trimestre", max_length=7, default="", blank=True)
    sort = models.CharField("nature du chiffre", max_length=7, choices=list(SORTS.items()))
    numerator = models.BigIntegerField("nombre")
    denominator = models.BigIntegerField("sur", null=True)
    source = models.CharField("source", max_length=300, default="", blank=True)

    class Meta:
        abstract = True

    @property
    def value(self) -> float | None:
        return value_of(self.numerator, self.denominator)


POSSIBLE = (
    Q(sort="count", numerator__gte=0, denominator__isnull=True)
    | Q(Q(denominator__isnull=True) | Q(denominator__gte=1), sort="sum", numerator__gte=0)
    | Q(sort__in=("share", "ratio"), numerator__gte=0, denominator__isnull=False, denominator__gte=F("numerator"))
    | Q(sort="balance")
)
"""A count or a sum below zero, a share of nothing said or above its total, are no figures."""

PLACED = ("indicator", "dimension", "area", "kind", "agreement", "sex", "band", "quarter")


class Figure(_Place):
    """A figure of a year, as a file gives it with its source."""

    file = models.ForeignKey(FigureFile, on_delete=models.PROTECT, related_name="figures", verbose_name="fichier")
    line = models.PositiveIntegerField("ligne")
    year = models.PositiveSmallIntegerField("année")

    class Meta:
        verbose_name = "chiffre repris"
        constraints = [
            models.UniqueConstraint(
                fields=["file", "year", *PLACED], nulls_distinct=False, name="figure_once_in_a_file"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="figure_says_its_source"),
            models.CheckConstraint(condition=Q(year__range=(1990, 2200)), name="figure_is_of_a_year"),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True) | Q(denominator__gte=0), name="figure_is_over_something"
            ),
            models.CheckConstraint(condition=POSSIBLE, name="figure_is_possible"),
            models.CheckConstraint(
                condition=Q(quarter="") | Q(quarter__startswith=Cast("year", models.CharField())),
                name="figure_quarter_of_its_year",
            ),
        ]


class Withdrawal(models.Model):
    """That a loaded figure was wrong: snapshots taken later leave it out; those that took it do not change."""

    figure = models.OneToOneField(
        Figure, on_delete=models.PROTECT, related_name="withdrawal", verbose_name="chiffre repris"
    )
    reason = models.CharField("motif", max_length=500)
    by = _hand("retiré par")
    at = models.DateTimeField("retiré le", db_default=Now())

    class Meta:
        verbose_name = "retrait d’un chiffre repris"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_says_why")]


class Snapshot(models.Model):
    """Every indicator as it stood over some days, counted at one moment. `digest` is of its values."""

    since = models.DateField("du")
    until = models.DateField("au")
    framework_hash = models.CharField("empreinte du cadre de résultats", max_length=64)
    digest = models.CharField("empreinte", max_length=64)
    counted = models.PositiveIntegerField("chiffres")
    latest_on = models.DateField("dernier fait compté", null=True)
    taken_by = _hand("calculé par")
    taken_at = models.DateTimeField("calculé le", db_default=Now())

    class Meta:
        verbose_name = "instantané des résultats"
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="snapshot_days_in_order"),
            models.CheckConstraint(condition=Q(until__year=ExtractYear("since")), name="snapshot_of_one_year"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$", framework_hash__regex="^[0-9a-f]{64}$"),
                name="snapshot_is_hashed",
            ),
        ]
        indexes = [models.Index(F("until"), F("id").desc(), name="snapshot_by_day")]

    def __str__(self) -> str:
        return f"instantané {self.pk}"

    @property
    def year(self) -> int:
        return self.until.year


class Value(_Place):
    """One figure of a snapshot. `loaded`: no row stands behind it, a file gave it."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="values", db_index=False)
    rows = models.BigIntegerField("lignes")
    latest_on = models.DateField("dernier fait compté", null=True)
    loaded = models.BooleanField("repris", default=False)

    class Meta:
        verbose_name = "chiffre d’un instantané"
        constraints = [
            models.UniqueConstraint(fields=["snapshot", *PLACED], nulls_distinct=False, name="value_once"),
            models.CheckConstraint(
                condition=Q(loaded=False, source="") | Q(loaded=True, rows=0) & ~Q(source=""),
                name="value_counted_or_loaded",
            ),
            models.CheckConstraint(condition=POSSIBLE, name="value_is_possible"),
        ]  # fmt: skip


class Comment(models.Model):
    """What a person says of a figure, or of the whole snapshot ("")."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="comments")
    indicator = models.CharField("indicateur", max_length=40, default="", blank=True)
    text = models.CharField("commentaire", max_length=1000)
    by = _hand("par")
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "commentaire d’un résultat"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]


class Signature(models.Model):
    """That a person answers for a snapshot: another than who took it (sql/guards.sql), once."""

    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, related_name="signature")
    said = models.CharField("ce qui est attesté", max_length=500)
    by = _hand("signé par")
    at = models.DateTimeField("signé le", db_default=Now())

    class Meta:
        verbose_name = "signature d’un instantané"
        constraints = [models.CheckConstraint(condition=~Q(said=""), name="signature_says_something")]


class Funnel(models.Model):
    """Households of a commune at each step of a programme ("": of all, each once), as funnel.sql counted them."""

    commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune", db_index=False
    )
    programme = models.CharField("programme", max_length=40, default="", blank=True)
    registered = models.BigIntegerField("au registre")
    listed = models.BigIntegerField("proposés")
    selected = models.BigIntegerField("retenus")
    enrolled = models.BigIntegerField("inscrits")
    paid = models.BigIntegerField("payés")
    counted_at = models.DateTimeField("compté le", db_default=Now())

    class Meta:
        verbose_name = "étapes d’une commune"
        constraints = [models.UniqueConstraint(fields=["commune", "programme"], name="funnel_once")]


class PaidQuarter(models.Model):
    """What a commune received of a programme ("": of all) in a quarter, as paid_quarters.sql counted it."""

    commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune", db_index=False
    )
    programme = models.CharField("programme", max_length=40, default="", blank=True)
    quarter = models.CharField("trimestre", max_length=7)
    households = models.BigIntegerField("ménages")
    payments = models.BigIntegerField("paiements")
    paid_xof = models.BigIntegerField("francs payés")

    class Meta:
        verbose_name = "trimestre payé d’une commune"
        constraints = [models.UniqueConstraint(fields=["commune", "programme", "quarter"], name="paid_quarter_once")]


class _Counted(models.Model):
    """Counts of a commune in a programme and a quarter ("" without one)."""

    commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune", db_index=False
    )
    programme = models.CharField("programme", max_length=40)
    quarter = models.CharField("trimestre", max_length=7, default="", blank=True)
    days = models.IntegerField("jours", null=True)

    class Meta:
        abstract = True


class OrderCount(_Counted):
    """Orders of released rounds that are alike, as order_counts.sql counted them."""

    agency = models.CharField("agence", max_length=40)
    agreement = models.CharField("convention", max_length=40)
    kind = models.CharField("nature", max_length=8)
    status = models.CharField("état", max_length=10)
    on_time = models.BooleanField("à temps", null=True)
    orders = models.BigIntegerField("ordres")
    amount_xof = models.BigIntegerField("montant")
    paid_xof = models.BigIntegerField("payé")

    class Meta:
        verbose_name = "ordres d’une commune"
        constraints = [
            models.UniqueConstraint(
                fields=["commune", "programme", "agency", "agreement", "quarter", "kind", "status", "on_time", "days"],
                nulls_distinct=False,
                name="order_count_once",
            ),
            models.CheckConstraint(
                condition=Q(orders__gte=1, paid_xof__gte=0, amount_xof__gte=F("paid_xof")), name="order_count_adds_up"
            ),
        ]
        indexes = [
            models.Index(fields=["agency"], name="order_count_by_agency"),
            models.Index(fields=["agreement"], name="order_count_by_agreement"),
        ]


class EventCount(_Counted):
    """What an operator did that is alike (sessions planned, rations, days worked), as event_counts.sql counted it."""

    operator = models.CharField("opérateur", max_length=40)
    sort = models.CharField("nature", max_length=10)
    done = models.BooleanField("fait")
    events = models.BigIntegerField("nombre")

    class Meta:
        verbose_name = "ce qu’un opérateur a fait dans une commune"
        constraints = [
            models.UniqueConstraint(
                fields=["commune", "programme", "operator", "sort", "quarter", "done", "days"],
                nulls_distinct=False,
                name="event_count_once",
            ),
            models.CheckConstraint(condition=Q(events__gte=1), name="event_count_is_of_something"),
        ]
        indexes = [models.Index(fields=["operator"], name="event_count_by_operator")]


class Covered(models.Model):
    """How many persons live in the households of a commune that were paid at least once."""

    commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune", db_index=False
    )
    persons = models.BigIntegerField("personnes")

    class Meta:
        verbose_name = "personnes couvertes d’une commune"
        constraints = [models.UniqueConstraint(fields=["commune"], name="covered_once")]


class Question(models.Model):
    """A view of a dashboard that a person keeps, with a threshold on one of its figures (questions.py).

    `raised_at` says that the figure is past it since then; `seen_at`, that the person knows.
    """

    name = models.CharField("nom", max_length=120)
    view = models.CharField("vue", max_length=10)
    code = models.CharField("qui", max_length=40, default="", blank=True)
    place = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="lieu")
    programme = models.CharField("programme", max_length=40, default="", blank=True)
    figure = models.CharField("chiffre", max_length=20)
    above = models.BooleanField("au-dessus")
    threshold = models.BigIntegerField("seuil")
    by = _hand("gardée par")
    made_at = models.DateTimeField("gardée le", db_default=Now())
    value = models.BigIntegerField("valeur", null=True)
    checked_at = models.DateTimeField("comparée le", null=True)
    raised_at = models.DateTimeField("alerte depuis", null=True)
    raised_value = models.BigIntegerField("valeur de l’alerte", null=True)
    seen_at = models.DateTimeField("alerte vue le", null=True)

    class Meta:
        verbose_name = "question gardée"
        constraints = [
            models.CheckConstraint(
                condition=Q(view="place", code="", place__isnull=False)
                | Q(view__in=("agreement", "agency", "operator"), programme="") & ~Q(code=""),
                name="question_is_of_a_view",
            ),
            models.CheckConstraint(condition=~Q(name="") & Q(threshold__gte=0), name="question_has_a_threshold"),
            models.CheckConstraint(
                condition=Q(raised_at__isnull=True, raised_value__isnull=True, seen_at__isnull=True)
                | Q(raised_at__isnull=False, raised_value__gt=F("threshold"), above=True)
                | Q(raised_at__isnull=False, raised_value__lt=F("threshold"), above=False),
                name="question_alert_is_past_its_threshold",
            ),
        ]


class ExtractRequest(models.Model):
    """That somebody asks for the pseudonymised tables (data/extract.toml), sealed to their own key, and what for."""

    recipient_key = models.CharField("clé publique", max_length=120)
    reason = models.CharField("motif", max_length=500)
    by = _hand("demandé par")
    at = models.DateTimeField("demandé le", db_default=Now())

    class Meta:
        verbose_name = "demande d’extrait"
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient_key__startswith="age1") & ~Q(reason=""), name="extract_is_asked_with_a_reason"
            )
        ]


class ExtractAnswer(models.Model):
    """That an extract is granted, or not: by another person than who asked (sql/extract_guards.sql), once."""

    request = models.OneToOneField(ExtractRequest, on_delete=models.PROTECT, related_name="answer")
    granted = models.BooleanField("accordé")
    said = models.CharField("motif", max_length=500, default="", blank=True)
    by = _hand("répondu par")
    at = models.DateTimeField("répondu le", db_default=Now())

    class Meta:
        verbose_name = "réponse à une demande d’extrait"
        constraints = [
            models.CheckConstraint(condition=Q(granted=True) | ~Q(said=""), name="extract_refused_with_a_reason")
        ]


class Extract(models.Model):
    """The tables as they were at one moment, sealed: how many lines each (`lines`), the SHA-256 and size of the file.

    Its parts are taken away after a month; that it was made stays.
    """

    request = models.OneToOneField(ExtractRequest, on_delete=models.PROTECT, related_name="extract")
    seen_at = models.DateTimeField("vu à")
    lines = models.JSONField("lignes")
    left_out = models.BigIntegerField("ménages laissés de côté")
    size = models.BigIntegerField("octets")
    sha256 = models.CharField("empreinte", max_length=64)
    at = models.DateTimeField("écrit le", db_default=Now())

    class Meta:
        verbose_name = "extrait pour l’analyse"
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gte=1, left_out__gte=0, sha256__regex="^[0-9a-f]{64}$"), name="extract_is_a_file"
            )
        ]


class ExtractPart(models.Model):
    """A piece of an extract, sealed to the key of who asked: nobody here can open it."""

    extract = models.ForeignKey(Extract, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField("morceau")
    content = models.BinaryField("octets")

    class Meta:
        verbose_name = "morceau d’un extrait"
        constraints = [models.UniqueConstraint(fields=["extract", "number"], name="extract_part_once")]

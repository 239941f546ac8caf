"""Categories with their deadlines, days off, cases, what they concern, what was done of them, who read them.

The database shows a sensitive case, and all that hangs on it, to who holds grievances.sensitive in its places; an act
of another package does not see it either (sql/fence.sql). `due_on` is set by the database at each move.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from jigi.foundation.models import User
from jigi.foundation.sealed import IndexField, SealedField, secret
from jigi.geography.models import Area
from jigi.grievances.rules import SHORT_NAME, written
from jigi.grievances.states import CASE, LIVE
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Programme
from jigi.registry.models import Household, Person

UNATTENDED = ("public", "sms", "ussd")
"""The channels by which a complaint comes with nobody behind it."""


def _hand(french: str) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )


class Category(models.Model):
    """What a complaint is about, as the reviewed file says it (data/categories.toml)."""

    code = models.CharField("code", max_length=30, primary_key=True)
    name = models.CharField("nom", max_length=120)
    short = models.CharField("sur un petit écran", max_length=SHORT_NAME, default="", blank=True)
    severity = models.PositiveSmallIntegerField("gravité")
    sensitive = models.BooleanField("sensible", default=False)
    acts = ArrayField(models.CharField(max_length=20), verbose_name="actes", default=list)
    in_use = models.BooleanField("en usage", default=True)

    class Meta:
        verbose_name = "catégorie de plaintes"
        constraints = [
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=3), name="grievance_category_severity"),
            models.UniqueConstraint(fields=["code", "sensitive"], name="grievance_category_sensitive_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Deadline(models.Model):
    """How many working days a case of a category may stay in a state, at a level."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="deadlines")
    status = models.CharField("état", max_length=12)
    level = models.CharField("niveau", max_length=8)
    days = models.PositiveSmallIntegerField("jours ouvrés")

    class Meta:
        verbose_name = "délai d’une catégorie"
        constraints = [
            models.UniqueConstraint(fields=["category", "status", "level"], name="grievance_deadline_once"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=250), name="grievance_deadline_days"),
        ]


class Holiday(models.Model):
    """A day on which nobody works, beside Saturdays and Sundays."""

    day = models.DateField("jour", primary_key=True)
    name = models.CharField("nom", max_length=80)
    confirmed = models.BooleanField("confirmé", default=False)

    class Meta:
        verbose_name = "jour férié"


class CaseFile(models.Model):
    """A paper register typed into a file, whose good lines became cases."""

    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64, unique=True)
    rows = models.PositiveIntegerField("lignes lues")
    kept = models.PositiveIntegerField("plaintes enregistrées")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("envoyé le", db_default=Now())

    class Meta:
        verbose_name = "registre de plaintes en fichier"
        constraints = [models.CheckConstraint(condition=Q(kept__lte=F("rows")), name="grievance_file_counts")]


class Case(models.Model):
    """A complaint, or a finding of another package that asks for the same care (plainte).

    `told` is what was said, sealed; `subject` one line that names nobody, empty for a sensitive case. `state_since` and
    `due_on` follow the status and the level by themselves. `proposed_by` examined, `decided_by` is another person.
    """

    class Channel(models.TextChoices):
        DESK = "desk", "guichet"
        PHONE = "phone", "téléphone"
        COMMITTEE = "committee", "registre du comité"
        PUBLIC = "public", "page publique"
        AGENCY = "agency", "agence de paiement"
        SMS = "sms", "SMS"
        USSD = "ussd", "USSD"
        FORM = "form", "fiche d’un téléphone"
        SYSTEM = "system", "contrôle du système"

    class Level(models.TextChoices):
        COMMUNE = "commune", "commune"
        CERCLE = "cercle", "cercle"
        REGION = "region", "région"
        COUNTRY = "country", "national"

    class Origin(models.TextChoices):
        COMPLAINT = "complaint", "plainte"
        FINDING = "finding", "constat de vérification"
        BOUNCED = "bounced", "paiement refusé par l’agence"
        DOUBLE = "double", "doublon possible au registre"

    class Language(models.TextChoices):
        FRENCH = "fr", "français"
        BAMBARA = "bm", "bambara"
        FULFULDE = "ff", "peul"
        SONGHAI = "ses", "songhaï"
        TAMASHEQ = "taq", "tamasheq"
        SONINKE = "snk", "soninké"
        DOGON = "dtm", "dogon"
        SENUFO = "spp", "sénoufo"
        MINYANKA = "myk", "minyanka"
        KHASSONKE = "kao", "khassonké"
        BOBO = "bwq", "bobo"
        BOZO = "boz", "bozo"
        HASSANIYA = "mey", "hassaniya"
        OTHER = "other", "autre"

    class Outcome(models.TextChoices):
        NONE = "", "—"
        FOUNDED = "founded", "fondée"
        PARTLY = "partly", "fondée en partie"
        UNFOUNDED = "unfounded", "non fondée"

    class Satisfaction(models.TextChoices):
        NONE = "", "pas demandée"
        YES = "yes", "satisfait"
        PARTLY = "partly", "satisfait en partie"
        NO = "no", "pas satisfait"
        UNREACHED = "unreached", "injoignable"

    class Answered(models.TextChoices):
        NONE = "", "—"
        PHONE = "phone", "par téléphone"
        DESK = "desk", "de vive voix"
        LETTER = "letter", "par une lettre remise"
        COMMITTEE = "committee", "par le comité du village"
        SMS = "sms", "par SMS"
        PAGE = "page", "sur la page de suivi, avec son numéro"

    number = models.BigIntegerField("numéro", unique=True, db_default=Func(function="grievances_number"))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name="catégorie")
    sensitive = models.BooleanField("sensible", default=False)
    status = models.CharField("état", max_length=12, choices=CASE.choices, default="received")
    level = models.CharField("niveau", max_length=8, choices=Level, default=Level.COMMUNE)
    channel = models.CharField("canal", max_length=10, choices=Channel)
    language = models.CharField("langue", max_length=6, choices=Language, default=Language.FRENCH)
    origin = models.CharField("origine", max_length=10, choices=Origin, default=Origin.COMPLAINT)
    origin_key = models.CharField("clé d’origine", max_length=60, default="", blank=True)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="commune")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, related_name="+")
    anonymous = models.BooleanField("anonyme", default=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="plaignant")
    name_sealed = SealedField("nom, chiffré", kind="grievance", default=b"")
    name_index = IndexField("nom, index aveugle", default=b"")
    name = secret("grievance", "name_sealed", "name_index")
    phone_sealed = SealedField("téléphone, chiffré", kind="phone", default=b"")
    phone_index = IndexField("téléphone, index aveugle", default=b"")
    phone = secret("phone", "phone_sealed", "phone_index")
    told_sealed = SealedField("récit, chiffré", kind="grievance", default=b"")
    told_index = IndexField("récit, index aveugle", default=b"")
    told = secret("grievance", "told_sealed", "told_index")
    subject = models.CharField("objet", max_length=200, default="", blank=True)
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, related_name="cases", verbose_name="fichier"
    )
    received_on = models.DateField("reçue le")
    received_by = _hand("reçue par")
    recorded_at = models.DateTimeField("enregistrée le", db_default=Now())
    state_since = models.DateField("dans cet état depuis", db_default=Now())
    due_on = models.DateField("à faire avant le", null=True)
    assigned_to = _hand("confiée à")
    outcome = models.CharField("issue", max_length=10, choices=Outcome, default=Outcome.NONE, blank=True)
    proposed_by = _hand("examinée par")
    decided_by = _hand("décidée par")
    decided_on = models.DateField("décidée le", null=True)
    answered_on = models.DateField("répondue le", null=True)
    answered_how = models.CharField(
        "comment", max_length=10, choices=Answered, default=Answered.NONE, db_default="", blank=True
    )
    same_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="joined", verbose_name="même plainte que"
    )
    appeals = models.PositiveSmallIntegerField("recours", default=0)
    satisfaction = models.CharField(
        "satisfaction", max_length=10, choices=Satisfaction, default=Satisfaction.NONE, blank=True
    )

    class Meta:
        verbose_name = "plainte"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(CASE.states)), name="grievance_status"),
            models.CheckConstraint(
                condition=Q(level__in=("commune", "cercle", "region", "country")), name="grievance_level"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=10**11, number__lt=10**12), name="grievance_number_of_twelve_digits"
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False) | Q(person__isnull=True, name_sealed=b"", phone_sealed=b""),
                name="grievance_anonymous_names_nobody",
            ),
            models.CheckConstraint(
                condition=Q(origin="complaint", origin_key="") | ~Q(origin="complaint") & ~Q(origin_key=""),
                name="grievance_origin_has_a_key",
            ),
            models.CheckConstraint(
                condition=~Q(origin="complaint") | Q(channel__in=UNATTENDED) | Q(received_by__isnull=False),
                name="grievance_says_who_heard_it",
            ),
            models.CheckConstraint(
                condition=Q(sensitive=False) | Q(subject=""), name="grievance_sensitive_is_not_told"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("decided", "answered", "appealed", "closed"))
                | Q(proposed_by__isnull=False, decided_by__isnull=False, decided_on__isnull=False) & ~Q(outcome=""),
                name="grievance_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="grievance_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("received_on")),
                name="grievance_decision_comes_after",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("answered", "appealed", "closed")) | Q(answered_on__isnull=False),
                name="grievance_answer_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")),
                name="grievance_answer_comes_after",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | ~Q(answered_how=""), name="grievance_answer_says_how"
            ),
            models.CheckConstraint(
                condition=Q(status="joined", same_as__isnull=False) & ~Q(same_as=F("id"))
                | ~Q(status="joined") & Q(same_as__isnull=True),
                name="grievance_joined_to_another",
            ),
            models.UniqueConstraint(
                fields=["origin", "origin_key"], condition=~Q(origin="complaint"), name="grievance_origin_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(status__in=LIVE), name="grievance_by_due"),
            models.Index(fields=["commune", "status"], name="grievance_by_commune"),
            models.Index(fields=["phone_index"], condition=~Q(phone_index=b""), name="grievance_by_phone"),
            models.Index(fields=["commune"], condition=Q(sensitive=True), name="grievance_sensitive"),
        ]

    def __str__(self) -> str:
        return f"Plainte {self.said}"

    @property
    def said(self) -> str:
        """Its number, as it is read aloud."""
        return written(self.number)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


class CaseHousehold(models.Model):
    """A household that a case concerns; `complains` when the complaint is its own."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="concerned")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    complains = models.BooleanField("se plaint", default=False)

    class Meta:
        verbose_name = "ménage d’une plainte"
        constraints = [models.UniqueConstraint(fields=["case", "household"], name="grievance_household_once")]


class CasePayment(models.Model):
    """An order that a case concerns: it must exist, and be of the household (sql/guards.sql)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="payments")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="ménage")
    instruction_id = models.BigIntegerField("ordre de paiement")
    origin_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField("référence", max_length=30)

    class Meta:
        verbose_name = "paiement d’une plainte"
        constraints = [
            models.UniqueConstraint(fields=["case", "instruction_id", "origin_round"], name="grievance_payment_once")
        ]


class Event(models.Model):
    """What was done of a case or written about it, for ever: a move, a note, an assignment, a letter, an answer.

    `note` is sealed. This is the whole trail of a sensitive case: the common audit keeps its digest only.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField("action", max_length=20)
    by = _hand("par")
    at = models.DateTimeField("le", db_default=Now())
    facts = models.JSONField("détails", default=dict)
    note_sealed = SealedField("note, chiffrée", kind="grievance", default=b"")
    note_index = IndexField("note, index aveugle", default=b"")
    note = secret("grievance", "note_sealed", "note_index")

    class Meta:
        verbose_name = "suite d’une plainte"
        indexes = [models.Index(fields=["case", "id"], name="grievance_event_by_case")]


class Reading(models.Model):
    """Who read a sensitive case, and when: kept apart, shown to who may read the case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="readings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", db_default=Now())
    verb = models.CharField("lecture", max_length=10)

    class Meta:
        verbose_name = "lecture d’une plainte sensible"

"""Users, the audit, runs: what every package writes to."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class UserDirectory(BaseUserManager["User"]):
    """Creates accounts; what an account may do comes only from its staff postings."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person or a service that acts. `full_name` is what the audit and the pages show."""

    username = models.CharField("identifiant", max_length=60, unique=True)
    full_name = models.CharField("nom et fonction", max_length=120)
    is_active = models.BooleanField("actif", default=True)
    is_service = models.BooleanField("compte de service", default=False)
    is_demonstration = models.BooleanField("compte de démonstration", default=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    objects = UserDirectory()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = "utilisateur"

    def __str__(self) -> str:
        return self.full_name or self.username


class AuditEvent(models.Model):
    """One action: who, when, from where, on what, before and after. Appended, never changed (trigger)."""

    # When its transaction began, as for the rows of the register that it wrote: by this the past names its author.
    at = models.DateTimeField("quand", db_default=TransactionNow())
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="qui")
    origin = models.CharField("d’où", max_length=120)
    verb = models.CharField("action", max_length=60)
    noun = models.CharField("objet", max_length=60)
    object_id = models.CharField("numéro", max_length=60)
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)
    reason = models.TextField("motif", default="", blank=True)
    # Numbers, not foreign keys: the row outlives the household, and this package knows no household.
    subjects = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name="ménages concernés")

    class Meta:
        verbose_name = "trace d’audit"
        indexes = [
            models.Index(F("noun"), F("object_id"), F("id").desc(), name="audit_by_object"),
            models.Index(F("by"), F("id").desc(), name="audit_by_user"),
            GinIndex(fields=["subjects"], name="audit_by_subject"),
            BrinIndex(fields=["at"], name="audit_by_day", autosummarize=True),
        ]


class AuditSeal(models.Model):
    """A link of the chain over the audit (see seals.py): which rows it holds, and the digest of all they say.

    The rows are those from `firsts[i]` to `lasts[i]`. Numbers up to `floor` are settled for good: in a seal, or
    never written. `ceiling` is the last number given when the seal was made, `writers` the transactions that were
    writing then. `marks` holds four bytes a row, to name the rows that were altered.
    """

    number = models.BigIntegerField("sceau", primary_key=True)
    sealed_at = models.DateTimeField("scellé le")
    firsts = ArrayField(models.BigIntegerField())
    lasts = ArrayField(models.BigIntegerField())
    rows = models.BigIntegerField("lignes")
    floor = models.BigIntegerField()
    ceiling = models.BigIntegerField()
    writers = ArrayField(models.TextField())
    marks = models.BinaryField()
    previous = models.CharField("empreinte du sceau précédent", max_length=64)
    digest = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "sceau de l’audit"
        indexes = [models.Index(fields=["ceiling"], name="seal_by_ceiling")]


class VaultKey(models.Model):
    """A key that has sealed values of this database (0: the key of the indexes), known by its fingerprint alone."""

    version = models.PositiveSmallIntegerField("version", primary_key=True)
    fingerprint = models.CharField("empreinte", max_length=16)
    recorded_at = models.DateTimeField("connue depuis", db_default=Now())

    class Meta:
        verbose_name = "clé du coffre"


class Run(models.Model):
    """One piece of long work: its parameters, steps, checks and progress, kept after it ends."""

    class Status(models.TextChoices):
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        FAILED = "failed", "échoué"

    kind = models.CharField("travail", max_length=60)
    title = models.CharField("titre", max_length=200)
    subject = models.CharField("sur", max_length=120, default="", blank=True)
    parameters = models.JSONField("paramètres", default=dict)
    # Without a constraint: runs are written by a connection of their own, before the work commits.
    by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, related_name="+", verbose_name="par", db_constraint=False
    )
    status = models.CharField("état", max_length=10, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField("commencé", db_default=Now())
    finished_at = models.DateTimeField("fini", null=True)
    step = models.CharField("étape", max_length=120, default="", blank=True)
    done = models.BigIntegerField("fait", default=0)
    total = models.BigIntegerField("sur", default=0)
    message = models.TextField("message", default="", blank=True)
    pid = models.IntegerField("processus", default=0)

    class Meta:
        verbose_name = "exécution"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True)
                | Q(status__in=("done", "failed"), finished_at__isnull=False),
                name="run_finished_has_a_time",
            )
        ]
        indexes = [models.Index(F("subject"), F("id").desc(), name="run_by_subject")]

    def __str__(self) -> str:
        return self.title


class RunStep(models.Model):
    """A named step of a run with the rows it read and wrote and the seconds it took."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    rows_in = models.BigIntegerField(null=True)
    rows_out = models.BigIntegerField(null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="run_step_once")]


class RunCheck(models.Model):
    """A check made during a run: what must hold, whether it did, and what was seen."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checks")
    name = models.CharField(max_length=200)
    passed = models.BooleanField()
    detail = models.TextField(default="", blank=True)


class Attempt(models.Model):
    """What failed at the door under one name or from one address, and until when it stays shut for it.

    `key` is « account: » or « address: » and a hash, so that what people type by mistake (a password in the
    place of a name) is kept nowhere.
    """

    key = models.CharField("clé", max_length=80, primary_key=True)
    failures = models.PositiveIntegerField("échecs", default=0)
    first_at = models.DateTimeField("premier essai", db_default=Now())
    last_at = models.DateTimeField("dernier essai", db_default=Now())
    shut_until = models.DateTimeField("fermé jusqu’à", null=True)

    class Meta:
        verbose_name = "essai de connexion"
        indexes = [models.Index(fields=["last_at"], name="attempt_by_age")]

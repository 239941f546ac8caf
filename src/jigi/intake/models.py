"""Batches of interviews and their problems; questionnaires by version, and what is sent of them from the field."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.sealed import SealedField


class Batch(models.Model):
    """One import of one file (or pair of files) with a mapping. The same files are recognised by hash."""

    # Said by the import, not stored: these very files had already been merged, nothing changed.
    recognised = False

    class Status(models.TextChoices):
        RECEIVED = "received", "reçu"
        CHECKED = "checked", "contrôlé"
        REVIEWED = "reviewed", "relu"
        MERGED = "merged", "versé"
        REFUSED = "refused", "refusé"
        UNDONE = "undone", "défait"

    file_name = models.CharField("fichier", max_length=200)
    members_file_name = models.CharField("fichier des membres", max_length=200, default="", blank=True)
    file_hash = models.CharField("empreinte", max_length=64)
    mapping_name = models.CharField("correspondance", max_length=120)
    mapping_hash = models.CharField("empreinte de la correspondance", max_length=64)
    source = models.CharField("source", max_length=60)
    survey = models.CharField("enquête", max_length=40, default="", blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.RECEIVED)
    households_read = models.BigIntegerField("fiches lues", default=0)
    members_read = models.BigIntegerField("membres lus", default=0)
    households_merged = models.BigIntegerField("ménages versés", default=0)
    members_merged = models.BigIntegerField("membres versés", default=0)
    households_known = models.BigIntegerField("fiches déjà connues", default=0)
    households_held = models.BigIntegerField("fiches retenues", default=0)
    run_id = models.BigIntegerField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("importé le", db_default=Now())
    asks_review = models.BooleanField("à relire", default=False, db_default=False)
    checked_at = models.DateTimeField("contrôlé le", null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="relu par"
    )
    reviewed_at = models.DateTimeField("relu le", null=True)
    # Of a batch of fiches sent by phones, the version that they answer.
    form_version = models.ForeignKey("FormVersion", on_delete=models.PROTECT, null=True, related_name="batches")

    class Meta:
        verbose_name = "lot d’import"
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash", "mapping_hash"],
                condition=Q(status="merged"),
                name="batch_file_merged_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="merged")
                | Q(
                    households_read=F("households_merged") + F("households_known") + F("households_held"),
                ),
                name="batch_nothing_lost",
            ),
            models.CheckConstraint(
                condition=Q(households_known__gte=0, households_held__gte=0), name="batch_counts_are_counts"
            ),
            models.UniqueConstraint(
                fields=["file_hash", "mapping_hash"],
                condition=Q(status__in=("checked", "reviewed")),
                name="batch_file_under_review_once",
            ),
            models.CheckConstraint(
                condition=~Q(asks_review=True, status="merged") & ~Q(status="reviewed")
                | Q(reviewed_by__isnull=False, checked_at__isnull=False),
                name="batch_review_not_skipped",
            ),
            models.CheckConstraint(condition=~Q(reviewed_by=F("made_by")), name="batch_reviewed_by_another"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="batch_reviewed_by_somebody_some_day",
            ),
        ]


class Problem(models.Model):
    """Something wrong in a row: where, what, and what to do. A warning does not hold the household."""

    class Severity(models.TextChoices):
        ERROR = "error", "erreur"
        WARNING = "warning", "avertissement"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="problems")
    severity = models.CharField("gravité", max_length=8, choices=Severity)
    file_name = models.CharField("fichier", max_length=200)
    line = models.BigIntegerField("ligne")
    key = models.CharField("fiche", max_length=80, default="", blank=True)
    collector = models.CharField("enquêteur", max_length=60, default="", db_default="", blank=True)
    of_member = models.BooleanField("d’un membre", default=False, db_default=False)
    column = models.CharField("colonne", max_length=120, default="", blank=True)
    value = models.TextField("valeur", default="", blank=True)
    code = models.CharField("contrôle", max_length=40)
    message = models.TextField("constat")
    remedy = models.TextField("que faire", default="", blank=True)

    class Meta:
        verbose_name = "problème d’import"
        indexes = [models.Index(fields=["batch", "severity", "line"], name="problem_by_batch")]


class BatchFile(models.Model):
    """A file of a batch that waits for its review, sealed; it goes when the batch is merged or refused."""

    class Part(models.TextChoices):
        HOUSEHOLDS = "menages", "ménages"
        MEMBERS = "membres", "membres"
        MAPPING = "correspondance", "correspondance"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    part = models.CharField("partie", max_length=14, choices=Part)
    file_name = models.CharField("fichier", max_length=200)
    sealed = SealedField("contenu, chiffré", kind="answers")

    class Meta:
        verbose_name = "fichier d’un lot à relire"
        constraints = [models.UniqueConstraint(fields=["batch", "part"], name="batch_file_once")]


class Correction(models.Model):
    """Another value for one cell of a batch under review; of several, the last is taken. The file stays as it was.

    The new value is sealed, and emptied with the files.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="corrections")
    of_member = models.BooleanField("d’un membre")
    line = models.BigIntegerField("ligne")
    key = models.CharField("fiche", max_length=80)
    column = models.CharField("colonne", max_length=120)
    before = models.TextField("valeur d’avant", default="", blank=True)
    sealed = SealedField("valeur nouvelle, chiffrée", kind="answers")
    reason = models.CharField("motif", max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("faite le", db_default=Now())

    class Meta:
        verbose_name = "correction d’une fiche"
        indexes = [models.Index(fields=["batch", "key"], name="correction_by_interview")]


class SetAside(models.Model):
    """An interview that a review keeps out of the merge: left out, or sent back to who collected it."""

    class Kind(models.TextChoices):
        LEFT_OUT = "left_out", "écartée"
        SENT_BACK = "sent_back", "renvoyée"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="set_aside")
    key = models.CharField("fiche", max_length=80)
    collector = models.CharField("enquêteur", max_length=60, default="", blank=True)
    kind = models.CharField("décision", max_length=9, choices=Kind)
    message = models.TextField("constat", default="", blank=True)
    reason = models.CharField("motif", max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("décidée le", db_default=Now())

    class Meta:
        verbose_name = "fiche mise à part"
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="set_aside_once")]
        indexes = [models.Index(fields=["key"], name="set_aside_by_interview")]


class CheckCount(models.Model):
    """What one check found in a batch: how many it looked at, and how many it names."""

    class About(models.TextChoices):
        INTERVIEW = "interview", "fiches"
        MEMBER = "member", "membres"
        ENUMERATOR = "enumerator", "enquêteurs"

    class Severity(models.TextChoices):
        ERROR = "error", "erreur"
        WARNING = "warning", "avertissement"
        STATISTIC = "statistic", "statistique"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="check_counts")
    code = models.CharField("contrôle", max_length=40)
    title = models.CharField("constat", max_length=160)
    about = models.CharField("sur", max_length=10, choices=About)
    severity = models.CharField("gravité", max_length=9, choices=Severity)
    examined = models.BigIntegerField("examinés")
    concerned = models.BigIntegerField("concernés")

    class Meta:
        verbose_name = "compte d’un contrôle"
        constraints = [
            models.UniqueConstraint(fields=["batch", "code"], name="check_counted_once"),
            models.CheckConstraint(
                condition=Q(concerned__gte=0, examined__gte=F("concerned")), name="check_names_among_those_seen"
            ),
        ]

    @property
    def share(self) -> float:
        return self.concerned / self.examined if self.examined else 0.0


class Fieldwork(models.Model):
    """What one enumerator brought in one week, as the checks of a batch saw it.

    `missing` is the share of questions without an answer, `minimal` that of answers which shorten an interview (no,
    none) among those that could; `outlying` the codes of the checks by which the person stands apart from the others.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="fieldwork")
    collector = models.CharField("enquêteur", max_length=60, default="", blank=True)
    week = models.DateField("semaine du")
    interviews = models.BigIntegerField("fiches")
    members = models.BigIntegerField("membres")
    minutes = models.FloatField("durée moyenne", null=True)
    missing = models.FloatField("sans réponse", null=True)
    minimal = models.FloatField("réponses minimales", null=True)
    with_errors = models.BigIntegerField("fiches en erreur")
    with_warnings = models.BigIntegerField("fiches à vérifier")
    outlying = models.TextField("s’écarte par", default="", blank=True)

    class Meta:
        verbose_name = "travail d’un enquêteur"
        constraints = [models.UniqueConstraint(fields=["batch", "collector", "week"], name="fieldwork_once")]
        indexes = [models.Index(fields=["week", "id"], name="fieldwork_by_week")]

    @property
    def size(self) -> float:
        """Members by household."""
        return self.members / self.interviews


class SavedMapping(models.Model):
    """A mapping made on a page by looking at the columns of a file, kept to read the next files of its kind."""

    name = models.CharField("nom", max_length=120)
    source = models.CharField("source", max_length=60)
    text = models.TextField("texte")
    digest = models.CharField("empreinte", max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("faite le", db_default=Now())
    retired_at = models.DateTimeField("retirée le", null=True)

    class Meta:
        verbose_name = "correspondance"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(retired_at__isnull=True), name="mapping_name_once_in_use"
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(retired_at__isnull=True), name="mapping_text_once_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Form(models.Model):
    """A questionnaire: its identity, the same through its versions. `code` is the form's id of OpenRosa."""

    code = models.CharField("identifiant", max_length=120, unique=True)
    title = models.CharField("titre", max_length=200)

    class Meta:
        verbose_name = "questionnaire"

    def __str__(self) -> str:
        return self.title


class FormVersion(models.Model):
    """One version of a questionnaire: the XLSForm as it came, the XForm made of it, and how it fills the register.

    `definition` is what pyxform understood of the sheets; `mapping` the text of the TOML, "" when the answers of this
    form go to no register. Phones go on sending what they hold of a retired version: it is still received.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "brouillon"
        PUBLISHED = "published", "publiée"
        RETIRED = "retired", "retirée"

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField("version", max_length=60)
    file_name = models.CharField("fichier", max_length=200)
    xlsform = models.BinaryField("XLSForm")
    xform = models.TextField("XForm")
    definition = models.JSONField("définition")
    warnings = models.JSONField("à regarder", default=list)
    mapping = models.TextField("correspondance", default="", blank=True)
    digest = models.CharField("empreinte", max_length=64)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("chargée le", db_default=Now())

    class Meta:
        verbose_name = "version de questionnaire"
        constraints = [
            models.UniqueConstraint(fields=["form", "version"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=Q(status="published"), name="form_one_version_published"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]), name="form_version_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form.title}, version {self.version}"


class FormMedia(models.Model):
    """A file that goes with a version: a picture, a list of choices."""

    form_version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="media")
    file_name = models.CharField("fichier", max_length=120)
    content = models.BinaryField("contenu")

    class Meta:
        verbose_name = "fichier de questionnaire"
        constraints = [models.UniqueConstraint(fields=["form_version", "file_name"], name="form_media_once")]


class CollectionSecret(models.Model):
    """The secret by which one person's phone collects, and nothing else; sealed, one alive a person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="collection_secrets")
    sealed = SealedField("secret, chiffré", kind="collection")
    fingerprint = models.CharField("empreinte du jeton", max_length=64, unique=True)
    made_at = models.DateTimeField("créé le", db_default=Now())
    revoked_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "secret de collecte"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="collection_one_secret_alive"
            )
        ]


class Submission(models.Model):
    """The answers of one interview as a device sent them, sealed; `instance_id` is the device's and comes once."""

    class Status(models.TextChoices):
        RECEIVED = "received", "reçue"
        BATCHED = "batched", "en cours de versement"
        MERGED = "merged", "versée"
        HELD = "held", "retenue"
        DECLINED = "declined", "sans accord"

    instance_id = models.CharField("fiche", max_length=80, unique=True)
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")
    sealed = SealedField("réponses, chiffrées", kind="answers")
    digest = models.CharField("empreinte", max_length=64)
    device = models.CharField("appareil", max_length=120, default="", blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField("reçue le", db_default=Now())
    status = models.CharField("état", max_length=10, choices=Status, default=Status.RECEIVED)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="submissions")

    class Meta:
        verbose_name = "fiche reçue"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["received", "batched", "declined"])
                | Q(status__in=["merged", "held"], batch__isnull=False),
                name="submission_ended_has_batch",
            ),
        ]
        indexes = [
            models.Index(fields=["form_version", "status"], name="submission_by_status"),
            models.Index(fields=["batch"], name="submission_by_batch"),
        ]


class Attachment(models.Model):
    """A photograph or a recording named in the answers: made harmless, kept to be downloaded, shown nowhere.

    `digest` is that of the file as the device sent it. What could not be read is held, sealed, with the reason.
    """

    MOST_BYTES = 10 * 1024 * 1024

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    file_name = models.CharField("fichier", max_length=120)
    kind = models.CharField("type", max_length=40, default="", db_default="", blank=True)
    content = models.BinaryField("contenu", default=b"")
    digest = models.CharField("empreinte", max_length=64)
    held_sealed = SealedField("contenu retenu, chiffré", kind="answers", default=b"", db_default=b"")
    held_because = models.CharField("retenu parce que", max_length=300, default="", db_default="", blank=True)
    received_at = models.DateTimeField("reçu le", db_default=Now())

    class Meta:
        verbose_name = "pièce jointe"
        constraints = [
            models.UniqueConstraint(fields=["submission", "file_name"], name="attachment_once"),
            models.CheckConstraint(
                condition=Q(held_because="", held_sealed=b"")
                | ~Q(held_because="") & Q(content=b"") & ~Q(held_sealed=b""),
                name="attachment_held_has_a_reason",
            ),
        ]

    @property
    def download_name(self) -> str:
        """The name that the answers give, with a suffix that says what the file is now."""
        ends = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}.get(self.kind, ("",))
        return self.file_name if self.file_name.casefold().endswith(ends) else self.file_name + ends[0]


class SubmissionConflict(models.Model):
    """Other answers that came under the number of a submission: refused, and kept for a person to compare."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="conflicts")
    sealed = SealedField("réponses, chiffrées", kind="answers")
    digest = models.CharField("empreinte", max_length=64)
    device = models.CharField("appareil", max_length=120, default="", blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField("reçu le", db_default=Now())

    class Meta:
        verbose_name = "fiche en conflit"
        constraints = [models.UniqueConstraint(fields=["submission", "digest"], name="conflict_once")]

"""Payment rounds, entitlements, instructions, order and return files.

`Entitlement` and `Instruction` are partitioned by round (sql/tables.sql): a round's rows are built beside the
table, checked, then attached. Django reads them; only the statements of pipeline.py write them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.foundation.sealed import IndexField, SealedField, secret
from jigi.geography.models import Area
from jigi.ledger.models import Book, Entry
from jigi.payments import agency_models as agency_models  # tables of this package too
from jigi.payments import bank_models as bank_models  # tables of this package too
from jigi.payments import dispatch_models as dispatch_models
from jigi.payments.answer_models import ReturnNotice
from jigi.payments.channel_models import AgencyChannel, PayingAccount
from jigi.payments.earned_models import DueTaken as DueTaken
from jigi.payments.earned_models import TermWithheld as TermWithheld
from jigi.payments.site_models import SiteDay, SiteDevice, SiteLine, SitePlan, SiteRecord, SiteSettlement
from jigi.payments.states import ROUND, SUSPENSION
from jigi.programmes.models import Agency, Component, FundingLine
from jigi.registry.models import Household, Person

__all__ = [
    "AgencyChannel", "Entitlement", "Instruction", "OrderFile", "PayingAccount", "PaymentRound", "ReturnFile",
    "ReturnLine", "ReturnNotice", "RoundChange", "RoundCommune", "SiteDay", "SiteDevice", "SiteLine", "SitePlan",
    "SiteRecord", "SiteSettlement",
]  # fmt: skip


def _signer(french: str) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )


class PaymentRound(models.Model):
    """One term of one component in some communes (tour de paiement). Who made, approved, released differ."""

    class Kind(models.TextChoices):
        TERM = "term", "échéance"
        CATCH_UP = "catch_up", "rattrapage"
        REISSUE = "reissue", "réémission"

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="rounds")
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.TERM)
    term = models.PositiveSmallIntegerField("échéance")
    sequence = models.PositiveSmallIntegerField("numéro dans l’échéance", default=1)
    label = models.CharField("intitulé", max_length=160)
    status = models.CharField("état", max_length=10, choices=ROUND.choices, default="draft")
    # What the component is for, and the period of the term, as they were when the round was opened.
    purpose = models.CharField("objet", max_length=40, default="", blank=True)
    covers_from = models.DateField("période du", null=True)
    covers_until = models.DateField("période au", null=True)
    pays_from = models.DateField("paiement du", null=True, blank=True)
    pays_until = models.DateField("au", null=True, blank=True)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    entitlements = models.BigIntegerField("droits", default=0)
    entitlements_xof = models.BigIntegerField("montant des droits", default=0)
    arrears = models.BigIntegerField("rappels", default=0)
    arrears_xof = models.BigIntegerField("montant des rappels", default=0)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="livre")
    list_hash = models.CharField("empreinte de la liste", max_length=64, default="", blank=True)
    made_by = _signer("préparé par")
    made_at = models.DateTimeField("ouvert le", db_default=Now())
    prepared_at = models.DateTimeField("préparé le", null=True)
    frozen_by = _signer("gelé par")
    frozen_at = models.DateTimeField("gelé le", null=True)
    approved_by = _signer("approuvé par")
    approved_at = models.DateTimeField("approuvé le", null=True)
    released_by = _signer("libéré par")
    released_at = models.DateTimeField("libéré le", null=True)
    closed_by = _signer("clos par")
    closed_at = models.DateTimeField("clos le", null=True)

    class Meta:
        verbose_name = "tour de paiement"
        constraints = [
            models.CheckConstraint(condition=Q(made_by__isnull=False), name="round_has_a_maker"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("made_by")) & (Q(frozen_by__isnull=True) | ~Q(approved_by=F("frozen_by"))),
                name="round_approver_is_not_its_maker",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True)
                | ~Q(released_by=F("made_by"))
                & ~Q(released_by=F("approved_by"))
                & (Q(frozen_by__isnull=True) | ~Q(released_by=F("frozen_by"))),
                name="round_releaser_is_neither_maker_nor_approver",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "prepared", "cancelled"))
                | Q(frozen_by__isnull=False, frozen_at__isnull=False, list_hash__regex="^[0-9a-f]{64}$"),
                name="round_frozen_is_signed_and_hashed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("approved", "released", "closed"))
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="round_approved_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("released", "closed"))
                | Q(released_by__isnull=False, released_at__isnull=False, book__isnull=False),
                name="round_released_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(entitlements__gte=0, entitlements_xof__gte=0, arrears__gte=0, arrears_xof__gte=0),
                name="round_counters_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "prepared", "cancelled"))
                | Q(covers_from__isnull=False, covers_until__isnull=False, covers_until__gte=F("covers_from")),
                name="round_frozen_says_its_period",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def total_xof(self) -> int:
        return self.entitlements_xof + self.arrears_xof


class RoundCommune(models.Model):
    """A commune of a round. A commune is in one live round of a component, term and sequence, once."""

    payment_round = models.ForeignKey(PaymentRound, on_delete=models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    term = models.PositiveSmallIntegerField()
    sequence = models.PositiveSmallIntegerField()
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["component", "term", "sequence", "commune"],
                condition=Q(live=True),
                name="commune_in_one_round_per_term",
            ),
            models.UniqueConstraint(fields=["payment_round", "commune"], name="round_commune_once"),
        ]


class CommuneSuspension(models.Model):
    """A commune of a component left out of rounds from a day on, for insecurity: asked by one, confirmed by another."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="suspensions")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    status = models.CharField("état", max_length=10, choices=SUSPENSION.choices, default="asked")
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", null=True)
    reason = models.CharField("motif", max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    asked_at = models.DateTimeField("demandée le", db_default=Now())
    confirmed_by = _signer("confirmée par")
    confirmed_at = models.DateTimeField("confirmée le", null=True)
    ended_by = _signer("levée ou retirée par")
    ended_at = models.DateTimeField("levée ou retirée le", null=True)
    end_reason = models.CharField("motif de la levée", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "suspension de commune"
        constraints = [
            models.UniqueConstraint(
                fields=["component", "commune"], condition=Q(status__in=("asked", "confirmed")),
                name="suspension_one_live",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="suspension_is_decided_by_two",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("asked", "withdrawn"), confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(status__in=("confirmed", "lifted"), confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="suspension_confirmed_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("asked", "confirmed"), ended_by__isnull=True, ended_at__isnull=True)
                | Q(status__in=("lifted", "withdrawn"), ended_by__isnull=False, ended_at__isnull=False)
                & Q(ends_on__gte=F("starts_on"))
                & ~Q(end_reason=""),
                name="suspension_ended_is_signed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.commune.name} · {self.component}"


class RoundChange(models.Model):
    """One line of the difference from the last round: a movement, its reason, how many, how much."""

    class Movement(models.TextChoices):
        ENTER = "enter", "Entrent"
        LEAVE = "leave", "Sortent"
        LEFT_OUT = "left_out", "N’entrent pas"
        STAY = "stay", "Restent"
        AMOUNT = "amount", "Changent de montant"
        RECIPIENT = "recipient", "Changent d’allocataire"
        ACCOUNT = "account", "Changent de compte"
        ARREARS = "arrears", "Rappels"

    payment_round = models.ForeignKey(PaymentRound, on_delete=models.CASCADE, related_name="changes")
    movement = models.CharField(max_length=10, choices=Movement)
    reason = models.CharField(max_length=120)
    households = models.BigIntegerField()
    amount_xof = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment_round", "movement", "reason"], name="round_change_once")
        ]


class Reissue(models.Model):
    """The one right that a round issues again, and why: what its last order left owed."""

    payment_round = models.OneToOneField(PaymentRound, on_delete=models.PROTECT, related_name="reissue")
    origin_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="+")
    entitlement_id = models.BigIntegerField("droit")
    reason = models.CharField("motif", max_length=200)

    class Meta:
        verbose_name = "réémission"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="reissue_has_a_reason")]


class LossDecision(models.Model):
    """That what is owed to households which left is lost to them: decided by one person, carried out by another.

    It is about so many rights and francs, no others: what is owed at the carrying out must be what was decided.
    """

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="loss_decisions")
    reason = models.CharField("motif", max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="décidée par"
    )
    decided_at = models.DateTimeField("décidée le", db_default=Now())
    rights = models.BigIntegerField("droits", db_default=0)
    amount_xof = models.BigIntegerField("montant", db_default=0)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="écriture")
    done_by = _signer("exécutée par")
    done_at = models.DateTimeField("exécutée le", null=True)
    withdrawn_by = _signer("retirée par")
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    withdrawn_why = models.CharField("motif du retrait", max_length=200, db_default="", blank=True)

    class Meta:
        verbose_name = "décision de perte"
        constraints = [
            models.UniqueConstraint(
                fields=["component"],
                condition=Q(entry__isnull=True, withdrawn_at__isnull=True),
                name="loss_decision_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, entry__isnull=True) & ~Q(withdrawn_why=""),
                name="loss_decision_withdrawn_says_why",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="loss_decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(entry__isnull=True, done_by__isnull=True, done_at__isnull=True)
                | Q(entry__isnull=False, done_by__isnull=False, done_at__isnull=False) & ~Q(done_by=F("decided_by")),
                name="loss_decision_is_of_two",
            ),
        ]


class ApprovalNeed(models.Model):
    """An approval that a list needs, by whom (a role; "" anyone who approves): fixed at the freeze, from its amount."""

    payment_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="approval_needs")
    frozen_at = models.DateTimeField("gel")
    position = models.PositiveSmallIntegerField("rang")
    role = models.CharField("rôle", max_length=40, default="", blank=True)

    class Meta:
        verbose_name = "approbation demandée"
        constraints = [
            models.UniqueConstraint(fields=["payment_round", "frozen_at", "position"], name="approval_need_once")
        ]


class Approval(models.Model):
    """An approval given to a frozen list: by a hand that neither made, froze nor released it, once a person."""

    need = models.OneToOneField(ApprovalNeed, on_delete=models.PROTECT, related_name="approval")
    payment_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="approvals")
    list_hash = models.CharField("empreinte approuvée", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("donnée le", db_default=Now())

    class Meta:
        verbose_name = "approbation"


class Entitlement(models.Model):
    """What a household is owed for one term (droit). `status` follows the money, not the paper."""

    class Status(models.TextChoices):
        DUE = "due", "à payer"
        PAID = "paid", "payé"
        OWED = "owed", "en rappel"
        RETURNED = "returned", "rendu au fonds"
        CANCELLED = "cancelled", "annulé"

    id = models.BigIntegerField(primary_key=True)
    payment_round = models.ForeignKey(PaymentRound, on_delete=models.DO_NOTHING, related_name="+", db_column="round_id")
    component = models.ForeignKey(Component, on_delete=models.DO_NOTHING, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.DO_NOTHING, related_name="entitlements")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.DO_NOTHING, related_name="entitlements")
    funding_line = models.ForeignKey(FundingLine, on_delete=models.DO_NOTHING, related_name="+")
    recipient = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.DO_NOTHING, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    account_sealed = SealedField(kind="account")
    account_index = IndexField()
    account = secret("account", "account_sealed", "account_index")
    pay_point = models.CharField(max_length=120)
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=Status)
    attempts = models.SmallIntegerField("présentations")
    paid_xof = models.BigIntegerField("reçu en partie", default=0)

    class Meta:
        managed = False
        db_table = "payments_entitlement"
        verbose_name = "droit"


class Instruction(models.Model):
    """An order to an agency to pay one entitlement once (ordre de paiement), known by its reference."""

    class Kind(models.TextChoices):
        RIGHT = "right", "droit"
        ARREARS = "arrears", "rappel"

    class Status(models.TextChoices):
        OPEN = "open", "en attente"
        HELD = "held", "retenu"
        PAID = "paid", "payé"
        PARTIAL = "partial", "payé en partie"
        ABSENT = "absent", "absent"
        REFUSED = "refused", "refusé"
        UNANSWERED = "unanswered", "sans réponse"
        REVERSED = "reversed", "annulé après paiement"

    id = models.BigIntegerField(primary_key=True)
    origin_round = models.ForeignKey(PaymentRound, on_delete=models.DO_NOTHING, related_name="+")
    entitlement = models.ForeignKey(Entitlement, on_delete=models.DO_NOTHING, related_name="instructions")
    payment_round = models.ForeignKey(PaymentRound, on_delete=models.DO_NOTHING, related_name="+", db_column="round_id")
    component = models.ForeignKey(Component, on_delete=models.DO_NOTHING, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.DO_NOTHING, related_name="instructions")
    funding_line = models.ForeignKey(FundingLine, on_delete=models.DO_NOTHING, related_name="+")
    recipient = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.DO_NOTHING, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.DO_NOTHING, related_name="+")
    account_sealed = SealedField(kind="account")
    account_index = IndexField()
    account = secret("account", "account_sealed", "account_index")
    pay_point = models.CharField(max_length=120)
    reference = models.CharField("référence", max_length=30)
    kind = models.CharField("nature", max_length=8, choices=Kind)
    attempt = models.SmallIntegerField("présentation")
    amount_xof = models.BigIntegerField("montant")
    status = models.CharField("état", max_length=10, choices=Status)
    paid_xof = models.BigIntegerField("payé en partie", default=0)
    settled_on = models.DateField("réglé le", null=True)
    return_line_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "payments_instruction"
        verbose_name = "ordre de paiement"


class OrderFile(models.Model):
    """The list of a round sent to one agency: count, total and hash declared with it."""

    payment_round = models.ForeignKey(PaymentRound, on_delete=models.PROTECT, related_name="order_files")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(
        max_length=10,
        choices=[
            ("csv", "CSV"),
            ("xlsx", "Excel"),
            ("pain001", "ISO 20022"),
            ("agency", "de l’agence"),
            ("api", "lu par machine"),
        ],
    )
    file_name = models.CharField("fichier", max_length=200)
    lines = models.BigIntegerField("lignes")
    total_xof = models.BigIntegerField("total")
    file_hash = models.CharField("empreinte", max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("produit le", db_default=Now())

    class Meta:
        verbose_name = "fichier d’ordres"


class ReturnFile(models.Model):
    """What an agency sent back about its orders. The same file is recognised by its hash."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    lines = models.BigIntegerField("lignes", default=0)
    paid = models.BigIntegerField("payés", default=0)
    paid_xof = models.BigIntegerField("montant payé", default=0)
    unpaid = models.BigIntegerField("non payés", default=0)
    exceptions = models.BigIntegerField("exceptions", default=0)
    declared_lines = models.BigIntegerField("lignes annoncées", null=True)
    declared_xof = models.BigIntegerField("total annoncé", null=True)
    read_xof = models.BigIntegerField("total des lignes", default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("reçu le", db_default=Now())
    undone_by = _signer("défait par")
    undone_at = models.DateTimeField("défait le", null=True)
    undone_why = models.CharField("pourquoi défait", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "fichier de retour"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "file_hash"], condition=Q(undone_at__isnull=True), name="return_file_taken_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True, undone_why="")
                | Q(undone_by__isnull=False, undone_at__isnull=False) & ~Q(undone_why=""),
                name="return_file_undoing_is_signed",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="return_file_by_moment")]

    @property
    def disagrees(self) -> bool:
        """Whether the totals that the file declares are not those of its lines."""
        return (self.declared_lines not in (None, self.lines)) or (self.declared_xof not in (None, self.read_xof))


class ReturnLine(models.Model):
    """A line of a return file, as written, and what became of it. Exceptions wait for a person."""

    class Outcome(models.TextChoices):
        PAID = "paid", "payé"
        ABSENT = "absent", "absent"
        REFUSED = "refused", "refusé"
        REVERSED = "reversed", "paiement annulé"
        REPEATED = "repeated", "ligne répétée"
        UNKNOWN_REFERENCE = "unknown", "référence inconnue"
        OTHER_AGENCY = "other_agency", "ordre d’une autre agence"
        WRONG_AMOUNT = "wrong_amount", "montant différent"
        UNREADABLE = "unreadable", "ligne illisible"
        CONFLICT = "conflict", "contredit un retour antérieur"
        UNDONE = "undone", "rapprochement défait"

    class Key(models.TextChoices):
        REFERENCE = "reference", "notre référence"
        AGENCY = "agency", "référence de l’agence"
        RSU = "rsu", "numéro RSU et montant"
        PHONE = "phone", "téléphone ou compte, et montant"
        NAME = "name", "nom, village et montant"
        PERSON = "person", "choisi par une personne"

    EXCEPTIONS = ("unknown", "other_agency", "wrong_amount", "unreadable", "conflict", "undone")

    return_file = models.ForeignKey(ReturnFile, on_delete=models.CASCADE, related_name="return_lines")
    line = models.BigIntegerField("ligne")
    reference = models.CharField("référence", max_length=80)
    status_read = models.CharField("statut lu", max_length=40)
    amount_read = models.CharField("montant lu", max_length=40)
    date_read = models.CharField("date lue", max_length=40)
    reason_read = models.CharField("motif lu", max_length=200)
    agency_reference = models.CharField("référence de l’agence", max_length=80)
    amount_xof = models.BigIntegerField("montant", null=True)
    paid_on = models.DateField("date", null=True)
    outcome = models.CharField("issue", max_length=12, choices=Outcome)
    instruction_id = models.BigIntegerField(null=True)
    origin_round_id = models.BigIntegerField(null=True)
    matched_by = models.CharField("reconnue par", max_length=10, choices=Key, default="", blank=True)
    why = models.CharField("ce qui ne va pas", max_length=160, default="", blank=True)
    # Who the agency names stays written while a person has to decide, and no longer.
    rsu_read = models.CharField("numéro RSU lu", max_length=10, default="", blank=True)
    phone_read = models.CharField("téléphone lu, masqué", max_length=40, default="", blank=True)
    name_read = models.CharField("nom lu", max_length=120, default="", blank=True)
    village_read = models.CharField("village lu", max_length=120, default="", blank=True)
    resolved_at = models.DateTimeField("traitée le", null=True)
    resolved_by = _signer("traitée par")
    resolution = models.CharField("décision", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "ligne de retour"
        constraints = [
            models.UniqueConstraint(fields=["return_file", "line"], name="return_line_once"),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False) & ~Q(resolution=""),
                name="return_line_resolution_is_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["return_file", "outcome"], name="return_line_by_outcome"),
            models.Index(fields=["agency_reference"], name="return_line_by_agency", condition=~Q(agency_reference="")),
            models.Index(
                fields=["resolved_at"], name="return_line_by_decision", condition=Q(resolved_at__isnull=False)
            ),
        ]


class ReturnUndoing(models.Model):
    """A line whose effect on money was taken back: what it had settled is open again. Append-only."""

    return_line = models.ForeignKey(ReturnLine, on_delete=models.PROTECT, related_name="undoings")
    instruction_id = models.BigIntegerField("ordre")
    origin_round_id = models.BigIntegerField("tour d’origine")
    outcome = models.CharField("ce qui est défait", max_length=12, choices=ReturnLine.Outcome)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("le", db_default=Now())
    why = models.CharField("motif", max_length=200)

    class Meta:
        verbose_name = "rapprochement défait"
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="return_undoing_says_why")]
        indexes = [models.Index(fields=["instruction_id", "origin_round_id"], name="return_undoing_by_order")]

"""How each agency is spoken to: the form of its files, the accounts that pay, the keys."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jigi.foundation.sealed import SealedField
from jigi.programmes.models import Agency, Agreement


class AgencyChannel(models.Model):
    """What was agreed with one agency, as its reviewed file says; `file_hash` is the SHA-256 of that file.

    The secrets are ours: the age identity that opens what the agency seals to us, the Ed25519 seed that signs what
    we send, and the password of the workbooks of an agency that insists on one.
    """

    class Kind(models.TextChoices):
        ISO20022 = "iso20022", "ISO 20022"
        FILES = "files", "fichiers convenus avec l’agence"

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="agence")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    said = models.TextField("réglage relu")
    file_name = models.CharField("fichier", max_length=200)
    file_hash = models.CharField("empreinte", max_length=64)
    identity_sealed = SealedField("clé secrète qui ouvre, chiffrée", kind="channel", default=b"")
    identity_public = models.CharField("clé publique à qui l’agence chiffre", max_length=80, default="", blank=True)
    signing_sealed = SealedField("clé secrète qui signe, chiffrée", kind="channel", default=b"")
    signing_public = models.CharField("clé publique de nos signatures", max_length=120, default="", blank=True)
    password_sealed = SealedField("mot de passe des classeurs, chiffré", kind="channel", default=b"")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("réglé le", db_default=Now())

    class Meta:
        verbose_name = "échange avec une agence"
        constraints = [
            models.CheckConstraint(condition=Q(file_hash__regex="^[0-9a-f]{64}$"), name="channel_is_hashed"),
            models.CheckConstraint(
                condition=Q(identity_sealed=b"", identity_public="")
                | ~Q(identity_sealed=b"") & Q(identity_public__startswith="age1"),
                name="channel_identity_has_both_keys",
            ),
            models.CheckConstraint(
                condition=Q(signing_sealed=b"", signing_public="")
                | ~Q(signing_sealed=b"") & Q(signing_public__startswith="ssh-ed25519 "),
                name="channel_signing_has_both_keys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} · {self.get_kind_display()}"


class PayingAccount(models.Model):
    """The bank account from which an agreement's money is paid to an agency's clients (compte payeur)."""

    channel = models.ForeignKey(AgencyChannel, on_delete=models.CASCADE, related_name="accounts")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+", verbose_name="convention")
    holder = models.CharField("titulaire", max_length=70)
    number = models.CharField("numéro", max_length=34)
    bic = models.CharField("banque (BIC)", max_length=11)

    class Meta:
        verbose_name = "compte payeur"
        constraints = [
            models.UniqueConstraint(fields=["channel", "agreement"], name="one_paying_account_per_agreement"),
            models.CheckConstraint(
                condition=Q(bic__regex="^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$"), name="paying_account_bic_form"
            ),
            models.CheckConstraint(
                condition=Q(number__regex="^[A-Z0-9]{5,34}$"), name="paying_account_number_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.number}"

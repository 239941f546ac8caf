"""What the files of agencies say beside their answers: remarks, and the statements of bank accounts."""

from __future__ import annotations

from django.db import models


class ReturnNotice(models.Model):
    """What a return file says that is no answer about one order: it moves no money, a person must know it."""

    class Kind(models.TextChoices):
        PENDING = "pending", "en cours chez l’agence"
        GROUP = "group", "dit d’un lot entier"
        TOTAL = "total", "totaux en désaccord"
        OTHER = "other", "autre"

    return_file = models.ForeignKey("payments.ReturnFile", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    said = models.CharField("remarque", max_length=300)

    class Meta:
        verbose_name = "remarque d’un fichier de retour"
        constraints = [models.CheckConstraint(condition=~models.Q(said=""), name="return_notice_says_something")]

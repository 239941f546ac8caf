"""The forms that were carried out, so that one posted twice changes things once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Submission(models.Model):
    """The key hidden in a form, kept in the transaction of what the form changed."""

    key = models.UUIDField("clé", primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField("page", max_length=200)
    done_at = models.DateTimeField("fait le", db_default=Now())

    class Meta:
        verbose_name = "formulaire traité"

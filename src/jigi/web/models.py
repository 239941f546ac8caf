"""The forms that were carried out, so that one posted twice changes things once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Submission(models.Model):
    """The key hidden in a form, kept in the transaction of what the form changed, and for as long as it.

    The key is one person's, on one page, for one content: `body` is its SHA-256 in hexadecimal, files by theirs.
    Rows are never removed: a form found in a browser after years changes nothing again.
    """

    key = models.UUIDField("clé", primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    page = models.CharField("page", max_length=200)
    body = models.CharField("empreinte du contenu", max_length=64)
    done_at = models.DateTimeField("fait le", db_default=Now())

    class Meta:
        verbose_name = "formulaire traité"

"""The form by which a list enters the campaign of a new listing."""

from __future__ import annotations

from django import forms

from jigi.schemes.models import Scheme


class ListForm(forms.Form):
    """One file: an assembly's list, or the list of the agency chosen."""

    regime = forms.ModelChoiceField(
        Scheme.objects.order_by("name"), label="De qui", required=False, empty_label="assemblée villageoise",
        help_text="Une assemblée, ou le régime de l’organisme qui donne sa liste.",
    )  # fmt: skip
    liste = forms.FileField(label="Fichier de la liste", help_text="CSV ou Excel, une ligne par ménage.")

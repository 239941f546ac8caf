"""The files that people send: signals with the form they are in, a CAP message."""

from __future__ import annotations

from typing import Any

from django import forms

from jigi.shocks.layouts import layouts


class SignalsForm(forms.Form):
    """A file of a source."""

    forme = forms.ChoiceField(label="Forme du fichier")
    signaux = forms.FileField(label="Fichier", help_text="CSV, CSV compressé (.gz) ou Excel (.xlsx), 20 Mo au plus.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["forme"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(one.code, one.name) for one in layouts().values()]


class AlertForm(forms.Form):
    """A CAP message."""

    alerte = forms.FileField(label="Message CAP (XML)", help_text="CAP 1.1 ou 1.2, tel que l’émetteur l’a publié.")

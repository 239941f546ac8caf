"""The form by which a scheme gives back what it provided."""

from __future__ import annotations

from django import forms


class SendForm(forms.Form):
    """One file of benefits."""

    prestations = forms.FileField(label="Fichier des prestations", help_text="CSV ou Excel, une ligne par prestation.")

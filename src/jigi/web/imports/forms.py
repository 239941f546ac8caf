"""The form by which files of interviews are sent."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile

from jigi.foundation.errors import InputError
from jigi.intake.mapping import FOLDER, read_mapping
from jigi.intake.saved_mappings import in_use

KEPT = "gardee:"
"""How the code of a mapping made on the page begins; its number follows."""


class UploadForm(forms.Form):
    """A file of households, the file of their members, and how their columns are understood."""

    menages = forms.FileField(
        label="Fichier des ménages",
        help_text="CSV ou Excel, une ligne par ménage ; ou l’export entier : un classeur, un zip de CSV.",
    )
    membres = forms.FileField(
        label="Fichier des membres",
        required=False,
        help_text="Sauf pour une enquête, ou si les membres sont dans le même classeur ou le même zip.",
    )
    mapping = forms.ChoiceField(label="Correspondance des colonnes", required=False)
    correspondance = forms.FileField(
        label="ou votre propre correspondance",
        required=False,
        help_text="Un fichier TOML : il remplace le choix ci-dessus.",
    )

    relecture = forms.BooleanField(
        label="Faire relire avant de verser",
        required=False,
        help_text="Rien n’entre encore : on corrige, on écarte, on renvoie ; une autre personne que vous déclare relu.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["mapping"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*kept_mappings(), *shipped_mappings()]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not cleaned.get("mapping") and not cleaned.get("correspondance"):
            self.add_error("mapping", "Choisissez comment lire les colonnes de ce fichier.")
        return cleaned

    @property
    def sent(self) -> dict[str, UploadedFile]:
        """The files by the name of their part."""
        parts = ("menages", "membres", "correspondance")
        return {part: self.cleaned_data[part] for part in parts if self.cleaned_data.get(part)}

    @property
    def size(self) -> int:
        """Bytes sent."""
        return sum(file.size or 0 for file in self.sent.values())


def kept_mappings() -> list[tuple[str, str]]:
    """Those made on the page, by their number."""
    return [(f"{KEPT}{kept.pk}", f"{kept.name} ({kept.source})") for kept in in_use()]


def shipped_mappings() -> list[tuple[str, str]]:
    """(name, source) of the shipped mappings, registers first; those that can't be read are left out."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            mapping = read_mapping(path)
        except InputError:
            continue
        kind = "enquête" if mapping.is_survey else "registre"
        found.append((mapping.is_survey, path.stem, f"{mapping.source} ({kind})"))
    return [(name, title) for _, name, title in sorted(found)]

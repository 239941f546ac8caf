"""The forms by which a questionnaire and its files are sent."""

from __future__ import annotations

from django import forms

from jigi.intake.xlsform import shipped

LARGEST_MB = 10


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    def __init__(self, **options: object) -> None:
        super().__init__(widget=ManyFiles(), **options)  # type: ignore[arg-type]

    def clean(self, data: object, initial: object = None) -> list[object]:
        if not data:
            return []
        return [super(FilesField, self).clean(one, initial) for one in (data if isinstance(data, list) else [data])]


class LoadForm(forms.Form):
    """A shipped questionnaire or an XLSForm, the files it names, its mapping."""

    livre = forms.ChoiceField(label="Questionnaire livré avec Jigi", required=False)
    classeur = forms.FileField(
        label="ou votre XLSForm",
        required=False,
        help_text="Classeur .xlsx avec les feuilles survey, choices et settings.",
    )
    fichiers = FilesField(
        label="Fichiers qu’il nomme", required=False, help_text="Images, listes .csv ; plusieurs à la fois."
    )
    correspondance = forms.FileField(
        label="Correspondance avec le registre",
        required=False,
        help_text="Fichier TOML : quelle question remplit quel fait. Sans elle, celle qui est livrée pour ce"
        " questionnaire ; s’il n’y en a pas, les fiches sont gardées sans entrer au registre.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["livre"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "aucun"), *((name, name) for name in shipped())]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("livre")) == bool(cleaned.get("classeur")):
            self.add_error("classeur", "Choisissez un questionnaire livré, ou donnez un classeur.")
        sent = [cleaned.get("classeur"), cleaned.get("correspondance"), *(cleaned.get("fichiers") or [])]
        if any(getattr(one, "size", 0) > LARGEST_MB * 1024 * 1024 for one in sent):
            self.add_error(None, f"Un fichier dépasse {LARGEST_MB} Mo.")
        return cleaned


class AttachForm(forms.Form):
    """The files that a draft still lacks."""

    fichiers = FilesField(label="Fichiers")

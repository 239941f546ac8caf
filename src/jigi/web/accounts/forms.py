"""The forms of the accounts' administration: a posting, an invitation, a link with the provider."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from jigi.geography.models import Area
from jigi.geography.queries import designated, version_in_use
from jigi.geography.roles import rights, roles

NAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{1,59}$", "Des minuscules, des chiffres, un point ou un tiret, sans espace."
)


class PostingForm(forms.Form):
    """A role, at a place, in a programme or all, for a time."""

    role = forms.ChoiceField(label="Rôle")
    area = forms.CharField(label="Lieu", help_text="Le nom ou le code du lieu ; « Mali » pour tout le pays.")
    programme = forms.CharField(
        label="Programme", required=False, max_length=40, help_text="Son code ; vide pour tous."
    )
    organisation = forms.CharField(
        label="Organisme", required=False, max_length=40,
        help_text="Le code de l’agence, de l’opérateur ou du partenaire, pour qui travaille chez eux.",
    )  # fmt: skip
    starts_on = forms.DateField(label="Du", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label="Au", required=False, help_text="Le dernier jour ; vide s’il n’est pas connu.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": date.today().isoformat()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = role_choices()

    def clean_area(self) -> Area:
        version = version_in_use()
        found = designated(self.cleaned_data["area"], version) if version else []
        found = [area for area in found if area.level != Area.Level.VILLAGE]
        if not found:
            raise forms.ValidationError("Ce lieu n’est pas dans le découpage.")
        if len(found) > 1:
            several = ", ".join(f"{area} ({area.get_level_display()}, {area.code})" for area in found[:5])
            raise forms.ValidationError(f"Plusieurs lieux portent ce nom : donnez le code de l’un d’eux. {several}.")
        return found[0]

    @property
    def posting(self) -> dict[str, Any]:
        """What the actions take."""
        names = ("role", "area", "programme", "organisation", "starts_on", "ends_on")
        return {name: self.cleaned_data[name] for name in names}


class InvitationForm(PostingForm):
    """Who is invited, and to what."""

    full_name = forms.CharField(label="Nom et fonction", max_length=120, help_text="Comme la trace les montrera.")
    username = forms.CharField(label="Identifiant", max_length=60, validators=[NAME])
    email = forms.EmailField(
        label="Adresse électronique", required=False,
        help_text="Seulement pour se connecter par un fournisseur ; rien n’y est envoyé.",
    )  # fmt: skip
    field_order = (
        "full_name",
        "username",
        "email",
        "role",
        "area",
        "programme",
        "organisation",
        "starts_on",
        "ends_on",
    )


class ReasonedPostingForm(PostingForm):
    """A posting given to somebody who has an account, with the reason."""

    motif = forms.CharField(label="Motif", max_length=500)


def role_choices() -> list[tuple[str, str]]:
    """The roles that persons hold, by title."""
    return sorted(
        ((role.code, role.title) for role in roles().values() if role.code != "operator"), key=lambda one: one[1]
    )


def role_sentences() -> list[tuple[str, list[str], bool]]:
    """Each role with what it allows, and whether it asks for a second factor: beside the form."""
    said = rights()
    return [
        (title, sorted(said[right].sentence for right in roles()[code].rights), roles()[code].second_factor)
        for code, title in role_choices()
    ]

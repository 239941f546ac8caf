"""The forms of the way in, in French: signing in, a new password, a code, a key, an invitation taken up."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms

HELP = "Douze signes au moins. Prenez quatre ou cinq mots sans lien entre eux."


def say(field: forms.Field, label: str, help_text: str = "", **attributes: str) -> None:
    """Give a field our words instead of allauth's: no text inside the box, which disappears when one types."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class SignInForm(LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["login"], "Identifiant", autocapitalize="none", spellcheck="false")
        say(self.fields["password"], "Mot de passe")

    def add_prefix(self, field_name: str) -> str:
        """The name that browsers remember: « username »."""
        return "username" if field_name == "login" else super().add_prefix(field_name)


class NewPasswordForm(ChangePasswordForm):
    """One's own password, changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["oldpassword"], "Mot de passe actuel")
        say(self.fields["password1"], "Nouveau mot de passe", HELP)
        say(self.fields["password2"], "Nouveau mot de passe, encore une fois")

    def clean(self) -> dict[str, Any]:
        cleaned = forms.Form.clean(self) or {}
        refuse_unlike(self)
        return cleaned


class ProofForm(ReauthenticateForm):
    """The password, asked again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["password"], "Mot de passe")


class CodeForm(AuthenticateForm):
    """A code at the door, from the application or the sheet of recovery codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["code"], "Code", "Six chiffres de l’application, ou huit de la feuille de secours.")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class ProofByCodeForm(ReauthenticateByCodeForm):
    """A code, asked again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["code"], "Code", "Six chiffres de l’application, ou huit de la feuille de secours.")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class FirstCodeForm(ActivateTOTPForm):
    """The first code of an application, which proves that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["code"], "Code affiché par l’application", inputmode="numeric")


class NewKeyForm(AddWebAuthnForm):
    """A security key, or the telephone as one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["name"], "Nom de la clé", "Pour la reconnaître : « téléphone », « clé bleue ».")
        say(
            self.fields["passwordless"],
            "Se connecter avec cette clé seule",
            "Sans mot de passe : la clé demande alors votre doigt, votre visage ou son code.",
        )


class KeyNameForm(EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["name"], "Nom de la clé")


class AcceptForm(forms.Form):
    """The password that the holder of an invitation chooses."""

    password1 = forms.CharField(
        label="Mot de passe", strip=False, help_text=HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    password2 = forms.CharField(
        label="Mot de passe, encore une fois", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_unlike(self)
        return cleaned


def refuse_unlike(form: forms.Form) -> None:
    """Two passwords typed must be the same."""
    first, second = form.cleaned_data.get("password1"), form.cleaned_data.get("password2")
    if first and second and first != second:
        form.add_error("password2", "Les deux mots de passe ne sont pas les mêmes.")

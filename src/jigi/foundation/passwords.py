"""Passwords hard to guess: what zxcvbn measures, told in French."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from jigi.foundation.models import User

LEAST_SCORE = 3  # of 4: more than a hundred million tries
LEAST_BESIDE_NAMES = 8
LONGEST = 72  # zxcvbn's time grows with the length, and what is beyond adds nothing to the verdict
# Words that a guesser of this country tries first, which its English lists don't hold.
KNOWN_HERE = (
    "jigi", "jigisemejiri", "mali", "malien", "bamako", "kayes", "koulikoro", "sikasso", "segou", "mopti",
    "tombouctou", "gao", "kidal", "motdepasse", "azerty", "azertyuiop", "bonjour", "soleil", "allah", "bismillah",
    "filets", "sociaux", "paiement", "programme", "treize", "demonstration",
)  # fmt: skip
WEAKNESSES = {
    "dictionary": "il contient un mot courant ou votre nom",
    "spatial": "il suit les touches du clavier",
    "repeat": "il répète les mêmes signes",
    "sequence": "il suit un ordre connu, comme « abcd » ou « 1234 »",
    "regex": "il contient une année",
    "date": "il contient une date",
}


class HardToGuess:
    """A password validator for AUTH_PASSWORD_VALIDATORS; the account's own names count as known words."""

    def validate(self, password: str, user: User | None = None) -> None:
        # Its word lists take a third of a second to read: only where a password is chosen.
        from zxcvbn import zxcvbn

        names = _names(user)
        if len(_without(password, names)) < LEAST_BESIDE_NAMES:
            raise ValidationError(f"Ce mot de passe est presque votre nom. {self.get_help_text()}", code="guessable")
        verdict = zxcvbn(password[:LONGEST], user_inputs=[*KNOWN_HERE, *names])
        if verdict["score"] >= LEAST_SCORE:
            return
        found = dict.fromkeys(
            WEAKNESSES[part["pattern"]] for part in verdict["sequence"] if part["pattern"] in WEAKNESSES
        )
        why = f" : {', '.join(found)}" if found else ""
        raise ValidationError(f"Ce mot de passe se devine trop vite{why}. {self.get_help_text()}", code="guessable")

    def get_help_text(self) -> str:
        return "Prenez quatre ou cinq mots sans lien entre eux."


def _without(password: str, names: list[str]) -> str:
    """The letters of a password that are not of these names; figures and spaces around a name add little to it."""
    rest = password.lower()
    for name in names:
        rest = rest.replace(name.lower(), "")
    return "".join(sign for sign in rest if sign.isalpha()) if rest != password.lower() else rest


def _names(user: User | None) -> list[str]:
    if user is None:
        return []
    return [word for word in (user.username, *user.full_name.split()) if len(word) > 2]

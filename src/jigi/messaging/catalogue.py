"""The reviewed files: templates in each language, and the tariff with the quiet hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path

from jigi.foundation.errors import Refused
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.messaging import rules

FOLDER = Path(__file__).with_name("data")
TEMPLATES, TARIFF = FOLDER / "templates.toml", FOLDER / "tariff.toml"
LANGUAGES = {
    "fr": "français", "bm": "bambara", "ff": "peul", "ses": "songhaï", "taq": "tamasheq", "snk": "soninké",
    "dtm": "dogon", "spp": "sénoufo", "myk": "minyanka", "kao": "khassonké", "bwq": "bobo", "boz": "bozo",
    "mey": "hassaniya",
}  # fmt: skip
USES = {
    "payments": "paiements", "reminders": "rappels de paiement", "sessions": "séances", "enrolled": "inscrits",
    "notice": "avis automatique", "reply": "réponse à qui écrit",
}  # fmt: skip
AUTOMATIC = ("notice", "reply")
"""Uses that no campaign is made of."""
SAMPLE = {
    "date": "28/02/2026", "lieu": "Safo", "montant": "90 000", "programme": "Jigisèmèjiri", "village": "Dabani",
    "numero": "1234 5678 9012", "etat": "recue le 02/11/2026, en examen, prochaine étape avant le 16/11/2026",
}  # fmt: skip
"""Usual values, by which a page says how long a template is."""


@dataclass(frozen=True)
class Text:
    """A template in one language; `recording` is "" when no voice says it."""

    text: str
    confirmed: bool
    recording: str
    seconds: int


@dataclass(frozen=True)
class MessageTemplate:
    """What may be said: `use` is what asks for it, `texts` by language."""

    code: str
    title: str
    use: str
    texts: Mapping[str, Text]

    def text(self, language: str, channel: str) -> Text:
        """Refused when it is not in that language, or no voice says it there."""
        found = self.texts.get(language)
        if found is None:
            raise Refused(
                f"Le modèle « {self.title} » n’est pas en {LANGUAGES.get(language, language)}",
                remedy=f"Langues du modèle : {', '.join(LANGUAGES[one] for one in self.texts)}.",
            )
        if channel == "voice" and not found.recording:
            raise Refused(f"Aucune voix ne dit « {self.title} » dans cette langue", remedy="Choisissez le SMS.")
        return found


@dataclass(frozen=True)
class Terms:
    """The tariff in force and the quiet hours; `confirmed` once the signed contract says so."""

    tariff: rules.Tariff
    quiet_from: time
    quiet_until: time
    confirmed: bool


@cache
def templates() -> Mapping[str, MessageTemplate]:
    return read_templates(TEMPLATES)


def template(code: str) -> MessageTemplate:
    """The template of a code. Raises Refused for one that the file does not hold."""
    found = templates().get(code)
    if found is None:
        raise Refused("Ce modèle n’existe pas", remedy="Choisissez-le dans la liste.")
    return found


@cache
def terms() -> Terms:
    return read_terms(TARIFF)


def read_templates(path: str | Path) -> dict[str, MessageTemplate]:
    """The templates of a file; InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    top.text("author"), top.text("source"), top.day("valid_from")
    whole = top.table("template")
    found = {code: _template(code, whole.table(code)) for code in whole.data}
    whole.refuse_others(*found)
    top.refuse_others()
    return found


def read_terms(path: str | Path) -> Terms:
    """The tariff and the quiet hours of a file; InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    top.text("author"), top.text("source"), top.day("valid_from")
    sms, voice, quiet = top.table("sms"), top.table("voice"), top.table("quiet")
    made = Terms(
        rules.Tariff(
            sms.integer("part_xof"), voice.integer("span_xof"), voice.integer("span_seconds", minimum=1)
        ),
        _hour(quiet, "from"), _hour(quiet, "until"), top.flag("confirmed"),
    )  # fmt: skip
    for table in (sms, voice, quiet, top):
        table.refuse_others()
    return made


def _template(code: str, table: Table) -> MessageTemplate:
    texts = table.table("text")
    found = {language: _text(language, texts.table(language), texts) for language in texts.data}
    if "fr" not in found:
        raise table.error("text", f"Le modèle « {code} » n’est pas en français", remedy="Ajoutez [template.….text.fr].")
    wanted = rules.placeholders(found["fr"].text)
    for language, one in found.items():
        if rules.placeholders(one.text) != wanted:
            raise texts.error(language, "Les mots à remplir ne sont pas ceux du français", remedy=_braces(wanted))
    made = MessageTemplate(code, table.text("title"), table.choice("use", USES), found)
    table.refuse_others()
    return made


def _text(language: str, table: Table, above: Table) -> Text:
    if language not in LANGUAGES:
        raise above.error(language, f"« {language} » n’est pas une langue", remedy=f"Parmi {', '.join(LANGUAGES)}.")
    text = table.text("text")
    if unknown := rules.placeholders(text) - rules.PLACEHOLDERS:
        raise table.error("text", f"{{{unknown.pop()}}} n’est pas connu", remedy=_braces(rules.PLACEHOLDERS))
    if "{" in rules.PLACEHOLDER.sub("", text) or "}" in rules.PLACEHOLDER.sub("", text):
        raise table.error("text", "Une accolade reste ouverte", remedy=_braces(rules.PLACEHOLDERS))
    if len(rules.parts(rules.fill(text, SAMPLE))) > rules.MOST_SEGMENTS:
        raise table.error("text", f"Le texte fait plus de {rules.MOST_SEGMENTS} SMS", remedy="Raccourcissez-le.")
    recording = table.text("recording", default="")
    made = Text(text, table.flag("confirmed"), recording, table.integer("seconds", minimum=1) if recording else 0)
    table.refuse_others()
    return made


def _hour(table: Table, key: str) -> time:
    try:
        return time.fromisoformat(table.text(key))
    except ValueError:
        raise table.error(key, "Cette heure ne se lit pas", remedy="Écrivez 20:00.") from None


def _braces(names: frozenset[str] | set[str]) -> str:
    return "À remplir : " + ", ".join(f"{{{name}}}" for name in sorted(names)) + "."

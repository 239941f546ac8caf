"""What a message weighs and costs, when it may leave, and what an answer of the provider means. Pure functions.

GSM 03.38: 160 septets in one SMS, 153 in each of several (the header that joins them takes seven); letters of the
extension table take two, which are not parted. Outside it, UCS-2: 70 units of 16 bits, 67 in each of several.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM_ALONE, GSM_PART = 160, 153
UCS_ALONE, UCS_PART = 70, 67
MOST_SEGMENTS = 6
LETTERS_A_SECOND = 14
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = frozenset({"date", "lieu", "montant", "programme", "village", "numero", "etat"})
"""What a template may leave open. No name of a person: a telephone is often somebody else's."""
STOP = frozenset({"STOP", "ARRET", "ARRÊT", "STOPPER", "DESABONNER", "DÉSABONNER"})
START = frozenset({"START", "REPRENDRE", "OUI"})

_TYPOGRAPHY = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...", "œ": "oe", "Œ": "Oe",
    "\u00a0": " ", "\u202f": " ", "\t": " ",
})  # fmt: skip


def plain(text: str) -> str:
    """The same words without the marks of printing, which would make an SMS cost twice; letters stay as they are."""
    bare = text.translate(_TYPOGRAPHY)
    return re.sub(r'" (?=\S)([^"]*?) "', r'"\1"', bare)


def spelled(text: str) -> str:
    """A text in the letters that a telephone's seven bits write: « reçue » is « recue », what has no base is « ? »."""
    return "".join(
        letter if letter in BASIC else base if (base := unicodedata.normalize("NFKD", letter)[:1]) in BASIC else "?"
        for letter in plain(text)
    )


def is_gsm(text: str) -> bool:
    """Whether a telephone's seven bits can write it."""
    return all(letter in BASIC or letter in EXTENSION for letter in text)


def units(letter: str, *, gsm: bool) -> int:
    """What a letter takes: septets, or units of 16 bits."""
    if gsm:
        return 2 if letter in EXTENSION else 1
    return 2 if ord(letter) > 0xFFFF else 1


def parts(text: str) -> list[str]:
    """The SMS that carry a text, in order: one when it fits alone."""
    gsm = is_gsm(text)
    alone, part = (GSM_ALONE, GSM_PART) if gsm else (UCS_ALONE, UCS_PART)
    if sum(units(letter, gsm=gsm) for letter in text) <= alone:
        return [text]
    made, begun, used = [], 0, 0
    for at, letter in enumerate(text):
        taken = units(letter, gsm=gsm)
        if used + taken > part:
            made.append(text[begun:at])
            begun, used = at, 0
        used += taken
    return [*made, text[begun:]]


def seconds(text: str) -> int:
    """How long a voice takes to say a text, at least one second."""
    return max(-(-len(text) // LETTERS_A_SECOND), 1)


@dataclass(frozen=True)
class Tariff:
    """What the provider takes, in whole francs: an SMS, and a begun span of a call that is answered."""

    sms_xof: int
    voice_xof: int
    voice_seconds: int


def weigh(text: str, channel: str, tariff: Tariff, *, spoken_s: int = 0) -> tuple[int, int]:
    """How many SMS (or begun spans of a call), and the most it costs in francs."""
    if channel == "voice":
        spans = -(-(spoken_s or seconds(text)) // tariff.voice_seconds)
        return spans, spans * tariff.voice_xof
    count = len(parts(text))
    return count, count * tariff.sms_xof


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled, once: braces of a value stay. KeyError for a missing one."""
    return plain(PLACEHOLDER.sub(lambda found: values[found[1]], text))


def quiet(now: time, start: time, end: time) -> bool:
    """Whether people are let alone at this hour; a span may pass midnight; none when start and end are the same."""
    return start <= now < end if start <= end else now >= start or now < end


def opens_at(now: datetime, start: time, end: time) -> datetime:
    """When the first message may leave: now, or the end of the quiet hours."""
    if not quiet(now.time(), start, end):
        return now
    opened = now.replace(hour=end.hour, minute=end.minute, second=end.second, microsecond=0)
    return opened if opened > now else opened + timedelta(days=1)


def asks_to_stop(text: str) -> bool | None:
    """True for « STOP », False for « REPRENDRE », None for anything else that people write."""
    word = text.strip(" .!\n\r\t").upper()
    return True if word in STOP else False if word in START else None


# --- what an answer means --------------------------------------------------------------------------------------------

FOLLOW_S = 3_600.0
"""A message that was sent and of which no report came is asked about each hour at first, later and later."""
MOST_WAIT_S = 12 * 3_600.0
FOLLOWED = 8
"""How many times it is asked about; then it stays « sent », unless a report comes."""
FOR_EVER_S = 20 * 365 * 86_400.0


@dataclass(frozen=True)
class Outcome:
    """What the provider said: `accepted`, `delivered`, `failed`, `unknown` (it has no such reference), `denied` (it did
    nothing and will not), `later` (it did nothing now), `unclear` (no answer that says whether it was done)."""

    kind: str
    why: str = ""
    provider_reference: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True)
class Heard:
    """What becomes of a message: its state, when it is looked at again, and what is told of it."""

    status: str
    wait_s: float
    problem: str = ""
    provider_reference: str = ""


def backoff(times: int) -> float:
    return min(5.0 * 2 ** min(times, 20), MOST_WAIT_S)


def hear_sending(outcome: Outcome, times: int) -> Heard:
    """After a message left. Only what proves that nothing was done puts it back."""
    match outcome.kind:
        case "accepted" | "delivered" | "failed":
            return _known(outcome, 0)
        case "later":
            return Heard("queued", max(outcome.retry_after_s or 0.0, backoff(times)), outcome.why)
        case "denied":
            return Heard("failed", 0.0, outcome.why)
    return Heard("unclear", 5.0, outcome.why)


def hear_asking(outcome: Outcome, times: int, *, was: str, settled: bool) -> Heard:
    """After a message was asked about by our reference; `settled`: nothing that left may still arrive."""
    if outcome.kind in ("accepted", "delivered", "failed"):
        return _known(outcome, times)
    if was == "unclear" and outcome.kind == "unknown" and settled:
        return Heard("queued", 0.0, "le fournisseur ne l’a jamais reçu")
    if was == "sent" and times >= FOLLOWED:
        return Heard(was, FOR_EVER_S, outcome.why)
    return Heard(was, max(outcome.retry_after_s or 0.0, backoff(times)), outcome.why)


def _known(outcome: Outcome, times: int) -> Heard:
    status = "sent" if outcome.kind == "accepted" else outcome.kind
    wait = FOR_EVER_S if times >= FOLLOWED else min(FOLLOW_S * 2 ** max(times - 1, 0), MOST_WAIT_S)
    return Heard(status, wait if status == "sent" else 0.0, outcome.why, outcome.provider_reference)


def tally(weights: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """SMS and francs of many messages."""
    return sum(count for count, _ in weights), sum(cost for _, cost in weights)

"""Names of places: the key under which two spellings meet, and the best match with its confidence.

Malian place names are written from hearing: Ouéléssébougou and Welesebugu, Sébécoro and Sébékoro, N'Gouma
and Ngouma, Gadougou I and GADOUGOU 1, « C.U. KATI » and Kati. The key folds what spelling changes and hearing
does not; what it cannot fold is left to a measured likeness.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

CERTAIN = 1.0
"""The keys are equal."""
WITHOUT_NUMBER = 0.9
"""Equal but for a final number that only one side writes (« Bamba ll », Bamba)."""
PART_OF_NAME = 0.85
"""One name is the beginning or the end of the other, by whole words (Kokry, Kokry Centre)."""
CLEARLY_ALIKE = 0.85
"""From this likeness on, a misspelling is preferred to a shared first or last word."""
LIKENESS_FLOOR = 0.75
"""Below this likeness two names are held to be different."""
LIKENESS_GAP = 0.08
"""The best likeness must beat the second by this much, else neither is chosen."""

_DIGITS = "0123456789"
_NUMBERS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "l": "1", "ll": "2", "lll": "3"}
_TITLE = re.compile(
    r"^(?:(?:commune|cercle|region|district|arrondissement|village)(?: urbaine| rurale)?"
    r" (?:de la|du|des|de|d)|commune (?:urbaine|rurale)|c ?[ur]|les?|la) (?=\S)"
)
_CAPITAL = re.compile(r"(?<=\S) (?:commune|ville|central|centre urbain)$")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(.)\1+", r"\1"),
        (r"t?ch|sh|ti(?=[aeou])|ty", "x"),
        (r"ck|kh|qu?", "k"),
        (r"ph", "f"),
        (r"h", ""),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"gu(?=[eiy])", "g"),
        (r"gn|nj", "ni"),
        (r"dj|d[iy](?=[aeou])", "j"),
        (r"ou(?=[aeiouy])|v", "w"),
        (r"ou", "u"),
        (r"y", "i"),
        (r"m(?=[bp])", "n"),
        (r"(.)\1+", r"\1"),
    )
)


@dataclass(frozen=True)
class Match:
    """The candidate that a name designates, and how sure that is (0 to 1, see the constants above)."""

    code: str
    confidence: float


@lru_cache(maxsize=200_000)
def name_key(name: str) -> str:
    """The key of a place name: lower-case ASCII letters and digits without spaces; "" for no letters.

    `name_key("Kayes N'Di")` and `name_key("KAYES NDI")` are equal; final I, II, l, ll become digits; titles
    (« commune de », « C.U. », « cercle de ») and leading articles go.
    """
    words = _words(name)
    return _sounds("".join(words))


def best_match(name: str, candidates: Iterable[tuple[str, str]]) -> Match | None:
    """The one candidate (code, name) that `name` designates, or None when none or several do.

    Tried in turn: equal keys; equal but for a final number; a clear likeness of the keys; one name the
    beginning or end of the other; a weaker likeness. A likeness must be well ahead of the second.
    """
    wanted = name_key(name)
    if not wanted:
        return None
    keyed = [(code, other, name_key(other)) for code, other in candidates]
    for confidence, found in (
        (CERTAIN, {code for code, _, key in keyed if key == wanted}),
        (WITHOUT_NUMBER, {code for code, _, key in keyed if _same_but_number(key, wanted)}),
    ):
        if found:
            return _only(found, confidence)
    likest = _likest(wanted, keyed)
    if likest and likest.confidence >= CLEARLY_ALIKE * PART_OF_NAME:
        return likest
    return _only({code for code, other, _ in keyed if _part(name, other)}, PART_OF_NAME) or likest


def likeness(one: str, other: str) -> float:
    """1 - edit distance / longer length of two keys; 0 when their final numbers contradict each other."""
    bare_one, bare_other = one.rstrip(_DIGITS), other.rstrip(_DIGITS)
    if bare_one != one and bare_other != other and one[len(bare_one) :] != other[len(bare_other) :]:
        return 0.0
    longest = max(len(bare_one), len(bare_other))
    return 1 - _distance(bare_one, bare_other) / longest if longest else 1.0


def _only(codes: set[str], confidence: float) -> Match | None:
    return Match(next(iter(codes)), confidence) if len(codes) == 1 else None


def _likest(wanted: str, keyed: list[tuple[str, str, str]]) -> Match | None:
    scores: dict[str, float] = defaultdict(float)
    for code, _, key in keyed:
        scores[code] = max(scores[code], likeness(wanted, key))
    ranked = sorted(((score, code) for code, score in scores.items()), reverse=True)
    if not ranked or ranked[0][0] < LIKENESS_FLOOR:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LIKENESS_GAP:
        return None
    return Match(ranked[0][1], round(ranked[0][0] * PART_OF_NAME, 3))


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"^l['’ʼ`](?=\w)", "", text.strip())
    text = re.sub(r"['’ʼ`]", "", text)
    text = re.sub(r"[^a-z0-9]+", " ", text).strip()
    text = _CAPITAL.sub("", _TITLE.sub("", text))
    words = text.split()
    if len(words) > 1:
        words[-1] = _NUMBERS.get(words[-1], words[-1])
    return words


def _sounds(text: str) -> str:
    for pattern, sound in _SOUNDS:
        text = pattern.sub(sound, text)
    return text


def _same_but_number(one: str, other: str) -> bool:
    bare_one, bare_other = one.rstrip(_DIGITS), other.rstrip(_DIGITS)
    return bool(bare_one) and bare_one == bare_other and (bare_one == one or bare_other == other)


def _part(one: str, other: str) -> bool:
    long, short = sorted((_words(one), _words(other)), key=len, reverse=True)
    if len(long) == len(short) or len("".join(short)) < 4:
        return False
    keys, part = [_sounds(word) for word in long], [_sounds(word) for word in short]
    return keys[: len(part)] == part or keys[-len(part) :] == part


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, mark in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (letter != mark))
    return row[-1]

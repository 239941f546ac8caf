"""How like a person is to whom one seeks, and why: pure, on the keys of names (names.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

LETTERS = "abdefgijklmnoprstuvxz"
"""Those of keys: c, h, q, w and y are never in one."""

SHORTEST_SLIP = 4
"""Letters of a key in which a slip is sought; in shorter ones it is another name."""

LONG = 7
"""Letters of a key from which two slips are still the same name."""

BIRTH_YEARS = 5
"""« Né vers »: how far from the year said a birth is still sought (half of ages end in 0 or 5)."""

WHOLE, SPELLING, SLIP, SLIPS = 4, 3, 2, 1
YEAR_POINTS, PARENT_POINTS = 12, 20

Spellings = Callable[[str], frozenset[str]]


@dataclass(frozen=True)
class Sought:
    """Whom one seeks: keys of the words of the name and of a parent's, a year of birth."""

    keys: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    born: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A person of the register: `names` and parents are pairs of a key and the word as written."""

    names: tuple[tuple[str, str], ...]
    nickname: str = ""
    born: int | None = None
    about: bool = False
    father: str = ""
    mother: str = ""
    father_keys: tuple[str, ...] = ()
    mother_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Likeness:
    """Points, the higher the liker, and the reasons in French."""

    points: int
    reasons: tuple[str, ...]


def likeness(sought: Sought, person: Candidate, spellings: Spellings) -> Likeness | None:
    """None when fewer than two of the words typed are names of the person (one, when one was typed), or when no
    parent bears the name asked.
    """
    parents = _parents(sought, person, spellings)
    if sought.parent and not parents:
        return None
    found = _names(sought.keys, person, spellings)
    if len([grade for grade, _ in found if grade]) < min(2, len(sought.keys)):
        return None
    points = 100 * sum(grade for grade, _ in found) // (WHOLE * max(1, len(sought.keys)))
    reasons = [reason for _, reason in found if reason]
    if sought.keys and not reasons:
        reasons = ["nom" if len(sought.keys) == 1 else "nom et prénom"]
    for more, reason in (_birth(sought, person), *parents):
        points += more
        reasons += [reason] if reason else []
    return Likeness(points, tuple(reasons))


def _names(keys: Iterable[str], person: Candidate, spellings: Spellings) -> list[tuple[int, str]]:
    """For each key, how well the best name of the person not yet taken answers it, and what is worth saying of it."""
    left, found = list(person.names), []
    for key in keys:
        graded = [(_grade(key, other, spellings), place) for place, (other, _) in enumerate(left)]
        grade, place = max(graded, key=lambda one: (one[0], -one[1]), default=(0, 0))
        word = left.pop(place)[1] if grade else ""
        found.append((grade, _said(grade, word, person.nickname)))
    return found


def _grade(key: str, other: str, spellings: Spellings) -> int:
    if key == other:
        return WHOLE
    if other in spellings(key):
        return SPELLING
    if len(key) < SHORTEST_SLIP:
        return 0
    near = (one_slip(key, one) for one in spellings(other)), (one_slip(one, other) for one in spellings(key))
    if any(map(any, near)):
        return SLIP
    return SLIPS if any(two_slips(key, one) for one in spellings(other)) else 0


def _said(grade: int, word: str, nickname: str) -> str:
    if grade and word and word in nickname.split():
        return f"surnom : {nickname}"
    said = {SPELLING: "écrit", SLIP: "à une lettre près :", SLIPS: "à deux lettres près :"}
    return f"{said[grade]} {word}" if grade in said else ""


def _birth(sought: Sought, person: Candidate) -> tuple[int, str]:
    if sought.born is None or person.born is None:
        return 0, ""
    apart = abs(sought.born - person.born)
    said = f"né vers {person.born}" if person.about else f"né en {person.born}"
    return max(0, YEAR_POINTS - 2 * apart), said


def _parents(sought: Sought, person: Candidate, spellings: Spellings) -> list[tuple[int, str]]:
    """The parents who bear every word asked."""
    if not sought.parent:
        return []
    asked = (("mère", person.mother, person.mother_keys), ("père", person.father, person.father_keys))
    return [
        (PARENT_POINTS, f"{title} : {name}")
        for title, name, keys in asked
        if all(any(_grade(key, other, spellings) for other in keys) for key in sought.parent)
    ]


def slips(key: str) -> frozenset[str]:
    """Every key one letter away: left out, put in, changed, or two turned round; none of a short key."""
    if len(key) < SHORTEST_SLIP:
        return frozenset()
    cuts = [(key[:place], key[place:]) for place in range(len(key) + 1)]
    shorter = {head + tail[1:] for head, tail in cuts if tail}
    turned = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    longer = {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return frozenset(shorter | turned | changed | longer) - {key}


@lru_cache(maxsize=50_000)
def two_slips(one: str, other: str) -> bool:
    """Whether two long keys are at most two letters apart: one key is a slip of both."""
    if min(len(one), len(other)) < LONG or abs(len(one) - len(other)) > 2:
        return False
    return not slips(one).isdisjoint(slips(other))


@lru_cache(maxsize=50_000)
def one_slip(one: str, other: str) -> bool:
    """Whether two keys are one letter apart, as `slips` says it, without writing them all."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    head = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if head is None:
        return True
    one, other = one[head:], other[head:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[1::-1] == other[:2] and one[2:] == other[2:])
    )

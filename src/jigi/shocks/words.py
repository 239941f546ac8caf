"""What an expression means, in French: for those who read a rule and don't write it."""

from __future__ import annotations

from jigi.shocks.catalogue import signals
from jigi.shocks.conditions import (
    All,
    Any,
    Arithmetic,
    Change,
    Comparison,
    Consecutive,
    Node,
    Not,
    Number,
    Present,
    Reading,
    Season,
    Zscore,
)

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
COMPARED = {
    "<": "est sous", "<=": "est d’au plus", ">": "dépasse", ">=": "est d’au moins", "==": "est de",
    "!=": "n’est pas de",
}  # fmt: skip
OUTLOOKS = {"": "", "observed": " (observé)", "projected": " (projeté)"}
SIGNS = {"+": "plus", "-": "moins", "*": "fois", "/": "divisé par"}


def in_words(node: Node) -> str:
    """A condition as a French clause, without a full stop."""
    match node:
        case Comparison():
            return f"« {_figure(node.left)} » {COMPARED[node.sign]} {_figure(node.right)}"
        case All():
            return ", et ".join(_grouped(one, Any) for one in node.conditions)
        case Any():
            return ", ou ".join(_grouped(one, All) for one in node.conditions)
        case Not():
            return f"il est faux que ({in_words(node.condition)})"
        case Consecutive():
            return f"depuis {node.periods} périodes de suite, {_grouped(node.condition, All)}"
        case Season():
            return f"la période touche {listed([MONTHS[month - 1] for month in node.months])}"
        case Present():
            return f"le programme {node.programme} travaille dans le lieu"
    raise TypeError(node)


def listed(words: list[str]) -> str:
    """« juin, juillet ou août »."""
    return " ou ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _grouped(node: Node, other: type[Node]) -> str:
    said = in_words(node)
    return f"({said})" if isinstance(node, other) else said


def _figure(node: Node) -> str:
    match node:
        case Number():
            return _number(node.value)
        case Reading():
            return signals()[node.signal].name + OUTLOOKS[node.outlook]
        case Change():
            return f"hausse depuis la période précédente de : {_figure(node.of)}"
        case Zscore():
            return f"écart à la même période des {node.years} années passées, en écarts types, de : {_figure(node.of)}"
        case Arithmetic():
            return f"{_figure(node.left)} {SIGNS[node.sign]} {_figure(node.right)}"
    raise TypeError(node)


def _number(value: float) -> str:
    text = f"{value:,.0f}" if value == round(value) else f"{value:,g}".replace(".", "v")
    return text.replace(",", " ").replace("v", ",")

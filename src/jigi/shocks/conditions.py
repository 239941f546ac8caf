"""The language of triggers: expressions over signals, checked on load, never run as Python.

    share(ch_phase35, ch_population) >= 0.2 and not season(11, 12)
    zscore(rain_anomaly, 5) < -1 and consecutive(change(price_cereal) > 10, 2)

A text becomes a tree of the nodes below by way of Python's `ast`, through a list of what is allowed: names of signals,
numbers, + - * /, comparisons, and/or/not and the functions of FUNCTIONS. Units are those of the signals: only what is
counted alike is added or compared, and a class only with a number among its classes. What a tree is worth on a panel of
figures is in `evaluation.py`.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from jigi.shocks.catalogue import Signal

MOST_CHARACTERS = 600
MOST_NODES = 80
MOST_DEPTH = 12
FEWEST_YEARS, MOST_YEARS = 3, 30
MOST_PERIODS = 36


class ConditionError(ValueError):
    """What is wrong in an expression, in French, with the position of the character (1 = first) and the remedy."""

    def __init__(self, what: str, remedy: str, position: int = 1) -> None:
        super().__init__(what)
        self.what, self.remedy, self.position = what, remedy, position


@dataclass(frozen=True)
class Node:
    """A part of an expression; `is_truth` tells conditions from figures."""

    is_truth = False

    def parts(self) -> Iterator[Node]:
        """The nodes just under this one."""
        for field in fields(self):
            value = getattr(self, field.name)
            yield from (one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Node))


@dataclass(frozen=True)
class Number(Node):
    """A constant."""

    value: float


@dataclass(frozen=True)
class Reading(Node):
    """The figure of a signal: any that the rule takes, or only what was `observed` or `projected`."""

    signal: str
    outlook: str = ""


@dataclass(frozen=True)
class Arithmetic(Node):
    """`left` + - * / `right`; a division by zero is not known."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Zscore(Node):
    """Standard deviations of a figure from the same period of `years` former years (three known at least)."""

    of: Reading
    years: int


@dataclass(frozen=True)
class Change(Node):
    """A figure less that of the period before."""

    of: Reading


@dataclass(frozen=True)
class Truth(Node):
    """A condition: true, false or not known (Kleene's three values)."""

    is_truth = True


@dataclass(frozen=True)
class Comparison(Truth):
    """Two figures compared."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class All(Truth):
    """and"""

    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Any(Truth):
    """or"""

    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Truth):
    """not"""

    condition: Node


@dataclass(frozen=True)
class Consecutive(Truth):
    """The condition held in this period and in the `periods` - 1 before it."""

    condition: Node
    periods: int


@dataclass(frozen=True)
class Season(Truth):
    """The period has one of these months (1 to 12)."""

    months: tuple[int, ...]


@dataclass(frozen=True)
class Present(Truth):
    """A programme works in the area."""

    programme: str


FUNCTIONS = {
    "share": "share(ch_phase35, ch_population)", "zscore": "zscore(rain_anomaly, 5)", "change": "change(price_cereal)",
    "consecutive": "consecutive(ch_phase >= 3, 2)", "season": "season(6, 7, 8)", "present": 'present("TM1")',
    "observed": "observed(ch_phase)", "projected": "projected(ch_phase)",
}  # fmt: skip
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def read_condition(text: str, signals: Mapping[str, Signal]) -> Node:
    """The condition that a text says; `signals` are those it may name, by code. Raises ConditionError."""
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(
            f"L’expression a {len(text)} caractères", f"Réduisez-la à {MOST_CHARACTERS}, ou faites deux déclencheurs"
        )
    flat = " ".join(text.split("\n"))
    skipped = len(flat) - len(flat.lstrip())
    try:
        tree = ast.parse(flat.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # Python gives no place to what is missing at the end.
        place = (getattr(error, "offset", None) or len(flat.strip()) + 1) + skipped
        raise ConditionError("L’expression est mal écrite", "Écrivez par exemple ch_phase >= 3", place) from error
    _refuse_large(tree)
    found = _Reader(flat.strip(), skipped, signals).truth(tree)
    return found


def readings(node: Node) -> frozenset[Reading]:
    """Every figure that an expression reads."""
    own = {node} if isinstance(node, Reading) else set()
    return frozenset(own.union(*(readings(part) for part in node.parts())))


def programmes(node: Node) -> frozenset[str]:
    """Every programme whose presence an expression asks."""
    own = {node.programme} if isinstance(node, Present) else set()
    return frozenset(own.union(*(programmes(part) for part in node.parts())))


def _refuse_large(tree: ast.AST) -> None:
    """Measured before anything descends it, so that a text of a thousand « not » is refused by a sentence."""
    count, level = 0, [tree]
    depth = 0
    while level:
        count, depth = count + len(level), depth + 1
        level = [part for node in level for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    if depth > MOST_DEPTH:
        raise ConditionError(f"L’expression a {depth} niveaux", f"{MOST_DEPTH} au plus : retirez des parenthèses")
    if count > MOST_NODES:
        raise ConditionError(f"L’expression a {count} éléments", f"{MOST_NODES} au plus : faites deux déclencheurs")


class _Reader:
    """Reads one expression; every refusal says where."""

    def __init__(self, text: str, skipped: int, signals: Mapping[str, Signal]) -> None:
        self.text, self.skipped, self.signals = text, skipped, signals

    def truth(self, node: ast.expr) -> Node:
        found = self._read(node)
        if not found.is_truth:
            raise self._wrong(node, "Il faut ici une condition, pas un nombre", "Comparez-le : ch_phase >= 3")
        return found

    def figure(self, node: ast.expr) -> Node:
        found = self._read(node)
        if found.is_truth:
            raise self._wrong(node, "Il faut ici un nombre, pas une condition", "Retirez la comparaison")
        return found

    def _wrong(self, node: ast.expr, what: str, remedy: str) -> ConditionError:
        # ast counts bytes of UTF-8, a person characters.
        before = len(self.text.encode()[: node.col_offset].decode(errors="ignore"))
        return ConditionError(what, remedy, self.skipped + before + 1)

    def _read(self, node: ast.expr) -> Node:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._signal(node)
            case ast.UnaryOp(op=ast.USub()):
                inner = self.figure(node.operand)
                return Number(-inner.value) if isinstance(inner, Number) else Arithmetic("-", Number(0.0), inner)
            case ast.UnaryOp(op=ast.Not()):
                return Not(self.truth(node.operand))
            case ast.BinOp() if type(node.op) in ARITHMETIC:
                return self._arithmetic(node)
            case ast.BoolOp():
                parts = tuple(self.truth(one) for one in node.values)
                return All(parts) if isinstance(node.op, ast.And) else Any(parts)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
        raise self._wrong(
            node, "Ceci n’existe pas dans les déclencheurs", "Il y a : signaux, nombres, + - * /, comparaisons, "
            "and, or, not, et les fonctions " + ", ".join(FUNCTIONS),
        )  # fmt: skip

    def _constant(self, node: ast.Constant) -> Number:
        said = node.value if not isinstance(node.value, bool) else None
        try:
            value = float(said) if isinstance(said, int | float) else math.nan
        except OverflowError:
            value = math.nan
        if not math.isfinite(value):
            raise self._wrong(node, "Ce n’est pas un nombre possible", "Écrivez un nombre, comme 3 ou 0.2")
        return Number(value)

    def _signal(self, node: ast.Name, outlook: str = "") -> Reading:
        if node.id in FUNCTIONS:
            raise self._wrong(node, f"« {node.id} » est une fonction", f"Écrivez {FUNCTIONS[node.id]}")
        if node.id not in self.signals:
            raise self._wrong(
                node, f"Le signal « {node.id[:40]} » est inconnu", f"Il y a : {', '.join(sorted(self.signals))}"
            )
        return Reading(node.id, outlook)

    def _arithmetic(self, node: ast.BinOp) -> Arithmetic:
        sign, left, right = ARITHMETIC[type(node.op)], self.figure(node.left), self.figure(node.right)
        if sign == "/" and isinstance(right, Number) and right.value == 0:
            raise self._wrong(node.right, "Rien ne se divise par zéro", "Corrigez le diviseur")
        if sign in "+-":
            self._alike(node, left, right, "ne s’ajoutent pas")
        return Arithmetic(sign, left, right)

    def _alike(self, node: ast.expr, left: Node, right: Node, what: str) -> None:
        """Refuse two figures of different units."""
        one, other = self._unit(left), self._unit(right)
        if one is not None and other is not None and one != other:
            raise self._wrong(
                node,
                f"« {one} » et « {other} » {what}",
                "Comparez ou ajoutez seulement ce qui se compte dans la même unité",
            )

    def _unit(self, node: Node) -> str | None:
        """What a figure is counted in: None for a number, which goes with all; "part" for a ratio of like figures."""
        match node:
            case Reading():
                signal = self.signals[node.signal]
                return f"classe de {signal.code}" if signal.kind == "class" else signal.unit
            case Change():
                return self._unit(node.of)
            case Zscore():
                return "écarts types"
            case Arithmetic():
                return self._unit_of(node)
        return None

    def _unit_of(self, node: Arithmetic) -> str | None:
        one, other = self._unit(node.left), self._unit(node.right)
        if node.sign in "+-" or None in (one, other):
            return f"1 par {other}" if node.sign == "/" and one is None and other else one or other
        if node.sign == "/":
            return "part" if one == other else f"{one} par {other}"
        return f"{one} × {other}"

    def _among_classes(self, node: ast.expr, one: Node, other: Node) -> None:
        """Refuse to compare a class with a number that none of its classes reaches."""
        if not (isinstance(one, Reading) and isinstance(other, Number)):
            return
        signal = self.signals[one.signal]
        if signal.kind == "class" and not signal.minimum <= other.value <= signal.maximum:
            raise self._wrong(
                node, f"« {signal.name} » va de {signal.minimum:g} à {signal.maximum:g}",
                "Comparez avec l’une de ses classes",
            )  # fmt: skip

    def _comparison(self, node: ast.Compare) -> Node:
        sides = [self.figure(one) for one in (node.left, *node.comparators)]
        pairs = []
        for position, sign in enumerate(node.ops):
            if type(sign) not in COMPARISONS:
                raise self._wrong(node, "Cette comparaison n’existe pas ici", "Il y a < <= > >= == !=")
            left, right = sides[position], sides[position + 1]
            self._alike(node, left, right, "ne se comparent pas")
            self._among_classes(node, left, right)
            self._among_classes(node, right, left)
            pairs.append(Comparison(COMPARISONS[type(sign)], left, right))
        return pairs[0] if len(pairs) == 1 else All(tuple(pairs))

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            raise self._wrong(node, "Cette fonction n’existe pas", f"Il y a : {', '.join(FUNCTIONS)}")
        given = node.args
        if node.keywords or not given or len(given) != {"season": len(given)}.get(name, FUNCTIONS[name].count(",") + 1):
            raise self._wrong(node, f"« {name} » n’a pas ce qu’il lui faut", f"Écrivez {FUNCTIONS[name]}")
        return self._functions()[name](*given)

    def _functions(self) -> dict[str, Callable[..., Node]]:
        return {
            "share": self._share,
            "zscore": lambda of, n: Zscore(self._reading(of), self._whole(n, FEWEST_YEARS, MOST_YEARS, "années")),
            "change": lambda of: Change(self._reading(of)),
            "consecutive": lambda of, n: Consecutive(self.truth(of), self._whole(n, 2, MOST_PERIODS, "périodes")),
            "season": lambda *months: Season(tuple(sorted({self._whole(m, 1, 12, "mois") for m in months}))),
            "present": self._present,
            "observed": lambda of: self._outlook(of, "observed"),
            "projected": lambda of: self._outlook(of, "projected"),
        }

    def _share(self, part: ast.expr, whole: ast.expr) -> Node:
        over = self.figure(whole)
        if isinstance(over, Number) and over.value == 0:
            raise self._wrong(whole, "Rien ne se divise par zéro", "Corrigez le total")
        under = self.figure(part)
        self._alike(part, under, over, "ne font pas une part")
        return Arithmetic("/", under, over)

    def _reading(self, node: ast.expr) -> Reading:
        found = self._read(node)
        if not isinstance(found, Reading):
            raise self._wrong(node, "Il faut ici le nom d’un signal", "Par exemple rain_anomaly")
        return found

    def _outlook(self, node: ast.expr, outlook: str) -> Reading:
        if not isinstance(node, ast.Name):
            raise self._wrong(node, "Il faut ici le nom d’un signal", f"Écrivez {FUNCTIONS[outlook]}")
        return self._signal(node, outlook)

    def _whole(self, node: ast.expr, lowest: int, highest: int, what: str) -> int:
        value = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise self._wrong(
                node, f"Il faut ici un nombre entier de {what}", f"De {lowest} à {highest}, écrit en chiffres"
            )
        return value

    def _present(self, node: ast.expr) -> Present:
        value = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 40:
            raise self._wrong(node, "Il faut ici le code d’un programme", f"Écrivez {FUNCTIONS['present']}")
        return Present(value.strip())

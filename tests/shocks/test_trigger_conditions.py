"""The language of triggers: what it refuses, what unknown means, and that arrays equal cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jigi.shocks import conditions as c
from jigi.shocks.catalogue import signals
from jigi.shocks.conditions import ConditionError, read_condition
from jigi.shocks.evaluation import Panel, truth_at, truths

SIGNALS = ("ch_phase", "ch_phase35", "rain_anomaly")
AREAS, YEARS = 2, 5
SEASONS = (frozenset({1, 2, 3, 4, 5}), frozenset({6, 7, 8}), frozenset({9, 10, 11, 12}))


def panel(**figures: list[list[float]]) -> Panel:
    found = {c.Reading(name): np.array(rows, float) for name, rows in figures.items()}
    columns = len(next(iter(figures.values()))[0])
    return Panel(1, tuple(SEASONS[n % 3] for n in range(columns)), 3, found, {"TM1": np.array([True])})


def held(text: str, **figures: list[list[float]]) -> bool | None:
    there = panel(**figures)
    return truth_at(read_condition(text, signals()), there, 0, there.shape[1] - 1)


@pytest.mark.parametrize(
    ("text", "figures", "expected"),
    [
        ("ch_phase >= 3", {"ch_phase": [[3]]}, True),
        ("ch_phase >= 3", {"ch_phase": [[math.nan]]}, None),
        ("ch_phase >= 3 and season(6)", {"ch_phase": [[math.nan]]}, False),
        ("ch_phase >= 3 or season(2)", {"ch_phase": [[math.nan]]}, True),
        ("not ch_phase >= 3", {"ch_phase": [[math.nan]]}, None),
        ("share(ch_phase35, ch_population) >= 0.2", {"ch_phase35": [[20]], "ch_population": [[100]]}, True),
        ("share(ch_phase35, ch_population) < 9", {"ch_phase35": [[20]], "ch_population": [[0]]}, None),
        ("change(ch_phase) == 1", {"ch_phase": [[2, 3]]}, True),
        ("change(ch_phase) == 1", {"ch_phase": [[2]]}, None),
        ("consecutive(ch_phase >= 3, 2)", {"ch_phase": [[3, 3]]}, True),
        ("consecutive(ch_phase >= 3, 2)", {"ch_phase": [[math.nan, 2]]}, False),
        ("consecutive(ch_phase >= 3, 2)", {"ch_phase": [[math.nan, 3]]}, None),
        ("zscore(ch_phase35, 3) > 1.9", {"ch_phase35": [[1, 0, 0, 2, 0, 0, 3, 0, 0, 4]]}, True),
        ("zscore(ch_phase35, 3) > 1.9", {"ch_phase35": [[2, 0, 0, 2, 0, 0, 2, 0, 0, 4]]}, None),
        ('present("TM1") and not present("TM2")', {"ch_phase": [[3]]}, None),
        ("1 < ch_phase < 3", {"ch_phase": [[2]]}, True),
        ("observed(ch_phase) >= 3", {"ch_phase": [[4]]}, None),
    ],
)
def test_unknown_is_neither_true_nor_false(text: str, figures: dict, expected: bool | None) -> None:
    assert held(text, **figures) is expected
    there = panel(**figures)
    assert truths(read_condition(text, signals()), there)[0, -1] == {True: 1, False: 0, None: -1}[expected]


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("pluie < 3", 1, "signal « pluie » est inconnu"),
        ("ch_phase >= 3 and ch_phase35", 19, "condition, pas un nombre"),
        ("(ch_phase > 3) + 1 > 2", 2, "nombre, pas une condition"),
        ("ch_phase35 / 0 > 1", 14, "divise par zéro"),
        ("share(ch_phase35, 0) > 1", 19, "divise par zéro"),
        ("not " * 40 + "ch_phase > 3", 1, "niveaux"),
        (" and ".join(["ch_phase > 3"] * 30), 1, "éléments"),
        ("ch_phase > " + "1" * 700, 1, "caractères"),
        ("ch_phase >", 11, "mal écrite"),
        ("ch_phase > 1e999", 12, "nombre possible"),
        ("ch_phase > 'a'", 12, "nombre possible"),
        ("ch_phase > b'1'", 12, "nombre possible"),
        ("ch_phase > True", 12, "nombre possible"),
        ("ch_phase > 1" + "0" * 400, 12, "nombre possible"),
        ("__import__('os').system('x') > 1", 1, "fonction n’existe pas"),
        ("ch_phase.real > 1", 1, "n’existe pas"),
        ("ch_phase in (1, 2)", 13, "n’existe pas"),
        ("ch_phase is 3", 1, "comparaison n’existe pas"),
        ("[ch_phase for ch_phase in ch_phase] > 1", 1, "n’existe pas"),
        ("season(13)", 8, "nombre entier de mois"),
        ("season()", 1, "n’a pas ce qu’il lui faut"),
        ("zscore(rain_anomaly, 2) > 1", 22, "nombre entier de années"),
        ("zscore(ch_phase + 1, 5) > 1", 8, "nom d’un signal"),
        ("consecutive(ch_phase, 2)", 13, "condition, pas un nombre"),
        ("present(TM1)", 9, "code d’un programme"),
        ("share > 1", 1, "est une fonction"),
        ("observed(3) > 1", 10, "nom d’un signal"),
        ("ch_phase ** 9 > 1", 1, "n’existe pas"),
        ("present('é') and pluie > 1", 18, "inconnu"),
        ("season(6) and ch_phase35 > ch_phase", 15, "« personnes » et « classe de ch_phase » ne se comparent pas"),
        ("1 < ch_phase35 + rain_anomaly", 5, "« personnes » et « % de la normale » ne s’ajoutent pas"),
        ("sap_class >= ch_phase", 1, "ne se comparent pas"),
        ("share(ch_phase35, price_cereal) > 0.2", 7, "ne font pas une part"),
        ("ch_phase35 / ch_population > ch_phase2", 1, "« part » et « personnes » ne se comparent pas"),
        ("zscore(price_cereal, 5) > price_cereal", 1, "« écarts types » et « XOF/kg » ne se comparent pas"),
        ("change(ch_phase35) > rain_anomaly", 1, "ne se comparent pas"),
        ("ch_phase >= 30", 1, "va de 1 à 5"),
        ("0 == access and 9 > sap_class", 17, "va de 0 à 5"),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, position: int, said: str) -> None:
    with pytest.raises(ConditionError) as refused:
        read_condition(text, signals())
    assert said in refused.value.what
    assert refused.value.position == position
    assert refused.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "ch_phase35 + ch_phase2 > 0.2 * ch_population",
        "share(ch_phase35, ch_population) >= share(ch_phase2, ch_phase1)",
        "zscore(price_cereal, 5) > rain_zscore", "flood_affected / conflict_events > 10", "change(ch_phase) >= -9",
        "conflict_deaths * 2 + 3 > ch_phase35", "-ch_phase35 + 5 < 2 and 1000 / ch_phase35 < 1 / ch_phase2",
    ],
)  # fmt: skip
def test_what_is_counted_alike_is_added_and_compared(text: str) -> None:
    assert read_condition(text, signals()).is_truth


READING = st.builds(c.Reading, st.sampled_from(SIGNALS), st.sampled_from(["", "observed", "projected"]))
FIGURE = st.recursive(
    READING | st.builds(c.Number, st.sampled_from([-1.0, 0.0, 0.5, 3.0, 1e200]))
    | st.builds(c.Change, READING) | st.builds(c.Zscore, READING, st.integers(3, 4)),
    lambda under: st.builds(c.Arithmetic, st.sampled_from("+-*/"), under, under), max_leaves=4,
)  # fmt: skip
SIGN = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
CONDITION = st.recursive(
    st.builds(c.Comparison, SIGN, FIGURE, FIGURE)
    | st.builds(c.Season, st.sampled_from([(1,), (6, 7), (12,)])) | st.builds(c.Present, st.sampled_from(["TM1", "X"])),
    lambda under: st.builds(c.Not, under) | st.builds(c.Consecutive, under, st.integers(2, 3))
    | st.builds(c.All, st.tuples(under, under)) | st.builds(c.Any, st.tuples(under, under)), max_leaves=5,
)  # fmt: skip
CELLS = arrays(float, (AREAS, 3 * YEARS), elements=st.sampled_from([math.nan, 0.0, 1.0, 2.5, 3.0, -7.1, 1e300]))
PANELS = st.lists(CELLS, min_size=9, max_size=9).map(
    lambda cells: Panel(
        AREAS, SEASONS * YEARS, 3,
        dict(zip((c.Reading(s, o) for s in SIGNALS for o in ("", "observed", "projected")), cells, strict=True)),
        {"TM1": np.array([True, False])},
    )
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(CONDITION, PANELS)
def test_arrays_say_what_each_cell_says(condition: c.Node, there: Panel) -> None:
    found = truths(condition, there)
    words = {True: 1, False: 0, None: -1}
    cells = [[words[truth_at(condition, there, a, p)] for p in range(3 * YEARS)] for a in range(AREAS)]
    assert np.broadcast_to(found, there.shape).tolist() == cells

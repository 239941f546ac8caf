"""A rule played over history sees on each day what was published by then, and nothing of later days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.shocks.catalogue import signals
from jigi.shocks.conditions import Reading, read_condition
from jigi.shocks.evaluation import truth_at
from jigi.shocks.happened import compared, happened, read_happened
from jigi.shocks.panel import History, Known, Place, Value
from jigi.shocks.playing import Firing, Played, Verdict, play, total_of
from jigi.shocks.trigger_file import Rule, shipped
from tests.shocks.harmonised import history

if TYPE_CHECKING:
    from pathlib import Path

RULES = {rule.code: rule for _, rule in shipped()}
MARCH = date(2018, 3, 31)
PLACES = {
    1: Place(1, "ML", "Mali", "country", "/ML/", None), 2: Place(2, "ML05", "Mopti", "region", "/ML/ML05/", 900),
    3: Place(3, "ML0501", "Un", "cercle", "/ML/ML05/ML0501/", 400),
    4: Place(4, "ML0502", "Deux", "cercle", "/ML/ML05/ML0502/", None),
}  # fmt: skip


def rule(activate: str, deactivate: str = "", **changes: object) -> Rule:
    read = {"activate": read_condition(activate, signals()), "activate_text": activate, "deactivate": None}
    if deactivate:
        read["deactivate"] = read_condition(deactivate, signals())
    return replace(RULES["ch_phase_cercle"], **(read | changes))  # type: ignore[arg-type]


def value(number: float, published: date, area: int = 3, *, signal: str = "ch_phase", season: int = 2, year: int = 2018,
          observed: bool = True, final: bool = True) -> Value:  # fmt: skip
    since, until = ((1, 5), (6, 8), (9, 12))[season - 1]
    end = date(year, until + 1, 1) - timedelta(days=1) if until < 12 else date(year, 12, 31)
    return Value(signal, area, date(year, since, 1), end, published, observed, final, number)


def played(one: Rule, *values: Value, today: date | None = None) -> Played:
    return play([one], History(PLACES, values), {}, today)[0]


def names(code: str, day: date) -> dict[str, int]:
    """What a shipped rule asks for on a day for the lean season of its year, by place, and for how many people."""
    found = play([RULES[code]], history().until(day), {}, day)[0].on(day)
    return {one.area.name: one.people for one in found if one.starts_on.month == 6}


def test_the_headcount_rule_picks_the_five_regions_of_2018() -> None:
    assert names("ch_effectif_region", MARCH) == {
        "Mopti": 287_887, "Koulikoro": 183_653, "Tombouctou": 101_289, "Kayes": 89_592, "Gao": 85_268,
    }  # fmt: skip


def test_the_phase_rule_picks_neither_kayes_nor_koulikoro() -> None:
    found = play([RULES["ch_phase_cercle"]], history().until(MARCH), {}, MARCH)[0].on(MARCH)
    assert {one.area.code[:4] for one in found} == {"ML05", "ML06", "ML07"}
    assert set(names("ch_phase_cercle", MARCH)) == {"Ténenkou", "Tombouctou", "Goundam", "Bourem", "Ménaka"}


def test_nothing_of_later_days_is_seen() -> None:
    december = names("ch_effectif_region", date(2018, 3, 30))
    assert december == {"Mopti": 238_981, "Koulikoro": 152_334, "Bamako": 105_550, "Kayes": 86_595}
    assert names("ch_effectif_region", date(2017, 12, 14)) == {}


def test_the_rules_beside_what_was_done() -> None:
    phase, headcount = (compared(one, happened())[0] for one in play(
        [RULES["ch_phase_cercle"], RULES["ch_effectif_region"]], history(), {}))  # fmt: skip
    assert headcount.both == {"ML01", "ML02", "ML05", "ML07"} and not headcount.missed
    assert headcount.besides == {"ML06"}
    assert phase.missed == {"ML01", "ML02"}


def test_a_rule_stays_until_it_is_deactivated_or_the_period_ends() -> None:
    hot, cool, cold = (value(phase, date(2018, month, 1)) for phase, month in ((3, 3), (2.5, 4), (2, 5)))
    [firing] = played(rule("ch_phase >= 3", "ch_phase < 2.5"), hot, cool).firings
    assert (firing.fired_on, firing.until) == (date(2018, 3, 1), None)
    [firing] = played(rule("ch_phase >= 3", "ch_phase < 2.5"), hot, cool, cold).firings
    assert firing.until == date(2018, 5, 1)
    again = played(rule("ch_phase >= 3", "ch_phase < 2.5"), hot, cold, value(4, date(2018, 6, 1)))
    assert [one.fired_on.month for one in again.firings] == [3, 6]
    assert len(again.on(date(2018, 8, 31))) == 1 and again.on(date(2018, 9, 1)) == []


def test_a_period_that_is_over_no_longer_fires() -> None:
    late = value(3, date(2018, 9, 20))
    assert played(rule("ch_phase >= 3"), late).firings == ()
    assert len(played(rule("ch_phase >= 3", heed_days=45), late).firings) == 1


def test_people_are_those_in_phases_3_to_5_else_the_population() -> None:
    three = value(3, MARCH)
    assert _counted(three) == (400, "population")
    assert _counted(three, value(250, MARCH, signal="ch_population")) == (250, "population analysée")
    assert _counted(three, value(80, MARCH, signal="ch_phase35")) == (80, "phases 3 à 5")
    assert _counted(value(3, MARCH, area=4)) == (0, "non comptées")


def test_a_flood_is_counted_by_its_victims_not_by_the_people_of_the_place() -> None:
    aid = RULES["inondation_commune"].help
    flood = rule("flood_affected >= 500 or alert_severity >= 3", help=aid)
    [firing] = played(flood, value(800, MARCH, signal="flood_affected")).firings
    assert (firing.people, firing.counted) == (800, "sinistrés des inondations")
    assert (firing.households, firing.cost_xof) == (100, 6_000_000)
    [warned] = played(flood, value(3, MARCH, signal="alert_severity")).firings
    assert (warned.people, warned.counted, warned.cost_xof) == (0, "non comptées", 0)


def _counted(*values: Value) -> tuple[int, str]:
    [firing] = played(rule("ch_phase >= 3"), *values).firings
    assert firing.cost_xof == firing.households * 60_000 and firing.households == -(-firing.people * 20 // 800)
    return firing.people, firing.counted


def test_hits_misses_and_false_alarms_are_counted_once_observed() -> None:
    projected = [value(phase, MARCH, area, observed=False) for phase, area in ((3, 3), (1, 4))]
    late = date(2018, 9, 1)
    forecasts = rule("projected(ch_phase) >= 3")
    assert played(forecasts, *projected).verdict == Verdict(unjudged=1)
    assert played(forecasts, *projected, value(3, late)).verdict == Verdict(hits=1, early=1)
    assert played(forecasts, *projected, value(2, late), value(3, late, 4)).verdict == Verdict(misses=1, false_alarms=1)
    assert played(forecasts, value(3, late)).verdict == Verdict(blind=1)
    assert played(rule("ch_phase >= 3"), value(3, MARCH, final=False)).verdict == Verdict(unjudged=1)


def test_what_was_given_up_before_its_period_is_no_alarm() -> None:
    up, down = (value(phase, MARCH + timedelta(days=10 * n), observed=False) for n, phase in enumerate((3, 1)))
    given_up = played(rule("ch_phase >= 3", "ch_phase < 2"), up, down)
    assert [one.lasted for one in given_up.firings] == [False]
    assert given_up.verdict == Verdict() and total_of(given_up.firings) == (0, 0)


def test_rates_have_no_meaning_without_cases() -> None:
    assert (Verdict().hit_rate, Verdict().false_rate) == (None, None)
    assert (Verdict(hits=1, misses=3).hit_rate, Verdict(hits=1, false_alarms=1).false_rate) == (0.25, 0.5)


def test_what_a_rule_takes_is_all_it_sees() -> None:
    forecast = value(3, MARCH, observed=False)
    assert not played(rule("ch_phase >= 3", outlooks=("observed",)), forecast).firings
    assert not played(rule("ch_phase >= 3", statuses=("final",)), replace(forecast, final=False)).firings
    assert not played(rule("ch_phase >= 3", season=(1,)), forecast).firings
    assert played(rule("ch_phase >= 3", season=(7,)), forecast).firings


def test_a_whole_with_a_missing_part_is_not_known() -> None:
    large = rule("ch_phase35 >= 100", level="region")
    parts = [
        value(number, date(2018, 3, 1), area, signal="ch_phase35", season=1) for number, area in ((60, 3), (70, 4))
    ]
    assert played(large, *parts).firings[0].people == 130
    later = value(500, MARCH, 3, signal="ch_phase35")
    assert [one.starts_on.month for one in played(large, *parts, later).firings] == [1]
    assert played(large, *parts, today=MARCH).unknown == 2  # the two periods of 2018 that are to come


def figures(signal: str, calendar: str, level: str, *given: tuple[int, date, date, float]) -> list[list[float]]:
    """What a panel knows of a signal; each figure is (area, from, until, value), known on its last day."""
    values = [Value(signal, area, since, until, until, True, True, number) for area, since, until, number in given]
    here, asked = History(PLACES, values), Reading(signal)
    known = Known(
        here, [asked], level=level, calendar=calendar, outlooks=("observed",), statuses=("final",), presence={},
        periods=here.periods(calendar),
    )  # fmt: skip
    known.advance(date.max)
    return known.panel.figures[asked].tolist()


def test_a_source_of_events_names_only_where_they_were() -> None:
    march, april = (date(2018, 3, 1), date(2018, 3, 31)), (date(2018, 4, 1), date(2018, 4, 30))
    one, other = figures("conflict_events", "month", "cercle", (3, *march, 5.0), (4, *april, 2.0))
    assert (one[2:4], other[2:4]) == ([5.0, 0.0], [0.0, 2.0])
    assert np.isnan(one[4])  # May: nobody has published


def test_figures_of_short_periods_are_carried_and_long_ones_stand_for_each() -> None:
    dekads = [(3, date(2018, 7, day), date(2018, 7, day + 9), rain) for day, rain in ((1, 50.0), (11, 70.0))]
    assert figures("rain_anomaly", "month", "cercle", *dekads)[0][6] == 60.0
    assert figures("conflict_deaths", "ch", "cercle", *dekads)[0][1] == 120.0
    lean = (3, date(2018, 6, 1), date(2018, 8, 31), 3.0)
    assert figures("ch_phase", "month", "cercle", lean)[0][5:8] == [3.0, 3.0, 3.0]


def test_a_mean_counts_each_part_for_its_people(monkeypatch: pytest.MonkeyPatch) -> None:
    july = (date(2018, 7, 1), date(2018, 7, 31))
    rain = [(3, *july, 50.0), (4, *july, 90.0)]
    assert figures("rain_anomaly", "month", "region", *rain)[0][6] == 70.0  # the people of one are not known
    monkeypatch.setitem(PLACES, 4, replace(PLACES[4], population=1200))
    assert figures("rain_anomaly", "month", "region", *rain)[0][6] == 80.0


def test_an_alert_counts_in_every_month_it_touches() -> None:
    long, short = (3, date(2018, 8, 28), date(2018, 10, 4), 4.0), (3, date(2018, 9, 5), date(2018, 9, 8), 1.0)
    one, other = figures("alert_severity", "month", "cercle", long, short)
    assert one[7:10] == [4.0, 4.0, 4.0] and other[7:10] == [0.0, 0.0, 0.0]
    assert np.isnan(one[6]) and np.isnan(one[10])


def test_a_class_goes_down_to_the_places_within_a_sum_does_not() -> None:
    region = (2, date(2018, 6, 1), date(2018, 8, 31), 3.0)
    assert [row[1] for row in figures("ch_phase", "ch", "cercle", region)] == [3.0, 3.0]
    assert all(np.isnan(row[1]) for row in figures("ch_phase35", "ch", "cercle", region))
    parts = [(area, region[1], region[2], phase) for area, phase in ((3, 2.0), (4, 4.0))]
    assert figures("ch_phase", "ch", "region", *parts)[0][1] == 4.0


def test_presence_is_that_of_the_communes_within() -> None:
    here = History(PLACES, [value(3, MARCH), value(3, MARCH, 4)])
    found = play([rule('ch_phase >= 3 and present("TM1")')], here, {"TM1": ["/ML/ML05/ML0502/ML050201/"]})[0]
    assert [one.area.code for one in found.firings] == ["ML0502"]


@pytest.mark.parametrize(("old", "new", "said"), [
    ("2018-08-31", "2018-05-31", "précède"), ('["ML01", "ML02", "ML05", "ML07"]', "[]", "lieux aidés"),
    ("households", "menages", "inconnue"),
])  # fmt: skip
def test_a_mistake_in_what_happened_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    from jigi.foundation.errors import InputError
    from jigi.shocks.happened import SHIPPED

    path = tmp_path / "aides.toml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_happened(path)


FIRST = date(2018, 2, 1)
PUBLISHED = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=5 * n))
VALUES = st.lists(
    st.builds(
        value, st.sampled_from([1.0, 2.0, 3.0, 4.0]), PUBLISHED, st.sampled_from([3, 4]),
        season=st.sampled_from([1, 2, 3]),
        signal=st.sampled_from(["ch_phase", "ch_phase35"]), observed=st.booleans(), final=st.booleans(),
    ), max_size=25, unique_by=lambda one: (one.signal, one.area, one.starts_on, one.published_on),
)  # fmt: skip
CONDITIONS = st.sampled_from([
    ("ch_phase >= 3", ""), ("ch_phase >= 3", "ch_phase < 2"), ("ch_phase35 > 2 or not ch_phase > 1", "ch_phase35 < 2"),
    ("change(ch_phase) > 0", "observed(ch_phase) < 3"), ("consecutive(ch_phase > 1, 2)", "ch_phase35 >= 4"),
])  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(VALUES, CONDITIONS, st.sampled_from([0, 40]), st.sampled_from(["region", "cercle"]))
def test_the_back_test_is_the_rule_replayed_day_by_day(
    values: list[Value], said: tuple[str, str], heed_days: int, level: str
) -> None:
    one = rule(*said, heed_days=heed_days, level=level)
    found = played(one, *values).firings
    assert {(f.area.code, f.starts_on, f.fired_on, f.until) for f in found} == day_by_day(one, values)


def day_by_day(one: Rule, values: list[Value]) -> set[tuple[str, date, date, date | None]]:
    """Every day of the year anew, from what was published by then, one cell at a time."""
    whole, on, ended = History(PLACES, values), {}, set()
    periods = whole.periods("ch")
    for day in (FIRST + timedelta(days=n) for n in range(334)):
        known = Known(
            whole.until(day), one.readings, level=one.level, calendar="ch", outlooks=one.outlooks,
            statuses=one.statuses, presence={}, periods=periods,
        )  # fmt: skip
        if day not in whole.days:
            continue  # nothing is learnt between two publications
        known.advance(day)
        for a, p in np.ndindex(known.panel.shape):
            if periods[p][1] + timedelta(days=one.heed_days) < day:
                continue
            yes, cell = truth_at(one.activate, known.panel, a, p), (known.places[a].code, periods[p][0])
            no = truth_at(one.deactivate, known.panel, a, p) if one.deactivate else None
            if cell in on and no:
                ended.add((*cell, on.pop(cell), day))
            elif cell not in on and yes and not no:
                on[cell] = day
    return ended | {(*cell, since, None) for cell, since in on.items()}


def test_a_firing_says_why() -> None:
    [firing] = played(
        rule("ch_phase >= 3 and ch_phase35 > 1000"), value(3, MARCH), value(1234, MARCH, signal="ch_phase35")
    ).firings
    assert isinstance(firing, Firing)
    assert firing.because == "Phase du Cadre Harmonisé : 3 ; Personnes en phases 3 à 5 : 1 234"
    assert Reading("ch_phase") in rule("ch_phase >= 3").readings

"""Several rules on one page: period by period, where each asked for help, and what was really done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.shocks.backtest import backtest
from jigi.shocks.happened import Comparison, Helped, compared, happened
from jigi.shocks.playing import Firing, Played, Verdict, total_of
from jigi.web.triggers.figures import exported, map_of, period_name
from jigi.web.triggers.sight import chosen, presence, reader

HEADERS = (
    "Période du", "au", "Déclencheur", "Version", "Lieux retenus", "Noms", "Personnes", "FCFA", "Vus", "Manqués",
    "Fausses alertes", "Jamais observés", "Sans données",
)  # fmt: skip
Span = tuple[date, date]


@dataclass(frozen=True)
class Cell:
    """What one rule asked for one period."""

    played: Played
    firings: tuple[Firing, ...]
    verdict: Verdict

    @property
    def names(self) -> str:
        return ", ".join(dict.fromkeys(one.area.name for one in self.firings))

    @property
    def areas(self) -> int:
        return len({one.area.pk for one in self.firings})

    @property
    def people(self) -> int:
        return total_of(self.firings)[0]

    @property
    def cost_xof(self) -> int:
        return total_of(self.firings)[1]


@dataclass(frozen=True)
class Named:
    """A comparison with the names of its places."""

    helped: Helped
    both: str
    missed: str
    besides: str


def page(request: HttpRequest) -> HttpResponseBase:
    """The rules that « regle » names (all without it) side by side; « periode » chooses that of the maps."""
    user = reader(request)
    every, shown = chosen(request, user)
    played = backtest(shown, presence(shown))
    spans = sorted({(f.starts_on, f.ends_on) for one in played for f in one.firings if f.lasted}, reverse=True)
    table = [(span, period_name(*span), [_cell(one, span) for one in played], _done(span)) for span in spans]
    rows = [_row(span, cell) for span, _, cells, _ in table for cell in cells if cell.firings]
    if file := exported(request, "comparaison-de-declencheurs", HEADERS, rows, by=user):
        return file
    span = _span_asked(request, spans, played)
    context = {
        "every": every, "shown": shown, "played": [(one, *total_of(one.firings)) for one in played],
        "table": table, "spans": [(one, period_name(*one)) for one in spans], "span": span,
        "span_name": period_name(*span) if span else "", "maps": [_mapped(one, span) for one in played] if span else [],
        "beside": [(one, [with_names(each) for each in compared(one, happened())]) for one in played],
        "helps": happened(), "asked": [one.code for one in shown],
    }  # fmt: skip
    return render(request, "triggers/compare.html", context)


def with_names(one: Comparison) -> Named:
    """The names of the places of a comparison, in the order of their codes."""
    codes = one.both | one.missed | one.besides
    names = dict(Area.objects.filter(version=version_in_use(), code__in=codes).values_list("code", "name"))

    def named(found: frozenset[str]) -> str:
        return ", ".join(names.get(code, code) for code in sorted(found))

    return Named(one.helped, named(one.both), named(one.missed), named(one.besides))


def _cell(played: Played, span: Span) -> Cell:
    firings = tuple(one for one in played.firings if (one.starts_on, one.ends_on) == span and one.lasted)
    return Cell(played, firings, played.by_period.get(span, Verdict()))


def _done(span: Span) -> list[Helped]:
    return [one for one in happened() if one.starts_on <= span[1] and one.ends_on >= span[0]]


def _row(span: Span, cell: Cell) -> tuple[object, ...]:
    verdict, rule = cell.verdict, cell.played.rule
    return (
        *span, rule.code, rule.version, cell.areas, cell.names, cell.people, cell.cost_xof, verdict.hits,
        verdict.misses, verdict.false_alarms, verdict.unjudged, verdict.blind,
    )  # fmt: skip


def _span_asked(request: HttpRequest, spans: Sequence[Span], played: Sequence[Played]) -> Span | None:
    """The period asked, else that in which help was given and the rules picked most places, else the latest."""
    asked = request.GET.get("periode", "")
    found = [one for one in spans if asked and f"{one[0]}_{one[1]}" == asked]
    helped = sorted(filter(_done, spans), key=lambda one: -sum(_cell(rule, one).areas for rule in played))
    return next(iter([*found, *helped, *spans]), None)


def _mapped(played: Played, span: Span) -> tuple[Cell, str]:
    cell = _cell(played, span)
    return cell, map_of(cell.firings, f"{played.rule.name}, {period_name(*span)}", width=420)

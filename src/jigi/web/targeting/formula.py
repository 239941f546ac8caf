"""A scoring formula in plain words: what it reads, what it explains, how often it is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from jigi.registry.models import LivingConditions
from jigi.targeting import queries
from jigi.targeting.formula import Term
from jigi.targeting.models import ScoringFormula


@dataclass(frozen=True)
class QuotaInWords:
    """At a quota of so many percent: how many of 100 poor households are missed, and by a lottery."""

    quota: int
    missed: int
    wrongly_chosen: int
    at_random: int


@dataclass(frozen=True)
class FormulaInWords:
    """What the page says of a formula."""

    row: ScoringFormula
    title: str
    author: str
    source: str
    explained: int
    quotas: list[QuotaInWords]
    terms: list[str]

    @property
    def worst(self) -> QuotaInWords:
        """The widest quota measured: the one that the page says first."""
        return self.quotas[-1]


def in_words(row: ScoringFormula) -> FormulaInWords:
    """The error measured on clusters that the fit did not see, in households out of a hundred."""
    fitted = queries.fitted_of(row)
    measured = fitted.evaluation.mean.errors if fitted.evaluation else ()
    quotas = [
        QuotaInWords(
            round(100 * one.quota), round(100 * one.exclusion), round(100 * one.inclusion),
            100 - round(100 * one.quota),
        )
        for one in measured
    ]  # fmt: skip
    formula = fitted.formula
    return FormulaInWords(
        row, formula.title, formula.author, formula.source, round(100 * row.r2), quotas,
        [_label(term) for term in formula.terms],
    )  # fmt: skip


def _label(term: Term) -> str:
    return term.label or str(getattr(LivingConditions._meta.get_field(term.column), "verbose_name", term.column))

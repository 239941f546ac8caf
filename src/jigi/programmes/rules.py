"""What makes a programme consistent: its codes, dates, periods and sums.

Every rule raises InputError at the line of the file that breaks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from jigi.foundation.money import format_xof, split_xof
from jigi.foundation.periods import Period, french_date
from jigi.programmes.definition import (
    AgreementDefinition,
    Allocation,
    Assignment,
    ComponentDefinition,
    Place,
    ProgrammeDefinition,
    Share,
    Turn,
)
from jigi.programmes.eligible_rules import ALL, Eligible, sentence, why_not

LONGEST_MONTHS = 1_200


def period_of_term(first: Period, months: int, term: int) -> Period:
    """The period of the term numbered from 1, each `months` long after the first."""
    period = first
    for _ in range(term - 1):
        period = period.next(months=months)
    return period


@dataclass(frozen=True)
class Terms:
    """What of an agreement amendments may change: its whole amount in XOF, and its closing."""

    amount_xof: int
    closes_on: date


@dataclass(frozen=True)
class Change:
    """One amendment: XOF more (less when negative), and the new closing when it has one."""

    amount_xof: int
    closes_on: date | None


def in_force(signed: Terms, changes: Iterable[Change]) -> Terms:
    """The terms after some confirmed changes. A closing never comes back, whatever the order of the signatures."""
    terms = signed
    for change in changes:
        terms = Terms(terms.amount_xof + change.amount_xof, max(terms.closes_on, change.closes_on or date.min))
    return terms


def converted_xof(amount: Decimal, rate: Decimal) -> int:
    """An amount at `rate` XOF the unit, to the nearest franc, the half counting up: XOF has no decimals (ISO 4217)."""
    return int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))


def management_xof(amount_xof: int, management_bp: int) -> int:
    """The part of an amount that pays management, to the franc below: what is left over goes to the households."""
    return amount_xof * management_bp // 10_000


def check(definition: ProgrammeDefinition) -> None:
    """What can be said of a file without knowing the places."""
    for blocks, what in (
        (definition.components, "La composante"),
        (definition.agreements, "La convention"),
        (definition.agencies, "L’agence"),
    ):
        _refuse_repeated([(block.code, block.place) for block in blocks], "code", what)
    for agreement in definition.agreements:
        _check_dates(agreement)
        _check_conversion(agreement)
        _check_eligible_components(definition, agreement)
        _check_budget_components(definition, agreement)
    known_agreements = {agreement.code for agreement in definition.agreements}
    known_agencies = {agency.code for agency in definition.agencies}
    for component in definition.components:
        _check_first_period(component)
        _check_known(component.fundings, "agreement", known_agreements)
        _check_known(component.agencies, "agency", known_agencies)


@dataclass(frozen=True)
class Standing:
    """What is in force of an agreement when its programme is read: its closing, and what it may finance."""

    closes_on: date
    eligible: Eligible = ALL


def check_calendar(
    definition: ProgrammeDefinition, allocations: Mapping[str, Allocation], *,
    standing: Mapping[str, Standing] | None = None, paths: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """An agreement is open until the last period of every commune it pays, and may finance it; of several in turn, one
    at each period.

    `standing` says what is in force of the agreements where it is not what the file says (by code), `paths` is the path
    of each commune.
    """
    known = {agreement.code: Standing(agreement.closing) for agreement in definition.agreements} | dict(standing or {})
    for component in definition.components:
        allocation = allocations[component.code]
        # Communes of the same terms and payers, which the payers finance alike, are checked once.
        alike: dict[object, _Paid] = {}
        for code, shares in sorted(allocation.shares.items(), reverse=True):
            path = (paths or {}).get(code, "")
            one = _Paid(definition.code, component, code, path, allocation.terms[code], shares)
            places = tuple(_in_areas(known[share.agreement].eligible, path) for share in shares)
            alike[one.terms, tuple((share.agreement, share.turn) for share in shares), places] = one
        for one in sorted(alike.values(), key=lambda paid: paid.code):
            _check_paid(one, {agreement.code: agreement for agreement in definition.agreements}, known)


@dataclass(frozen=True)
class _Paid:
    """A commune of a component with those who pay it."""

    programme: str
    component: ComponentDefinition
    code: str
    path: str
    terms: int
    shares: tuple[Share, ...]

    def why_not(self, eligible: Eligible, period: Period) -> str:
        return why_not(eligible, f"{self.programme}.{self.component.code}", self.path, period)


def _in_areas(eligible: Eligible, path: str) -> bool:
    return eligible.areas is None or any(path.startswith(area) for area in eligible.areas)


def _check_paid(
    paid: _Paid, agreements: Mapping[str, AgreementDefinition], standing: Mapping[str, Standing]
) -> None:  # fmt: skip
    component, terms = paid.component, paid.terms
    if not paid.shares[0].turn.order:
        for share in paid.shares:
            last = period_of_term(component.first_period, component.months, terms)
            _check_closing(agreements[share.agreement], standing[share.agreement], component, terms, last.end)
            _check_eligible(paid, share, standing[share.agreement].eligible)
        return
    period = component.first_period
    for term in range(1, terms + 1):
        if not any(
            pays(share.turn, standing[share.agreement].closes_on, period)
            and not paid.why_not(standing[share.agreement].eligible, period)
            for share in paid.shares
        ):
            raise paid.shares[-1].place.error(
                "order", f"Aucune convention ne paie la commune {paid.code} à l’échéance {term} ({period})",
                why="Celles qui s’y succèdent ne sont pas encore commencées, sont finies ou ne la financent pas",
                remedy="Reculez « until », avancez « from », ou ajoutez une convention",
            )  # fmt: skip
        period = period.next(months=component.months)


def _check_eligible(paid: _Paid, share: Share, eligible: Eligible) -> None:
    period = paid.component.first_period
    for _ in range(paid.terms):
        if reason := paid.why_not(eligible, period):
            component = f"{paid.programme}.{paid.component.code}"
            raise share.place.error(
                "agreement",
                sentence(reason, agreement=share.agreement, component=component, commune=paid.code, period=period),
                why="Son bloc [agreement.eligible] ne la comprend pas",
                remedy="Faites-la payer par une autre convention, ou corrigez ce bloc",
            )
        period = period.next(months=paid.component.months)


def pays(turn: Turn, closing: date, period: Period) -> bool:
    """Whether an agreement that closes on a day may pay a period, at its turn."""
    begun = turn.starts_on is None or turn.starts_on <= period.start
    return begun and (turn.ends_on is None or period.start <= turn.ends_on) and period.end <= closing


def planned_xof(definition: ProgrammeDefinition, allocations: Mapping[str, Allocation]) -> dict[str, int]:
    """What each agreement would pay if the planned households were enrolled for every term, in XOF.

    Of agreements that pay one after the other, the first is filled before the next.
    """
    left = {agreement.code: agreement.amount_xof for agreement in definition.agreements}
    planned: Counter[str] = Counter()
    for component in definition.components:
        allocation = allocations[component.code]
        for code, households in allocation.households.items():
            amount = households * allocation.terms[code] * component.amount_xof
            for agreement, part in _parts(amount, allocation.shares[code], left):
                planned[agreement] += part
                left[agreement] -= part
    return dict(planned)


def _parts(amount: int, shares: tuple[Share, ...], left: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    if shares[0].turn.percent:
        weights = [share.turn.percent or 0 for share in shares]
        yield from zip((share.agreement for share in shares), split_xof(amount, weights), strict=True)
        return
    for share in shares:
        part = amount if share is shares[-1] else min(amount, max(0, left[share.agreement]))
        yield share.agreement, part
        amount -= part


def warnings(definition: ProgrammeDefinition, allocations: Mapping[str, Allocation]) -> Iterator[str]:
    """What a person should look at although it is allowed, as French sentences with their line."""
    planned = planned_xof(definition, allocations)
    used = {funding.to for component in definition.components for funding in component.fundings}
    for agreement in definition.agreements:
        line = f"Ligne {agreement.place.lines['']} : la convention {agreement.code}"
        for_rounds = agreement.amount_xof - management_xof(agreement.amount_xof, agreement.management_bp)
        if planned.get(agreement.code, 0) > for_rounds:
            needed, held = format_xof(planned[agreement.code]), format_xof(for_rounds)
            yield f"{line} ({held}) ne couvre pas ce qui est prévu ({needed})."
        if agreement.code not in used:
            yield f"{line} ne paie aucune commune."
    agreements = {agreement.code: agreement for agreement in definition.agreements}
    for component in definition.components:
        for funding in component.fundings:
            starts = agreements[funding.to].effective_on
            if starts > component.first_period.start:
                yield (
                    f"Ligne {funding.place.lines['']} : la convention {funding.to} entre en vigueur le "
                    f"{french_date(starts)}, après le début de la première échéance."
                )


def _refuse_repeated(found: Iterable[tuple[str, Place]], key: str, what: str) -> None:
    lines: dict[str, int] = {}
    for code, place in found:
        if code in lines:
            raise place.error(key, f"{what} {code} est écrite deux fois", why=f"Elle est déjà à la ligne {lines[code]}")
        lines[code] = place.lines[key]


def _check_known(assignments: Sequence[Assignment], key: str, known: set[str]) -> None:
    what = "La convention" if key == "agreement" else "L’agence"
    _refuse_repeated([(assignment.to, assignment.place) for assignment in assignments], key, what)
    for assignment in assignments:
        if assignment.to not in known:
            raise assignment.place.error(
                key, f"{what} {assignment.to} n’est pas décrite ici", remedy=f"Ajoutez son bloc [[{key}]]"
            )


def _check_dates(agreement: AgreementDefinition) -> None:
    if agreement.closes_on <= agreement.effective_on:
        raise agreement.place.error(
            "closes_on",
            f"La convention {agreement.code} est close avant d’entrer en vigueur",
            why=f"Elle entre en vigueur le {french_date(agreement.effective_on)}",
        )
    extended = agreement.closing_extended_to
    if extended and extended <= agreement.closes_on:
        raise agreement.place.error(
            "closing_extended_to",
            f"Le report de clôture de la convention {agreement.code} ne reporte rien",
            why=f"La clôture signée est déjà le {french_date(agreement.closes_on)}",
        )


def _check_eligible_components(definition: ProgrammeDefinition, agreement: AgreementDefinition) -> None:
    own = {f"{definition.code}.{component.code}" for component in definition.components}
    for code in (agreement.eligible and agreement.eligible.components) or ():
        if code.value not in own and code.value.startswith(f"{definition.code}."):
            assert agreement.eligible
            raise agreement.eligible.place.error(
                "components", f"La composante {code.value} n’est pas décrite ici", line=code.line,
                remedy="Écrivez le code d’une composante de ce fichier, ou « PROGRAMME.COMPOSANTE » d’un autre",
            )  # fmt: skip


def _check_budget_components(definition: ProgrammeDefinition, agreement: AgreementDefinition) -> None:
    own = {f"{definition.code}.{component.code}" for component in definition.components}
    for line in agreement.budget.said.lines if agreement.budget else ():
        if line.component.startswith(f"{definition.code}.") and line.component not in own:
            assert agreement.budget
            raise agreement.budget.place.error(
                "line", f"La ligne {line.code} paie {line.component}, qui n’est pas décrite ici",
                remedy="Écrivez le code d’une composante de ce fichier, ou « PROGRAMME.COMPOSANTE » d’un autre",
            )  # fmt: skip


def _check_conversion(agreement: AgreementDefinition) -> None:
    foreign = agreement.foreign
    if foreign and (counted := converted_xof(foreign.amount, foreign.rate)) != agreement.amount_xof:
        raise agreement.place.error(
            "amount_xof", f"{format_xof(agreement.amount_xof)} n’est pas le montant au cours écrit",
            why=f"{foreign.amount} {foreign.currency} à {foreign.rate} font {format_xof(counted)}",
            remedy="Corrigez le montant ou le cours",
        )  # fmt: skip


def _check_first_period(component: ComponentDefinition) -> None:
    first = component.first_period
    if component.most_terms * component.months > LONGEST_MONTHS:
        raise component.place.error("terms", "Le calendrier de la composante dépasse un siècle")
    eve = first.start.replace(day=1) - timedelta(days=1)
    expected = Period(eve, eve).next(months=component.months)
    if component.most_terms > 1 and first != expected:
        raise component.place.error(
            "first_period",
            f"La première échéance, {first}, ne dure pas {component.months} mois entiers",
            remedy=f"Écrivez par exemple {expected.code}, ou changez « months »",
        )


def _check_closing(
    agreement: AgreementDefinition, standing: Standing, component: ComponentDefinition, terms: int, last: date
) -> None:
    if standing.closes_on >= last:
        return
    key = "closing_extended_to" if agreement.closing_extended_to else "closes_on"
    raise agreement.place.error(
        key,
        f"La convention {agreement.code} est close le {french_date(standing.closes_on)}, avant la fin de "
        f"l’échéance {terms} de la composante {component.code}, le {french_date(last)}",
        remedy="Si la clôture a été reportée, passez l’avenant ou écrivez « closing_extended_to »",
    )

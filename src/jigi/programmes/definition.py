"""What a programme file says, as frozen values; each knows the lines it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jigi.foundation.errors import InputError
from jigi.foundation.periods import Period
from jigi.programmes.budget_rules import SaidBudget


@dataclass(frozen=True)
class Place:
    """Where a block of the file stands: the line of each of its keys ("" for the block itself)."""

    file: str
    lines: Mapping[str, int]

    def error(self, key: str, what: str, *, line: int | None = None, why: str = "", remedy: str = "") -> InputError:
        """The error of a key, at its line or at the line of one of its items."""
        at = line or self.lines.get(key, self.lines[""])
        return InputError(what, file=self.file, line=at, column=key, why=why, remedy=remedy)


@dataclass(frozen=True)
class Code:
    """A code of a list of the file, with its line."""

    value: str
    line: int


@dataclass(frozen=True)
class Selection:
    """Communes chosen by their codes, by the cercles or regions they are in, or as all that remain."""

    communes: tuple[Code, ...] | None
    within: tuple[Code, ...] | None
    others: bool
    place: Place


@dataclass(frozen=True)
class AreaBlock:
    """Communes of a component, how many terms they have, how many households are planned there in all."""

    selection: Selection
    terms: int
    households: int | None
    place: Place


@dataclass(frozen=True)
class Turn:
    """How an agreement shares communes with others: a rank in their order of use, between two days, or a percentage."""

    order: int | None = None
    percent: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def shares(self) -> bool:
        return self.order is not None or self.percent is not None


@dataclass(frozen=True)
class Assignment:
    """The communes that go to an agreement or to an agency, by its code; `key` is the name of that key."""

    to: str
    key: str
    selection: Selection
    place: Place
    turn: Turn = Turn()


@dataclass(frozen=True)
class Share:
    """An agreement that pays a commune, and its turn among those that do."""

    agreement: str
    turn: Turn
    place: Place


@dataclass(frozen=True)
class ComponentDefinition:
    """One thing that is given: an amount at each term, from `first_period`, every `months`.

    Agreements are used in the order of `fundings`.
    """

    code: str
    name: str
    kind: str
    purpose: str
    amount_xof: int
    terms: int
    first_period: Period
    months: int
    recipient_rule: str
    pay_point_rule: str
    areas: tuple[AreaBlock, ...]
    fundings: tuple[Assignment, ...]
    agencies: tuple[Assignment, ...]
    place: Place

    @property
    def most_terms(self) -> int:
        """The terms of the communes that have most."""
        return max(area.terms for area in self.areas)


@dataclass(frozen=True)
class Foreign:
    """An amount in another currency, counted at `rate` XOF the unit, the rate of the day `rate_on`."""

    currency: str
    amount: Decimal
    rate: Decimal
    rate_on: date


@dataclass(frozen=True)
class EligibleDefinition:
    """What an agreement may finance; None: all of that sort. Components are « PROGRAMME.COMPOSANTE »."""

    components: tuple[Code, ...] | None
    communes: tuple[Code, ...] | None
    within: tuple[Code, ...] | None
    periods: tuple[tuple[Period, int], ...] | None
    place: Place


@dataclass(frozen=True)
class BudgetDefinition:
    """The budget lines of an agreement."""

    said: SaidBudget
    place: Place


@dataclass(frozen=True)
class AgreementDefinition:
    """A donor's money between two dates; `closing_extended_to` when the closing was moved.

    `foreign` is None for an agreement in XOF; `management_bp` is in ten-thousandths of the amount.
    """

    code: str
    donor: str
    name: str
    amount_xof: int
    effective_on: date
    closes_on: date
    closing_extended_to: date | None
    signed_on: date | None
    foreign: Foreign | None
    management_bp: int
    eligible: EligibleDefinition | None
    budget: BudgetDefinition | None
    place: Place

    @property
    def closing(self) -> date:
        """The closing in force."""
        return self.closing_extended_to or self.closes_on


@dataclass(frozen=True)
class AgencyDefinition:
    """A payment agency; `no_fee_because` says why it takes none for this programme, "" when its fees are rules."""

    code: str
    name: str
    kind: str
    no_fee_because: str
    place: Place


@dataclass(frozen=True)
class ProgrammeDefinition:
    """A whole file; `division` is the code of the area version its commune codes belong to."""

    code: str
    name: str
    description: str
    unit: str
    author: str
    source: str
    valid_from: date
    division: str
    components: tuple[ComponentDefinition, ...]
    agreements: tuple[AgreementDefinition, ...]
    agencies: tuple[AgencyDefinition, ...]
    file_name: str
    file_hash: str
    place: Place


@dataclass(frozen=True)
class Allocation:
    """A component commune by commune (by code): its terms, planned households, agreements in their order, agency."""

    terms: Mapping[str, int]
    households: Mapping[str, int]
    shares: Mapping[str, tuple[Share, ...]]
    agencies: Mapping[str, str]

    @property
    def agreements(self) -> Mapping[str, str]:
        """The agreement that pays each commune first."""
        return {code: shares[0].agreement for code, shares in self.shares.items()}

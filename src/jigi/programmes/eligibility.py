"""What an agreement may finance: written whole from its file or its amendments, read as it stands on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet

from jigi.foundation.errors import Refused
from jigi.foundation.periods import Period
from jigi.geography.models import Area
from jigi.programmes.definition import AgreementDefinition, Code, EligibleDefinition, ProgrammeDefinition
from jigi.programmes.eligible_models import Eligibility, EligibleItem
from jigi.programmes.eligible_rules import ALL, Eligible
from jigi.programmes.models import Agreement, Amendment, Component, FundingCommune
from jigi.programmes.wholes import said_whole_later

MOST = 2_000
Levels = Area.Level


@dataclass(frozen=True)
class Said:
    """What is said eligible: components (« TM1.TM »), areas and periods; None: all of that sort."""

    components: tuple[str, ...] | None = None
    areas: tuple[Area, ...] | None = None
    periods: tuple[Period, ...] | None = None

    @property
    def rule(self) -> Eligible:
        return Eligible(
            None if self.components is None else frozenset(self.components),
            None if self.areas is None else frozenset(area.path for area in self.areas),
            None if self.periods is None else frozenset(self.periods),
        )


def in_force(agreement: Agreement, day: date) -> Said:
    """What an agreement may finance on a day: the last amendment that was confirmed, else what was signed."""
    signed = Q(amendment__isnull=True)
    confirmed = Q(amendment__decision__confirmed=True, amendment__signed_on__lte=day)
    found = agreement.eligibilities.filter(signed | confirmed)
    last = found.order_by(F("amendment__number").desc(nulls_last=True)).first()
    return said_by(last) if last else Said()


def said_by(eligibility: Eligibility) -> Said:
    """An eligibility as it was written."""
    items = list(eligibility.items.select_related("area").order_by("component", "area__path", "starts_on"))
    return Said(
        tuple(one.component for one in items if one.component) if eligibility.components else None,
        tuple(one.area for one in items if one.area) if eligibility.areas else None,
        tuple(Period(one.starts_on, one.ends_on) for one in items if one.starts_on and one.ends_on)
        if eligibility.periods
        else None,
    )


@transaction.atomic
def write(agreement: Agreement, said: Said, amendment: Amendment | None = None) -> Eligibility:
    """Write what an agreement may finance, whole. An empty choice is refused: it would finance nothing."""
    for chosen in (said.components, said.areas, said.periods):
        if chosen is not None and not 0 < len(chosen) <= MOST:
            raise Refused(
                "Un choix vide ne finance rien" if not chosen else f"Il y a plus de {MOST} choix",
                remedy="Choisissez au moins une composante, un lieu ou une période, ou cochez « tout ».",
            )
    said_whole_later("eligibility_is_said_whole", "eligible_item_is_of_a_whole")
    made = Eligibility.objects.create(
        agreement=agreement, amendment=amendment, components=len(said.components or ()), areas=len(said.areas or ()),
        periods=len(said.periods or ()),
    )  # fmt: skip
    EligibleItem.objects.bulk_create(
        [
            *(EligibleItem(eligibility=made, component=code) for code in said.components or ()),
            *(EligibleItem(eligibility=made, area=area) for area in said.areas or ()),
            *(EligibleItem(eligibility=made, starts_on=one.start, ends_on=one.end) for one in said.periods or ()),
        ]
    )
    return made


def sign(agreement: Agreement, described: AgreementDefinition, division: str) -> None:
    """Write what the file says eligible, once; a file that says something else later is refused (an amendment is due).

    A file that says nothing leaves what another file of the same agreement said.
    """
    if described.eligible is None:
        return
    said = of_file(described.eligible, division)
    signed = agreement.eligibilities.filter(amendment__isnull=True).first()
    if signed is None:
        write(agreement, said)
    elif said_by(signed).rule != said.rule:
        raise described.eligible.place.error(
            "", f"La convention {described.code} existe avec d’autres dépenses éligibles",
            why="Ce qui est signé ne se réécrit pas",
            remedy="Remettez ce qui était écrit, et demandez un avenant d’éligibilité sur la page de la convention",
        )  # fmt: skip


def of_file(described: EligibleDefinition, division: str) -> Said:
    """A block [agreement.eligible] with its areas found. Raises InputError at the line of an area that is not there."""
    areas = None
    if described.communes is not None or described.within is not None:
        wanted = Area.objects.filter(version__code=division)
        areas = tuple(
            [_area(described, "communes", one, wanted.filter(level=Levels.COMMUNE)) for one in described.communes or ()]
            + [
                _area(described, "within", one, wanted.filter(level__in=(Levels.REGION, Levels.CERCLE)))
                for one in described.within or ()
            ]
        )
    return Said(
        None if described.components is None else tuple(code.value for code in described.components),
        areas,
        None if described.periods is None else tuple(period for period, _ in described.periods),
    )


def contradicting(definition: ProgrammeDefinition) -> Mapping[str, Eligible]:
    """By agreement, what its programme's file must agree with: what was signed, while no amendment changed it.

    Once amended, the past terms of a file may be outside of it: the rounds decide, one by one.
    """
    said = Eligibility.objects.filter(agreement__code__in=[one.code for one in definition.agreements])
    amended = set(said.filter(amendment__decision__confirmed=True).values_list("agreement__code", flat=True))
    signed = {one.agreement.code: one for one in said.filter(amendment__isnull=True).select_related("agreement")}
    found: dict[str, Eligible] = {}
    for described in definition.agreements:
        if described.code in amended:
            found[described.code] = ALL
        elif described.code in signed:
            found[described.code] = said_by(signed[described.code]).rule
        elif described.eligible:
            found[described.code] = of_file(described.eligible, definition.division).rule
    return found


def unknown_components(definition: ProgrammeDefinition) -> Iterable[str]:
    """Warnings about eligible components of other programmes that no programme gives yet."""
    pairs = Component.objects.values_list("programme__code", "code")
    known = {f"{programme}.{code}" for programme, code in pairs}
    known |= {f"{definition.code}.{component.code}" for component in definition.components}
    for described in definition.agreements:
        for code in (described.eligible and described.eligible.components) or ():
            if code.value not in known:
                yield (
                    f"Ligne {code.line} : la convention {described.code} finance {code.value}, qu’aucun programme ne "
                    "donne encore."
                )


def paid_components(agreement: Agreement) -> list[tuple[str, str]]:
    """The components that an agreement pays, as « TM1.TM » and a name for people."""
    found = Component.objects.filter(funding_lines__agreement=agreement).select_related("programme")
    return [
        (f"{one.programme.code}.{one.code}", f"{one.programme.code} · {one.name}")
        for one in found.order_by("programme__code", "code")
    ]


def areas_named(agreement: Agreement, codes: Sequence[str]) -> tuple[Area, ...]:
    """Communes, cercles or regions by their codes, in the divisions where the agreement pays. Raises Refused."""
    paid = FundingCommune.objects.filter(funding_line__agreement=agreement)
    levels = (Levels.REGION, Levels.CERCLE, Levels.COMMUNE)
    places = Area.objects.filter(version__in=paid.values("commune__version"), level__in=levels, code__in=codes)
    found = {area.code: area for area in places}
    if missing := [code for code in codes if code not in found]:
        raise Refused(
            f"« {missing[0][:30]} » n’est ni une commune, ni un cercle, ni une région",
            remedy="Écrivez des codes du découpage, comme ML0301 ou ML030305, séparés par des espaces.",
        )
    return tuple(found[code] for code in dict.fromkeys(codes))


def _area(described: EligibleDefinition, key: str, code: Code, among: QuerySet[Area]) -> Area:
    found = among.filter(code=code.value).first()
    if found is None:
        word = "pas une commune" if key == "communes" else "ni un cercle ni une région"
        raise described.place.error(
            key, f"« {code.value} » n’est {word} du découpage", line=code.line,
            remedy="Les communes vont dans « communes », les cercles et régions dans « within »",
        )  # fmt: skip
    return found

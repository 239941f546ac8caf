"""Which communes a component reaches and who pays each: the blocks of a file against the gazetteer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jigi.foundation.errors import InputError
from jigi.foundation.money import split_xof
from jigi.programmes.definition import Allocation, AreaBlock, Assignment, Code, ComponentDefinition, Selection, Share

MOST_NAMED = 5
HEADERS = {"agreement": "component.funding", "agency": "component.agency"}
MISSING = {"agreement": "Aucune convention ne paie", "agency": "Aucune agence ne sert"}


def allocate(component: ComponentDefinition, gazetteer: Mapping[str, str], division: str) -> Allocation:
    """The component commune by commune; `gazetteer` gives the path of each commune of the division by code.

    Each commune of the component has one area block, one agency, and one agreement, or several that say how they
    share it. Raises InputError, with the line, at the first that has none, or two that say nothing.
    """
    terms: dict[str, int] = {}
    households: dict[str, int] = {}
    for area in component.areas:
        chosen = _chosen(area.selection, gazetteer, f"n’est pas une commune du découpage {division}")
        _refuse_taken(area.selection, chosen, terms, "component.area")
        terms |= {code.value: area.terms for code in chosen}
        households |= _spread(area, [code.value for code in chosen])
    places = {code: gazetteer[code] for code in terms}
    shares = _shared(component, places)
    return Allocation(terms, households, shares, _assigned(component, component.agencies, "agency", places))


def named(codes: Sequence[str]) -> str:
    """A few codes of a long list, and how many more there are."""
    more = len(codes) - MOST_NAMED
    return ", ".join(codes[:MOST_NAMED]) + (f" et {more} autre{'s' if more > 1 else ''}" if more > 0 else "")


def _assigned(
    component: ComponentDefinition, assignments: Sequence[Assignment], key: str, places: Mapping[str, str]
) -> dict[str, str]:
    """For each commune of the component, what the one block that chooses it assigns it to."""
    found: dict[str, str] = {}
    for assignment in sorted(assignments, key=lambda one: one.selection.others):
        selection = assignment.selection
        if selection.others:
            _check_selection(selection)
            chosen = [Code(code, selection.place.lines["others"]) for code in places if code not in found]
        else:
            chosen = _chosen(selection, places, f"n’est pas dans les communes de {component.code}")
        if not chosen:
            raise selection.place.error("others", "Il ne reste aucune commune pour ce bloc", remedy="Retirez-le")
        _refuse_taken(selection, chosen, found, HEADERS[key])
        found |= {code.value: assignment.to for code in chosen}
    if missing := [code for code in places if code not in found]:
        plural = f"{len(missing)} communes" if len(missing) > 1 else "la commune"
        raise component.place.error(HEADERS[key].split(".")[1], f"{MISSING[key]} {plural} : {named(missing)}")
    return {code: found[code] for code in places}


def _shared(component: ComponentDefinition, places: Mapping[str, str]) -> dict[str, tuple[Share, ...]]:
    """For each commune of the component, the agreements that pay it, in the order of their use."""
    alone = [one for one in component.fundings if not one.turn.shares]
    if len(alone) == len(component.fundings):
        paying = {one.to: one for one in component.fundings}
        found = _assigned(component, component.fundings, "agreement", places)
        return {code: (Share(to, paying[to].turn, paying[to].place),) for code, to in found.items()}
    shares: dict[str, list[Share]] = {}
    named_somewhere: set[str] = set()
    for funding in sorted(component.fundings, key=lambda one: one.selection.others):
        for code in _of_funding(funding, component, places, named_somewhere):
            shares.setdefault(code.value, []).append(Share(funding.to, funding.turn, funding.place))
        if not funding.selection.others:
            named_somewhere |= shares.keys()
    if missing := [code for code in places if code not in shares]:
        plural = f"{len(missing)} communes" if len(missing) > 1 else "la commune"
        raise component.place.error("funding", f"{MISSING['agreement']} {plural} : {named(missing)}")
    return {code: _in_turn(code, shares[code]) for code in places}


def _of_funding(
    funding: Assignment, component: ComponentDefinition, places: Mapping[str, str], elsewhere: set[str]
) -> list[Code]:
    selection = funding.selection
    if not selection.others:
        return _chosen(selection, places, f"n’est pas dans les communes de {component.code}")
    _check_selection(selection)
    chosen = [Code(code, selection.place.lines["others"]) for code in places if code not in elsewhere]
    if not chosen:
        raise selection.place.error("others", "Il ne reste aucune commune pour ce bloc", remedy="Retirez-le")
    return chosen


def _in_turn(code: str, shares: list[Share]) -> tuple[Share, ...]:
    """The shares of a commune in their order, once they say how they share it."""
    last = shares[-1]
    if len(shares) > 1 and any(not one.turn.shares for one in shares):
        raise last.place.error(
            "agreement", f"La commune {code} est payée par {len(shares)} conventions qui ne disent pas comment",
            remedy="Donnez à chacune un « order » (l’une après l’autre) ou un « percent » (somme : 100)",
        )  # fmt: skip
    percents = [one.turn.percent for one in shares if one.turn.percent]
    if percents and len(percents) < len(shares):
        raise last.place.error(
            "agreement", f"Dans la commune {code}, les unes ont un « order », les autres un « percent »"
        )
    if percents and sum(percents) != 100:
        raise last.place.error("percent", f"Dans la commune {code}, la somme des parts est {sum(percents)}, non 100")
    orders = [one.turn.order for one in shares if one.turn.order]
    if len(set(orders)) < len(orders):
        raise last.place.error("order", f"Dans la commune {code}, deux conventions ont le même « order »")
    return tuple(sorted(shares, key=lambda one: one.turn.order or 0))


def _chosen(selection: Selection, among: Mapping[str, str], otherwise: str) -> list[Code]:
    """The communes of a selection, once each, out of `among` (code -> path)."""
    _check_selection(selection)
    chosen: dict[str, Code] = {}
    for code in selection.communes or ():
        if code.value not in among:
            raise _not_among(selection, code, among, otherwise)
        _choose(chosen, code, selection, "communes")
    for area in selection.within or ():
        inside = [one for one, path in among.items() if f"/{area.value}/" in path and one != area.value]
        if not inside:
            raise selection.place.error(
                "within", f"« {area.value} » ne contient aucune des communes", line=area.line,
                why="Ce n’est ni un cercle ni une région du découpage, ou la composante n’y va pas",
            )  # fmt: skip
        for one in inside:
            _choose(chosen, Code(one, area.line), selection, "within")
    return list(chosen.values())


def _choose(chosen: dict[str, Code], code: Code, selection: Selection, key: str) -> None:
    if code.value in chosen:
        raise selection.place.error(
            key, f"La commune {code.value} est choisie deux fois", line=code.line,
            why=f"Elle l’est déjà à la ligne {chosen[code.value].line}",
        )  # fmt: skip
    chosen[code.value] = code


def _refuse_taken(selection: Selection, chosen: Sequence[Code], taken: Mapping[str, object], header: str) -> None:
    for code in chosen:
        if code.value in taken:
            raise selection.place.error(
                "communes" if selection.communes else "within",
                f"La commune {code.value} est dans deux blocs [[{header}]]",
                line=code.line,
                remedy="Gardez-la dans un seul",
            )


def _not_among(selection: Selection, code: Code, among: Mapping[str, str], otherwise: str) -> InputError:
    if any(f"/{code.value}/" in path for path in among.values()):
        what, remedy = f"« {code.value} » n’est pas une commune", f'Écrivez within = ["{code.value}"]'
    else:
        what, remedy = f"« {code.value} » {otherwise}", "Vérifiez le code de la commune"
    return selection.place.error("communes", what, line=code.line, remedy=remedy)


def _check_selection(selection: Selection) -> None:
    for key, codes in (("communes", selection.communes), ("within", selection.within)):
        if codes == ():
            raise selection.place.error(
                key,
                "Une liste vide ne choisit personne",
                remedy="Écrivez les codes voulus ou retirez le bloc",
            )
    chosen = selection.communes or selection.within
    if selection.others and chosen:
        raise selection.place.error(
            "others",
            "« others » prend toutes les communes qui restent",
            remedy="Écrivez-le seul dans son bloc",
        )
    if not selection.others and not chosen:
        raise selection.place.error(
            "", "Ce bloc ne choisit aucune commune", remedy="Écrivez « communes » ou « within » dans ce bloc"
        )


def _spread(area: AreaBlock, codes: Sequence[str]) -> dict[str, int]:
    """The planned households of a block, shared evenly between its communes."""
    if area.households is None:
        return {}
    return dict(zip(codes, split_xof(area.households, [1] * len(codes)), strict=True))

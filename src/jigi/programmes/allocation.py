"""Which communes a component reaches and who pays each: the blocks of a file against the gazetteer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jigi.foundation.errors import InputError
from jigi.foundation.money import split_xof
from jigi.programmes.definition import Allocation, AreaBlock, Assignment, Code, ComponentDefinition, Selection

MOST_NAMED = 5
HEADERS = {"agreement": "component.funding", "agency": "component.agency"}
MISSING = {"agreement": "Aucune convention ne paie", "agency": "Aucune agence ne sert"}


def allocate(component: ComponentDefinition, gazetteer: Mapping[str, str], division: str) -> Allocation:
    """The component commune by commune; `gazetteer` gives the path of each commune of the division by code.

    Each commune of the component has one area block, one agreement and one agency. Raises InputError, with
    the line, at the first that has none or two.
    """
    terms: dict[str, int] = {}
    households: dict[str, int] = {}
    for area in component.areas:
        chosen = _chosen(area.selection, gazetteer, f"n’est pas une commune du découpage {division}")
        _refuse_taken(area.selection, chosen, terms, "component.area")
        terms |= {code.value: area.terms for code in chosen}
        households |= _spread(area, [code.value for code in chosen])
    places = {code: gazetteer[code] for code in terms}
    agreements = _assigned(component, component.fundings, "agreement", places)
    return Allocation(terms, households, agreements, _assigned(component, component.agencies, "agency", places))


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

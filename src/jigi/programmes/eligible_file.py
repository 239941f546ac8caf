"""The block [agreement.eligible] of a programme file: what the agreement may finance.

    [agreement.eligible]
    components = ["TM"]            # of this file; « AUTRE.TM » names that of another programme
    within = ["ML07"]              # regions or cercles; `communes` names communes
    periods = ["2014-01-01/2018-12-31"]

A key that is absent leaves all of its sort eligible.
"""

from __future__ import annotations

from jigi.foundation.toml_table import Table
from jigi.programmes.definition import Code, EligibleDefinition
from jigi.programmes.file_places import place_of, some_codes, some_periods


def read_eligible(agreement: Table, programme: str) -> EligibleDefinition | None:
    """What an agreement's block says it may finance; None when it says nothing. Raises InputError at the line."""
    if "eligible" not in agreement.data:
        return None
    part = agreement.table("eligible")
    said = EligibleDefinition(
        components=_components(part, programme),
        communes=some_codes(part, "communes"),
        within=some_codes(part, "within"),
        periods=some_periods(part, "periods"),
        place=place_of(part),
    )
    part.refuse_others()
    if said.components is said.communes is said.within is said.periods is None:
        raise part.error(
            "", "Ce bloc ne dit rien d’éligible", remedy="Écrivez « components », « within », « periods »…"
        )
    return said


def _components(part: Table, programme: str) -> tuple[Code, ...] | None:
    found = some_codes(part, "components")
    if found is None:
        return None
    return tuple(Code(_whole(part, code, programme), code.line) for code in found)


def _whole(part: Table, code: Code, programme: str) -> str:
    """« TM » of the programme TM1 is « TM1.TM »; « TM2.TM » is already whole."""
    if len(code.value) > 2 * 24 + 1:
        raise place_of(part).error("components", f"« {code.value[:30]}… » est trop long", line=code.line)
    return code.value if "." in code.value else f"{programme}.{code.value}"

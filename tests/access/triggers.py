"""The rows of the matrix that speak of triggers: rules, which name no household; one that nobody has."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

TRIGGER_ASKS: tuple[Ask, ...] = (
    Ask("triggers", "déclencheurs", _everywhere("triggers")),
    Ask("trigger", "un déclencheur qui n’est pas là", _everywhere("trigger", "inconnu")),
    Ask("trigger_compare", "comparer des déclencheurs", _everywhere("trigger_compare")),
    Ask(
        "trigger_withdraw",
        "retirer un déclencheur qui n’est pas là",
        _everywhere("trigger_withdraw", "inconnu", 1),
        sent=_key(motif="essai"),
    ),
    Ask("trigger_replay", "rejouer un jour des déclencheurs", _everywhere("trigger_replay")),
)

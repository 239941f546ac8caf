"""The rows of the matrix that speak of arms and scenarios of responses; responses that are nobody's here."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
ARM_ASKS: tuple[Ask, ...] = (
    *(
        Ask(name, f"{label} d’une réponse qui n’est pas là", _everywhere(name, NOBODYS))
        for name, label in (
            ("response_arms", "les volets"),
            ("response_arm_plan", "prévoir un volet"),
            ("response_scenarios", "les scénarios"),
            ("response_scenario_plan", "calculer un scénario"),
        )
    ),
    *(
        Ask(name, f"{label} d’une réponse qui n’est pas là", _everywhere(name, NOBODYS, 1))
        for name, label in (
            ("response_arm", "un volet"),
            ("response_arm_households", "les ménages d’un volet"),
            ("response_arm_send", "envoyer une liste à un volet"),
            ("response_arm_names", "les noms à départager d’un volet"),
            ("response_scenario", "un scénario"),
        )
    ),
    Ask(
        "response_arm_act",
        "agir sur un volet qui n’est pas là",
        _everywhere("response_arm_act", NOBODYS, 1, "establish"),
        sent=_key(motif="essai"),
    ),
    Ask(
        "response_arm_name",
        "départager un nom d’un volet qui n’est pas là",
        _everywhere("response_arm_name", NOBODYS, 1, 1),
        sent=_key(),
    ),
    Ask(
        "response_scenario_forget",
        "retirer un scénario qui n’est pas là",
        _everywhere("response_scenario_forget", NOBODYS, 1),
        sent=_key(),
    ),
)

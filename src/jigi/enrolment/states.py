"""The life of an enrolment. A suspension keeps the right to the terms that remain; an exit is final."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

ENROLMENT = StateTable(
    noun="enrolment",
    states={"active": "actif", "suspended": "suspendu", "exited": "sorti"},
    transitions=(
        transition("suspend", "active", "suspended", "Suspendre"),
        transition("resume", "suspended", "active", "Reprendre"),
        transition("exit", "active suspended", "exited", "Faire sortir"),
    ),
)

"""Who may act on a response: who prepares it and who decides it, in every place that it keeps."""

from __future__ import annotations

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.response.models import Activation

SEE, PREPARE, DECIDE = "shocks.see", "response.prepare", "response.decide"


def require_prepare(user: User, activation: Activation) -> None:
    """Refused unless the person prepares responses in its places (anywhere while it has none)."""
    require(user, PREPARE, areas=places(activation) or None)


def require_decide(user: User, activation: Activation) -> None:
    """Refused unless the person decides responses in all of its places, and had no hand in this one."""
    require(user, DECIDE, areas=places(activation) or None)
    if had_a_hand(user, activation):
        raise Refused(
            "Vous avez eu part à cette réponse : une autre personne la décide",
            why="Qui l’a préparée, corrigée ou demandée, en a dit un lieu ou demandé la prolongation ne la décide pas.",
        )


def had_a_hand(user: User, activation: Activation) -> bool:
    """Whether the person had a part in the request: preparing it, correcting it, a place, asking, asking to prolong."""
    return user.pk == activation.made_by_id or activation.hands.filter(user=user).exists()


def may(user: User, right: str, activation: Activation) -> bool:
    """Whether the person holds one of these rights in its places: for the buttons of a page."""
    barred = right == DECIDE and had_a_hand(user, activation)
    return not barred and can(user, right, areas=places(activation) or None)


def places(activation: Activation) -> list[Area]:
    """The places that the response keeps."""
    return list(Area.objects.filter(pk__in=activation.areas.filter(kept=True).values("area")))

"""What the report of a household's data says of the messages that it was sent."""

from __future__ import annotations

from collections.abc import Iterable

from jigi.messaging.models import Message
from jigi.outreach.models import Recipient
from jigi.registry.models import Household
from jigi.web.formats import moment
from jigi.web.messages.listing import phone_end, title_of

HEADERS = ("Quand", "Quoi", "Téléphone", "Texte", "État")
TABLES = frozenset({"outreach.Recipient", "messaging.Message"})
NOTE = "Qui a demandé à ne plus recevoir de messages est connu par l’empreinte de son téléphone seulement."


def rows(household: Household) -> Iterable[list[str]]:
    """Its messages, first to last; then the lists where it stood without being written to."""
    for one in Message.objects.filter(household=household.pk).order_by("queued_at", "pk"):
        text = one.text if one.text_sealed else "effacé"
        yield [moment(one.queued_at), title_of(one.template), phone_end(one), text, one.get_status_display()]
    left = Recipient.objects.filter(household=household, written=False).select_related("campaign")
    for person in left.order_by("campaign__made_at", "pk"):
        campaign = person.campaign
        yield [
            moment(campaign.made_at),
            title_of(campaign.template),
            "",
            "",
            f"liste : {campaign.get_status_display()}",
        ]

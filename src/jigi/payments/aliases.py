"""Who holds an account, asked of the agency before a household is enrolled with it. Nothing is paid."""

from __future__ import annotations

import secrets

from jigi.foundation import audit
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.foundation.vault import masked
from jigi.geography.access import require
from jigi.payments.adapters.conversation import Conversation, Denied, Holder, Unknown
from jigi.payments.channels import channel_of, conversation
from jigi.programmes.models import Agency


def resolve(agency: Agency, account: str, *, by: User, talk: Conversation | None = None) -> Holder:
    """The name and country that the agency gives to an account. Raises Refused when it is unknown there.

    The question is recorded without the account and without the name.
    """
    require(by, "enrolment.decide")
    spoken = talk or conversation(channel_of(agency))
    found = spoken.resolve(account.strip(), f"Q-{secrets.token_hex(12)}")
    told = type(found).__name__.lower()
    audit.record("resolve", "agency", agency.pk, by=by, after={"account": masked(account, 2), "answer": told})
    if isinstance(found, Holder):
        return found
    if isinstance(found, Unknown):
        raise Refused(f"{agency} ne connaît pas ce compte", remedy="Vérifiez le numéro avec l’allocataire.")
    why = f"HTTP {found.code}" if isinstance(found, Denied) else "réponse incertaine"
    raise JigiError(f"{agency} n’a pas répondu sur ce compte", why=why, remedy="Demandez encore dans un moment.")

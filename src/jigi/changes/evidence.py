"""The papers that show why a change is asked: PDF, JPEG or PNG, at most 5 MB each, made anew before they are kept."""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction

from jigi.changes.actions import places, subjects
from jigi.changes.models import MOST_BYTES, ChangeEvidence, ChangeRequest
from jigi.changes.states import CHANGE
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.received import Clean, cleaned, kind_of
from jigi.geography.access import require

MOST_FILES = 5
LONGEST_NAME = 120


@unfenced
@transaction.atomic
def attach(request: ChangeRequest, *, name: str, content: bytes, by: User) -> ChangeEvidence:
    """Join a paper to a request that nobody has decided: by who made it. The same paper twice is one."""
    require(by, "changes.request", areas=places(request)[:1])
    if request.made_by_id != by.pk or not request.is_open:
        raise Refused("Cette demande ne reçoit plus de pièce", remedy="Seul qui l’a faite en joint, avant la décision.")
    clean = _clean(content)
    held = {
        "kind": clean.kind, "content": clean.content, "added_by": by, "name": name.strip()[-LONGEST_NAME:] or "pièce",
    }  # fmt: skip
    if request.evidence.count() >= MOST_FILES:
        raise Refused(f"La demande a déjà {MOST_FILES} pièces", remedy="Gardez les plus parlantes.")
    made, first = request.evidence.get_or_create(sha256=sha256(content).hexdigest(), defaults=held)
    if first:
        after = {"sha256": made.sha256}
        audit.record("attach", CHANGE.noun, request.pk, by=by, after=after, subjects=subjects(request))
    return made


def _clean(content: bytes) -> Clean:
    """The paper as it is kept; Refused when it is too heavy, before or after, or none of these."""
    if len(content) > MOST_BYTES:
        raise _too_heavy()
    if kind_of(content) not in ChangeEvidence.Kind.values:
        raise Refused(
            "Cette pièce n’est ni un PDF, ni une image JPEG ou PNG", remedy="Enregistrez-la sous un de ces formats."
        )
    clean = cleaned(content)
    if len(clean.content) > MOST_BYTES:
        raise _too_heavy()
    return clean


def _too_heavy() -> Refused:
    return Refused("La pièce dépasse 5 Mo", remedy="Photographiez-la moins grande, ou coupez le document.")

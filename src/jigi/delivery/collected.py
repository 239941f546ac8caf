"""The four questionnaires of events, and taking all that telephones sent of them."""

from __future__ import annotations

from jigi.delivery.fiches import actions
from jigi.delivery.fiches.actions import Taken
from jigi.delivery.fiches.reading import Form
from jigi.delivery.grants.collected import FORM as VISIT
from jigi.delivery.nutrition.collected import FORM as DISTRIBUTION
from jigi.delivery.sessions.collected import FORM as SESSION
from jigi.delivery.works.collected import FORM as DAY_OF_WORKS
from jigi.foundation.models import User

FORMS: dict[str, Form] = {one.code: one for one in (SESSION, DISTRIBUTION, DAY_OF_WORKS, VISIT)}


def take_all(*, by: User) -> Taken:
    """Take every waiting questionnaire, form after form; those held before are tried again."""
    done = Taken()
    for form in FORMS.values():
        one = actions.take(form, by=by)
        done.taken, done.held = done.taken + one.taken, done.held + one.held
    return done

"""Lists of assemblies and of other agencies into the campaign of a new listing, matched with the register first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.response import arm_lists, arm_names
from jigi.response.arms import listing_arm
from jigi.response.models import Arm
from jigi.response.states import ARM
from jigi.schemes import actions as schemes
from jigi.schemes.models import BenefitBatch, Scheme
from jigi.targeting import actions as targeting
from jigi.targeting.from_register import list_named
from jigi.targeting.lists import ListReport


@dataclass(frozen=True)
class Matched:
    """What an agency's list gave: households of the register it names, those of them new on the campaign's list, lines
    that name nobody of the register (to be surveyed), lines that name several households (to be told apart)."""

    batch: BenefitBatch
    matched: int
    added: int
    new: int
    ambiguous: int
    to_tell: int = 0


@unfenced
def take_agency_list(arm: Arm, scheme: Scheme, path: str | Path, *, by: User) -> Matched:
    """Put on a listing arm's campaign those whom another agency's list names, matched by RSU number, NINA, or telephone
    with name (`schemes.receive`: its columns, its faults by line). A household that two lists name comes in once.

    The batch stays checked, to be recorded as help given, or refused, on the scheme's page. InputError when the file is
    no such file; lines in error are held there and stop nothing.
    """
    with transaction.atomic():
        listing_arm(arm, by)  # before the file is received: a batch that no arm may take would stay
    batch = schemes.receive(path, scheme, by=by)
    with transaction.atomic():
        current = listing_arm(arm, by)
        named = [row["id"] for row in fetch_sql("response", "arm_matched", {"batch": batch.pk})]
        unmatched = fetch_sql("response", "arm_unmatched", {"batch": batch.pk})[0]
        campaign = arm_lists.open_campaign(current, by=by)
        to_tell = arm_names.keep(current, batch, path)
        added = list_named(campaign, named, origin=f"{scheme.code} : {batch.file_name}", by=by)
        said = {
            "scheme": scheme.code,
            "batch": batch.pk,
            "matched": len(named),
            "added": added,
            **unmatched,
            "named": to_tell,
        }
        audit.record("take_agency_list", ARM.noun, current.pk, by=by, after=said)
    arm.refresh_from_db()
    return Matched(batch, len(named), added, unmatched["new"], unmatched["ambiguous"], to_tell)


@unfenced
def take_community_list(arm: Arm, path: str | Path, *, by: User) -> ListReport:
    """An assembly's list into a listing arm's campaign, as any campaign takes it (`targeting.import_lists`)."""
    with transaction.atomic():
        current = listing_arm(arm, by)
        report = targeting.import_lists(arm_lists.open_campaign(current, by=by), path, by=by)
    arm.refresh_from_db()
    return report

"""Lists of assemblies and of other agencies into the campaign of a new listing, matched with the register first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.response import arm_lists
from jigi.response.arm_places import kept_communes
from jigi.response.arms import PREPARE, _locked, _require
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


@unfenced
def take_agency_list(arm: Arm, scheme: Scheme, path: str | Path, *, by: User) -> Matched:
    """Put on a listing arm's campaign those whom another agency's list names, matched by RSU number, NINA, or telephone
    with name (`schemes.receive`: its columns, its faults by line). A household that two lists name comes in once.

    The batch stays checked, to be recorded as help given, or refused, on the scheme's page. InputError when the file is
    no such file; lines in error are held there and stop nothing.
    """
    batch = schemes.receive(path, scheme, by=by)
    with transaction.atomic():
        current = _listing(arm, by)
        named = [row["id"] for row in fetch_sql("response", "arm_matched", {"batch": batch.pk})]
        unmatched = fetch_sql("response", "arm_unmatched", {"batch": batch.pk})[0]
        campaign = arm_lists.open_campaign(current, by=by)
        added = list_named(campaign, named, origin=f"{scheme.code} : {batch.file_name}", by=by)
        said = {"scheme": scheme.code, "batch": batch.pk, "matched": len(named), "added": added, **unmatched}
        audit.record("take_agency_list", ARM.noun, current.pk, by=by, after=said)
    arm.refresh_from_db()
    return Matched(batch, len(named), added, unmatched["new"], unmatched["ambiguous"])


@unfenced
def take_community_list(arm: Arm, path: str | Path, *, by: User) -> ListReport:
    """An assembly's list into a listing arm's campaign, as any campaign takes it (`targeting.import_lists`)."""
    with transaction.atomic():
        current = _listing(arm, by)
        report = targeting.import_lists(arm_lists.open_campaign(current, by=by), path, by=by)
    arm.refresh_from_db()
    return report


def _listing(arm: Arm, by: User) -> Arm:
    """The arm, held, when it is one of a new listing that still takes lists."""
    _require(by, PREPARE, arm.component, kept_communes(arm.activation, arm.component))
    current = _locked(arm, "establish")
    if current.kind != Arm.Kind.LISTING:
        raise Refused("Ce volet ne prend pas de listes", remedy="Prévoyez un volet « nouvelle liste ».")
    return current

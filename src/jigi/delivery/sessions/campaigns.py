"""Radio and mass campaigns: noted with their reach and how it is known, withdrawn when they were noted by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions.models import Campaign, SessionTheme
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import User
from jigi.geography.models import Area

NOUN = "campaign"
MOST_REACHED = 25_000_000


@dataclass(frozen=True)
class Broadcast:
    """What is said of a campaign; `reach` in persons, an estimate, and `method` whose estimate and how."""

    kind: str
    title: str
    first_on: date
    last_on: date
    times: int
    reach: int
    method: str


@transaction.atomic
def note(contract: Contract, commune: Area, theme: SessionTheme, said: Broadcast, *, by: User) -> Campaign:
    """Note a campaign of a contract in a commune. Its reach is kept apart from who came to sessions, always."""
    require_operator(by, contract, commune)
    title, method = " ".join(said.title.split())[:160], " ".join(said.method.split())[:200]
    if not title or not method or said.kind not in Campaign.Kind.values:
        raise Refused(
            "Il manque la nature, l’intitulé, ou comment le nombre de personnes est estimé",
            remedy="Par exemple : audience de la radio locale, enquête de 2018.",
        )
    if said.last_on < said.first_on or said.first_on < contract.starts_on or said.last_on > contract.ends_on:
        raise Refused("Ces dates ne sont pas dans la durée du contrat", remedy="Corrigez le début ou la fin.")
    if not 1 <= said.times <= 100_000 or not 0 <= said.reach <= MOST_REACHED:
        raise Refused("Les nombres ne vont pas", remedy="Au moins une diffusion, et un nombre de personnes plausible.")
    try:
        with transaction.atomic():
            made = Campaign.objects.create(
                contract=contract, commune=commune, theme=theme, kind=said.kind, title=title, first_on=said.first_on,
                last_on=said.last_on, times=said.times, reach=said.reach, method=method, made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "campaign_once" not in str(error):
            raise
        raise Refused("Cette campagne est déjà notée dans cette commune", remedy="Voyez la liste.") from None
    after = {"kind": made.kind, "commune": commune.code, "reach": made.reach}
    audit.record("make", NOUN, made.pk, by=by, after=after)
    return made


@transaction.atomic
def withdraw(campaign: Campaign, *, reason: str, by: User) -> None:
    """Take back a campaign that was noted by mistake; it stays in the trace."""
    require_operator(by, campaign.contract, campaign.commune)
    why = " ".join(reason.split())[:200]
    if len(why) < 3:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    live = Campaign.objects.filter(pk=campaign.pk, withdrawn_at=None)
    if not live.update(withdrawn_by=by, withdrawn_at=timezone.now(), withdrawn_why=why):
        raise Raced("Cette campagne est déjà retirée", remedy="Rechargez la page.")
    audit.record("withdraw", NOUN, campaign.pk, by=by, reason=why)

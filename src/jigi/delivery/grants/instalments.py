"""Instalments: their evidence, asked by one person, released by another, which makes dues that a round pays."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_decide, require_operator
from jigi.delivery.dues import actions as dues
from jigi.delivery.dues.models import Due
from jigi.delivery.grants.actions import LEAST_REASON, PACKAGE, not_future, refused_by, said
from jigi.delivery.grants.grant_models import Grant, GrantEvidence, GrantInstalment, GrantRelease
from jigi.delivery.grants.models import GrantCall
from jigi.delivery.grants.rules import LACKS
from jigi.delivery.grants.selection import communes_of
from jigi.delivery.grants.states import INSTALMENT
from jigi.foundation import audit
from jigi.foundation.bulk import among, fetch_sql, run_sql
from jigi.foundation.errors import InputError, JigiError, Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.images import opened, written
from jigi.foundation.models import User
from jigi.foundation.sealed import sealed_bytes
from jigi.geography.models import Area

SEAL = "grant_evidence"
LONGEST_SIDE = 1_600
"""Pixels: enough for a receipt to be read."""
MOST_BYTES = 10 * 1024 * 1024
LARGEST_XOF = 10**7


@dataclass(frozen=True)
class State:
    """What is known of an instalment on a day; `lacks` in French, none: it may be asked and released."""

    lacks: tuple[str, ...]
    receipts_xof: int
    before_xof: int
    visits: int
    photos: int
    training_days: int


@unfenced
@transaction.atomic
def add_evidence(
    instalment: GrantInstalment, sort: str, content: bytes, *, note: str, amount_xof: int | None = None, by: User
) -> GrantEvidence:
    """Attach a receipt (with its amount) or a photograph to an instalment that is not yet asked.

    The picture is made anew and sealed. Raises InputError for what is no image, Refused for a paper that already
    supports an instalment, this one or another's.
    """
    grant = instalment.grant
    require_operator(by, grant.call.contract, grant.commune)
    _planned(instalment)
    if len(note.strip()) < LEAST_REASON:
        raise Refused("Dites ce que c’est", remedy="Par exemple : achat de trois brebis, marché de Kita.")
    if (sort == "receipt") != (amount_xof is not None) or not 0 < (amount_xof or 1) <= LARGEST_XOF:
        raise Refused("Un reçu a un montant en francs, une photographie n’en a pas")
    if len(content) > MOST_BYTES:
        raise InputError("L’image dépasse 10 Mo", remedy="Photographiez moins grand.")
    made = GrantEvidence(
        instalment=instalment, contract_id=instalment.contract_id, household_id=instalment.household_id, sort=sort,
        amount_xof=amount_xof, note=note.strip()[:200], made_by=by, sha256=hashlib.sha256(content).hexdigest(),
        sealed=sealed_bytes(SEAL, written(opened(content, longest=LONGEST_SIDE), "JPEG")),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Refused("Cette pièce sert déjà à une tranche", remedy="Une pièce compte une fois.") from error
    _trace("attach", instalment, by, {"sort": sort, "amount_xof": amount_xof})
    return made


@unfenced
@transaction.atomic
def drop_evidence(evidence: GrantEvidence, *, reason: str, by: User) -> None:
    """Take back a piece attached by mistake, while its instalment is not asked."""
    instalment = evidence.instalment
    require_operator(by, instalment.grant.call.contract, instalment.grant.commune)
    _planned(instalment)
    told = {"sort": evidence.sort, "amount_xof": evidence.amount_xof, "sha256": evidence.sha256}
    audit.record(
        "drop", INSTALMENT.noun, instalment.pk, by=by, before=told, reason=said(reason),
        subjects=[instalment.household_id],
    )  # fmt: skip
    evidence.delete()


@unfenced
def states_of(instalments: Sequence[GrantInstalment], day: date | None = None) -> dict[int, State]:
    """What each of these instalments lacks on a day (today), by number; the caller sees them."""
    facts = {"instalments": [one.pk for one in instalments], "day": day or date.today()}
    return {
        row["instalment_id"]: State(
            tuple(LACKS[code] for code in row["lacks"]), row["receipts_xof"], row["before_xof"], row["visits"],
            row["photos"], row["training_days"],
        )
        for row in fetch_sql(PACKAGE, "grants_lacking", facts)
    }  # fmt: skip


@unfenced
@transaction.atomic
def ask(instalment: GrantInstalment, *, by: User) -> None:
    """Ask for an instalment that lacks nothing. Refused with what it lacks."""
    grant = instalment.grant
    require_operator(by, grant.call.contract, grant.commune)
    if grant.status != "running":
        raise Refused(f"Cette subvention est « {grant.get_status_display()} »")
    if lacks := states_of([instalment])[instalment.pk].lacks:
        raise Refused(f"La tranche {instalment.number} ne peut pas être demandée", why="; ".join(lacks))
    INSTALMENT.move(
        instalment, "ask", by=by, subjects=[instalment.household_id], asked_by=by, asked_at=timezone.now(), why=""
    )


@unfenced
@transaction.atomic
def ask_all(
    call: GrantCall, number: int, *, communes: Sequence[Area] | None = None, on: date | None = None, by: User
) -> int:
    """Ask for every instalment of a number that lacks nothing, in these communes (all of the call's); returns how many.

    `on` is the day on which evidence is judged (today). One statement, however many.
    """
    places = list(communes_of(call) if communes is None else communes)
    for commune in places:
        require_operator(by, call.contract, commune)
    day = on or date.today()
    not_future(day, "Une demande")
    facts = {
        "call": call.pk, "number": number, "day": day, "communes": [one.pk for one in places], "by": by.pk,
    }  # fmt: skip
    asked = run_sql(PACKAGE, "grants_ask", facts)
    if asked:
        told = {"call": call.code, "number": number, "instalments": asked}
        audit.record("ask_all", INSTALMENT.noun, f"{call.code}/{number}", by=by, after=told)
    return asked


@unfenced
@transaction.atomic
def send_back(instalment: GrantInstalment, *, reason: str, by: User) -> None:
    """Give an instalment that was asked back to who asked, with what is wrong."""
    require_decide(by, instalment.grant.call.contract, [instalment.grant.commune])
    told = said(reason)
    Grant.objects.select_for_update(no_key=True).get(pk=instalment.grant_id)
    INSTALMENT.move(
        instalment, "return", by=by, reason=told, subjects=[instalment.household_id], why=told, asked_by=None,
        asked_at=None,
    )  # fmt: skip


@unfenced
@transaction.atomic
def release(instalment: GrantInstalment, *, on: date | None = None, by: User) -> GrantRelease:
    """Release an instalment, as another person than who asked: it becomes a due of the recipient.

    Raises Refused with what it lacks, and for who asked; Raced when it is no longer asked.
    """
    require_decide(by, instalment.grant.call.contract, [instalment.grant.commune])
    if instalment.status != "asked" or instalment.grant.status != "running":
        raise Raced("Cette tranche n’est pas à libérer", remedy="Rechargez la page.")
    if instalment.asked_by_id == by.pk:
        raise Refused("Vous avez demandé cette tranche", remedy="Une autre personne la libère.")
    day = on or date.today()
    if lacks := states_of([instalment], day)[instalment.pk].lacks:
        raise Refused(f"La tranche {instalment.number} ne peut pas être libérée", why="; ".join(lacks))
    if not _release([instalment.pk], day, by):
        raise Raced("Quelqu’un a agi avant vous", remedy="Rechargez la page.")
    instalment.refresh_from_db()
    return GrantRelease.objects.get(instalment=instalment, undone_at=None)


@unfenced
@transaction.atomic
def release_all(
    call: GrantCall, number: int, *, communes: Sequence[Area] | None = None, on: date | None = None, by: User
) -> int:
    """Release every instalment of a number that others asked for, in these communes; returns how many.

    Those that this person asked for are left, and those that are refused: they stay asked, and `release` says why
    of each. Raises Refused when all are. A fixed number of statements for each person who asked, and a few more for
    each that is refused.
    """
    places = list(communes_of(call) if communes is None else communes)
    require_decide(by, call.contract, places)
    waiting = GrantInstalment.objects.filter(
        call=call, number=number, status="asked", grant__status="running", grant__commune__in=places
    )
    day = on or date.today()
    not_future(day, "Une libération")
    chosen = list(waiting.exclude(asked_by=by).order_by("grant", "pk").values_list("pk", flat=True))
    done, refused = _release_most(chosen, day, by)
    if refused and not done:
        raise refused
    return done


def _release_most(instalments: Sequence[int], day: date, by: User) -> tuple[int, JigiError | None]:
    """How many of these could be released, and what refused another. A refusal is sought by halves."""
    try:
        with transaction.atomic():
            return _release(instalments, day, by), None
    except JigiError as error:
        if len(instalments) <= 1:
            return 0, error
    half = len(instalments) // 2
    first, then = _release_most(instalments[:half], day, by), _release_most(instalments[half:], day, by)
    return first[0] + then[0], first[1] or then[1]


def _release(instalments: Sequence[int], day: date, by: User) -> int:
    not_future(day, "Une libération")
    if not instalments:
        return 0
    # Held against who sends one back, undoes a release or confirms a default at this moment.
    list(
        Grant.objects.filter(instalments__in=among(instalments))
        .order_by("pk")
        .select_for_update(no_key=True, of=["self"])
    )
    chosen = GrantInstalment.objects.filter(pk__in=among(instalments), status="asked").exclude(asked_by=by)
    askers = User.objects.filter(pk__in=chosen.values("asked_by")).order_by("pk")
    facts = {"instalments": list(instalments), "day": day}
    try:
        with transaction.atomic():
            done = sum(dues.earn_many("grants", "grants_release", facts, made_by=one, by=by) for one in askers)
    except IntegrityError as error:
        raise _refusal(refused_by(error)) from error
    live = GrantRelease.objects.filter(undone_at=None, instalment__in=among(instalments)).values("instalment")
    GrantInstalment.objects.filter(pk__in=live, status="asked").update(status="released")
    run_sql(PACKAGE, "grants_complete", {"instalments": list(instalments)})
    if done:
        audit.record(
            "release", INSTALMENT.noun, instalments[0] if len(instalments) == 1 else f"{len(instalments)} tranches",
            by=by, after={"instalments": done, "day": f"{day}"}, subjects=_subjects(instalments),
        )  # fmt: skip
    return done


REFUSALS = {
    "grant_release_has_evidence": ("Une de ces tranches manque de preuves", "Ouvrez-la : sa page dit lesquelles."),
    "grant_releases_within_the_grant": (
        "Les versements dépasseraient la subvention", "Comparez ses tranches à son montant, puis renvoyez la demande.",
    ),
    "grant_release_two_hands": ("Vous avez demandé une de ces tranches", "Une autre personne la libère."),
    "due_approved_by_another": ("Vous avez demandé une de ces tranches", "Une autre personne la libère."),
    "due_cause_earns_once": ("Le droit d’une de ces tranches est déjà acquis", "Rechargez la page."),
}  # fmt: skip
"""What PostgreSQL may refuse of a release, and what to do, by the name of its rule."""


def _refusal(name: str) -> JigiError:
    if name in ("grant_release_was_asked", "grant_instalment_released_once"):
        return Raced("Une de ces tranches vient d’être libérée ou renvoyée", remedy="Rechargez la page.")
    why, remedy = REFUSALS.get(
        name, ("La base refuse de libérer une de ces tranches", "Renvoyez-la avec ce motif, et signalez-le.")
    )
    return Refused(why, why="" if name in REFUSALS else f"La règle « {name} » s’y oppose.", remedy=remedy)


@unfenced
@transaction.atomic
def undo(release: GrantRelease, *, reason: str, by: User) -> None:
    """Take back a release that no round pays yet: the instalment is planned again. Refused once a round has it."""
    require_decide(by, release.grant.call.contract, [release.grant.commune])
    told = said(reason)
    Grant.objects.select_for_update(no_key=True).get(pk=release.grant_id)
    later = GrantInstalment.objects.filter(grant=release.grant, number__gt=release.instalment.number)
    if later.filter(status="released").exists():
        raise Refused("Une tranche suivante est libérée", remedy="Défaites d’abord la plus récente.")
    if GrantRelease.objects.filter(pk=release.pk).exclude(undone_at=None).exists():
        raise Raced("Cette libération est déjà défaite", remedy="Rechargez la page.")
    dues.cancel(Due.objects.get(sort="grants", cause=release.pk), reason=told, by=by)
    GrantRelease.objects.filter(pk=release.pk).update(undone_by=by, undone_at=timezone.now(), undone_why=told)
    GrantInstalment.objects.filter(pk=release.instalment_id).update(
        status="planned", asked_by=None, asked_at=None, why=told
    )
    run_sql(PACKAGE, "grants_complete", {"instalments": [release.instalment_id]})
    audit.record(
        "undo_release", INSTALMENT.noun, release.instalment_id, by=by, reason=told, subjects=[release.household_id]
    )
    release.refresh_from_db()


def _subjects(instalments: Sequence[int]) -> list[int]:
    """The households of a few instalments; of many, the trace names the number, and each has its due."""
    if len(instalments) > audit.MOST_SUBJECTS:
        return []
    return list(GrantInstalment.objects.filter(pk__in=instalments).values_list("household", flat=True))


def _planned(instalment: GrantInstalment) -> None:
    current = GrantInstalment.objects.select_for_update().get(pk=instalment.pk)
    if current.status != "planned":
        raise Refused(
            f"La tranche est « {current.get_status_display()} »",
            remedy="Ses pièces ne changent que tant qu’elle est prévue.",
        )


def _trace(verb: str, instalment: GrantInstalment, by: User, after: dict[str, object]) -> None:
    audit.record(verb, INSTALMENT.noun, instalment.pk, by=by, after=after, subjects=[instalment.household_id])

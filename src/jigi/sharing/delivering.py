"""What leaves for a partner: a file sealed to their key, or a page for their machines; every line is recorded first."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyrage
from django.db import connection, transaction

from jigi.foundation import audit, runs
from jigi.foundation.bulk import fetch_sql, give_memory, run_sql
from jigi.foundation.clear import clear_folder
from jigi.foundation.errors import Busy, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.recipients import recipient
from jigi.geography.access import can, require
from jigi.sharing import queries
from jigi.sharing.actions import APPROVE
from jigi.sharing.content import columns_of, lines_of
from jigi.sharing.models import SharingDelivery, SharingPart, SharingRequest, SharingToken
from jigi.sharing.packing import pack
from jigi.sharing.requests import PACKAGE, check_in_force, parameters
from jigi.sharing.states import REQUEST

NOUN = "sharing_delivery"
PART_BYTES = 1 << 20
PAGE_LINES = 500
PAGES_A_MINUTE = 60


@dataclass(frozen=True)
class Page:
    """A page of the API: its delivery, its lines by column, and what asks for the next ("" at the end)."""

    delivery: SharingDelivery
    lines: list[dict[str, str]]
    after: tuple[int, int] | None


@unfenced
def deliver(request: SharingRequest, *, by: User) -> SharingDelivery:
    """Write the file of an approved request and keep it, sealed to the partner's key: CSV, XLSX and their manifest.

    Those who oppose today are left out. Clear text stands in a folder of this work alone, and only while it lasts.
    """
    agreement = request.agreement
    require(by, APPROVE, areas=agreement.areas.all())
    if request.channel != SharingRequest.Channel.FILE:
        raise Refused("Cette demande est servie par l’interface", remedy="Le partenaire la lit par son jeton.")
    REQUEST.check(request, "deliver")
    check_in_force(request)
    title = f"Fichier pour {agreement.partner_name}, demande {request.pk}"[:200]
    with runs.start("sharing.deliver", title, by=by, subject=_subject(request)) as work, transaction.atomic():
        give_memory()
        _one_at_a_time()
        request.refresh_from_db(fields=["status"])
        REQUEST.check(request, "deliver")
        check_in_force(request)
        delivery = SharingDelivery.objects.create(request=request, by=by)
        with work.step("Choix des ménages et des personnes") as step:
            step.rows_out = _disclose(delivery)
        with work.step("Fichiers chiffrés") as step, clear_folder("remise") as place:
            with closing(lines_of(delivery)) as lines:
                packed = pack(delivery, columns_of(request.fields), lines, place)
            _keep(delivery, packed, place)
            step.rows_out = delivery.lines
        REQUEST.move(request, "deliver", by=by)
        _note(delivery, by)
    return delivery


@unfenced
def page_of(request: SharingRequest, token: SharingToken, after: tuple[int, int]) -> Page:
    """The lines of a request that follow a household and a person, at most 500, each recorded as told to the token.

    Refused when the request, its agreement or the token does not run today; Busy when it asks too often.
    """
    if token.revoked_at or token.agreement_id != request.agreement_id or request.status != "approved":
        raise Refused("Cette demande n’est pas ouverte à ce jeton")
    check_in_force(request)
    _check_pace(token)
    with transaction.atomic():
        delivery = SharingDelivery.objects.create(request=request, token=token)
        lines = _disclose(delivery, after, most=PAGE_LINES)
        last = fetch_sql(PACKAGE, "told", {"delivery": delivery.pk})[0]
        names = [column.name for column in columns_of(request.fields)]
        with closing(lines_of(delivery)) as read:
            told = [dict(zip(names, cells, strict=True)) for cells in read]
        _note(delivery, None)
    return Page(delivery, told, (last["last_household"], last["last_person"]) if lines == PAGE_LINES else None)


def may_take(user: User, request: SharingRequest) -> bool:
    """Whether a person may take the file: one of its partner's people, of its places, or who may decide the request."""
    own = queries.is_of_partner(user, request.agreement.partner, request.areas.all())
    return own or can(user, APPROVE, areas=request.agreement.areas.all())


@unfenced
def take(delivery: SharingDelivery, *, by: User) -> None:
    """Note that a person takes the file. Refused when they may not, or when it is no longer kept."""
    if not may_take(by, delivery.request):
        require(by, APPROVE, areas=delivery.request.agreement.areas.all())
    check_in_force(delivery.request)
    if delivery.dropped_on:
        raise Refused("Ce fichier n’est plus gardé ici", remedy="Faites une nouvelle demande.")
    audit.record("take_file", NOUN, delivery.pk, by=by, after={"sha256": delivery.sha256})


@unfenced
def piece(delivery: SharingDelivery, number: int) -> bytes | None:
    """A piece of a file that `take` let out; None after the last."""
    found = SharingPart.objects.filter(delivery=delivery, number=number).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def _disclose(delivery: SharingDelivery, after: tuple[int, int] = (0, 0), most: int | None = None) -> int:
    """Record the lines that a delivery tells, before a word of them is read; returns how many."""
    request = delivery.request
    asked = parameters(request.agreement, request.criteria, list(request.areas.all()), request.as_of)
    delivery.opposed = fetch_sql(PACKAGE, "count", asked)[0]["opposed"] if most is None else 0
    bounds = {"delivery": delivery.pk, "most": most, "after_household": after[0], "after_person": after[1]}
    run_sql(PACKAGE, "disclose", asked | bounds | {"fields": request.fields})
    told = fetch_sql(PACKAGE, "told", {"delivery": delivery.pk})[0]
    delivery.households, delivery.lines = told["households"], told["lines"]
    delivery.save(update_fields=["households", "lines", "opposed"])
    return delivery.lines


def _keep(delivery: SharingDelivery, packed: Path, place: Path) -> None:
    """Seal a file to the partner's key and keep it in pieces; its hash and size are those of what they receive."""
    sealed = place / "remise.age"
    with packed.open("rb") as clear, sealed.open("wb") as written:
        pyrage.encrypt_io(clear, written, [recipient(delivery.request.recipient_key)])
    with sealed.open("rb") as file:
        delivery.sha256, delivery.size = hashlib.file_digest(file, "sha256").hexdigest(), sealed.stat().st_size
        file.seek(0)
        for number, content in enumerate(iter(lambda: file.read(PART_BYTES), b"")):
            SharingPart.objects.create(delivery=delivery, number=number, content=content)
    delivery.save(update_fields=["sha256", "size"])


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sharing.deliver'))")


def _check_pace(token: SharingToken) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sharing_sharingdelivery WHERE token_id = %s AND at > now() - interval '1 minute'",
            [token.pk],
        )
        if cursor.fetchone()[0] >= PAGES_A_MINUTE:
            raise Busy("Trop de pages en une minute", remedy=f"Au plus {PAGES_A_MINUTE} par minute.")


def _note(delivery: SharingDelivery, by: User | None) -> None:
    """One row of the trail: the households are named by the lines of the delivery, which never change."""
    said = {
        "request": delivery.request_id, "agreement": delivery.request.agreement.code, "households": delivery.households,
        "lines": delivery.lines, "fields": sorted(delivery.request.facts_told), "sha256": delivery.sha256,
    }  # fmt: skip
    audit.record("disclose", NOUN, delivery.pk, by=by, after=said)


def _subject(request: SharingRequest) -> str:
    return f"{REQUEST.noun}:{request.pk}"

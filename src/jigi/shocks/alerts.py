"""What is done with alerts: a message taken, one taken by mistake withdrawn; both told to the signal `alert_severity`.

Only messages of status Actual are told; exercises and tests are kept apart. An update or a cancel replaces the messages
it names. The value of an area and a period is the gravest of the alerts in force there then, 0 when there is none left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, run_sql
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.shocks.actions import LOAD, PACKAGE, gather_staged, merge_staged, one_at_a_time
from jigi.shocks.cap import SEVERITIES, Message, read_message
from jigi.shocks.models import Alert, AlertArea
from jigi.shocks.reading import STAGED
from jigi.shocks.zones import Cover, Covered

SIGNAL, SOURCE = "alert_severity", "cap"
DAYS_WITHOUT_END = 7
"""An alert without `expires` is told for so many days: CAP leaves it to who receives."""
LONGEST = {"event": 200, "category": 80}
"""What is kept of texts that the standard leaves without a limit; the whole message is kept beside."""
Target = tuple[int, date, date]


@transaction.atomic
def take(path: str | Path, *, by: User) -> tuple[Alert, bool]:
    """Take the CAP message of a file; returns it, and whether it was known.

    InputError when it is no sound message, or its identity was used with another content; Refused without the right.
    """
    require(by, LOAD)
    message, content = read_message(path)
    one_at_a_time()
    digest = sha256(content).hexdigest()
    known = Alert.objects.filter(sender=message.sender, identifier=message.identifier, sent_at=message.sent).first()
    if known:
        if known.sha256 != digest:
            raise InputError(
                "Un autre message porte déjà cet émetteur, cet identifiant et cette heure", file=path,
                why=f"C’est l’alerte n° {known.pk}", remedy="L’émetteur doit donner un autre identifiant",
            )  # fmt: skip
        return known, True
    alert = _kept(message, content, digest, by)
    AlertArea.objects.bulk_create(_places(alert, Cover().of(message.zones)))
    replaced = _replace(alert, message)
    _tell(alert, [alert, *replaced], alert.sent_at.date())
    audit.record(
        "take", "shocks.alert", alert.pk, by=by,
        after={"identifier": alert.identifier, "sender": alert.sender, "sha256": digest,
               "replaces": [one.pk for one in replaced]},
    )  # fmt: skip
    return alert, False


@transaction.atomic
def withdraw(alert: Alert, *, reason: str, by: User) -> Alert:
    """Take back a message taken by mistake: what it had replaced is in force again, the signal is told anew today."""
    require(by, LOAD)
    if len(reason.strip()) < 5:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")
    one_at_a_time()
    if not Alert.objects.filter(pk=alert.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawn_by=by
    ):
        raise Refused("Cette alerte est déjà retirée", remedy="Rechargez la page.")
    replaced = list(Alert.objects.filter(replaced_by=alert))
    Alert.objects.filter(replaced_by=alert).update(replaced_by=None)
    alert.refresh_from_db()
    _tell(alert, [alert, *replaced], timezone.localdate())
    audit.record("withdraw", "shocks.alert", alert.pk, by=by, reason=reason, after={"gives_back": len(replaced)})
    return alert


def in_force() -> Q:
    """The condition « an alert that counts », whatever the day: real, neither replaced nor withdrawn nor a cancel."""
    return Q(status="Actual", message_type__in=("Alert", "Update"), replaced_by__isnull=True, withdrawn_at__isnull=True)


def period(alert: Alert) -> tuple[date, date]:
    """The days an alert speaks of; without an end, a week."""
    starts = alert.starts_at.astimezone(UTC).date()
    ends = alert.ends_at.astimezone(UTC).date() if alert.ends_at else starts + timedelta(days=DAYS_WITHOUT_END - 1)
    return starts, ends


def _kept(message: Message, content: bytes, digest: str, by: User) -> Alert:
    texts = {name: text[: LONGEST.get(name)] for name, text in message.texts.items()}
    for name, text in (("identifier", message.identifier), ("sender", message.sender)):
        if len(text) > 200:
            raise InputError(f"« {text[:40]}… » est trop long", column=name, remedy="L’émetteur doit le raccourcir")
    return Alert.objects.create(
        identifier=message.identifier, sender=message.sender, sent_at=message.sent, status=message.status,
        message_type=message.kind, references="\n".join(f"{s} {i} {t.isoformat()}" for s, i, t in message.references),
        severity=message.severity, starts_at=message.starts, ends_at=message.ends, content=content, sha256=digest,
        loaded_by=by, **texts,
    )  # fmt: skip


def _places(alert: Alert, covered: Iterable[Covered]) -> list[AlertArea]:
    return [
        AlertArea(alert=alert, area_id=one.area, how=one.how, said=one.said, outline=one.outline) for one in covered
    ]


def _replace(alert: Alert, message: Message) -> list[Alert]:
    """Mark the messages that this one names as replaced, and this one when what replaces it came first."""
    if alert.message_type not in ("Update", "Cancel"):
        _replaced_already(alert)
        return []
    named = Q(pk__in=[])
    for sender, identifier, sent in message.references:
        named |= Q(sender=sender, identifier=identifier, sent_at=sent)
    # An exercise never cancels what is real.
    found = Alert.objects.filter(named, status=alert.status, replaced_by__isnull=True).exclude(pk=alert.pk)
    replaced = list(found)
    Alert.objects.filter(pk__in=[one.pk for one in replaced]).update(replaced_by=alert)
    _replaced_already(alert)
    return replaced


def _replaced_already(alert: Alert) -> None:
    wanted = f"{alert.sender} {alert.identifier} {alert.sent_at.isoformat()}"
    later = Alert.objects.filter(
        status=alert.status, message_type__in=("Update", "Cancel"), withdrawn_at__isnull=True,
        references__contains=f"{alert.sender} {alert.identifier} ",
    ).exclude(pk=alert.pk)  # fmt: skip
    for one in later.order_by("sent_at"):
        if any(_same_reference(said, wanted) for said in one.references.splitlines()):
            alert.replaced_by = one
            alert.save(update_fields=["replaced_by"])
            return


def _same_reference(one: str, other: str) -> bool:
    (first, moment), (second, later) = one.rsplit(" ", 1), other.rsplit(" ", 1)
    return first == second and datetime.fromisoformat(moment) == datetime.fromisoformat(later)


def _tell(alert: Alert, touched: Iterable[Alert], published_on: date) -> None:
    """Write the signal for every place and period of these alerts, as it now is."""
    if alert.status != "Actual" or alert.message_type in ("Ack", "Error"):
        return
    targets = {(place, *period(one)) for one in touched for place in _areas(one)}
    if not targets:
        return
    counting = [
        (period(one), SEVERITIES.get(one.severity, 1), set(_areas(one)))
        for one in _overlapping(targets).prefetch_related("places")
    ]
    run_sql(PACKAGE, "drop_stage")
    run_sql(PACKAGE, "create_stage")
    rows = (
        (0, SIGNAL, "", area, starts, ends, published_on, "observed", "final",
         max((grave for (first, last), grave, areas in counting if area in areas and first <= ends and last >= starts),
             default=0), "", "", None, "")
        for area, starts, ends in sorted(targets)
    )  # fmt: skip
    copy_rows("stage_figure", STAGED, rows)
    gather_staged(SOURCE)
    merge_staged(SOURCE, alert=alert.pk)
    run_sql(PACKAGE, "drop_stage")


def _overlapping(targets: set[Target]) -> QuerySet[Alert]:
    first, last = min(starts for _, starts, _ in targets), max(ends for _, _, ends in targets)
    ended = Q(ends_at__date__gte=first) | Q(
        ends_at__isnull=True, starts_at__date__gte=first - timedelta(days=DAYS_WITHOUT_END)
    )
    return Alert.objects.filter(in_force(), ended, starts_at__date__lte=last)


def _areas(alert: Alert) -> list[int]:
    return [place.area_id for place in alert.places.all() if place.area_id is not None]

"""What is done with alerts: a message taken, one taken by mistake withdrawn; both told to the signal `alert_severity`.

Only messages of status Actual are told; exercises and tests are kept apart. An update or a cancel replaces the messages
it names. The value of an area and a period is the gravest of the alerts in force there then, 0 when there is none left;
what was told of days that a message shares is told anew with it, so that no alert outlives its end in another's days.
"""

from __future__ import annotations

from collections import defaultdict
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
from jigi.shocks.models import Alert, AlertArea, SignalValue
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
    """Take the CAP message of a file; returns it, and whether it was known. One withdrawn by mistake is taken back.

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
        if known.withdrawn_at is None:
            return known, True
        return _taken_back(known, message, by), False
    alert = _kept(message, content, digest, by)
    AlertArea.objects.bulk_create(_places(alert, Cover().of(message.zones)))
    replaced = _replace(alert, message)
    _tell(alert, [alert, *replaced], alert.sent_at.astimezone(UTC).date())
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
    for one in replaced:
        one.replaced_by = None
        _replaced_already(one)  # another message may name it too
    alert.refresh_from_db()
    _tell(alert, [alert, *replaced], timezone.localdate())
    audit.record("withdraw", "shocks.alert", alert.pk, by=by, reason=reason, after={"gives_back": len(replaced)})
    return alert


def in_force() -> Q:
    """The condition « an alert that counts », whatever the day: real, neither replaced nor withdrawn, and no message
    that ends one (a cancel, an all-clear)."""
    return Q(
        status="Actual", message_type__in=("Alert", "Update"), all_clear=False, replaced_by__isnull=True,
        withdrawn_at__isnull=True,
    )  # fmt: skip


def ends_at(alert: Alert) -> datetime:
    """The moment at which an alert is over; without an end, a week after it begins."""
    return alert.ends_at or alert.starts_at + timedelta(days=DAYS_WITHOUT_END)


def period(alert: Alert) -> tuple[date, date]:
    """The days an alert speaks of; without an end, a week."""
    starts = alert.starts_at.astimezone(UTC).date()
    ends = alert.ends_at.astimezone(UTC).date() if alert.ends_at else starts + timedelta(days=DAYS_WITHOUT_END - 1)
    return starts, ends


def _taken_back(alert: Alert, message: Message, by: User) -> Alert:
    """A message that was withdrawn counts again from today."""
    Alert.objects.filter(pk=alert.pk).update(withdrawn_at=None, withdrawn_by=None)
    alert.refresh_from_db()
    replaced = _replace(alert, message)
    _tell(alert, [alert, *replaced], timezone.localdate())
    audit.record(
        "take", "shocks.alert", alert.pk, by=by, reason="Le message retiré est repris",
        after={"replaces": [one.pk for one in replaced]},
    )  # fmt: skip
    return alert


def _kept(message: Message, content: bytes, digest: str, by: User) -> Alert:
    texts = {name: text[: LONGEST.get(name)] for name, text in message.texts.items()}
    for name, text in (("identifier", message.identifier), ("sender", message.sender)):
        if len(text) > 200:
            raise InputError(f"« {text[:40]}… » est trop long", column=name, remedy="L’émetteur doit le raccourcir")
    return Alert.objects.create(
        identifier=message.identifier, sender=message.sender, sent_at=message.sent, status=message.status,
        message_type=message.kind, references="\n".join(f"{s} {i} {t.isoformat()}" for s, i, t in message.references),
        severity=message.severity, starts_at=message.starts, ends_at=message.ends,
        all_clear=message.all_clear, content=content, sha256=digest,
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
    # An exercise never cancels what is real, and nothing is replaced by what was sent before it.
    found = Alert.objects.filter(
        named, status=alert.status, replaced_by__isnull=True, sent_at__lte=alert.sent_at
    ).exclude(pk=alert.pk)
    replaced = list(found)
    Alert.objects.filter(pk__in=[one.pk for one in replaced]).update(replaced_by=alert)
    _replaced_already(alert)
    return replaced


def _replaced_already(alert: Alert) -> None:
    wanted = f"{alert.sender} {alert.identifier} {alert.sent_at.isoformat()}"
    later = Alert.objects.filter(
        status=alert.status, message_type__in=("Update", "Cancel"), withdrawn_at__isnull=True,
        sent_at__gte=alert.sent_at, references__contains=f"{alert.sender} {alert.identifier} ",
    ).exclude(pk=alert.pk).exclude(replaced_by=alert)  # fmt: skip
    for one in later.order_by("sent_at"):
        if any(_same_reference(said, wanted) for said in one.references.splitlines()):
            alert.replaced_by = one
            alert.save(update_fields=["replaced_by"])
            return


def _same_reference(one: str, other: str) -> bool:
    (first, moment), (second, later) = one.rsplit(" ", 1), other.rsplit(" ", 1)
    return first == second and datetime.fromisoformat(moment) == datetime.fromisoformat(later)


def _tell(alert: Alert, touched: Iterable[Alert], published_on: date) -> None:
    """Write the signal for every place and period of these alerts, and for what else was told of those days."""
    if alert.status != "Actual" or alert.message_type in ("Ack", "Error"):
        return
    own = {(place, *period(one)) for one in touched for place in _areas(one)}
    if not own:
        return
    before = _told_before(own)
    targets = own | before.keys()
    counting = [
        (period(one), SEVERITIES.get(one.severity, 1), set(_areas(one)))
        for one in _overlapping(targets).prefetch_related("places")
    ]
    now = {
        (area, starts, ends): float(max(
            (grave for (first, last), grave, areas in counting if area in areas and first <= ends and last >= starts),
            default=0,
        ))
        for area, starts, ends in sorted(targets)
    }  # fmt: skip
    run_sql(PACKAGE, "drop_stage")
    run_sql(PACKAGE, "create_stage")
    # A message that comes late is told after what was told meanwhile, else it would be hidden by it.
    rows = (
        (0, SIGNAL, "", *target, max(published_on, before.get(target, (published_on,))[0]), "observed", "final",
         value, "", "", None, "")
        for target, value in now.items() if target in own or before[target][1] != value
    )  # fmt: skip
    copy_rows("stage_figure", STAGED, rows)
    gather_staged(SOURCE)
    merge_staged(SOURCE, alert=alert.pk)
    run_sql(PACKAGE, "drop_stage")


def _told_before(targets: set[Target]) -> dict[Target, tuple[date, float]]:
    """What was told last, and when, of the periods that share days with some of the same place."""
    first, last = min(starts for _, starts, _ in targets), max(ends for _, _, ends in targets)
    days: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for area, starts, ends in targets:
        days[area].append((starts, ends))
    found = SignalValue.objects.filter(
        signal=SIGNAL, source=SOURCE, superseded_by__isnull=True, area__in=days,
        starts_on__lte=last, ends_on__gte=first,
    )  # fmt: skip
    rows = found.order_by("published_on", "pk").values_list("area_id", "starts_on", "ends_on", "published_on", "value")
    return {
        (area, starts, ends): (published, value)
        for area, starts, ends, published, value in rows
        if any(starts <= until and ends >= since for since, until in days[area])
    }


def _overlapping(targets: set[Target]) -> QuerySet[Alert]:
    first, last = min(starts for _, starts, _ in targets), max(ends for _, _, ends in targets)
    ended = Q(ends_at__date__gte=first) | Q(
        ends_at__isnull=True, starts_at__date__gte=first - timedelta(days=DAYS_WITHOUT_END)
    )
    return Alert.objects.filter(in_force(), ended, starts_at__date__lte=last)


def _areas(alert: Alert) -> list[int]:
    return [place.area_id for place in alert.places.all() if place.area_id is not None]

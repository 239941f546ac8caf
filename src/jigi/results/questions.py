"""Questions that a person keeps: one figure of one view of a dashboard, and the threshold past which they are told.

The worker compares every hour, in what the person sees that hour: who has lost the view is told nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.results import dashboard, following, queries
from jigi.results.models import Question

MOST = 50
ORDERS = {
    "orders": "ordres", "paid": "ordres payés", "paid_xof": "francs payés", "on_time": "ordres payés à temps",
    "late": "ordres payés en retard", "back": "ordres revenus sans paiement", "waiting": "ordres en attente",
    "arrears": "rappels", "median_days": "jours avant le paiement (médiane)",
}  # fmt: skip
STEPS = {
    "step_registered": "ménages au registre", "step_selected": "ménages retenus", "step_enrolled": "ménages inscrits",
    "step_paid": "ménages payés",
}  # fmt: skip
EVENTS = {"event_sessions": "séances tenues", "event_nutrition": "rations remises", "event_works": "jours de travail"}
FIGURES = {
    "place": {**STEPS, **ORDERS}, "agreement": ORDERS, "agency": ORDERS, "operator": EVENTS,
}  # fmt: skip
"""What may be asked of each view: code and French name."""


@dataclass(frozen=True)
class View:
    """A filtered view of a dashboard: a place and programme, or who is followed (`code`), in a place or everywhere."""

    kind: str
    code: str = ""
    place: Area | None = None
    programme: str = ""


def keep(name: str, view: View, figure: str, *, above: bool, threshold: int, by: User) -> Question:
    """Keep a question. Refused when its view is not one that this person sees."""
    said = " ".join(name.split())
    if not 3 <= len(said) <= 120:
        raise Refused("Le nom tient en 3 à 120 caractères", remedy="Dites ce que vous surveillez.")
    if figure not in FIGURES.get(view.kind, {}):
        raise Refused("Ce chiffre n’est pas de cette vue", remedy="Choisissez-en un de la liste.")
    if threshold < 0:
        raise Refused("Le seuil est un nombre positif", remedy="Écrivez-le en chiffres.")
    if not _sees(by, view):
        raise Refused("Cette vue n’est pas de vos lieux", remedy="Gardez-en une que vous voyez.")
    with transaction.atomic():
        if Question.objects.filter(by=by).count() >= MOST:
            raise Refused(f"Vous gardez déjà {MOST} questions", remedy="Effacez-en une.")
        kept = Question.objects.create(
            name=said, view=view.kind, code=view.code, place=view.place, programme=view.programme, figure=figure,
            above=above, threshold=threshold, by=by,
        )  # fmt: skip
        audit.record("keep", "results_question", kept.pk, by=by, after={"figure": figure, "threshold": threshold})
        compare(kept)
    return kept


def see(question: Question, *, by: User) -> None:
    """Say that one has seen its alert: it is not shown again until the figure comes back and passes anew."""
    _own(question, by)
    if Question.objects.filter(pk=question.pk, raised_at__isnull=False, seen_at=None).update(seen_at=timezone.now()):
        audit.record("see_alert", "results_question", question.pk, by=by)


def forget(question: Question, *, by: User) -> None:
    """Take a question away; the audit keeps that it was there."""
    _own(question, by)
    with transaction.atomic():
        audit.record("forget", "results_question", question.pk, by=by, before={"name": question.name})
        question.delete()


def compare(question: Question) -> None:
    """Hold the figure of now against the threshold; an alert is raised when it passes, and ends when it is back."""
    value, now = value_of(question), timezone.now()
    past = value is not None and (value > question.threshold if question.above else value < question.threshold)
    question.value, question.checked_at = value, now
    if past and question.raised_at is None:
        question.raised_at, question.raised_value, question.seen_at = now, value, None
        audit.record("alert", "results_question", question.pk, by=None, after={"value": value})
    elif not past:
        question.raised_at = question.raised_value = question.seen_at = None
    question.save(update_fields=["value", "checked_at", "raised_at", "raised_value", "seen_at"])


def compare_all() -> int:
    """Every question, each in the sight of who keeps it and as they keep it now; returns how many alerts are live."""
    asked = Question.objects.select_related("by", "place").select_for_update(of=("self",))
    for number in list(Question.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            one = asked.filter(pk=number).first()
            if one is not None:  # forgotten meanwhile
                compare(one)
    return Question.objects.filter(raised_at__isnull=False).count()


def of(user: User) -> QuerySet[Question]:
    """One's own."""
    return Question.objects.filter(by=user).select_related("by", "place").order_by("-pk")


def raised(user: User) -> list[Question]:
    """Those whose alert one has not seen, of the views that one still sees."""
    return [one for one in of(user).filter(raised_at__isnull=False, seen_at=None) if in_sight(one)]


def in_sight(question: Question) -> bool:
    """Whether who keeps a question sees its view now: what was compared an hour ago is not shown otherwise."""
    return _sees(question.by, _view(question))


def value_of(question: Question) -> int | None:
    """The figure as who asks sees it now; None when they do not see the view, or nothing is counted."""
    view = _view(question)
    if not _sees(question.by, view):
        return None
    if view.kind == "operator":
        told = following.events(following.events_seen(question.by, view.code, view.place))
        return next((one.done for one in told if f"event_{one.sort}" == question.figure), 0)
    if question.figure in STEPS:
        assert view.place is not None, "a step is counted in a place"
        steps = dashboard.funnel(question.by, view.place, view.programme)
        return int(getattr(steps, question.figure.removeprefix("step_")))
    sort = "" if view.kind == "place" else view.kind
    found = following.orders_seen(question.by, sort, view.code, view.place)
    counted = following.orders(found.filter(programme=view.programme) if view.programme else found)
    value: int | None = getattr(counted, question.figure)
    return value


def _view(question: Question) -> View:
    return View(question.view, question.code, question.place, question.programme)


def _sees(user: User, view: View) -> bool:
    places = queries.places_of(user)
    inside = view.place is None or any(view.place.path.startswith(one.path) for one in places)
    if view.kind == "place":
        known = not view.programme or view.programme in dashboard.programmes(user)
        return view.place is not None and inside and known and not view.code
    return inside and not view.programme and view.code in dict(following.subjects(user, view.kind))


def _own(question: Question, by: User) -> None:
    if question.by_id != by.pk:
        raise Refused("Cette question est à une autre personne", remedy="Gardez la vôtre.")

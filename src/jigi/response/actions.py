"""The decision to help: prepared with its places and reasons, asked, decided by another person, prolonged by two hands.

What the database refuses of it is in sql/decision.sql (facts, places, sunset) and sql/ceiling.sql (rounds).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.programmes.models import Agreement, Component
from jigi.programmes.terms import terms_on
from jigi.response.access import PREPARE, places, require_decide, require_prepare
from jigi.response.models import Activation, ActivationArea, Hand, Lesson, Renewal
from jigi.response.states import ACTIVATION
from jigi.shocks.models import Alert, Trigger

LONGEST_REASON = 500
LONGEST_REFERENCE = 160


@dataclass(frozen=True)
class Said:
    """A response as somebody prepares it; it starts and ends on two days, `ceiling_xof` at most is released."""

    number: str
    title: str
    hazard: str
    signalled_on: date
    request_reference: str
    plan_reference: str
    ceiling_xof: int
    starts_on: date
    sunset_on: date
    reasons: str


def prepare(
    said: Said, agreement: Agreement, *, by: User, trigger: Trigger | None = None, alert: Alert | None = None
) -> Activation:
    """A response in preparation, without a place yet. Refused where the agreement can't pay it."""
    require(by, PREPARE)
    asked = _checked(said, agreement)
    if Activation.objects.filter(number=asked.number).exists():
        raise Refused(f"La réponse « {asked.number} » existe déjà", remedy="Ouvrez-la, ou donnez un autre numéro.")
    with transaction.atomic():
        made = Activation.objects.create(agreement=agreement, trigger=trigger, alert=alert, made_by=by, **asdict(asked))
        _hand(made, by)
        audit.record("prepare", ACTIVATION.noun, made.pk, by=by, after=_facts(made))
    return made


def correct(activation: Activation, said: Said, agreement: Agreement, *, by: User) -> None:
    """Say the facts of a response otherwise, while it is in preparation; its number stays."""
    require_prepare(by, activation)
    asked = asdict(_checked(replace(said, number=activation.number), agreement))
    with transaction.atomic():
        held = _draft(activation)
        before = _facts(held)
        _hand(held, by)
        Activation.objects.filter(pk=held.pk).update(agreement=agreement, **asked)
        activation.refresh_from_db()
        audit.record("correct", ACTIVATION.noun, held.pk, by=by, before=before, after=_facts(activation))


def set_area(
    activation: Activation, area: Area, *, kept: bool, proposed: bool, reason: str, in_need: int | None = None, by: User
) -> ActivationArea:
    """Keep a place or leave it out, with the reason: a rule proposed it or not, a person decides.

    Saying it again replaces what was said. `in_need`: people in phases 3 to 5 there. Refused once it is asked.
    """
    require_prepare(by, activation)
    require(by, PREPARE, areas=[area])
    why = _said(reason)
    if area.level not in (Area.Level.REGION, Area.Level.CERCLE, Area.Level.COMMUNE):
        raise Refused(f"{area.name} n’est ni une région, ni un cercle, ni une commune")
    if in_need is not None and in_need < 0:
        raise Refused("Un nombre de personnes n’est pas négatif", remedy="Laissez-le vide s’il n’est pas connu.")
    with transaction.atomic():
        _hand(_draft(activation), by)
        choice = {"kept": kept, "proposed": proposed, "reason": why, "in_need": in_need}
        made, _ = ActivationArea.objects.update_or_create(activation=activation, area=area, defaults=choice)
        after = {"area": area.code, "kept": kept, "proposed": proposed}
        audit.record("set_area", ACTIVATION.noun, activation.pk, by=by, after=after, reason=why)
    return made


def remove_area(line: ActivationArea, *, by: User) -> None:
    """Take back a place that was written by mistake, while the response is in preparation."""
    require_prepare(by, line.activation)
    with transaction.atomic():
        _hand(_draft(line.activation), by)
        before = {"area": line.area.code, "kept": line.kept}
        audit.record("remove_area", ACTIVATION.noun, line.activation_id, by=by, before=before, reason=line.reason)
        line.delete()


def ask(activation: Activation, *, by: User) -> None:
    """Ask for the decision: from here nothing of it changes. Refused without a place that is kept, or with places of
    which one holds another."""
    require_prepare(by, activation)
    kept = places(activation)
    if not kept:
        raise Refused("Aucun lieu n’est retenu", remedy="Retenez au moins un lieu, avec son motif.")
    for inner in kept:
        if outer := next((one for one in kept if one.pk != inner.pk and inner.path.startswith(one.path)), None):
            raise Refused(
                f"{inner.name} est déjà dans {outer.name}",
                remedy="Ôtez l’un des deux : ses ménages compteraient deux fois.",
            )
    with transaction.atomic():
        _hand(activation, by)
        ACTIVATION.move(activation, "ask", by=by, asked_at=timezone.now())


def send_back(activation: Activation, *, reason: str, by: User) -> None:
    """Give a response back to who prepares it, to be corrected."""
    require_decide(by, activation)
    ACTIVATION.move(activation, "send_back", by=by, reason=_said(reason), asked_at=None)


def activate(activation: Activation, *, decision: str, by: User) -> None:
    """Decide the response: another person than who prepared it, with the words of the decision."""
    require_decide(by, activation)
    if activation.sunset_on < timezone.localdate():
        raise Refused("La fin prévue est déjà passée", remedy="Renvoyez la demande : il faut une fin à venir.")
    _check_money(activation.ceiling_xof, activation.agreement)
    _decided(activation, "activate", decision, by)


def refuse(activation: Activation, *, decision: str, by: User) -> None:
    """Refuse the response, with the reasons."""
    require_decide(by, activation)
    _decided(activation, "refuse", decision, by)


def cancel(activation: Activation, *, reason: str, by: User) -> None:
    """Give up a response that nobody has decided."""
    require_prepare(by, activation)
    ACTIVATION.move(activation, "cancel", by=by, reason=_said(reason))


def ask_renewal(activation: Activation, becomes: date, *, reason: str, by: User) -> Renewal:
    """Ask for a later end, while the response is in force: another person confirms it."""
    require_prepare(by, activation)
    why = _said(reason)
    if activation.status != "active":
        raise Refused("Seule une réponse en cours se prolonge")
    if becomes <= max(activation.sunset_on, timezone.localdate()):
        raise Refused(
            f"La réponse va déjà jusqu’au {activation.sunset_on:%d/%m/%Y}", remedy="Demandez une fin plus tardive."
        )
    with transaction.atomic():
        if activation.renewals.filter(confirmed=None).exists():
            raise Refused("Une prolongation attend déjà d’être décidée", remedy="Faites-la d’abord décider.")
        _hand(activation, by)
        made = Renewal.objects.create(
            activation=activation, was=activation.sunset_on, becomes=becomes, reason=why, asked_by=by
        )
        after = {"until": becomes.isoformat()}
        audit.record("ask_renewal", ACTIVATION.noun, activation.pk, by=by, after=after, reason=why)
    return made


def decide_renewal(renewal: Renewal, *, confirmed: bool, by: User) -> None:
    """Confirm a later end, or refuse it: by a person who had no hand in the response nor in this request. Confirmed,
    the sunset moves."""
    activation = Activation.objects.get(pk=renewal.activation_id)
    require_decide(by, activation)
    with transaction.atomic():
        held = Activation.objects.select_for_update(no_key=True).get(pk=activation.pk)
        if confirmed and (held.status != "active" or held.sunset_on != renewal.was):
            raise Refused("La réponse a changé depuis la demande", remedy="Refusez-la et demandez-en une autre.")
        signed = {"confirmed": confirmed, "decided_by": by, "decided_at": timezone.now()}
        if not Renewal.objects.filter(pk=renewal.pk, confirmed=None).update(**signed):
            raise Refused("Cette prolongation est déjà décidée", remedy="Rechargez la page.")
        if confirmed:
            Activation.objects.filter(pk=held.pk).update(sunset_on=renewal.becomes)
        verb = "confirm_renewal" if confirmed else "refuse_renewal"
        audit.record(verb, ACTIVATION.noun, held.pk, by=by, after={"until": renewal.becomes.isoformat()})


def write_lesson(activation: Activation, text: str, *, action: str = "", by: User) -> Lesson:
    """What was learnt, and what should change: of a response that was decided, closed or not."""
    require_prepare(by, activation)
    if activation.status not in ("active", "closed"):
        raise Refused("On n’apprend que d’une réponse décidée")
    if not text.strip():
        raise Refused("Quelle leçon ?", remedy="Écrivez ce qui a été appris.")
    with transaction.atomic():
        made = Lesson.objects.create(activation=activation, text=text.strip(), action=action.strip(), made_by=by)
        audit.record("write_lesson", ACTIVATION.noun, activation.pk, by=by, after={"number": made.pk})
    return made


def withdraw_lesson(lesson: Lesson, *, reason: str, by: User) -> None:
    """Withdraw a lesson that was wrong: it stays readable as withdrawn."""
    require_prepare(by, lesson.activation)
    why = _said(reason)
    with transaction.atomic():
        if not Lesson.objects.filter(pk=lesson.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
            raise Refused("Cette leçon est déjà retirée", remedy="Rechargez la page.")
        before = {"number": lesson.pk}
        audit.record("withdraw_lesson", ACTIVATION.noun, lesson.activation_id, by=by, before=before, reason=why)


def _decided(activation: Activation, verb: str, decision: str, by: User) -> None:
    words = decision.strip()
    if not words:
        raise Refused("Une décision se motive", remedy="Écrivez les motifs de la décision.")
    signed: dict[str, Any] = {"decision": words, "decided_by": by, "decided_at": timezone.now()}
    ACTIVATION.move(activation, verb, by=by, reason=words[:LONGEST_REASON], **signed)


def _checked(said: Said, agreement: Agreement) -> Said:
    texts = {name: getattr(said, name).strip() for name in _TEXTS}
    if missing := [french for name, french in _TEXTS.items() if not texts[name]]:
        raise Refused(f"Il manque : {', '.join(missing)}", remedy="Remplissez chaque champ de la demande.")
    for name in ("request_reference", "plan_reference"):
        if len(texts[name]) > LONGEST_REFERENCE:
            raise Refused(f"Trop long : {_TEXTS[name]}", remedy=f"Au plus {LONGEST_REFERENCE} caractères.")
    if said.hazard not in Activation.Hazard.values:
        raise Refused("Quel choc ?", remedy="Choisissez-le dans la liste.")
    if said.sunset_on <= said.starts_on:
        raise Refused("La fin prévue doit suivre le début", remedy="Corrigez les deux jours.")
    if said.signalled_on > timezone.localdate():
        raise Refused("Le signal est daté d’un jour à venir", remedy="Donnez le jour où il a été connu.")
    _check_money(said.ceiling_xof, agreement)
    return replace(said, **{**texts, "number": texts["number"][:40], "title": texts["title"][:200]})


def _check_money(ceiling_xof: int, agreement: Agreement) -> None:
    if ceiling_xof <= 0:
        raise Refused("Le plafond doit être positif", remedy="Écrivez-le en francs entiers.")
    if not agreement.funding_lines.filter(component__kind=Component.Kind.EMERGENCY).exists():
        raise Refused(
            f"La convention {agreement} ne finance aucune composante d’urgence",
            remedy="Choisissez une convention qui en finance une, ou chargez le programme d’urgence.",
        )
    signed = terms_on(agreement, timezone.localdate()).amount_xof
    if ceiling_xof > signed:
        raise Refused(
            f"Le plafond dépasse la convention, signée pour {format_xof(signed)}",
            remedy="Baissez le plafond, ou choisissez une autre convention.",
        )


_TEXTS = {
    "number": "le numéro", "title": "l’intitulé", "request_reference": "la demande de mise en œuvre",
    "plan_reference": "le plan national de réponse", "reasons": "les motifs",
}  # fmt: skip


def _hand(activation: Activation, by: User) -> None:
    """Keep that a person had a part in the request, which they will not decide."""
    Hand.objects.get_or_create(activation=activation, user=by)


def _draft(activation: Activation) -> Activation:
    held = Activation.objects.select_for_update(no_key=True).get(pk=activation.pk)
    if held.status != "draft":
        raise Refused(
            f"La réponse {held.number} est « {held.get_status_display()} » : ses faits et ses lieux ne changent plus",
            remedy="Faites-la renvoyer, si elle n’est pas décidée.",
        )
    return held


def _facts(one: Activation) -> dict[str, Any]:
    return {
        "number": one.number, "agreement": one.agreement_id, "ceiling_xof": one.ceiling_xof,
        "until": one.sunset_on.isoformat(),
    }  # fmt: skip


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("Pourquoi ?", remedy="Écrivez le motif.")
    return reason.strip()[:LONGEST_REASON]

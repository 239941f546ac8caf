"""Exercises: those there are, drawing one, its list of people to ask, and the answer of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.cells import as_decimal, as_integer
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.payments import queries as payments
from jigi.payments.models import PaymentRound
from jigi.verification import actions, queries
from jigi.verification.actions import Draw
from jigi.verification.models import Check, Exercise
from jigi.verification.rules import CONFIDENCES, Precision
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in, user_of
from jigi.web.submissions import carry_out

RIGHT = actions.RIGHT
TONES = {"received": "ok", "not_received": "bad", "other_amount": "bad", "unknown": "wait"}
LIST = Listing(
    noun=("vérification", "vérifications"),
    file_name="verifications",
    columns=(
        Column("tour", "Tour", lambda one: one.payment_round.label, sort="id",
               link=lambda one: reverse("verification", args=[one.pk])),
        Column("programme", "Programme", lambda one: one.payment_round.component.programme.name),
        Column("moyen", "Moyen", lambda one: one.get_mode_display()),
        Column("payes", "Ordres payés", lambda one: one.population, kind="number"),
        Column("tires", "À vérifier", lambda one: one.drawn, kind="number"),
        Column("repondu", "Répondu", lambda one: one.answered, kind="number"),
        Column("tire", "Tirée le", lambda one: one.made_at, kind="moment", sort="made_at"),
        Column("par", "Par", lambda one: one.made_by),
        Column("terminee", "Terminée le", lambda one: one.closed_at, kind="moment"),
    ),
    order="-tire",
    empty="Aucune vérification. Ouvrez un tour libéré et choisissez « Vérifier auprès des ménages ».",
)  # fmt: skip


def exercises(request: HttpRequest) -> HttpResponseBase:
    """All the exercises on rounds that the person sees, and the rounds that can be verified."""
    user = _person(request)
    rounds = payments.visible_to(user).filter(status__in=("released", "closed"))[:12]
    context = {"rounds": rounds if can(user, RIGHT) else [], "waiting": _waiting(user)}
    return LIST.respond(request, queries.exercises_visible_to(user), "verification/exercises.html", context)


def drawing(request: HttpRequest, pk: int) -> HttpResponse:
    """What an exercise of a round would ask, with its size; posted, it is drawn."""
    user = _person(request)
    shown = get_object_or_404(payments.visible_to(user), pk=pk)
    if not can(user, RIGHT, programme=shown.component.programme.code):
        raise Http404
    error: JigiError | None = None
    if request.method == "POST":
        made: list[Exercise] = []

        def act() -> str:
            made.append(actions.draw(shown, _asked(request, shown), by=user))
            return "Le tirage est fait : voici qui interroger."

        carry_out(request, act)
        return redirect("verification", made[0].pk) if made else redirect("verifications")
    try:
        asked = _asked(request, shown)
        orders, villages, size = actions.sized(shown, asked)
    except JigiError as refused:
        error, asked = refused, Draw("phone")
        orders, villages, size = actions.sized(shown, asked)
    context = {
        "round": shown, "asked": asked, "orders": orders, "villages": villages, "size": size, "error": error,
        "communes": payments.communes_seen(user, shown), "modes": Exercise.Mode.choices, "confidences": CONFIDENCES,
        "said": request.GET, "excluded": asked.excluded,
    }  # fmt: skip
    return render(request, "verification/drawing.html", context)


def exercise(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One exercise: what was answered, its estimates, and the people to ask."""
    user = _person(request)
    shown = get_object_or_404(queries.exercises_visible_to(user), pk=pk)
    checks = queries.checks_visible_to(user).filter(exercise=shown)
    found = queries.answered(shown)
    french = dict(Check.Result.choices)
    context = {
        "exercise": shown,
        "found": found,
        "rows": [
            {"label": french[code], "code": code, "tone": TONES[code], "count": found.counts.get(code, 0),
             "estimate": _points(found.estimates.get(code))}
            for code in TONES
        ],
        "exclusions": shown.exclusions.select_related("commune"),
        "may": can(user, RIGHT, programme=shown.payment_round.component.programme.code) and not shown.closed_at,
    }  # fmt: skip
    return _checks(shown).respond(request, checks, "verification/exercise.html", context)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End an exercise."""
    user = _person(request)
    shown = get_object_or_404(queries.exercises_visible_to(user), pk=pk)

    def act() -> str:
        actions.close(shown, by=user)
        return "La vérification est terminée : ses réponses ne changent plus."

    carry_out(request, act)
    return redirect("verification", pk)


def check(request: HttpRequest, pk: int) -> HttpResponse:
    """One order to verify and what the person says; posted, it is kept and the next one follows."""
    user = _person(request)
    shown = get_object_or_404(queries.checks_visible_to(user), pk=pk)
    if request.method == "POST":
        carry_out(request, lambda: _answer(request, shown, user))
        following = _next(shown, user)
        return (
            redirect("verification_check", following.pk) if following else redirect("verification", shown.exercise_id)
        )
    audit.read("see", "verification_check", shown.pk, by=user, subjects=[shown.household_id])
    context = {
        "check": shown, "results": [choice for choice in Check.Result.choices if choice[0]],
        "today": timezone.localdate(), "next": _next(shown, user),
        "may": can(user, RIGHT, areas=[shown.commune], programme=shown.component.programme.code)
        and not shown.exercise.closed_at,
    }  # fmt: skip
    return render(request, "verification/check.html", context)


def _answer(request: HttpRequest, shown: Check, user: User) -> str:
    said = request.POST
    try:
        on = date.fromisoformat(said.get("le", ""))
        told = as_integer(said["autre"]) if said.get("autre", "").strip() else None
    except ValueError:
        raise Refused(
            "La date ou le montant n’est pas lisible", remedy="La date est un jour, le montant un nombre de FCFA."
        ) from None
    kept = actions.answer(shown, said.get("resultat", ""), on=on, by=user, told_xof=told, note=said.get("note", ""))
    return f"{shown.reference} : {kept.get_result_display()}."


def _asked(request: HttpRequest, shown: PaymentRound) -> Draw:
    """What the form, or the address, asks to draw. Refused where a figure is none."""
    said = request.POST if request.method == "POST" else request.GET
    excluded = {number_in(pk): said.get("motif", "") for pk in said.getlist("ecarter")}
    communes = set(shown.communes.values_list("commune", flat=True))
    if set(excluded) - communes:
        raise Refused("Une commune écartée n’est pas de ce tour", remedy="Rechargez la page.")
    try:
        precision = Precision(
            confidence=as_integer(said.get("confiance") or "95"), margin=float(as_decimal(said.get("marge") or "5")),
            expected=float(as_decimal(said.get("part") or "50")), effect=float(as_decimal(said.get("effet") or "1")),
        )  # fmt: skip
        per_village = as_integer(said["village"]) if said.get("village", "").strip() else None
    except ValueError:
        raise Refused("Un des nombres n’en est pas un", remedy="Écrivez par exemple 95, 5 et 50.") from None
    wanted = Draw(said.get("moyen") or "phone", said.get("tous") == "oui", precision, per_village, excluded)
    actions.refuse_unsound(wanted, communes, reasons=request.method == "POST")
    return wanted


def _points(estimate: Any) -> str:
    """« 92,0 % (de 88,1 à 95,0 %) »."""
    if estimate is None:
        return ""
    share, low, high = (f"{100 * one:.1f}".replace(".", ",") for one in (estimate.share, estimate.low, estimate.high))
    return f"{share} % (de {low} à {high} %)"


def _checks(shown: Exercise) -> Listing:
    return Listing(
        noun=("ordre", "ordres"),
        file_name=f"verification-{shown.pk}",
        columns=(
            Column("rang", "Rang", lambda one: one.rank, kind="number", sort="rank", link=_check_page),
            Column("reference", "Référence", lambda one: one.reference),
            Column("rsu", "N° RSU", lambda one: one.household.rsu),
            Column("allocataire", "Allocataire", lambda one: one.recipient),
            Column("commune", "Commune", lambda one: one.commune.name),
            Column("village", "Village", lambda one: one.village.name if one.village else ""),
            Column("montant", "FCFA", lambda one: one.amount_xof, kind="xof"),
            Column("resultat", "Réponse", lambda one: one.get_result_display(), cell=_result),
            Column("dit", "Montant dit", lambda one: one.told_xof, kind="xof"),
            Column("le", "Demandé le", lambda one: one.asked_on, kind="day"),
            Column("note", "Observation", lambda one: one.note, on_screen=False),
        ),
        order="rang",
        filters=(
            Filter("resultat", "Réponse", _with_result,
                   [("attente", "à demander"), *[choice for choice in Check.Result.choices if choice[0]]]),
            Filter("commune", "Commune", _in_commune, _communes_of(shown)),
        ),
        empty="Aucun de ces ordres n’est dans vos communes.",
        subject=lambda one: one.household_id,
    )  # fmt: skip


def _communes_of(shown: Exercise) -> list[tuple[str, str]]:
    found = shown.checks.order_by("commune__name").values_list("commune", "commune__name").distinct()
    return [(str(pk), name) for pk, name in found]


def _with_result(checks: QuerySet[Check], code: str) -> QuerySet[Check]:
    return checks.filter(result="" if code == "attente" else code)


def _in_commune(checks: QuerySet[Check], pk: str) -> QuerySet[Check]:
    return checks.filter(commune=int(pk))


def _check_page(one: Check) -> str:
    return reverse("verification_check", args=[one.pk])


def _result(one: Check) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES.get(one.result, ""), one.get_result_display())


def _next(shown: Check, user: User) -> Check | None:
    waiting = queries.checks_visible_to(user).filter(exercise=shown.exercise, result="").exclude(pk=shown.pk)
    ordered = waiting.order_by("rank")
    return ordered.filter(rank__gt=shown.rank).first() or ordered.first()


def _waiting(user: User) -> int:
    return queries.findings_visible_to(user).filter(closed_at__isnull=True).count()


def _person(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, "payments.see"):
        raise Http404
    return user

"""/paiements/suspensions/: communes left out of rounds for insecurity, asked by one person and confirmed by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.payments import suspensions
from jigi.payments.models import CommuneSuspension
from jigi.payments.states import SUSPENSION
from jigi.programmes.models import Component
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.payments.sight import person, person_with
from jigi.web.submissions import carry_out

Suspensions = QuerySet[CommuneSuspension]
RIGHTS = {"confirm": "payments.approve", "withdraw": "payments.prepare", "lift": "payments.approve"}
TONES = {"asked": "wait", "confirmed": "bad", "lifted": "ok", "withdrawn": ""}


@dataclass(frozen=True)
class Act:
    """A button on a suspension; `why_not` says why this person can't press it."""

    verb: str
    label: str
    why_not: str


def listed(request: HttpRequest) -> HttpResponseBase:
    """The suspensions in the person's places and programmes, the last asked first."""
    user = person_with(request, "payments.see")
    context = {"may_ask": can(user, "payments.prepare")}
    return LISTING.respond(request, suspensions.visible_to(user), "payments/suspensions.html", context)


def asking(request: HttpRequest) -> HttpResponse:
    """The form; posting it asks for a suspension, and leads to its page."""
    user = person_with(request, "payments.prepare")
    components = _components(user)
    chosen = request.POST.get("composante") or request.GET.get("composante", "")
    component = next((one for one in components if str(one.pk) == chosen), None)
    if chosen and component is None:
        raise Http404
    if request.method == "POST":
        return _asked(request, user, component)
    context = {
        "components": components, "component": component, "today": timezone.localdate(),
        "communes": _communes(component, user) if component else [],
    }  # fmt: skip
    return render(request, "payments/suspension_form.html", context)


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """One suspension: who decided it, and what may follow."""
    one, user = _seen(request, pk), person(request)
    context = {
        "one": one,
        "chip": _chip(one),
        "acts": [
            Act(step.verb, step.label, _why_not(one, step.verb, user)) for step in SUSPENSION.possible(one.status)
        ],
        "history": [
            (event, verb_word(event.verb, SUSPENSION.noun)) for event in audit.history(SUSPENSION.noun, one.pk)
        ],
        "today": timezone.localdate(),
    }
    return render(request, "payments/suspension.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm, withdraw or lift a suspension."""
    one, user = _seen(request, pk), person(request)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("commune_suspension", pk)


def _asked(request: HttpRequest, user: User, component: Component | None) -> HttpResponse:
    made: list[CommuneSuspension] = []

    def do() -> str:
        commune = _communes(component, user).filter(pk=_number(request.POST.get("commune", ""))).first()
        if component is None or commune is None:
            raise Refused("Quelle commune ?", remedy="Choisissez une commune de la composante.")
        starts_on = _day(request.POST.get("du", ""))
        reason = request.POST.get("motif", "")
        made.append(suspensions.ask(component, commune, starts_on=starts_on, reason=reason, by=user))
        return f"La suspension de {commune.name} est demandée : une autre personne doit la confirmer."

    carry_out(request, do)
    return redirect("commune_suspension", made[0].pk) if made else redirect("commune_suspensions")


def _confirm(request: HttpRequest, one: CommuneSuspension, by: User) -> str:
    suspensions.confirm(one, by=by)
    return f"{one.commune.name} est suspendue : aucun tour ne la paie, et ses échéances l’attendent."


def _withdraw(request: HttpRequest, one: CommuneSuspension, by: User) -> str:
    suspensions.withdraw(one, reason=request.POST.get("motif", ""), by=by)
    return "La demande est retirée : rien n’a changé pour la commune."


def _lift(request: HttpRequest, one: CommuneSuspension, by: User) -> str:
    ends_on = _day(request.POST.get("jour", ""))
    suspensions.lift(one, ends_on=ends_on, reason=request.POST.get("motif", ""), by=by)
    return f"La suspension de {one.commune.name} est levée : ouvrez-lui les échéances qu’elle a manquées."


ACTS: dict[str, Callable[[HttpRequest, CommuneSuspension, User], str]] = {
    "confirm": _confirm, "withdraw": _withdraw, "lift": _lift,
}  # fmt: skip


def _seen(request: HttpRequest, pk: int) -> CommuneSuspension:
    found = suspensions.visible_to(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _why_not(one: CommuneSuspension, verb: str, user: User) -> str:
    if not can(user, RIGHTS[verb], areas=[one.commune], programme=one.component.programme.code):
        return "Votre affectation ne permet pas ce geste dans cette commune."
    if verb == "confirm" and one.asked_by_id == user.pk:
        return "Vous avez demandé cette suspension : une autre personne doit la confirmer."
    return ""


def _components(user: User) -> list[Component]:
    known = (
        Component.objects.filter(kind__in=Component.PAID)
        .select_related("programme")
        .order_by("programme__name", "code")
    )
    return [one for one in known if can(user, "payments.prepare", programme=one.programme.code)]


def _communes(component: Component | None, user: User) -> QuerySet[Area]:
    if component is None:
        return Area.objects.none()
    own = Area.objects.filter(communes_with(user, "payments.prepare", programme=component.programme.code))
    return own.filter(pk__in=component.communes.values("commune")).order_by("name")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"« {text} » n’est pas une date", remedy="Écrivez-la comme 2015-03-31.") from None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _chip(one: CommuneSuspension) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


def _in_state(found: Suspensions, status: str) -> Suspensions:
    return found.filter(status=status)


def _named(found: Suspensions, text: str) -> Suspensions:
    return found.filter(commune__name__icontains=text)


LISTING = Listing(
    noun=("suspension", "suspensions"),
    file_name="suspensions-de-communes",
    columns=(
        Column(
            "commune", "Commune", lambda s: s.commune.name, sort="commune__name",
            link=lambda s: reverse("commune_suspension", args=[s.pk]),
        ),
        Column("composante", "Composante", lambda s: f"{s.component.programme.name} · {s.component.name}"),
        Column("etat", "État", lambda s: s.get_status_display(), sort="status", cell=_chip),
        Column("du", "À partir du", lambda s: s.starts_on, kind="day", sort="starts_on"),
        Column("au", "Jusqu’au", lambda s: s.ends_on, kind="day"),
        Column("motif", "Motif", lambda s: s.reason),
        Column("demandee", "Demandée par", lambda s: s.asked_by),
        Column("confirmee", "Confirmée par", lambda s: s.confirmed_by or ""),
        Column("levee", "Levée par", lambda s: s.ended_by or ""),
        Column("demandee_le", "Demandée le", lambda s: s.asked_at, kind="day", sort="asked_at"),
    ),
    order="-demandee_le",
    filters=(
        Filter("commune", "Commune", _named, placeholder="nom"),
        Filter("etat", "État", _in_state, SUSPENSION.choices),
    ),
    empty="Aucune commune suspendue dans votre affectation.",
)  # fmt: skip

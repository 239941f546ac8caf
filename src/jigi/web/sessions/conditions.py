"""/seances/conditions/: what attendance changes, term by term: proposed, decided by another, told, appealed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import DECIDE, PLAN, may
from jigi.delivery.sessions import appeals, conditions, letters_of
from jigi.delivery.sessions.models import Condition, ConditionAppeal, ConditionFinding, ConditionReview
from jigi.delivery.sessions.states import APPEAL, REVIEW
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.payments.queries import frozen_in
from jigi.payments.suspensions import spans_of
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted, day
from jigi.web.listing import Column, Filter, Listing
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import number_in, user_of
from jigi.web.sessions.sight import day_in
from jigi.web.submissions import carry_out

RIGHTS = ("delivery.see", PLAN, DECIDE)
MOST_LETTERS = 1_000
TONES = {"proposed": "wait", "reported": "", "decided": "ok", "dropped": "bad"}
APPEAL_TONES = {"waiting": "wait", "upheld": "ok", "rejected": "bad"}
EFFECTS = {"": "constat seul", "block": "échéance suivante retenue", "reduce": "échéance suivante réduite de {} %"}


def listed(request: HttpRequest) -> HttpResponseBase:
    """The conditions in force, and their reviews; posting looks at a term."""
    user = _follower(request)
    known = _conditions(user)
    if request.method == "POST":
        return _looked_at(request, known, user)
    context = {
        "conditions": [(one, effect_of(one), may(user, PLAN, one.paid)) for one in known],
        "waiting": appeals.appeals_visible_to(user).filter(status="waiting").count(),
    }
    return REVIEWS.respond(request, _reviews(user), "sessions/reviews.html", context)


def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One review: its figures, what may be done, and the households that fell short."""
    user, one = _follower(request), _seen_review(request, pk)
    found = appeals.findings_visible_to(user).filter(review=one)
    context = {
        "one": one, "effect": effect_of(one.condition), "tone": TONES[one.status],
        "may_decide": one.status == "proposed" and one.made_by_id != user.pk and may(user, DECIDE, one.component),
        "mine": one.made_by_id == user.pk,
        "may_drop": one.status in ("proposed", "reported") and _handles(user, one),
        "letters": one.status == "decided", "next": one.term + 1,
    }  # fmt: skip
    return FINDINGS.respond(request, found, "sessions/review.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Decide a review, or give it up."""
    one, user = _seen_review(request, pk), user_of(request)

    def do() -> str:
        if verb == "decide":
            frozen = frozen_in(one.component, one.term + 1)
            count = conditions.decide(one, frozen=frozen, by=user)
            left = one.findings.filter(commune__in=frozen, dismissed_at=None).count()
            told = f" ; {counted(left, 'ménage laissé', 'ménages laissés')}, dont la liste est gelée" if left else ""
            return f"{counted(count, 'échéance retenue', 'échéances retenues')}{told} : imprimez les avis."
        conditions.drop(one, reason=request.POST.get("motif", ""), by=user)
        return "L’examen est abandonné : rien n’est retenu."

    if verb not in ("decide", "drop"):
        raise Http404
    carry_out(request, do)
    return redirect("condition_review", pk)


def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters to the households of a review (or of one commune): the reason, and how to appeal."""
    one, user = _seen_review(request, pk), user_of(request)
    require_proof(request, back=reverse("condition_review", args=[pk]))
    rows = letters_of.letters(one, commune=number_in(request.GET.get("commune", "")) or None, by=user)
    if not rows or len(rows) > MOST_LETTERS:
        raise Refused(
            f"{counted(len(rows), 'avis', 'avis')} à imprimer",
            remedy=f"De 1 à {MOST_LETTERS} à la fois : imprimez-les commune par commune, depuis le filtre.",
        )
    data = {
        "title": "Avis au ménage", "programme": one.component.programme.name,
        "villages": [
            {"village": village, "letters": list(found)} for village, found in groupby(rows, key=lambda r: r["place"])
        ],
    }  # fmt: skip
    return pdf_response(f"avis-{one.pk}", press("condition_letters", data))


def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found of one household, what was decided, and its appeals."""
    user, one = _follower(request), _seen_finding(request, pk)
    live = one.withholding is not None and one.withholding.lifted_at is None
    open_review = one.review.status in ("proposed", "reported")
    waiting = [(found, _why_not(found, user)) for found in one.appeals.select_related("received_by", "decided_by")]
    context = {
        "one": one, "live": live, "last_day": appeals.last_day(one), "appeals": waiting,
        "may_appeal": live and not any(found.status == "waiting" for found, _ in waiting),
        "may_dismiss": open_review and _handles(user, one.review), "today": timezone.localdate(),
        "effect": effect_of(one.review.condition),
    }  # fmt: skip
    letters_of.read(one, by=user)
    return render(request, "sessions/finding.html", context)


@require_POST
def finding_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Leave a household out, take it back in, or take its appeal down."""
    one, user = _seen_finding(request, pk), user_of(request)
    if verb not in FINDING_ACTS:
        raise Http404
    carry_out(request, lambda: FINDING_ACTS[verb](request, one, user))
    return redirect("condition_finding", pk)


def appeals_listed(request: HttpRequest) -> HttpResponseBase:
    """The appeals that a person sees, those that wait first."""
    user = _follower(request)
    return APPEALS.respond(request, appeals.appeals_visible_to(user), "sessions/appeals.html")


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold or reject an appeal."""
    user = _follower(request)
    one = appeals.appeals_visible_to(user).filter(pk=pk).first()
    if one is None:
        raise Http404

    def do() -> str:
        upheld = request.POST.get("reponse") == "oui"
        appeals.answer(one, upheld=upheld, reason=request.POST.get("motif", ""), by=user)
        return "Le recours est accepté : l’échéance est due entière." if upheld else "Le recours est rejeté."

    carry_out(request, do)
    return redirect("condition_finding", one.finding_id)


def effect_of(condition: Condition) -> str:
    """What a condition changes, in words."""
    return EFFECTS[condition.effect].format(condition.percent)


def suspended_for(condition: Condition) -> list[conditions.Suspended]:
    """The communes of the paid component that were suspended, as payments know."""
    communes = list(condition.paid.communes.values_list("commune_id", flat=True))
    return [conditions.Suspended(*one) for one in spans_of(communes)]


def _dismiss(request: HttpRequest, one: ConditionFinding, by: User) -> str:
    conditions.dismiss(one, reason=request.POST.get("motif", ""), by=by)
    return "Le ménage est écarté : rien ne lui sera retenu."


def _keep(request: HttpRequest, one: ConditionFinding, by: User) -> str:
    conditions.keep(one, by=by)
    return "Le ménage est de nouveau dans l’examen."


def _appeal(request: HttpRequest, one: ConditionFinding, by: User) -> str:
    said_on = day_in(request.POST.get("jour", ""))
    appeals.receive(one, request.POST.get("mots", ""), said_on=said_on, by=by)
    return f"Le recours du {day(said_on)} est noté : une personne qui n’y a pas eu part en décide."


FINDING_ACTS: dict[str, Callable[[HttpRequest, ConditionFinding, User], str]] = {
    "dismiss": _dismiss, "keep": _keep, "appeal": _appeal,
}  # fmt: skip


def _looked_at(request: HttpRequest, known: list[Condition], user: User) -> HttpResponse:
    condition = next((one for one in known if one.pk == number_in(request.POST.get("condition", ""))), None)
    if condition is None:
        raise Http404
    term = number_in(request.POST.get("echeance", ""))
    made: list[ConditionReview] = []

    def do() -> str:
        made.append(conditions.review(condition, term, suspended=suspended_for(condition), by=user))
        short = counted(made[0].failed, "ménage n’a pas rempli", "ménages n’ont pas rempli")
        return f"{counted(made[0].judged, 'ménage regardé', 'ménages regardés')} ; {short} la condition."

    carry_out(request, do)
    return redirect("condition_review", made[0].pk) if made else redirect("condition_reviews")


def _follower(request: HttpRequest) -> User:
    user = user_of(request)
    if not any(can(user, right) for right in RIGHTS):
        raise Http404
    return user


def _conditions(user: User) -> list[Condition]:
    found = Condition.objects.filter(retired=False).select_related("paid__programme", "followed__programme")
    return [
        one for one in found.order_by("code")
        if any(can(user, right, programme=one.paid.programme.code) for right in RIGHTS)
    ]  # fmt: skip


def _reviews(user: User) -> QuerySet[ConditionReview]:
    mine = [
        one.pk for one in Condition.objects.select_related("paid__programme")
        if any(can(user, right, programme=one.paid.programme.code) for right in RIGHTS)
    ]  # fmt: skip
    found = ConditionReview.objects.filter(condition__in=mine)
    return found.select_related("condition__paid__programme", "component__programme", "made_by", "decided_by")


def _seen_review(request: HttpRequest, pk: int) -> ConditionReview:
    found = _reviews(_follower(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _seen_finding(request: HttpRequest, pk: int) -> ConditionFinding:
    found = appeals.findings_visible_to(_follower(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _handles(user: User, one: ConditionReview) -> bool:
    return may(user, PLAN, one.component) or may(user, DECIDE, one.component)


def _why_not(one: ConditionAppeal, user: User) -> str:
    """Why this person does not answer an appeal; "" when they may."""
    if one.status != "waiting":
        return "—"
    if not may(user, DECIDE, one.component, [one.commune]):
        return "Une personne qui décide pour le programme y répond."
    if user.pk in (one.received_by_id, one.finding.review.made_by_id, one.finding.review.decided_by_id):
        return "Vous avez reçu ce recours, ou proposé ou décidé la retenue : une autre personne y répond."
    return ""


def _outcome(one: ConditionFinding) -> str:
    if one.dismissed_at:
        return "écarté"
    if one.withholding is None:
        return "à décider" if one.review.status == "proposed" else "constaté"
    return "levé" if one.withholding.lifted_at else "retenu"


def _commune(found: QuerySet[ConditionFinding], text: str) -> QuerySet[ConditionFinding]:
    return found.filter(commune__name__icontains=text)


def _left(found: QuerySet[ConditionFinding], said: str) -> QuerySet[ConditionFinding]:
    return found.filter(dismissed_at__isnull=said == "non")


def _status(found: QuerySet[Any], said: str) -> QuerySet[Any]:
    return found.filter(status=said)


REVIEWS = Listing(
    noun=("examen", "examens"),
    file_name="conditions",
    columns=(
        Column(
            "condition", "Condition", lambda r: r.condition.name, sort="condition__name",
            link=lambda r: reverse("condition_review", args=[r.pk]),
        ),
        Column("echeance", "Échéance", lambda r: r.term, kind="number", sort="term"),
        Column("du", "Du", lambda r: r.first_on, kind="day"),
        Column("au", "Au", lambda r: r.last_on, kind="day"),
        Column("etat", "État", lambda r: r.get_status_display(), sort="status"),
        Column("regardes", "Ménages regardés", lambda r: r.judged, kind="number"),
        Column("remplie", "L’ont remplie", lambda r: r.kept, kind="number"),
        Column("manquee", "Ne l’ont pas remplie", lambda r: r.failed, kind="number"),
        Column("excuses", "Sans séance offerte", lambda r: r.excused, kind="number"),
        Column("faite", "Proposé le", lambda r: r.made_at, kind="day", sort="made_at"),
    ),
    order="-faite",
    filters=(Filter("etat", "État", _status, REVIEW.choices),),
    empty="Aucune échéance n’a encore été examinée : choisissez une condition et une échéance, puis examinez-la.",
)  # fmt: skip
FINDINGS = Listing(
    noun=("ménage", "ménages"),
    file_name="constats",
    subject=lambda f: int(f.household_id),
    columns=(
        Column(
            "rsu",
            "N° RSU",
            lambda f: f.household.rsu,
            sort="household__rsu_number",
            link=lambda f: reverse("condition_finding", args=[f.pk]),
        ),
        Column("chef", "Chef de ménage", lambda f: f.household.head_name, sort="household__head_name"),
        Column("commune", "Commune", lambda f: f.commune.name, sort="commune__name"),
        Column("village", "Village", lambda f: f.household.village or ""),
        Column("offertes", "Offertes", lambda f: f.offered, kind="number"),
        Column("demandees", "Demandées", lambda f: f.required, kind="number"),
        Column("suivies", "Suivies", lambda f: f.attended, kind="number", sort="attended"),
        Column("suite", "Suite", _outcome),
        Column("motif", "Motif d’écart", lambda f: f.dismissed_why, on_screen=False),
    ),
    order="commune",
    filters=(
        Filter("commune", "Commune", _commune, placeholder="nom"),
        Filter("ecartes", "Écartés", _left, (("oui", "seulement"), ("non", "sans eux"))),
    ),
    empty="Tous les ménages à qui une séance a été offerte ont rempli la condition.",
)
APPEALS = Listing(
    noun=("recours", "recours"),
    file_name="recours",
    subject=lambda a: int(a.household_id),
    columns=(
        Column(
            "rsu",
            "N° RSU",
            lambda a: a.household.rsu,
            sort="household__rsu_number",
            link=lambda a: reverse("condition_finding", args=[a.finding_id]),
        ),
        Column("chef", "Chef de ménage", lambda a: a.household.head_name),
        Column("commune", "Commune", lambda a: a.commune.name, sort="commune__name"),
        Column("dit", "Dit le", lambda a: a.said_on, kind="day", sort="said_on"),
        Column("mots", "Ce que dit le ménage", lambda a: a.said),
        Column("etat", "État", lambda a: a.get_status_display(), sort="status"),
        Column("reponse", "Réponse", lambda a: a.decided_why),
    ),
    order="-dit",
    filters=(Filter("etat", "État", _status, APPEAL.choices),),
    empty="Aucun recours. Ce que dit un ménage se note sur la page de son constat, depuis l’examen de l’échéance.",
)

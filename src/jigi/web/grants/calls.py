"""Calls: the list, a new one, the page of one with all that may be done, and a day of training."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import DECIDE, PLAN, may, may_operate
from jigi.delivery.contracts.queries import contracts_of
from jigi.delivery.grants import actions, committee, graduation, instalments, queries, selection, training
from jigi.delivery.grants.models import GrantCall
from jigi.delivery.grants.selection_models import GrantRanked
from jigi.delivery.grants.states import CALL, SELECTION
from jigi.delivery.grants.terms import read_terms, shipped
from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.web.formats import counted
from jigi.web.grants.listing import CALLS, chip, tie_words
from jigi.web.grants.sight import francs, of_contracts, seen_call
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in, rights_of, user_of
from jigi.web.submissions import KeyReused, carry_out


@of_contracts
def calls(request: HttpRequest) -> HttpResponseBase:
    """The calls that the person sees."""
    user = user_of(request)
    asked = queries.instalments_visible_to(user).filter(status="asked").count()
    held = rights_of(request)
    context = {
        "may_plan": PLAN in held, "asked": asked, "sees_exits": not held.isdisjoint(queries.SEE),
    }  # fmt: skip
    return CALLS.respond(request, queries.calls_visible_to(user), "grants/calls.html", context)


@of_contracts
def new(request: HttpRequest) -> HttpResponseBase:
    """Prepare a call in a contract in force."""
    user, error = user_of(request), ""
    contracts = [one for one in contracts_of(user, queries.SORT).filter(status="active") if may(user, PLAN, one)]
    if PLAN not in rights_of(request):
        raise Http404
    if request.method == "POST":
        made: list[GrantCall] = []
        try:
            carry_out(request, lambda: _made(request, user, made))
            return redirect("grant_call", made[0].pk) if made else redirect("grant_calls")
        except KeyReused:
            raise
        except JigiError as refused:
            error = str(refused)
    places = Area.objects.filter(pk__in=[c.commune_id for one in contracts for c in one.communes.all()])
    context = {
        "contracts": contracts, "places": places.order_by("name"), "terms": shipped(), "error": error,
        "said": request.POST, "chosen": request.POST.getlist("communes"),
    }  # fmt: skip
    return render(request, "grants/new.html", context, status=400 if error else 200)


def _made(request: HttpRequest, user: User, made: list[GrantCall]) -> str:
    said = request.POST
    contract = get_object_or_404(contracts_of(user, queries.SORT), pk=number_in(said.get("contrat", "")))
    offer = actions.Offer(
        said.get("code", "").strip().upper()[:20], said.get("intitule", "").strip()[:160], day(said.get("ouvre", "")),
        day(said.get("ferme", "")), francs(said.get("places", ""), "Places"), francs(said.get("budget", ""), "Budget"),
    )  # fmt: skip
    places = list(Area.objects.filter(pk__in=map(number_in, said.getlist("communes"))))
    made.append(actions.make_call(contract, offer, read_terms(said.get("conditions", "")), places, by=user))
    return f"L’appel {made[0].code} est préparé : relisez ses conditions, puis ouvrez-le."


def day(text: str) -> date:
    """A day typed in a form; InputError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("Il manque une date", remedy="Écrivez-la comme 2018-03-05.") from None


@of_contracts
def call(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One call: its terms, its figures, its committee, its trainings, and what may be done now; `?classement` its
    ranking as the points of now make it."""
    user, one = user_of(request), seen_call(request, pk)
    communes = selection.communes_of(one)
    if "classement" in request.GET:
        return _preview(request, one)
    context = {
        "call": one, "chip": chip(one), "figures": queries.figures_of([pk])[pk], "tranches": one.tranches.all(),
        "criteria": one.criteria.all(), "communes": communes, "jurors": one.jurors.order_by("pk"),
        "trainings": queries.trainings_visible_to(user).filter(call=one).order_by("day", "pk"),
        "selections": one.selections.order_by("-pk"), "rule": one.graduation_rule,
        "may_plan": may(user, PLAN, one.contract, communes), "may_decide": may(user, DECIDE, one.contract, communes),
        "may_operate": may_operate(user, one.contract), "moves": CALL.possible(one.status),
        "to_enrol": one.applications.filter(status="selected", grant=None).count(),
        "may_enrol": "enrolment.decide" in rights_of(request), "numbers": _waiting(user, one),
        "history": [(event, verb_word(event.verb, CALL.noun)) for event in audit.history(CALL.noun, pk)],
        "today": date.today(),
    }  # fmt: skip
    return render(request, "grants/call.html", context)


def _preview(request: HttpRequest, one: GrantCall) -> HttpResponseBase:
    """The ranking before it is proposed, for who proposes it."""
    user = user_of(request)
    if one.status != "closed" or not may(user, PLAN, one.contract, selection.communes_of(one)):
        raise Http404
    placed = selection.preview(one, by=user)
    known = queries.applications_visible_to(user).in_bulk([row.application for row in placed])
    audit.read("see", SELECTION.noun, one.code, by=user, subjects=[row.household_id for row in known.values()])
    verdicts = dict(GrantRanked.Verdict.choices)
    rows = [
        (row, known[row.application], f"{row.score_milli / 1000:.3f}".replace(".", ","), tie_words(row.tied_by),
         verdicts[row.verdict])
        for row in sorted(placed, key=lambda row: (row.rank or queries.UNRANKED, row.application))
    ]  # fmt: skip
    return render(request, "grants/preview.html", {"call": one, "rows": rows})


def _waiting(user: User, one: GrantCall) -> list[tuple[int, int, int]]:
    """Each tranche with how many are planned and how many wait for their release."""
    found = queries.instalments_visible_to(user).filter(call=one)
    return [
        (tranche.number, found.filter(number=tranche.number, status="planned").count(),
         found.filter(number=tranche.number, status="asked").count())
        for tranche in one.tranches.all()
    ]  # fmt: skip


@require_POST
@of_contracts
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """Do one of ACTS on a call."""
    user, one = user_of(request), seen_call(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request, user))
    return redirect("grant_call", pk)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("motif", "")


def _moved(act: Callable[..., None], said: str, *, reasoned: bool = False) -> Callable[..., str]:
    def moved(one: GrantCall, request: HttpRequest, by: User) -> str:
        if reasoned:
            act(one, reason=_reason(request), by=by)
        else:
            act(one, by=by)
        return said

    return moved


def _juror(one: GrantCall, request: HttpRequest, by: User) -> str:
    made = committee.add_juror(one, request.POST.get("nom", ""), request.POST.get("fonction", ""), by=by)
    return f"{made} est du comité."


def _drop_juror(one: GrantCall, request: HttpRequest, by: User) -> str:
    found = get_object_or_404(one.jurors, pk=number_in(request.POST.get("membre", "")))
    committee.drop_juror(found, by=by)
    return f"{found.name} n’est plus du comité."


def _propose(one: GrantCall, request: HttpRequest, by: User) -> str:
    said = request.POST
    made = selection.propose(
        one, held_on=day(said.get("jour", "")), place=said.get("lieu", ""), minutes=said.get("observations", ""), by=by
    )
    return f"La sélection est proposée : {counted(made.seats, 'place')}. Une autre personne la décide."


def _enrol(one: GrantCall, request: HttpRequest, by: User) -> str:
    term = number_in(request.POST.get("echeance", "")) or 1
    made = selection.enrol(one, cohort=request.POST.get("cohorte", "").strip(), first_term=term, by=by)
    return f"{counted(made.enrolled, 'ménage inscrit', 'ménages inscrits')}. {made.left_out}".strip()


def _number(request: HttpRequest) -> int:
    return number_in(request.POST.get("tranche", ""))


def _ask_all(one: GrantCall, request: HttpRequest, by: User) -> str:
    done = instalments.ask_all(one, _number(request), by=by)
    return f"{counted(done, 'tranche demandée', 'tranches demandées')} ; les autres manquent de preuves."


def _release_all(one: GrantCall, request: HttpRequest, by: User) -> str:
    number = _number(request)
    done = instalments.release_all(one, number, by=by)
    told = f"{counted(done, 'tranche libérée', 'tranches libérées')} : le prochain tour les paie."
    left = queries.instalments_visible_to(by).filter(call=one, number=number, status="asked").count()
    return (
        f"{told} {counted(left, 'attend', 'attendent')} encore : « Libérer », sur la page de chacune, dit pourquoi."
        if left
        else told
    )


def _graduate(one: GrantCall, request: HttpRequest, by: User) -> str:
    return f"{counted(graduation.propose(one, by=by), 'sortie proposée', 'sorties proposées')}."


def _train(one: GrantCall, request: HttpRequest, by: User) -> str:
    said = request.POST
    commune = next((c for c in selection.communes_of(one) if c.pk == number_in(said.get("commune", ""))), None)
    if commune is None:
        raise Refused("Choisissez la commune de la formation")
    training.hold(one, commune, _held(request), by=by)
    return "La journée est notée : dites maintenant qui était présent."


def _correct_training(one: GrantCall, request: HttpRequest, by: User) -> str:
    found = queries.trainings_visible_to(by).filter(call=one)
    held = get_object_or_404(found, pk=number_in(request.POST.get("formation", "")))
    training.correct(held, _held(request), reason=_reason(request), by=by)
    return "La journée est corrigée ; ce qu’elle était reste dans la trace."


def _held(request: HttpRequest) -> training.Day:
    said = request.POST
    return training.Day(
        day(said.get("jour", "")), said.get("lieu", "")[:120], said.get("theme", "")[:160],
        said.get("formateur", "")[:120],
    )  # fmt: skip


ACTS: dict[str, Callable[[GrantCall, HttpRequest, User], str]] = {
    "ouvrir": _moved(actions.open_call, "L’appel est ouvert."),
    "clore": _moved(actions.close_call, "Les candidatures sont closes : le comité peut noter."),
    "rouvrir": _moved(actions.reopen_call, "L’appel est rouvert.", reasoned=True),
    "annuler": _moved(actions.cancel_call, "L’appel est annulé.", reasoned=True),
    "membre": _juror, "retirer-membre": _drop_juror, "former": _train,
    "corriger-formation": _correct_training, "proposer": _propose, "inscrire": _enrol,
    "demander": _ask_all, "liberer": _release_all, "sorties": _graduate,
}  # fmt: skip


@of_contracts
def training_day(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A day of training and who was present."""
    user = user_of(request)
    one = get_object_or_404(queries.trainings_visible_to(user), pk=pk)
    allowed = may_operate(user, one.call.contract, one.commune)
    found = queries.applications_visible_to(user).filter(call=one.call, commune=one.commune)
    rows = list(found.exclude(status="withdrawn").order_by("number"))
    if request.method == "POST":
        if not allowed:
            raise Http404
        said = {number_in(text) for text in request.POST.getlist("present")}
        shown = request.POST.get("vu", "")
        carry_out(request, lambda: counted(training.mark(one, said, shown=shown, by=user), "présent") + ".")
        return redirect("grant_training", pk)
    audit.read("see", training.NOUN, pk, by=user, subjects=[row.household_id for row in rows])
    present = set(one.trainees.values_list("application", flat=True))
    context = {
        "training": one, "rows": [(row, row.pk in present) for row in rows], "allowed": allowed,
        "shown": training.digest_of(present),
    }  # fmt: skip
    return render(request, "grants/training.html", context)


def error_of(request: HttpRequest, act: Callable[[], str]) -> str:
    """Do what a form asks; the sentence of what refused it, "" when it was done."""
    try:
        carry_out(request, act)
    except KeyReused:
        raise
    except JigiError as refused:
        return str(refused)
    return ""

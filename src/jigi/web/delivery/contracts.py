"""The list of contracts, the form that prepares one, and its page with what may follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.delivery.contracts import access, actions, queries
from jigi.delivery.contracts.models import Contract, ContractCommune, Deliverable, Operator
from jigi.delivery.contracts.states import CONTRACT, DELIVERABLE
from jigi.delivery.fiches import queries as fiches
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.programmes.models import Agreement, Component
from jigi.web.delivery.sight import amount_of, day_of, reader, seen_contract
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out

TONES = {"draft": "wait", "active": "ok", "closed": "", "cancelled": ""}
STEPS = {"expected": "", "submitted": "wait", "accepted": "wait", "paid": "ok", "cancelled": ""}
SIBLINGS = (
    ("sessions", "Séances", "sessions"), ("nutrition", "Nutrition", "nutrition"), ("works", "Chantiers", "worksites"),
    ("grants", "Subventions (AGR)", "grant_calls"),
)  # fmt: skip
"""Sort, title and name of the address of each sibling’s list."""


def listed(request: HttpRequest) -> HttpResponseBase:
    """The contracts that the person follows or works for."""
    user = reader(request)
    held = fiches.visible_to(user).filter(status="held").count()
    context = {"may_plan": can(user, access.PLAN), "siblings": SIBLINGS, "held": held}
    return CONTRACTS.respond(request, queries.contracts_visible_to(user), "delivery/contracts.html", context)


def operators(request: HttpRequest) -> HttpResponseBase:
    """The operators; posting registers one."""
    user = reader(request)
    if request.method == "POST":
        said = request.POST.get

        def do() -> str:
            made = actions.register(said("code", "").strip(), said("nom", ""), said("nature", ""), by=user)
            return f"{made.name} est enregistré. Affectez ses personnes avec le code « {made.code} »."

        carry_out(request, do)
        return redirect("operators")
    context = {"may_plan": can(user, access.PLAN), "kinds": Operator.Kind.choices}
    return OPERATORS.respond(request, queries.operators_visible_to(user), "delivery/operators.html", context)


def preparing(request: HttpRequest) -> HttpResponse:
    """The form of a new contract: its component is chosen first."""
    user = reader(request)
    components = [one for one in _components() if can(user, access.PLAN, programme=one.programme.code)]
    if not components:
        raise Http404
    chosen = number_in(request.POST.get("composante") or request.GET.get("composante", ""))
    component = next((one for one in components if one.pk == chosen), None)
    if request.method == "POST" and component:
        return _prepared(request, user, component)
    context: dict[str, Any] = {
        "components": components,
        "component": component,
        "operators": Operator.objects.order_by("name"),
    }
    if component:
        context["communes"] = _communes(component, user)
        context["agreements"] = _agreements(component)
    return render(request, "delivery/preparing.html", context)


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: its communes, targets and deliverables, who did what, and what may follow."""
    one = seen_contract(request, pk)
    user = reader(request)
    deliverables = list(one.deliverables.select_related("submitted_by", "accepted_by", "paid_by").order_by("rank"))
    context = {
        "one": one, "chip": _chip(one), "communes": [place.commune for place in _places(one)],
        "targets": one.targets.select_related("commune").order_by("due_on", "measure"),
        "deliverables": [(line, _step(line), _possible(one, line, user)) for line in deliverables],
        "paid_xof": sum(line.amount_xof for line in deliverables if line.status == "paid"),
        "planned_xof": sum(line.amount_xof for line in deliverables if line.status != "cancelled"),
        "may_plan": one.status == "draft" and access.may(user, access.PLAN, one),
        "may_sign": one.status == "draft" and access.may(user, access.DECIDE, one) and one.made_by_id != user.pk,
        "may_close": one.status == "active" and access.may(user, access.DECIDE, one),
        "history": [(event, verb_word(event.verb, CONTRACT.noun)) for event in audit.history(CONTRACT.noun, one.pk)],
    }  # fmt: skip
    return render(request, "delivery/contract.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Sign, cancel or close a contract; add a target or a deliverable to it."""
    one, user = seen_contract(request, pk), reader(request)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("contract", pk)


@require_POST
def act_on_deliverable(request: HttpRequest, pk: int, number: int, verb: str) -> HttpResponse:
    """What follows of a deliverable of a contract."""
    one, user = seen_contract(request, pk), reader(request)
    line = one.deliverables.filter(pk=number).first()
    if line is None or verb not in STEPS_OF:
        raise Http404
    carry_out(request, lambda: STEPS_OF[verb](request, line, user))
    return redirect("contract", pk)


@require_POST
def remove_target(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back a target that was written by mistake."""
    one, user = seen_contract(request, pk), reader(request)
    target = one.targets.filter(pk=number).first()
    if target is None:
        raise Http404

    def do() -> str:
        actions.remove(target, by=user)
        return "La cible est retirée."

    carry_out(request, do)
    return redirect("contract", pk)


def _prepared(request: HttpRequest, user: User, component: Component) -> HttpResponse:
    made: list[Contract] = []
    said = request.POST.get

    def do() -> str:
        operator = Operator.objects.filter(pk=number_in(said("operateur", ""))).first()
        agreement = _agreements(component).filter(pk=number_in(said("convention", ""))).first()
        if operator is None or agreement is None:
            raise Refused("Quel opérateur, par quelle convention ?", remedy="Choisissez-les dans leurs listes.")
        numbers = [number_in(text) for text in request.POST.getlist("commune")]
        facts = actions.Said(
            said("numero", ""), said("objet", ""), day_of(said("du", "")), day_of(said("au", "")),
            amount_of(said("montant", "")),
        )  # fmt: skip
        places = list(_communes(component, user).filter(pk__in=numbers))
        made.append(actions.prepare(facts, operator, component, agreement, places, by=user))
        return f"Le contrat {made[0].number} est préparé : dites ses cibles et ses livrables, puis faites-le signer."

    carry_out(request, do)
    return (
        redirect("contract", made[0].pk)
        if made
        else redirect(f"{reverse('contract_prepare')}?composante={component.pk}")
    )


def _sign(request: HttpRequest, one: Contract, by: User) -> str:
    actions.sign(one, by=by)
    return f"Le contrat {one.number} est signé : son montant est engagé, et son opérateur peut travailler."


def _cancel(request: HttpRequest, one: Contract, by: User) -> str:
    actions.cancel(one, reason=request.POST.get("motif", ""), by=by)
    return f"Le contrat {one.number} est abandonné."


def _close(request: HttpRequest, one: Contract, by: User) -> str:
    actions.close(one, reason=request.POST.get("motif", ""), by=by)
    return f"Le contrat {one.number} est clos : ce qui n’a pas été payé est rendu à la convention."


def _target(request: HttpRequest, one: Contract, by: User) -> str:
    said = request.POST.get
    commune = next((p.commune for p in _places(one) if p.commune_id == number_in(said("commune", ""))), None)
    amount, due_on = amount_of(said("cible", "")), day_of(said("pour", ""))
    actions.add_target(one, said("mesure", ""), amount, due_on, commune=commune, by=by)
    return "La cible est ajoutée."


def _deliverable(request: HttpRequest, one: Contract, by: User) -> str:
    said = request.POST.get
    actions.add_deliverable(one, said("livrable", ""), day_of(said("pour", "")), amount_of(said("montant", "")), by=by)
    return "Le livrable est ajouté."


ACTS: dict[str, Callable[[HttpRequest, Contract, User], str]] = {
    "sign": _sign, "cancel": _cancel, "close": _close, "target": _target, "deliverable": _deliverable,
}  # fmt: skip


def _submit(request: HttpRequest, line: Deliverable, by: User) -> str:
    actions.submit(line, evidence=request.POST.get("motif", ""), by=by)
    return f"« {line.title} » est remis : un contrôleur du programme le lit."


def _send_back(request: HttpRequest, line: Deliverable, by: User) -> str:
    actions.send_back(line, reason=request.POST.get("motif", ""), by=by)
    return f"« {line.title} » est renvoyé à l’opérateur."


def _accept(request: HttpRequest, line: Deliverable, by: User) -> str:
    actions.accept(line, by=by)
    return f"« {line.title} » est accepté : les finances peuvent le payer."


def _reopen(request: HttpRequest, line: Deliverable, by: User) -> str:
    actions.reopen(line, reason=request.POST.get("motif", ""), by=by)
    return f"L’acceptation de « {line.title} » est reprise."


def _pay(request: HttpRequest, line: Deliverable, by: User) -> str:
    actions.pay(line, document=request.POST.get("motif", ""), by=by)
    return f"« {line.title} » est payé."


def _remove(request: HttpRequest, line: Deliverable, by: User) -> str:
    actions.remove(line, by=by)
    return "Le livrable est retiré."


STEPS_OF: dict[str, Callable[[HttpRequest, Deliverable, User], str]] = {
    "submit": _submit, "send_back": _send_back, "accept": _accept, "reopen": _reopen, "pay": _pay, "remove": _remove,
}  # fmt: skip
SAID = {
    "submit": "Ce qui est remis, et où c’est gardé", "send_back": "Motif du renvoi", "reopen": "Motif",
    "pay": "Numéro du virement ou du chèque",
}  # fmt: skip
"""What a step asks in words; a step without any is a button alone."""


def _possible(one: Contract, line: Deliverable, user: User) -> list[tuple[str, str, str]]:
    """The steps that this person may take now: verb, button, and what it asks in words."""
    may = {
        "submit": access.may_operate(user, one),
        "send_back": access.may(user, access.CHECK, one),
        "accept": access.may(user, access.CHECK, one) and line.submitted_by_id != user.pk,
        "reopen": access.may(user, access.CHECK, one),
        "pay": access.may(user, "ledger.keep", one) and user.pk not in (line.accepted_by_id, line.submitted_by_id),
    }
    steps = [step for step in DELIVERABLE.possible(line.status) if may.get(step.verb)]
    return [(step.verb, step.label, SAID.get(step.verb, "")) for step in steps if one.status == "active"]


def _components() -> QuerySet[Component]:
    known = Component.objects.filter(kind__in=Contract.Sort.values).select_related("programme")
    return known.order_by("programme__name", "code")


def _communes(component: Component, user: User) -> QuerySet[Area]:
    own = Area.objects.filter(communes_with(user, access.PLAN, programme=component.programme.code))
    return own.filter(pk__in=component.communes.values("commune")).order_by("name")


def _agreements(component: Component) -> QuerySet[Agreement]:
    return Agreement.objects.filter(funding_lines__component=component).order_by("code")


def _places(one: Contract) -> list[ContractCommune]:
    return list(one.communes.select_related("commune").order_by("commune__name"))


def _on_one_line(one: Contract) -> str:
    return format_html('<a class="nb" href="{}">{}</a>', reverse("contract", args=[one.pk]), one.number)


def _chip(one: Contract) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


def _step(line: Deliverable) -> str:
    return format_html('<span class="chip {}">{}</span>', STEPS[line.status], line.get_status_display())


def _named(found: QuerySet[Contract], text: str) -> QuerySet[Contract]:
    return found.filter(Q(number__icontains=text) | Q(operator__name__icontains=text) | Q(title__icontains=text))


CONTRACTS = Listing(
    noun=("contrat", "contrats"),
    file_name="contrats-operateurs",
    columns=(
        Column("numero", "Contrat", lambda c: c.number, sort="number", cell=_on_one_line),
        Column("operateur", "Opérateur", lambda c: c.operator.name, sort="operator__name"),
        Column("composante", "Composante", lambda c: c.get_sort_display(), sort="sort"),
        Column("objet", "Objet", lambda c: c.title),
        Column("etat", "État", lambda c: c.get_status_display(), sort="status", cell=_chip),
        Column("du", "Du", lambda c: c.starts_on, kind="day", sort="starts_on"),
        Column("au", "Au", lambda c: c.ends_on, kind="day", sort="ends_on"),
        Column("montant", "Montant", lambda c: c.amount_xof, kind="xof", sort="amount_xof"),
        Column("convention", "Convention", lambda c: c.agreement.code, on_screen=False),
        Column("programme", "Programme", lambda c: c.component.programme.name, on_screen=False),
    ),
    order="-du",
    filters=(
        Filter("cherche", "Contrat", _named, placeholder="numéro, opérateur, objet"),
        Filter("composante", "Composante", lambda f, v: f.filter(sort=v), Contract.Sort.choices),
        Filter("etat", "État", lambda f, v: f.filter(status=v), CONTRACT.choices),
    ),
    empty="Aucun contrat d’opérateur dans votre affectation. Qui planifie pour un programme en prépare un ici.",
)  # fmt: skip

OPERATORS = Listing(
    noun=("opérateur", "opérateurs"),
    file_name="operateurs",
    columns=(
        Column("nom", "Opérateur", lambda o: o.name, sort="name",
               link=lambda o: f"{reverse('contracts')}?cherche={o.name}"),
        Column("code", "Code", lambda o: o.code, sort="code"),
        Column("nature", "Nature", lambda o: o.get_kind_display(), sort="kind"),
    ),
    order="nom",
    filters=(Filter("nom", "Nom", lambda f, v: f.filter(name__icontains=v), placeholder="nom"),),
    empty="Aucun opérateur. Enregistrez-en un, puis préparez son contrat.",
)  # fmt: skip

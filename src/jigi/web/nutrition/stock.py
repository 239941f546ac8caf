"""Stock: what each place holds, what is noted of it, its acts, checked or taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import queries
from jigi.delivery.nutrition import stock as acting
from jigi.delivery.nutrition.access import may_handle
from jigi.delivery.nutrition.models import Lot, Product, StockAct, StockCheck, StockPlace
from jigi.delivery.nutrition.stock import Portion
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nutrition.sight import must_day, person, seen_act
from jigi.web.nutrition.words import grams_in, kg
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out

KINDS = {"arrivee": "arrival", "transfert": "transfer", "retour": "return", "perte": "loss", "inventaire": "count"}
TITLES = {
    "arrivee": "Noter une arrivée", "transfert": "Transférer", "retour": "Rendre au magasin",
    "perte": "Noter une perte",
    "inventaire": "Noter un inventaire",
}  # fmt: skip

BALANCES = Listing(
    noun=("ligne de stock", "lignes de stock"),
    file_name="stock-nutrition",
    columns=(
        Column("lieu", "Lieu", lambda b: b.place.name, sort="place__name"),
        Column("commune", "Commune", lambda b: b.place.commune.name, sort="place__commune__name"),
        Column("nature", "Nature", lambda b: b.place.get_kind_display(), sort="place__kind"),
        Column("produit", "Produit", lambda b: b.lot.product.code, sort="lot__product__code"),
        Column("lot", "Lot", lambda b: b.lot.number, sort="lot__number",
               link=lambda b: reverse("nutrition_lot", args=[b.lot_id])),
        Column("expire", "À consommer avant", lambda b: b.lot.expires_on, kind="day", sort="lot__expires_on"),
        Column("etat", "État", lambda b: state_of(b.lot), cell=lambda b: chip_of(b.lot)),
        Column("stock", "En stock", lambda b: b.grams / 1000, cell=lambda b: kg(b.grams), kind="number", sort="grams"),
    ),
    order="expire",
    filters=(
        Filter("lieu", "Lieu", lambda found, text: found.filter(place__name__icontains=text), placeholder="nom"),
        Filter("produit", "Produit", lambda found, text: found.filter(lot__product__code=text), placeholder="CSB++"),
        Filter("lot", "Lot", lambda found, text: found.filter(lot__number__icontains=text), placeholder="numéro"),
    ),
    empty="Rien n’est en stock : ouvrez un magasin, puis notez une arrivée.",
)  # fmt: skip

ACTS = Listing(
    noun=("opération", "opérations"),
    file_name="operations-de-stock",
    columns=(
        Column("operation", "Opération", str, link=lambda a: reverse("nutrition_act", args=[a.pk]), sort="id"),
        Column("nature", "Nature", lambda a: a.get_kind_display(), sort="kind"),
        Column("jour", "Jour", lambda a: a.day, kind="day", sort="day"),
        Column("bordereau", "Bordereau", lambda a: a.reference),
        Column("motif", "Motif", lambda a: a.reason),
        Column("par", "Par", lambda a: a.made_by.full_name, sort="made_by__full_name"),
        Column("quand", "Notée le", lambda a: a.made_at, kind="moment", sort="made_at"),
    ),
    order="-operation",
    filters=(
        Filter("nature", "Nature", lambda found, code: found.filter(kind=code),
               [one for one in StockAct.Kind.choices if one[0] != "distribution"]),
        Filter("controle", "Contrôle", lambda found, code: found.filter(check_made__isnull=code == "attend"),
               (("attend", "à contrôler"), ("fait", "contrôlées"))),
    ),
    empty="Rien n’est arrivé, ni parti : depuis le stock, notez une arrivée, un transfert ou un inventaire.",
)  # fmt: skip


def state_of(lot: Lot) -> str:
    """Whether a lot may be given today."""
    if lot.recalled_at:
        return "rappelé"
    return "périmé" if lot.expires_on < date.today() else "bon"


def chip_of(lot: Lot) -> str:
    """The same as a chip."""
    state = state_of(lot)
    tone = {"bon": "ok", "périmé": "wait", "rappelé": "bad"}[state]
    return format_html('<span class="chip {}">{}</span>', tone, state)


def stock(request: HttpRequest) -> HttpResponseBase:
    """What is in stock where the person sees."""
    user = person(request)
    handled = [place for place in queries.places(user) if may_handle(user, place)]
    context = {"handles": bool(handled), "titles": TITLES, "places": queries.places(user).count(),
               "may_open": bool(_opened_by(user))}  # fmt: skip
    return BALANCES.respond(request, queries.balances(user), "nutrition/stock.html", context)


def open_place(request: HttpRequest) -> HttpResponse:
    """Open a warehouse or a site of a contract."""
    user = person(request)
    contracts = _opened_by(user)
    if not contracts:
        raise Http404
    if request.method == "POST":
        carry_out(request, lambda: _opened(request, contracts, user))
        return redirect("nutrition_places")
    context = {
        "contracts": contracts, "places": queries.places(user).order_by("commune__name", "name"),
        "communes": Area.objects.filter(pk__in=Contract.objects.filter(pk__in=[one.pk for one in contracts]).values(
            "communes__commune")).order_by("name"),
    }  # fmt: skip
    return render(request, "nutrition/places.html", context)


def note(request: HttpRequest, kind: str) -> HttpResponse:
    """Note an arrival, a transfer, a return, a loss or a count."""
    user = person(request)
    handled = [place for place in queries.places(user).order_by("name") if may_handle(user, place)]
    if kind not in KINDS or not handled:
        raise Http404
    if request.method == "POST":
        carry_out(request, lambda: _noted(request, kind, user))
        return redirect("nutrition_stock")
    context = {
        "kind": kind, "title": TITLES[kind], "handled": handled, "places": queries.places(user).order_by("name"),
        "products": Product.objects.order_by("code"), "today": date.today().isoformat(),
        "lots": queries.lots(user).order_by("product__code", "number"),
    }  # fmt: skip
    return render(request, "nutrition/note.html", context)


def acts(request: HttpRequest) -> HttpResponseBase:
    """What happened to stock, latest first."""
    return ACTS.respond(request, queries.acts(person(request)), "nutrition/acts.html")


def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One act: its movements, and what may be done."""
    user, one = person(request), seen_act(request, pk)
    moves = list(one.movements.select_related("place__commune", "place__contract__operator", "lot__product",
                 "place__contract__component__programme", "place__component__programme").order_by("pk"))  # fmt: skip
    made = StockCheck.objects.filter(act=one).select_related("by").first()
    places = {move.place_id: move.place for move in moves}.values()
    checks = all(may(user, "delivery.check", place.contract or place.component, [place.commune]) for place in places)
    context = {
        "act": one, "moves": [(move, kg(move.grams)) for move in moves], "check": made,
        "corrected": StockAct.objects.filter(corrects=one).first(),
        "may_check": checks and made is None and one.made_by_id != user.pk,
        "may_correct": one.kind != "correction" and all(may_handle(user, place) for place in places),
    }  # fmt: skip
    return render(request, "nutrition/act.html", context)


@require_POST
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Check an act, or take it back."""
    user, one = person(request), seen_act(request, pk)
    if verb not in DONE:
        raise Http404
    carry_out(request, lambda: DONE[verb](request, one, user))
    return redirect("nutrition_act", pk)


def _check(request: HttpRequest, one: StockAct, by: User) -> str:
    acting.check(one, by=by)
    return "L’opération est contrôlée."


def _correct(request: HttpRequest, one: StockAct, by: User) -> str:
    acting.correct(one, reason=request.POST.get("motif", ""), by=by)
    return "L’opération est reprise : ses mouvements contraires sont notés."


DONE: dict[str, Callable[[HttpRequest, StockAct, User], str]] = {"controler": _check, "corriger": _correct}


def _opened_by(user: User) -> list[Contract]:
    """The contracts under which a person may open a place."""
    from jigi.delivery.nutrition.access import may_operate

    return [one for one in queries.contracts(user) if may_operate(user, one)]


def _opened(request: HttpRequest, contracts: list[Contract], by: User) -> str:
    said = request.POST
    contract = next((one for one in contracts if one.pk == number_in(said.get("contrat", ""))), None)
    commune = Area.objects.filter(pk=number_in(said.get("commune", "")), level=Area.Level.COMMUNE).first()
    if contract is None or commune is None or said.get("nature") not in StockPlace.Kind.values:
        raise Refused("Il manque le contrat, la commune ou la nature du lieu", remedy="Complétez le formulaire.")
    component: Component = contract.component
    own = None if said.get("nature") == "warehouse" and "programme" in said else contract
    made = acting.open_place(component, said["nature"], said.get("nom", ""), commune, contract=own, by=by)
    return f"« {made.name} » est ouvert."


def _noted(request: HttpRequest, kind: str, by: User) -> str:
    place, day = _place(request, "lieu", by), must_day(request.POST.get("jour", ""))
    portions = [Portion(_lot(request, kind, place, by), grams_in(request.POST.get("poids", "")))]
    reference, reason = request.POST.get("bordereau", ""), request.POST.get("motif", "")
    if kind == "arrivee":
        acting.arrive(place, portions, day=day, reference=reference, by=by)
    elif kind in ("transfert", "retour"):
        carry = acting.transfer if kind == "transfert" else acting.give_back
        carry(place, _place(request, "vers", by), portions, day=day, reference=reference, by=by)
    elif kind == "perte":
        acting.lose(place, portions, day=day, reason=reason, by=by)
    elif acting.count(place, portions, day=day, reason=reason, by=by) is None:
        return f"Le compte est bon : {kg(portions[0].grams)} de {portions[0].lot}."
    return f"Noté : {kg(portions[0].grams)} de {portions[0].lot}, {place}."


def _place(request: HttpRequest, name: str, by: User) -> StockPlace:
    found = queries.places(by).filter(pk=number_in(request.POST.get(name, ""))).first()
    if found is None:
        raise Refused("Quel lieu ?", remedy="Choisissez un lieu de stock.")
    return found


def _lot(request: HttpRequest, kind: str, place: StockPlace, by: User) -> Lot:
    """The lot that a form chooses among those seen or, at an arrival, names."""
    said = request.POST
    known = queries.lots(by).filter(pk=number_in(said.get("lot", ""))).first()
    if known is not None:
        return known
    product = Product.objects.filter(pk=number_in(said.get("produit", ""))).first()
    if kind != "arrivee" or product is None:
        raise Refused("Quel lot ?", remedy="Choisissez un lot en stock.")
    expires = must_day(said.get("expire", ""))
    return acting.name_lot(
        place, product, said.get("numero", ""), expires, supplier=said.get("fournisseur", ""), by=by
    )  # fmt: skip

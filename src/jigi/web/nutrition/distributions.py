"""Distributions: the list, the page of one with its villages and needs, what is decided, its sheets that come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may, may_operate
from jigi.delivery.nutrition import giving, giving_file, lists, queries
from jigi.delivery.nutrition.models import Distribution, Handout, StockPlace
from jigi.delivery.nutrition.states import DISTRIBUTION
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.nutrition.sending import sent_and_told, sent_file
from jigi.web.nutrition.sight import (
    must_day,
    person,
    require_names,
    seen_distribution,
    village_in,
    villages_of,
)
from jigi.web.nutrition.words import kg
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out

TONES = {"draft": "wait", "approved": "info", "closed": "ok", "cancelled": ""}
SHEET = "feuille"

DISTRIBUTIONS = Listing(
    noun=("distribution", "distributions"),
    file_name="distributions",
    columns=(
        Column("distribution", "Distribution", str, sort="number",
               link=lambda d: reverse("nutrition_distribution", args=[d.pk])),
        Column("contrat", "Contrat", lambda d: d.contract.number, sort="contract__number",
               link=lambda d: reverse("nutrition_contract", args=[d.contract_id])),
        Column("operateur", "Opérateur", lambda d: d.contract.operator.name, sort="contract__operator__name"),
        Column("mois", "Mois de ration", lambda d: d.months, kind="number", sort="months"),
        Column("bareme", "Barème", lambda d: d.scale.code, sort="scale__code"),
        Column("etat", "État", lambda d: d.get_status_display(), sort="status",
               cell=lambda d: format_html('<span class="chip {}">{}</span>', TONES[d.status], d.get_status_display())),
        Column("quand", "Préparée le", lambda d: d.made_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), list(DISTRIBUTION.choices)),
        Filter("contrat", "Contrat", lambda found, text: found.filter(contract__number__icontains=text),
               placeholder="numéro"),
    ),
    empty="Aucune distribution n’est préparée : ouvrez un contrat, recensez, puis « Préparer une distribution ».",
)  # fmt: skip

HANDOUTS = Listing(
    noun=("remise", "remises"),
    file_name="remises",
    columns=(
        Column("n", "N°", lambda h: h.line.rank, kind="number", sort="line__rank"),
        Column("village", "Village", lambda h: h.line.stop.village.name, sort="line__stop__village__name"),
        Column("categorie", "Catégorie", lambda h: h.line.get_category_display(), sort="line__category"),
        Column("produit", "Produit", lambda h: h.line.product.code),
        Column("ration", "Ration", lambda h: kg(h.line.grams)),
        Column("le", "Remise le", lambda h: h.held_on, kind="day", sort="held_on"),
        Column("par", "Retirée par", lambda h: h.proxy_name or h.get_receiver_display()),
        Column("etat", "État", lambda h: "annulée" if h.cancelled_at else "remise",
               cell=lambda h: format_html('<span class="chip {}">{}</span>', "bad" if h.cancelled_at else "ok",
                                          "annulée" if h.cancelled_at else "remise")),
    ),
    order="n",
    filters=(
        Filter("n", "N°", lambda found, text: found.filter(line__rank=number_in(text)), placeholder="de la feuille"),
        Filter("etat", "État", lambda found, code: found.filter(cancelled_at__isnull=code == "remise"),
               (("remise", "remises"), ("annulee", "annulées"))),
    ),
    empty="Rien n’a encore été remis.",
    subject=lambda h: h.household_id,
)  # fmt: skip


def distributions(request: HttpRequest) -> HttpResponseBase:
    """The distributions that the person sees, latest first."""
    user = person(request)
    context = {"contracts": queries.contracts(user)}
    return DISTRIBUTIONS.respond(request, queries.distributions(user), "nutrition/distributions.html", context)


def distribution(request: HttpRequest, pk: int) -> HttpResponse:
    """One distribution: its villages, what it needs, and what may be done."""
    user, one = person(request), seen_distribution(request, pk)
    stops = queries.progress(one)
    context = {
        "distribution": one, "tone": TONES[one.status], "stops": stops, "needs": lists.needs(one),
        "given": queries.given_of(one), "operates": may_operate(user, one.contract),
        "changes": lists.may_change(one, user),
        "checks": may(user, "delivery.check", one.contract) and one.made_by_id != user.pk,
        "expected": sum(stop.expected for stop in stops), "served": sum(stop.served for stop in stops),  # type: ignore[attr-defined]
        "villages": villages_of(one.contract), "open": one.status in ("draft", "approved"),
        "sites": StockPlace.objects.filter(contract=one.contract, kind="site").order_by("name"),
        "history": [(event, verb_word(event.verb, DISTRIBUTION.noun)) for event in
                    audit.history(DISTRIBUTION.noun, one.pk)[:12]],
    }  # fmt: skip
    return render(request, "nutrition/distribution.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Add a village, draw the list, approve, close, give up."""
    user, one = person(request), seen_distribution(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("nutrition_distribution", pk)


def _add_stop(request: HttpRequest, one: Distribution, by: User) -> str:
    village = village_in(one.contract, request.POST.get("village", ""))
    place = StockPlace.objects.filter(contract=one.contract, kind="site", pk=number_in(request.POST.get("site", "")))
    site = place.select_related("commune").first()
    if site is None:
        raise Refused("Quel site ?", remedy="Choisissez un des sites du contrat, ou ouvrez-en un depuis le stock.")
    lists.add_stop(one, lists.Stop(village, site, must_day(request.POST.get("jour", ""))), by=by)
    return f"{village.name} vient à « {site.name} »."


def _remove_stop(request: HttpRequest, one: Distribution, by: User) -> str:
    found = get_object_or_404(one.stops.select_related("commune", "distribution__contract"), pk=number_in(
        request.POST.get("passage", "")))  # fmt: skip
    lists.remove_stop(found, by=by)
    return f"{found.village} ne vient plus à cette distribution."


def _draw(request: HttpRequest, one: Distribution, by: User) -> str:
    return f"La liste a {counted(lists.draw(one, by=by), 'personne')}."


def _approve(request: HttpRequest, one: Distribution, by: User) -> str:
    lists.approve(one, by=by)
    return "La distribution est approuvée : les rations peuvent être remises."


def _close(request: HttpRequest, one: Distribution, by: User) -> str:
    lists.close(one, by=by)
    return "La distribution est close : rien ne s’y note ni ne s’y annule plus."


def _cancel(request: HttpRequest, one: Distribution, by: User) -> str:
    lists.cancel(one, by=by)
    return "La distribution est abandonnée."


ACTS: dict[str, Callable[[HttpRequest, Distribution, User], str]] = {
    "passage": _add_stop, "oter": _remove_stop, "liste": _draw, "approuver": _approve, "clore": _close,
    "abandonner": _cancel,
}  # fmt: skip


@require_POST
def take_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A filled sheet sent as a file: what was handed out, and the lines to look at again."""
    user, one = person(request), seen_distribution(request, pk)
    found: list[giving_file.Taken] = []

    def read() -> str:
        with sent_file(request.FILES.get(SHEET)) as path:
            found.append(giving_file.take(path, one, by=user))
        given = counted(found[0].given, "ration remise", "rations remises")
        return f"{given}, {found[0].known} déjà notées, {found[0].absent} non remises."

    back = reverse("nutrition_distribution", args=[pk])
    return sent_and_told(request, read, lambda: found[0].problems if found else [], back, f"Feuille de {one}")


def handouts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was handed out at a distribution, and what was taken back."""
    user, one = person(request), seen_distribution(request, pk)
    told = require_names(user, one.contract)
    found = Handout.objects.filter(distribution=one, commune__in=told).select_related(
        "line__stop__village", "line__product"
    )
    listing = _with_cancelling(HANDOUTS, _cancelled_by(one, user))
    return listing.respond(request, found, "nutrition/handouts.html", {"distribution": one})


def _cancelled_by(made: Distribution, user: User) -> set[int]:
    """The communes where a person may take back hand-outs of a distribution: none after its close."""
    if made.status != "approved":
        return set()
    return {one.pk for one in lists.communes_of(made) if may_operate(user, made.contract, one)}


def _with_cancelling(listing: Listing, communes: set[int]) -> Listing:
    """The list with a way to cancel, for the rows of these communes; without the column when there is none."""
    if not communes:
        return listing
    column = Column(
        "annuler", "Annuler", lambda h: "annuler" if not h.cancelled_at and h.commune_id in communes else "",
        link=lambda h: reverse("nutrition_take_back", args=[h.pk]),
    )  # fmt: skip
    return replace(listing, columns=(*listing.columns, column))


def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a hand-out, for a reason."""
    user = person(request)
    found = Handout.objects.filter(distribution__in=queries.distributions(user).order_by())
    one = get_object_or_404(
        found.select_related("distribution__contract__operator", "distribution__contract__component__programme",
                             "commune", "line__product", "line__stop__village"), pk=pk
    )  # fmt: skip
    if request.method == "POST":

        def act() -> str:
            giving.take_back(one, reason=request.POST.get("motif", ""), by=user)
            return f"La remise du n° {one.line.rank} est annulée : sa ration est de nouveau au site."

        carry_out(request, act)
        return redirect("nutrition_stop", one.line.stop_id)
    return render(request, "nutrition/take_back.html", {
        "handout": one, "may_cancel": one.commune_id in _cancelled_by(one.distribution, user),
    })  # fmt: skip

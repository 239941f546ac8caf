"""/seances/campagnes/: radio and mass campaigns, whose reach is never added to who came."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import campaigns, queries
from jigi.delivery.sessions.campaigns import Broadcast
from jigi.delivery.sessions.models import Campaign, SessionTheme
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in
from jigi.web.sessions.sight import day_in, follower
from jigi.web.submissions import carry_out


def listed(request: HttpRequest) -> HttpResponseBase:
    """The campaigns of the contracts that a person sees."""
    user = follower(request)
    found = queries.campaigns(user)
    mine = [one.pk for one in _mine(user)]
    context = {"may_note": bool(mine), "own": found.filter(contract__in=mine).order_by("-first_on")[:50]}
    return LISTING.respond(request, found, "sessions/campaigns.html", context)


def noting(request: HttpRequest) -> HttpResponse:
    """The form; posting it notes a campaign."""
    user = follower(request)
    contracts = _mine(user)
    if not contracts:
        raise Http404
    chosen = number_in(request.POST.get("contrat") or request.GET.get("contrat", ""))
    contract = next((one for one in contracts if one.pk == chosen), contracts[0] if len(contracts) == 1 else None)
    if request.method == "POST":
        carry_out(request, lambda: _noted(request, contract, user))
        return redirect("session_campaigns")
    context = {
        "contracts": contracts, "contract": contract, "communes": _communes(contract, user) if contract else [],
        "themes": SessionTheme.objects.filter(retired=False).order_by("rank"), "kinds": Campaign.Kind.choices,
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "sessions/campaign_form.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a campaign that was noted by mistake."""
    user = follower(request)
    one = queries.campaigns(user).filter(pk=pk).first()
    if one is None:
        raise Http404

    def act() -> str:
        campaigns.withdraw(one, reason=request.POST.get("motif", ""), by=user)
        return f"« {one} » est retirée."

    carry_out(request, act)
    return redirect("session_campaigns")


def _noted(request: HttpRequest, contract: Contract | None, user: User) -> str:
    post = request.POST
    commune = next((c for c in _communes(contract, user) if c.pk == number_in(post.get("commune", ""))), None)
    theme = SessionTheme.objects.filter(pk=number_in(post.get("theme", "")), retired=False).first()
    if contract is None or commune is None or theme is None:
        raise Refused("Quel contrat, quelle commune, quel thème ?", remedy="Choisissez-les dans les listes.")
    said = Broadcast(
        post.get("nature", ""), post.get("intitule", ""), day_in(post.get("du", "")), day_in(post.get("au", "")),
        number_in(post.get("fois", "")), number_in(post.get("touchees", "")), post.get("methode", ""),
    )  # fmt: skip
    made = campaigns.note(contract, commune, theme, said, by=user)
    return f"« {made} » est notée. Son audience n’est jamais ajoutée aux présences."


def _mine(user: User) -> list[Contract]:
    return [one for one in queries.contracts(user).filter(status="active") if may_operate(user, one)]


def _communes(contract: Contract | None, user: User) -> list[Area]:
    if contract is None:
        return []
    places = Area.objects.filter(pk__in=contract.communes.values("commune")).order_by("name")
    return [one for one in places if may_operate(user, contract, one)]


def _commune(found: QuerySet[Campaign], text: str) -> QuerySet[Campaign]:
    return found.filter(commune__name__icontains=text)


def _kind(found: QuerySet[Campaign], kind: str) -> QuerySet[Campaign]:
    return found.filter(kind=kind)


LISTING = Listing(
    noun=("campagne", "campagnes"),
    file_name="campagnes",
    columns=(
        Column("intitule", "Intitulé", lambda c: c.title, sort="title"),
        Column("nature", "Nature", lambda c: c.get_kind_display(), sort="kind"),
        Column("theme", "Thème", lambda c: c.theme.name, sort="theme__rank"),
        Column("commune", "Commune", lambda c: c.commune.name, sort="commune__name"),
        Column("du", "Du", lambda c: c.first_on, kind="day", sort="first_on"),
        Column("au", "Au", lambda c: c.last_on, kind="day"),
        Column("fois", "Diffusions", lambda c: c.times, kind="number"),
        Column("touchees", "Touchées (estimation)", lambda c: c.reach, kind="number", sort="reach"),
        Column("methode", "D’après", lambda c: c.method),
        Column("contrat", "Contrat", lambda c: c.contract.number),
    ),
    order="-du",
    filters=(
        Filter("commune", "Commune", _commune, placeholder="nom"),
        Filter("nature", "Nature", _kind, Campaign.Kind.choices),
    ),
    empty="Aucune campagne notée : une diffusion à la radio, un théâtre se notent par « Noter une campagne ».",
)

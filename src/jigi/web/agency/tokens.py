"""The tokens of a person's machines in an agency: made and shown once, listed, taken back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jigi.payments import agency_tokens
from jigi.web.account.step_up import require_proof
from jigi.web.agency.sight import TABS, own_agency
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out


@never_cache
def tokens(request: HttpRequest, code: str) -> HttpResponse:
    """One's own tokens; posting the form makes one more, shown on the page that answers and never again."""
    user, agency = own_agency(request, code)
    context = {"agency": agency, "tabs": TABS, "tab": "agency_tokens"}
    if request.method == "POST":
        require_proof(request)
        made: list[str] = []

        def act() -> str:
            days = number_in(request.POST.get("jours", ""))
            made.append(agency_tokens.make(agency, request.POST.get("usage", ""), days, by=user))
            return ""

        if carry_out(request, act, again="Le jeton avait déjà été fait, et montré une fois."):
            address = request.build_absolute_uri(reverse("agences_api"))
            return render(request, "agency/token.html", context | {"token": made[0], "address": address})
        return redirect("agency_tokens", agency.code)
    more = {"tokens": agency_tokens.own(agency, user), "days": agency_tokens.DAYS, "now": timezone.now()}
    return render(request, "agency/tokens.html", context | more)


@require_POST
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take one's token back."""
    user, agency = own_agency(request, code)
    token = get_object_or_404(agency_tokens.own(agency, user), pk=pk)

    def act() -> str:
        agency_tokens.revoke(token, by=user)
        return "Le jeton est retiré : la machine qui le porte n’est plus entendue."

    carry_out(request, act)
    return redirect("agency_tokens", agency.code)

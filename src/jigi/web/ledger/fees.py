"""/comptabilite/frais/: the rules of fees of agencies, proposed by one person and approved by another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.ledger.periods import holds_everywhere
from jigi.programmes import tariffs
from jigi.programmes.models import Agency, ComponentCommune, FeeRule, Programme
from jigi.programmes.tariffs import Fee
from jigi.web.account.step_up import require_proof
from jigi.web.ledger.sheets import exported
from jigi.web.payments.sight import person_with
from jigi.web.submissions import carry_out

HEADERS = (
    "Agence",
    "Lieu",
    "Programme",
    "Du",
    "Au",
    "Mode",
    "Fixe",
    "Pour mille",
    "Au moins",
    "Au plus",
    "Motif",
    "Approuvée",
)


def rules(request: HttpRequest) -> HttpResponseBase:
    """The rules, those that wait for approval first; posted, one more is proposed."""
    user = person_with(request, "ledger.see")
    if request.method == "POST":
        if not holds_everywhere(user, "ledger.keep"):
            raise Http404
        require_proof(request)
        carry_out(request, lambda: _propose(request, user))
        return redirect("ledger_fees")
    agency = request.GET.get("agence", "")
    found = FeeRule.objects.select_related("agency", "area", "programme", "made_by", "approved_by")
    found = found.order_by(F("approved_at").asc(nulls_first=True), "agency__name", "-valid_from", "pk")
    shown = list(found.filter(agency__code=agency) if agency else found)
    if file := exported(request, "frais-agences", HEADERS, map(_cells, shown), by=user):
        return file
    context = {
        "rules": shown, "agencies": Agency.objects.order_by("name"), "agency": agency,
        "programmes": Programme.objects.order_by("name"), "modes": FeeRule.Mode.choices,
        "keeps": holds_everywhere(user, "ledger.keep"),
        "approves": holds_everywhere(user, "ledger.approve"), "user": user,
    }  # fmt: skip
    return render(request, "ledger/fees.html", context)


def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Approve a rule that waits, or give its last day to one in force."""
    user = person_with(request, "ledger.approve")
    rule = FeeRule.objects.select_related("agency", "area", "programme", "made_by").filter(pk=pk).first()
    if rule is None:
        raise Http404
    if request.method == "POST":
        require_proof(request)
        carry_out(request, lambda: _decide(request, rule, user))
        return redirect("ledger_fees")
    return render(request, "ledger/fee.html", {"rule": rule, "own": rule.made_by_id == user.pk})


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back a rule that one proposed and nobody has approved."""
    user = person_with(request, "ledger.keep")
    rule = FeeRule.objects.filter(pk=pk).first()
    require_proof(request)
    carry_out(request, lambda: _withdrawn(rule, user))
    return redirect("ledger_fees")


def _withdrawn(rule: FeeRule | None, user: User) -> str:
    if rule is None:
        raise Refused("Cette règle est déjà retirée", remedy="Rechargez la page.")
    tariffs.withdraw(rule, by=user)
    return "Règle retirée : elle n’attend plus d’approbation."


def _propose(request: HttpRequest, user: User) -> str:
    agency = Agency.objects.filter(code=request.POST.get("agence", "")).first()
    if agency is None:
        raise Refused("Aucune agence n’est choisie", remedy="Choisissez-la dans la liste.")
    fee = Fee(
        request.POST.get("mode", ""), _whole(request, "fixe") or 0, _thousandths(request), _whole(request, "moins"),
        _whole(request, "plus"),
    )  # fmt: skip
    if fee.mode not in FeeRule.Mode.values:
        raise Refused("Le mode des frais manque", remedy="Dites s’ils sont compris dans le montant ou en sus.")
    programme = Programme.objects.filter(code=request.POST.get("programme", "")).first()
    start = day_of(request, "du")
    if start is None:
        raise Refused("Le premier jour de la règle manque", remedy="Donnez la date du contrat.")
    tariffs.propose(
        agency, fee, valid_from=start, valid_until=day_of(request, "au"), area=_area(request), programme=programme,
        why=request.POST.get("motif", ""), by=user,
    )  # fmt: skip
    return "Règle proposée : une autre personne doit l’approuver."


def _decide(request: HttpRequest, rule: FeeRule, user: User) -> str:
    if rule.approved_at is None:
        tariffs.approve(rule, by=user)
        return f"Règle approuvée : {rule}."
    last = day_of(request, "au")
    if last is None:
        raise Refused("Le dernier jour manque", remedy="Donnez une date.")
    tariffs.end(rule, last, by=user)
    return f"Fin donnée à la règle : {rule}."


def _area(request: HttpRequest) -> Area | None:
    code = request.POST.get("lieu", "").strip()
    if not code:
        return None
    found = Area.objects.filter(code=code).order_by("-version__code").first()
    if found is None:
        raise Refused(
            f"Le lieu « {code} » n’existe pas", remedy="Écrivez le code d’une région, d’un cercle ou d’une commune."
        )
    # Of another division of the country, the rule would never apply, and a broader one would, in silence.
    if not ComponentCommune.objects.filter(commune__path__startswith=found.path).exists():
        raise Refused(
            f"Aucun programme ne paie dans {found.name} ({code})",
            remedy="Écrivez le code tel que les programmes le connaissent, par exemple ML0105.",
        )
    return found


def _whole(request: HttpRequest, name: str) -> int | None:
    written = "".join(request.POST.get(name, "").split())
    if written and not (written.isdecimal() and len(written) < 13):
        raise Refused(f"« {written} » n’est pas un nombre entier de francs", remedy="Écrivez par exemple 250.")
    return int(written) if written else None


def _thousandths(request: HttpRequest) -> Decimal:
    written = request.POST.get("pour_mille", "").strip().replace(",", ".") or "0"
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= 1000 or value != round(value, 2):
        raise Refused(
            f"« {written} » n’est pas un pour mille", remedy="Écrivez 7,5 pour 7,5 ‰ ; deux décimales au plus."
        )
    return value


def day_of(request: HttpRequest, name: str) -> date | None:
    """A day of a form; None when it is empty or no day."""
    try:
        return parse_date(request.POST.get(name, ""))
    except ValueError:
        return None


def _cells(rule: FeeRule) -> tuple[object, ...]:
    return (
        rule.agency.name, rule.area.name if rule.area else "", rule.programme.name if rule.programme else "",
        rule.valid_from, rule.valid_until, rule.get_mode_display(), rule.fixed_xof, rule.per_mille, rule.least_xof,
        rule.most_xof, rule.why, bool(rule.approved_at),
    )  # fmt: skip

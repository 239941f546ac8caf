"""/agence/<code>/: the rounds that have orders for an agency, and one of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from jigi.payments import agency_desk
from jigi.payments.agency_models import AgencyReply
from jigi.payments.models import AgencyChannel, Instruction, PaymentRound
from jigi.payments.on_their_way import on_their_way
from jigi.programmes.models import Agency
from jigi.web.agency.sight import TABS, own_agency, own_round
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.order_files import SPOKEN
from jigi.web.payments.sight import person

REPLIES = {"accepted": ("acceptés", "ok"), "refused": ("refusés", "bad"), "": ("à prendre", "wait")}
TONES = {"paid": "ok", "partial": "ok", "open": "info"}


def home(request: HttpRequest) -> HttpResponse:
    """The agency where one works; a choice for who works in several."""
    agencies = list(agency_desk.agencies_of(person(request)))
    if not agencies:
        raise Http404
    if len(agencies) == 1:
        return redirect("agency_desk", agencies[0].code)
    return render(request, "agency/home.html", {"agencies": agencies})


def desk(request: HttpRequest, code: str) -> HttpResponseBase:
    """The rounds of an agency, the last released first, with what waits for it."""
    user, agency = own_agency(request, code)
    rounds = agency_desk.rounds_of(user, agency)
    context = {
        "agency": agency,
        "tabs": TABS,
        "tab": "agency_desk",
        "to_answer": agency_desk.to_answer(user, agency),
        "exceptions": agency_desk.exceptions_of(agency).count(),
    }
    return _rounds(agency, rounds).respond(request, _counted(rounds, agency), "agency/desk.html", context)


def round_page(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """One round: its orders for the agency, the reply to give or given, what came of each."""
    user, agency, shown = own_round(request, code, pk)
    made = shown.order_files.filter(agency=agency).select_related("made_by").order_by("-id")
    reply = agency_desk.reply_of(shown, agency)
    kind = AgencyChannel.objects.filter(agency=agency).values_list("kind", flat=True).first()
    context: dict[str, Any] = {
        "agency": agency,
        "round": shown,
        "figures": agency_desk.figures([shown], agency)[shown.pk],
        "reply": reply,
        "made": list(made),
        "reopened": shown.agency_replies.filter(agency=agency, reopened_at__isnull=False).select_related("by"),
        "spoken": SPOKEN.get(kind or ""),
        "by_machine": bool(on_their_way(shown, agency)),
        "may_answer": agency_desk.to_answer(user, agency).filter(pk=shown.pk).exists(),
    }
    orders = agency_desk.orders_of(shown, agency)
    return _orders(agency, shown).respond(request, orders, "agency/round.html", context)


def _counted(rounds: QuerySet[PaymentRound], agency: Agency) -> QuerySet[PaymentRound]:
    """The rounds with `told` (orders and francs of the agency) and `verdict` (of its live reply)."""
    orders = Instruction.objects.filter(payment_round=OuterRef("pk"), agency=agency).exclude(status="held")
    told = JSONObject(
        orders=Count("id"), total_xof=Sum("amount_xof"), open=Count("id", filter=Q(status="open")),
        paid=Count("id", filter=Q(status__in=("paid", "partial"))),
    )  # fmt: skip
    live = AgencyReply.objects.filter(payment_round=OuterRef("pk"), agency=agency, reopened_at__isnull=True)
    grouped = orders.order_by().values("payment_round").annotate(told=told)
    return rounds.annotate(told=Subquery(grouped.values("told")), verdict=Subquery(live.values("verdict")[:1]))


def _rounds(agency: Agency, rounds: QuerySet[PaymentRound]) -> Listing:
    programmes = rounds.order_by("component__programme__name").values_list(
        "component__programme__code", "component__programme__name"
    )
    return Listing(
        noun=("tour", "tours"),
        file_name="tours-de-l-agence",
        columns=(
            Column("tour", "Tour", lambda r: r.label, sort="label",
                   link=lambda r: reverse("agency_round", args=[agency.code, r.pk])),
            Column("programme", "Programme et composante",
                   lambda r: f"{r.component.programme.name} · {r.component.name}", sort="component__programme__name"),
            Column("libere", "Libéré le", lambda r: r.released_at, kind="day", sort="released_at"),
            Column("ordres", "Ordres", lambda r: r.told["orders"], kind="number"),
            Column("montant", "FCFA", lambda r: r.told["total_xof"], kind="xof"),
            Column("payes", "Payés", lambda r: r.told["paid"], kind="number"),
            Column("ouverts", "Sans réponse", lambda r: r.told["open"], kind="number"),
            Column("depuis", "Sans réponse depuis", lambda r: r.released_at if r.told["open"] else None, kind="day"),
            Column("reponse", "Réponse", _reply_word, cell=_reply_cell),
        ),
        order="-libere",
        filters=(
            Filter("programme", "Programme", lambda rows, value: rows.filter(component__programme__code=value),
                   list(programmes.distinct())),
            Filter("ordres", "Réponse", _with_verdict,
                   [("a-prendre", "à prendre"), ("accepted", "acceptés"), ("refused", "refusés")]),
        ),
        empty="Aucun tour n’a encore d’ordres pour votre agence.",
    )  # fmt: skip


def _with_verdict(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "a-prendre":
        return rows.filter(verdict__isnull=True, status="released")
    return rows.filter(verdict=value)


def _reply_word(row: Any) -> str:
    if row.verdict is None and row.status != "released":
        return "pris hors de cette page"
    return REPLIES[row.verdict or ""][0]


def _reply_cell(row: Any) -> str:
    tone = "" if row.verdict is None and row.status != "released" else REPLIES[row.verdict or ""][1]
    return format_html('<span class="chip {}">{}</span>', tone, _reply_word(row))


def _orders(agency: Agency, shown: PaymentRound) -> Listing:
    """References and sums; who receives is in the order file and on the page of one order."""
    return Listing(
        noun=("ordre", "ordres"),
        file_name=f"ordres-du-tour-{shown.pk}",
        columns=(
            Column("reference", "Référence", lambda line: line.reference, sort="id",
                   link=lambda line: reverse("agency_order", args=[agency.code, shown.pk, line.reference])),
            Column("nature", "Nature", lambda line: line.get_kind_display()),
            Column("site", "Site de paiement", lambda line: line.pay_point, sort="pay_point"),
            Column("montant", "FCFA", lambda line: line.amount_xof, kind="xof", sort="amount_xof"),
            Column("etat", "État", lambda line: line.get_status_display(), cell=_state),
            Column("regle", "Payé le", lambda line: line.settled_on, kind="day"),
        ),
        order="reference",
        filters=(
            Filter("q", "Référence", lambda rows, text: rows.filter(reference=text.replace(" ", "")),
                   placeholder="référence entière"),
            Filter("site", "Site", lambda rows, text: rows.filter(pay_point__icontains=text), placeholder="son nom"),
            Filter("etat", "État", lambda rows, value: rows.filter(status=value), _choices()),
        ),
        empty="Aucun ordre.",
        subject=lambda line: line.household_id,
    )  # fmt: skip


def _choices() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in Instruction.Status.choices if code != "held"]


def _state(line: Instruction) -> str:
    tone = TONES.get(line.status, "wait")
    return format_html('<span class="chip {}">{}</span>', tone, line.get_status_display())

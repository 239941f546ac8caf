"""The lines of a round: its orders, and the households of one line of its difference."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from jigi.foundation.keyring import vault
from jigi.geography.access import can
from jigi.payments import queries
from jigi.payments.models import Instruction, PaymentRound
from jigi.programmes.models import Agency
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.changed import act_cell, changed_by, said_of
from jigi.web.payments.sight import person, seen_round

Orders = QuerySet[Instruction]

_PAY_POINT = Column("site", "Site de paiement", lambda line: line.pay_point)
UNPAID = ("partial", "absent", "refused", "unanswered", "reversed", "held")


def lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The orders of a round in the communes of the person."""
    user, shown = person(request), seen_round(request, pk)
    orders = queries.instructions_visible_to(user, shown)
    return _orders(request, shown).respond(request, orders, "payments/lines.html", {"round": shown})


def change(request: HttpRequest, pk: int, change: int) -> HttpResponseBase:
    """The households behind one line of what changes since the last round."""
    user, shown = person(request), seen_round(request, pk)
    row = get_object_or_404(shown.changes.select_related("payment_round__component__programme"), pk=change)
    households = changed_by(row, queries.changed_households(row, queries.communes_seen(user, shown)))
    context = {"round": shown, "change": row}
    return _changed(row.movement, can(user, "registry.see"), shown.list_hash).respond(
        request, households, "payments/change.html", context
    )


def _orders(request: HttpRequest, shown: PaymentRound) -> Listing:
    opens = can(person(request), "registry.see")
    prepares = can(person(request), "payments.prepare", programme=shown.component.programme.code)
    communes = queries.communes_seen(person(request), shown)
    agencies = Agency.objects.filter(pk__in=shown.component.agency_communes.values("agency"))
    return Listing(
        noun=("ordre", "ordres"),
        file_name=f"ordres-tour-{shown.pk}",
        columns=(
            Column("ordre", "Référence", lambda line: line.reference, sort="id", cell=_reference),
            Column("rsu", "N° RSU", lambda line: line.household.rsu, cell=_linked if opens else _unlinked),
            Column("allocataire", "Allocataire", lambda line: line.recipient),
            Column("commune", "Commune", lambda line: line.commune.name),
            *([_PAY_POINT] if request.GET.get("format") == "csv" else []),
            Column("agence", "Agence", lambda line: line.agency.name),
            Column("nature", "Nature", lambda line: line.get_kind_display()),
            Column("montant", "FCFA", lambda line: line.amount_xof, kind="xof"),
            Column("verse", "dont versé", lambda line: line.paid_xof or None, kind="xof", on_screen=False),
            Column("etat", "État", lambda line: line.get_status_display(), cell=_state_cell(prepares)),
            Column("regle", "Payé le", lambda line: line.settled_on, kind="day"),
            Column("empreinte", "Empreinte de la liste", lambda line: shown.list_hash, on_screen=False),
        ),
        order="ordre",
        filters=(
            Filter("q", "Qui", _sought, placeholder="n° RSU ou référence"),
            Filter("commune", "Commune", _in_commune, [(str(c.pk), c.name) for c in communes]),
            Filter("agence", "Agence", _of_agency, [(str(a.pk), a.name) for a in agencies.order_by("name")]),
            Filter("etat", "État", _in_state, [*Instruction.Status.choices, ("unpaid", "non payé")]),
            Filter("nature", "Nature", _of_kind, Instruction.Kind.choices),
        ),
        empty="Ce tour n’a pas encore de liste.",
        subject=lambda line: line.household_id,
    )


def _sought(orders: Orders, text: str) -> Orders:
    """By the beginning of an RSU number, spaced as one likes, or by a whole reference."""
    digits = "".join(c for c in text if c.isdigit())
    by_reference = Q(reference=text.replace(" ", ""))
    return orders.filter(
        by_reference | registry.numbered(digits, field="household__rsu_number") if digits else by_reference
    )


def _in_commune(orders: Orders, pk: str) -> Orders:
    return orders.filter(commune_id=int(pk))


def _of_agency(orders: Orders, pk: str) -> Orders:
    return orders.filter(agency_id=int(pk))


def _in_state(orders: Orders, status: str) -> Orders:
    return orders.filter(status__in=UNPAID if status == "unpaid" else [status])


def _of_kind(orders: Orders, kind: str) -> Orders:
    return orders.filter(kind=kind)


def _reference(line: Instruction) -> str:
    return format_html('<span class="nb">{}</span>', line.reference)


def _linked(line: Instruction) -> str:
    return _household(line.household)


def _household(household: Household) -> str:
    page = reverse("household", args=[household.rsu])
    return format_html('<a class="nb" href="{}">{}</a>', page, household.rsu)


def _unlinked(line: Instruction) -> str:
    return format_html('<span class="nb">{}</span>', line.household.rsu)


def _state_cell(prepares: bool) -> Callable[[Instruction], str]:
    """The state, and for who prepares rounds the way to issue again what came back."""

    def cell(line: Instruction) -> str:
        if not prepares or line.status not in UNPAID or line.status == "unanswered":
            return _state(line)
        page = reverse("payment_reissue", args=[line.payment_round_id, line.pk])
        return format_html('{} <a href="{}">réémettre</a>', _state(line), page)

    return cell


def _state(line: Instruction) -> str:
    tone = {"paid": "ok", "open": "info"}.get(line.status, "wait")
    return format_html('<span class="chip {}">{}</span>', tone, line.get_status_display())


def _changed(movement: str, opens: bool, list_hash: str) -> Listing:
    """The columns that one movement calls for: who received and who will, on which account."""
    columns: list[Column] = [
        Column("rsu", "N° RSU", lambda h: h.rsu, sort="rsu_number", cell=_household if opens else None),
        Column("chef", "Chef de ménage", lambda h: h.head_name, sort="head_name"),
        Column("commune", "Commune", lambda h: h.commune.name, sort="commune__name"),
        Column("village", "Village", lambda h: h.village.name if h.village else ""),
    ]
    if movement == "recipient":
        columns.append(Column("avant", "Recevait", lambda h: h.recipient_before))
    if movement not in ("leave", "left_out"):
        columns.append(Column("recoit", "Reçoit", lambda h: h.recipient_now))
    if movement == "account":
        columns.append(Column("ancien", "Ancien compte", lambda h: _account(h.account_before)))
        columns.append(Column("nouveau", "Nouveau compte", lambda h: _account(h.account_now)))
    if movement in ("leave", "amount"):
        columns.append(Column("avant_fcfa", "FCFA avant", lambda h: h.before_xof, kind="xof"))
    if movement == "arrears":
        columns.append(Column("rappel", "Rappels (FCFA)", lambda h: h.arrears_xof, kind="xof"))
    elif movement not in ("leave", "left_out"):
        columns.append(Column("fcfa", "FCFA", lambda h: h.now_xof, kind="xof"))
    if movement != "stay":
        columns.append(Column("acte", "Acte", said_of, cell=act_cell(opens)))
    columns.append(Column("empreinte", "Empreinte de la liste", lambda h: list_hash, on_screen=False))
    return Listing(
        noun=("ménage", "ménages"), file_name="changements", columns=columns, order="rsu", subject=lambda h: h.pk
    )


def _account(sealed: bytes | None) -> str:
    """The end of an account: enough to see that it changed. It is shown whole on the household's page only."""
    number = vault().unseal("account", bytes(sealed or b""))
    return f"•••• {number[-4:]}" if number else "aucun"

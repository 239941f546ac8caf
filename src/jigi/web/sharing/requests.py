"""Requests under agreements: the list, the page of one, what another person decides, the file to take."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from jigi.foundation import audit, runs
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.sharing import delivering, queries, requests
from jigi.sharing.actions import APPROVE
from jigi.sharing.facts import facts
from jigi.sharing.models import SharingDelivery, SharingRequest
from jigi.sharing.rules import shown_count
from jigi.sharing.states import REQUEST
from jigi.web.account.step_up import require_proof
from jigi.web.formats import number
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.sharing import jobs
from jigi.web.sharing.sight import reader, seen_request, sees_whole_counts
from jigi.web.submissions import carry_out

TONES = {"asked": "wait", "approved": "info", "delivered": "ok", "refused": "bad", "withdrawn": "", "expired": ""}


def chip(one: SharingRequest) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


REQUESTS = Listing(
    noun=("demande", "demandes"),
    file_name="demandes-de-partage",
    columns=(
        Column("numero", "Demande", lambda one: one.pk, sort="pk",
               link=lambda one: reverse("sharing_request", args=[one.pk])),
        Column("convention", "Convention", lambda one: one.agreement.code),
        Column("partenaire", "Partenaire", lambda one: one.agreement.partner_name),
        Column("usage", "Usage prévu", lambda one: one.reason),
        Column("faite", "Demandée le", lambda one: one.made_at, kind="moment", sort="made_at"),
        Column("perime", "Périme le", lambda one: one.expires_on, kind="day", sort="expires_on"),
        Column("etat", "État", lambda one: one.get_status_display(), cell=chip, sort="status"),
    ),
    order="-numero",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), REQUEST.choices),
        Filter("q", "Partenaire", lambda found, text: found.filter(agreement__partner_name__icontains=text)),
    ),
    empty="Aucune demande : elles se font depuis la page d’une convention en vigueur.",
)  # fmt: skip


def listed(request: HttpRequest) -> HttpResponseBase:
    """The requests under the agreements that the person sees."""
    found = queries.requests_visible_to(reader(request))
    return REQUESTS.respond(request, found, "sharing/requests.html")


def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: whom, what, what was decided and delivered, and what this person may do."""
    user = reader(request)
    one = seen_request(user, pk)
    whole = sees_whole_counts(user, one.agreement)
    file = one.deliveries.filter(token__isnull=True).first()
    counts = {name: shown_count(getattr(one, name), whole=whole) for name in ("households", "persons", "opposed")}
    context = {
        "shown": one,
        "chip": chip(one),
        "counts": {name: "moins de 10" if count is None else number(count) for name, count in counts.items()},
        "criteria": one.criteria.sentences(),
        "by_person": one.criteria.unit == "person",
        "facts": [fact for code, fact in facts().items() if code in one.fields],
        "areas": one.areas.order_by("path"),
        "may_decide": can(user, APPROVE, areas=one.agreement.areas.all()),
        "own": one.made_by_id == user.pk,
        "may_withdraw": one.status in REQUEST.transition("withdraw").sources and requests.may_withdraw(user, one),
        "file": file,
        "file_opposed": shown_count(file.opposed, whole=whole) if file else 0,
        "may_take": delivering.may_take(user, one),
        "pages": one.deliveries.filter(token__isnull=False).order_by("-pk")[:20],
        "runs": runs.of_subject(f"{REQUEST.noun}:{one.pk}")[:3],
        "history": [(event, verb_word(event.verb, REQUEST.noun)) for event in audit.history(REQUEST.noun, one.pk)],
    }
    return render(request, "sharing/request.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, refuse, withdraw, or have the file written."""
    user = reader(request)
    one = seen_request(user, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request.POST.get("motif", ""), user))
    return redirect("sharing_request", pk)


def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, as it was sealed: noted each time, after a fresh proof."""
    user = reader(request)
    one = seen_request(user, pk)
    delivery = one.deliveries.filter(token__isnull=True).first()
    if delivery is None or not delivering.may_take(user, one):
        raise Http404
    require_proof(request, back=reverse("sharing_request", args=[pk]))
    delivering.take(delivery, by=user)
    response = StreamingHttpResponse(_pieces(delivery), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="remise-{delivery.pk}.zip.age"'
    response["Content-Length"] = str(delivery.size)
    return response


def _pieces(delivery: SharingDelivery) -> Iterator[bytes]:
    number = 0
    while (content := delivering.piece(delivery, number)) is not None:
        yield content
        number += 1


def _approve(one: SharingRequest, reason: str, by: User) -> str:
    requests.approve(one, by=by)
    if one.channel == SharingRequest.Channel.API:
        return "La demande est approuvée : les machines du partenaire peuvent la lire par leur jeton."
    return _written(one, by)


def _deliver(one: SharingRequest, reason: str, by: User) -> str:
    return _written(one, by)


def _written(one: SharingRequest, by: User) -> str:
    """Write the file now when it is small; leave it to the worker otherwise."""
    if jobs.is_large(one):
        jobs.enqueue(one, by=by)
        return "La demande est approuvée. Le fichier se prépare : il sera sur cette page."
    delivering.deliver(one, by=by)
    return "La demande est approuvée, et le fichier est prêt : le partenaire seul peut l’ouvrir."


def _refuse(one: SharingRequest, reason: str, by: User) -> str:
    requests.refuse(one, reason=reason, by=by)
    return "La demande est refusée."


def _withdraw(one: SharingRequest, reason: str, by: User) -> str:
    requests.withdraw(one, by=by)
    return "La demande est retirée : rien n’en est plus remis."


ACTS: dict[str, Callable[[SharingRequest, str, User], str]] = {
    "approve": _approve, "refuse": _refuse, "withdraw": _withdraw, "deliver": _deliver,
}  # fmt: skip

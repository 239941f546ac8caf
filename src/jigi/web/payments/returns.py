"""The return files of agencies: taking one, reading what it brought, working its exceptions."""

from __future__ import annotations

from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import can
from jigi.payments import corrections, parts, queries, returns
from jigi.payments.corrections import WORDS
from jigi.payments.models import Instruction, ReturnLine
from jigi.payments.suggestions import suggestions
from jigi.programmes.models import Agency
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.sight import person
from jigi.web.reader import number_in
from jigi.web.submissions import KeyReused, carry_out

MOST_BYTES = 50 * 1024 * 1024
TONES = {
    "paid": "ok", "absent": "wait", "refused": "wait", "reversed": "wait", "repeated": "",
}  # fmt: skip

FILES = Listing(
    noun=("fichier de retour", "fichiers de retour"),
    file_name="retours",
    columns=(
        Column("recu", "Reçu le", lambda f: f.made_at, kind="moment", sort="made_at"),
        Column(
            "fichier", "Fichier", lambda f: f.file_name, sort="file_name",
            link=lambda f: reverse("return_file", args=[f.pk]),
        ),
        Column("agence", "Agence", lambda f: f.agency.name, sort="agency__name"),
        Column("lignes", "Lignes", lambda f: f.lines, kind="number", sort="lines"),
        Column("payes", "Payés", lambda f: f.paid, kind="number", sort="paid"),
        Column("montant", "FCFA payés", lambda f: f.paid_xof, kind="xof", sort="paid_xof"),
        Column("non_payes", "Non payés", lambda f: f.unpaid, kind="number", sort="unpaid"),
        Column("exceptions", "Exceptions", lambda f: f.exceptions, kind="number", sort="exceptions"),
        Column("par", "Pris par", lambda f: str(f.made_by)),
    ),
    order="-recu",
    empty="Aucun fichier de retour n’a encore été pris.",
)  # fmt: skip


def files(request: HttpRequest) -> HttpResponseBase:
    """The files taken so far, with the form that takes one."""
    user = _person(request)
    if request.method == "POST":
        return _take(request, user)
    return _files_page(request, user)


def return_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One file: what its lines became."""
    user = _person(request)
    shown = get_object_or_404(queries.return_files_visible_to(user), pk=pk)
    lines = shown.return_lines.select_related("return_file__agency", "resolved_by").annotate(**_OF_ORDER)
    outcomes = (
        shown.return_lines.values("outcome").order_by("outcome").annotate(lines=Count("id"), xof=Sum("amount_xof"))
    )
    french = dict(ReturnLine.Outcome.choices)
    context = {
        "file": shown,
        "notices": shown.notices.order_by("id"),
        "outcomes": [
            {**row, "label": french[row["outcome"]], "tone": TONES.get(row["outcome"], "bad")} for row in outcomes
        ],
        "waiting": queries.exceptions(user).filter(return_file=shown).count(),
        "may_undo": shown.undone_at is None and can(user, "payments.reconcile"),
    }
    return _lines(f"retour-{shown.pk}").respond(request, lines, "payments/return_file.html", context)


def exceptions(request: HttpRequest) -> HttpResponseBase:
    """The lines of all files that wait for a decision; the last decided on request."""
    user = _person(request)
    lines: QuerySet[ReturnLine] = ReturnLine.objects.filter(
        return_file__exceptions__gt=0,
        return_file__in=queries.return_files_visible_to(user),
        outcome__in=ReturnLine.EXCEPTIONS,
    ).select_related("return_file__agency", "resolved_by")
    decided_too = request.GET.get("traitees") == "oui"
    if not decided_too:
        lines = lines.filter(resolved_at__isnull=True)
    lines = lines.annotate(**_OF_ORDER)
    context = {"may_decide": can(user, "payments.reconcile"), "decided_too": decided_too}
    return _exceptions().respond(request, lines, "payments/exceptions.html", context)


def exception(request: HttpRequest, pk: int) -> HttpResponse:
    """One exception beside the order it speaks of, and its dismissal."""
    user = _person(request)
    line = get_object_or_404(_seen(user).select_related("return_file__agency", "resolved_by"), pk=pk)
    order = Instruction.objects.filter(
        origin_round_id=line.origin_round_id or 0, reference=line.reference
    ).select_related("payment_round", "household", "recipient", "agency", "commune")
    found = order.first()
    waits = line.outcome in ReturnLine.EXCEPTIONS and line.resolved_at is None
    offered = suggestions(line, by=user) if waits else []
    told = {one.order.household_id for one in offered} | ({found.household_id} if found else set())
    if told:
        audit.read("see", "return_line", line.pk, by=user, subjects=sorted(told))
    context = {
        "line": line,
        "order": found,
        "offered": offered,
        "waits": waits,
        "settles": (line.outcome in WORDS and line.instruction_id is not None) or parts.accepted(line) is not None,
        "may_decide": can(user, "payments.reconcile"),
        "next": _next(user, line),
        "part": parts.part_of(line),
    }
    return render(request, "payments/exception.html", context)


@require_POST
def accept_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept that an agency paid less than asked: the rest of the right stays owed."""
    user = _person(request)
    line = get_object_or_404(_seen(user).select_related("return_file__agency"), pk=pk)

    def act() -> str:
        order = parts.accept(line, by=user, reason=request.POST.get("motif", ""))
        paid, rest = format_xof(order.paid_xof), format_xof(order.amount_xof - order.paid_xof)
        return f"Paiement partiel accepté : {paid} versés, {rest} restent dus."

    carry_out(request, act)
    return redirect("return_exceptions")


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an exception without effect on money."""
    user = _person(request)
    line = get_object_or_404(_seen(user).select_related("return_file__agency"), pk=pk)

    def act() -> str:
        returns.dismiss(line, by=user, reason=request.POST.get("motif", ""))
        return "La ligne est écartée : elle n’a rien changé aux comptes."

    carry_out(request, act)
    return _onwards(user, line)


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a waiting line the order that a person chose."""
    user = _person(request)
    line = get_object_or_404(_seen(user).select_related("return_file__agency"), pk=pk)
    round_number, _, order_number = request.POST.get("ordre", "").partition("-")
    order = Instruction.objects.filter(pk=number_in(order_number), origin_round=number_in(round_number)).first()

    def act() -> str:
        if order is None:
            raise Refused("Aucun ordre n’est choisi", remedy="Choisissez l’un des ordres proposés.")
        outcome = corrections.assign(line, order, by=user, reason=request.POST.get("motif", ""))
        if outcome == "wrong_amount":
            said = f"La ligne est de l’ordre {order.reference}, pour moins que demandé."
            return f"{said} Acceptez ou non ce paiement partiel."
        return f"Ligne rapprochée de l’ordre {order.reference} : {ReturnLine.Outcome(outcome).label}."

    carry_out(request, act)
    line.refresh_from_db()
    return redirect("return_exception", line.pk) if parts.part_of(line) else _onwards(user, line)


@require_POST
def undo_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a line did."""
    user = _person(request)
    line = get_object_or_404(_seen(user).select_related("return_file__agency"), pk=pk)

    def act() -> str:
        corrections.undo_line(line, by=user, reason=request.POST.get("motif", ""))
        return "Le rapprochement de cette ligne est défait : elle attend une décision."

    carry_out(request, act)
    return redirect("return_exception", line.pk)


@require_POST
def undo_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back everything that a file did."""
    user = _person(request)
    shown = get_object_or_404(queries.return_files_visible_to(user), pk=pk)

    def act() -> str:
        undone = corrections.undo_file(shown, by=user, reason=request.POST.get("motif", ""))
        return f"Le rapprochement est défait : {counted(undone, 'ligne reprise', 'lignes reprises')}."

    carry_out(request, act)
    return redirect("return_file", shown.pk)


def _next(user: User, line: ReturnLine) -> ReturnLine | None:
    """The waiting line after this one, or the first."""
    waiting = queries.exceptions(user).exclude(pk=line.pk)
    return waiting.filter(pk__gt=line.pk).first() or waiting.first()


def _onwards(user: User, line: ReturnLine) -> HttpResponse:
    """To the next line that waits: a queue is worked one after the other."""
    following = _next(user, line)
    return redirect("return_exception", following.pk) if following else redirect("return_exceptions")


_ORDERS = Instruction.objects.filter(origin_round=OuterRef("origin_round_id"), id=OuterRef("instruction_id"))
_OF_ORDER = {
    "round_id": Subquery(_ORDERS.values("payment_round")[:1]),
    "household_id": Subquery(_ORDERS.values("household")[:1]),
}


def _seen(user: User) -> QuerySet[ReturnLine]:
    return ReturnLine.objects.filter(return_file__in=queries.return_files_visible_to(user))


def _person(request: HttpRequest) -> User:
    user = person(request)
    if not queries.sees_returns(user):
        raise Http404
    return user


def _files_page(request: HttpRequest, user: User, error: JigiError | None = None) -> HttpResponseBase:
    context: dict[str, Any] = {
        "agencies": queries.agencies_held(user, "payments.reconcile").order_by("name"),
        "may_take": can(user, "payments.reconcile"),
        "waiting": queries.exceptions(user).count(),
        "error": error,
        "chosen": request.POST.get("agence", ""),
        "limit": MOST_BYTES // 1024 // 1024,
    }
    response = FILES.respond(request, queries.return_files_visible_to(user), "payments/returns.html", context)
    if error is not None:
        response.status_code = 400
    return response


def _take(request: HttpRequest, user: User) -> HttpResponseBase:
    """Reconcile the file of the form; what is wrong with it is said on the page it was sent from."""
    taken: list[returns.Reconciliation] = []

    def act() -> str:
        taken.append(_reconcile(request, user))
        return _said(taken[0])

    try:
        first = carry_out(request, act)
    except KeyReused:
        raise
    except JigiError as error:
        return _files_page(request, user, error)
    return redirect("return_file", taken[0].return_file.pk) if first else redirect("return_files")


def _reconcile(request: HttpRequest, user: User) -> returns.Reconciliation:
    agency = Agency.objects.filter(pk=number_in(request.POST.get("agence", ""))).first()
    sent = request.FILES.get("fichier")
    if agency is None:
        raise Refused("L’agence n’est pas choisie", remedy="Choisissez l’agence qui a envoyé ce fichier.")
    if not isinstance(sent, UploadedFile):
        raise Refused("Aucun fichier n’a été joint", remedy="Choisissez le fichier de retour, puis envoyez-le.")
    name = PurePath(sent.name or "retour.csv").name
    if (sent.size or 0) > MOST_BYTES:
        raise InputError(
            f"Le fichier dépasse {MOST_BYTES // 1024 // 1024} Mo",
            file=name,
            remedy="Demandez-le en plusieurs fichiers, ou prenez-le sur le serveur avec la commande jigi.",
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as kept:
            for chunk in sent.chunks():
                kept.write(chunk)
        return returns.reconcile(path, agency, by=user)


def _said(taken: returns.Reconciliation) -> str:
    file = taken.return_file
    if taken.known:
        return "Ce fichier avait déjà été pris : rien n’a changé."
    read = counted(file.lines, "ligne lue", "lignes lues")
    paid, unpaid = counted(file.paid, "payé"), counted(file.unpaid, "non payé", "non payés")
    return f"{read} : {paid}, {unpaid}, {counted(file.exceptions, 'exception')}."


def _lines(name: str) -> Listing:
    return Listing(
        noun=("ligne", "lignes"),
        file_name=name,
        columns=(
            Column("ligne", "Ligne", lambda line: line.line, kind="number", sort="line"),
            Column("reference", "Référence", lambda line: line.reference, link=_order_page),
            Column("statut", "Statut lu", lambda line: line.status_read),
            Column("montant", "Montant lu", lambda line: line.amount_read),
            Column("date", "Date lue", lambda line: line.date_read),
            Column("motif", "Motif lu", lambda line: line.reason_read),
            Column("issue", "Issue", lambda line: line.get_outcome_display(), cell=_linked),
            Column("cle", "Reconnue par", lambda line: line.get_matched_by_display()),
            Column("pourquoi", "Ce qui ne va pas", lambda line: line.why),
            Column("decision", "Décision", lambda line: line.resolution),
        ),
        order="ligne",
        filters=(Filter("issue", "Issue", _with_outcome, ReturnLine.Outcome.choices),),
        empty="Ce fichier n’a pas de ligne.",
        subject=lambda line: line.household_id,
    )


def _exceptions() -> Listing:
    return Listing(
        noun=("ligne", "lignes"),
        file_name="exceptions-de-retour",
        columns=(
            Column("issue", "Issue", lambda line: line.get_outcome_display(), sort="outcome", cell=_linked),
            Column("reference", "Référence", lambda line: line.reference, link=_order_page),
            Column("statut", "Statut lu", lambda line: line.status_read),
            Column("montant", "Montant lu", lambda line: line.amount_read),
            Column("pourquoi", "Ce qui ne va pas", lambda line: line.why),
            Column("agence", "Agence", lambda line: line.return_file.agency.name),
            Column("fichier", "Fichier", lambda line: line.return_file.file_name),
            Column("ligne", "Ligne", lambda line: line.line, kind="number", sort="id", link=_exception_page),
            Column("decision", "Décision", lambda line: line.resolution),
        ),
        order="ligne",
        filters=(Filter("issue", "Issue", _with_outcome, _exception_choices()),),
        empty="Aucune ligne n’attend de décision.",
        subject=lambda line: line.household_id,
    )


def _exception_choices() -> list[tuple[str, str]]:
    return [(code, label) for code, label in ReturnLine.Outcome.choices if code in ReturnLine.EXCEPTIONS]


def _with_outcome(lines: QuerySet[ReturnLine], outcome: str) -> QuerySet[ReturnLine]:
    return lines.filter(outcome=outcome)


def _outcome(line: ReturnLine) -> str:
    tone = TONES.get(line.outcome, "bad" if line.resolved_at is None else "")
    return format_html('<span class="chip {}">{}</span>', tone, line.get_outcome_display())


def _linked(line: ReturnLine) -> str:
    return format_html('<a href="{}">{}</a>', _exception_page(line), _outcome(line))


def _exception_page(line: ReturnLine) -> str:
    return reverse("return_exception", args=[line.pk])


def _order_page(line: Any) -> str:
    """The order that a line speaks of, among the lines of the round that paid it."""
    return f"{reverse('round_lines', args=[line.round_id])}?q={line.reference}" if line.round_id else ""

"""An agency gives its results: a file looked at and then given, or one order after the other."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.payments import agency_desk, batches, drafts
from jigi.payments.agency_models import ResultDraft
from jigi.payments.batches import Result
from jigi.payments.models import Instruction, ReturnFile
from jigi.web.agency.sight import own_round
from jigi.web.formats import counted
from jigi.web.payments.returns import TONES
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out, key_of

LONGEST_NAME = 100
SAID = (("PAYE", "payé"), ("ABSENT", "absent"), ("REFUSE", "refusé"), ("ANNULE", "paiement annulé"))


def look(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The form that sends a results file; posted, what the file would do, and nothing done."""
    user, agency, shown = own_round(request, code, pk)
    reply = agency_desk.reply_of(shown, agency)
    context: dict[str, Any] = {
        "agency": agency,
        "round": shown,
        "limit": drafts.MOST_BYTES // 1024 // 1024,
        "accepted": bool(reply and reply.verdict == "accepted"),
    }
    if request.method != "POST":
        return render(request, "agency/look.html", context)
    sent = request.FILES.get("fichier")
    try:
        if not isinstance(sent, UploadedFile):
            raise Refused("Aucun fichier n’a été joint", remedy="Choisissez le fichier de résultats, puis envoyez-le.")
        if (sent.size or 0) > drafts.MOST_BYTES:
            raise InputError(f"Le fichier dépasse {context['limit']} Mo", remedy="Donnez-le en plusieurs fichiers.")
        draft, seen = drafts.look(shown, agency, _named(sent), sent.read(), by=user)
    except JigiError as error:
        return render(request, "agency/look.html", context | {"error": error}, status=400)
    outcomes: dict[str, dict[str, Any]] = {}
    for outcome, lines, xof in seen.outcomes:
        # An order of another agency is unknown to this one: the two are one row.
        word = agency_desk.outcome_word(outcome)
        row = outcomes.setdefault(word, {"label": word, "tone": TONES.get(outcome, "bad"), "lines": 0, "xof": None})
        row["lines"] += lines
        row["xof"] = row["xof"] if xof is None else (row["xof"] or 0) + xof
    waiting = [(line, agency_desk.outcome_word(line.outcome), agency_desk.why_of(line)) for line in seen.waiting]
    more = {
        "draft": draft,
        "seen": seen,
        "file": seen.return_file,
        "outcomes": list(outcomes.values()),
        "waiting": waiting,
    }
    return render(request, "agency/preview.html", context | more)


@require_POST
def give(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Give the file that was looked at."""
    user, agency, shown = own_round(request, code, pk)
    draft = ResultDraft.objects.filter(pk=number_in(request.POST.get("brouillon", "")), by=user).first()
    taken: list[ReturnFile] = []

    def act() -> str:
        if draft is None:
            raise Refused("Ce fichier n’attend plus", remedy="Envoyez-le de nouveau.")
        done = drafts.give(draft, by=user)
        taken.append(done.return_file)
        return "Ce fichier avait déjà été pris : rien n’a changé." if done.known else _said(done.return_file)

    carry_out(request, act)
    if taken:
        return redirect("agency_result", agency.code, taken[0].pk)
    return redirect("agency_round", agency.code, shown.pk)


def order(request: HttpRequest, code: str, pk: int, reference: str) -> HttpResponse:
    """One order and who receives it; posting the form gives its result."""
    user, agency, shown = own_round(request, code, pk)
    found = agency_desk.orders_of(shown, agency).filter(reference=reference).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        batch: list[ReturnFile] = []

        def act() -> str:
            made, _ = batches.give(shown, agency, f"saisie-{key_of(request)}", [_result(request, found)], by=user)
            batch.append(made.return_file)
            return _said(made.return_file)

        carry_out(request, act)
        if batch and batch[0].exceptions:
            return redirect("agency_result", agency.code, batch[0].pk)
        return redirect("agency_round", agency.code, shown.pk)
    reply = agency_desk.reply_of(shown, agency)
    context = {
        "agency": agency,
        "round": shown,
        "order": found,
        "told": agency_desk.order_shown(found, by=user),
        "words": SAID,
        "today": timezone.localdate(),
        "accepted": bool(reply and reply.verdict == "accepted"),
    }
    return render(request, "agency/order.html", context)


def _result(request: HttpRequest, found: Instruction) -> Result:
    word = request.POST.get("statut", "")
    if word not in batches.WORDS:
        raise InputError("Le résultat n’est pas choisi", column="résultat", remedy="Choisissez-en un.")
    paid = word in ("PAYE", "ANNULE")
    return Result(
        found.reference, word, _amount(request.POST.get("montant", "")) if paid else None,
        _day(request.POST.get("date", "")) if paid else None, request.POST.get("motif", "").strip()[:200],
        request.POST.get("transaction", "").strip()[:80],
    )  # fmt: skip


def _amount(text: str) -> int:
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) < 13):
        raise InputError(f"« {text} » n’est pas un montant en francs", column="montant", remedy="Écrivez-le : 30000.")
    return int(digits)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"« {text} » n’est pas une date", column="date", remedy="Écrivez-la : 2016-02-10.") from None


def _named(sent: UploadedFile) -> str:
    path = PurePath(PurePath(sent.name or "resultats.csv").name)
    # A name is counted in bytes by the disk on which it is looked at.
    stem = path.stem.encode()[:LONGEST_NAME].decode(errors="ignore")
    return f"{stem}{path.suffix.encode()[:10].decode(errors='ignore')}"


def _said(file: ReturnFile) -> str:
    read = counted(file.lines, "ligne lue", "lignes lues")
    paid, unpaid = counted(file.paid, "payé"), counted(file.unpaid, "non payé", "non payés")
    return f"{read} : {paid}, {unpaid}, {counted(file.exceptions, 'exception')}."

"""/prestations/telephones/: what telephones sent of events, taken; what could not be, line by line, to correct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.delivery.collected import FORMS, take_all
from jigi.delivery.contracts.access import OPERATE
from jigi.delivery.fiches import actions, queries
from jigi.delivery.fiches.models import FieldFiche
from jigi.delivery.fiches.reading import Form
from jigi.delivery.fiches.states import FICHE
from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in, rights_of, user_of
from jigi.web.submissions import carry_out

TONES = {"held": "wait", "taken": "ok", "dropped": ""}


def chip(one: FieldFiche) -> str:
    """The state of a questionnaire."""
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


def title_of(one: FieldFiche) -> str:
    """The questionnaire, in French."""
    return FORMS[one.form].title if one.form in FORMS else one.form


COLUMNS = (
    Column("fiche", "Questionnaire", title_of, link=lambda one: reverse("field_fiche", args=[one.pk])),
    Column("numero", "Numéro dit", lambda one: one.number, sort="number"),
    Column("commune", "Commune", lambda one: one.commune.name if one.commune else ""),
    Column("envoyee", "Envoyée par", lambda one: str(one.sent_by), sort="sent_by__full_name"),
    Column("recue", "Reçue le", lambda one: one.sent_at.date(), kind="day", sort="sent_at"),
    Column("pourquoi", "À corriger", lambda one: _first(one)),
    Column("etat", "État", lambda one: one.get_status_display(), sort="status", cell=chip),
)  # fmt: skip
LISTING = Listing(
    noun=("fiche", "fiches"), file_name="fiches-des-telephones", columns=COLUMNS, order="-recue",
    filters=(
        Filter("etat", "État", lambda rows, value: rows.filter(status=value), choices=FICHE.choices),
        Filter(
            "questionnaire", "Questionnaire", lambda rows, value: rows.filter(form=value),
            choices=[(code, form.title) for code, form in FORMS.items()],
        ),
    ),
    empty="Aucune fiche. Les téléphones remplissent les questionnaires, et les envoient quand il y a du réseau.",
)  # fmt: skip


def follower(request: HttpRequest) -> User:
    """Who is signed in, when they follow or do what is delivered; Http404 otherwise."""
    if not rights_of(request) & {*queries.STAFF, OPERATE}:
        raise Http404
    return user_of(request)


def listed(request: HttpRequest) -> HttpResponseBase:
    """The questionnaires of one's contracts and places, those to correct first asked for by the filter."""
    user = follower(request)
    context = {"takes": not rights_of(request).isdisjoint(actions.RIGHTS)}
    return LISTING.respond(request, queries.visible_to(user), "delivery/fiches.html", context)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take all that telephones sent, and try again those that were held."""
    user = follower(request)

    def done() -> str:
        taken = take_all(by=user)
        return f"{counted(taken.taken, 'fiche prise', 'fiches prises')}, {counted(taken.held, 'fiche')} à corriger."

    carry_out(request, done)
    return redirect("field_fiches")


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """One questionnaire: what is wrong of it, what was corrected, and what may be done."""
    one, user = _seen(request, pk), follower(request)
    form = FORMS.get(one.form)
    labels = {**form.questions, **form.line_questions} if form else {}
    faults = sorted(one.faults.all(), key=lambda fault: (fault.line, fault.pk))
    context: dict[str, Any] = {
        "one": one, "title": title_of(one), "chip": chip(one), "mends": actions.may_mend(user, one),
        "corrects": actions.may_mend(user, one) and (form is None or not form.own or one.sent_by_id == user.pk),
        "faults": [(fault, labels.get(fault.question, fault.question), _choices(form, fault.line)) for fault in faults],
        "corrections": [(made, labels.get(made.question, "ligne laissée de côté")) for made in one.corrections.all()],
        "history": [(event, verb_word(event.verb, FICHE.noun)) for event in audit.history(FICHE.noun, one.pk)],
    }  # fmt: skip
    return render(request, "delivery/fiche.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Correct an answer, leave a line out, set the questionnaire aside or take it up again."""
    one, user = _seen(request, pk), follower(request)
    if verb not in ACTS or one.form not in FORMS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("field_fiche", pk)


def _correct(request: HttpRequest, one: FieldFiche, by: User) -> str:
    post = request.POST
    question, value = post.get("question", ""), post.get("valeur", "")
    actions.correct(one, FORMS[one.form], number_in(post.get("ligne", "")), question, value, by=by)
    return f"C’est corrigé. {_tried(one, by)}"


def _leave_out(request: HttpRequest, one: FieldFiche, by: User) -> str:
    actions.leave_out(
        one, FORMS[one.form], number_in(request.POST.get("ligne", "")), reason=request.POST.get("motif", ""), by=by
    )
    return f"La ligne est laissée de côté. {_tried(one, by)}"


def _drop(request: HttpRequest, one: FieldFiche, by: User) -> str:
    actions.drop(one, reason=request.POST.get("motif", ""), by=by)
    return "La fiche est écartée."


def _restore(request: HttpRequest, one: FieldFiche, by: User) -> str:
    actions.restore(one, by=by)
    return f"La fiche est reprise. {_tried(one, by)}"


ACTS: dict[str, Callable[[HttpRequest, FieldFiche, User], str]] = {
    "corriger": _correct, "laisser": _leave_out, "ecarter": _drop, "reprendre": _restore,
}  # fmt: skip


def _tried(one: FieldFiche, by: User) -> str:
    done = actions.take_again(one, FORMS[one.form], by=by)
    return "La fiche est prise." if done else "Il reste quelque chose à corriger."


def _seen(request: HttpRequest, pk: int) -> FieldFiche:
    return get_object_or_404(queries.visible_to(follower(request)), pk=pk)


def _choices(form: Form | None, line: int) -> list[tuple[str, str]]:
    """The questions that may be corrected, of the whole or of a line."""
    return list((form.line_questions if line else form.questions).items()) if form else []


def _first(one: FieldFiche) -> str:
    if one.status != "held":
        return ""
    faults = list(one.faults.all())
    more = f" (et {len(faults) - 1} de plus)" if len(faults) > 1 else ""
    return f"{faults[0].what}{more}" if faults else ""

"""Asking for a change of a household: choose what happened, then say it in a form of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.changes import actions, evidence, queries
from jigi.changes.facts import Input, input_of, place_of
from jigi.changes.models import ChangeRequest
from jigi.changes.rules import KINDS, Kind
from jigi.foundation.cells import as_date
from jigi.foundation.errors import JigiError, Raced, Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.registry import queries as registry
from jigi.registry.models import Household, Membership, Person
from jigi.web.changes.sight import household_to_change
from jigi.web.households.listing import page_of as household_page
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

FAMILIES = (
    ("Qui vit dans le ménage", ("birth", "death", "arrival", "departure", "marriage")),
    ("Rôles", ("head", "recipient", "place")),
    ("Corriger un fait", ("identity", "contact", "dwelling", "health")),
    ("Où est le ménage", ("stay", "position", "move")),
    ("Le ménage lui-même", ("split", "merge", "exit", "dissolve", "reopen")),
)
ENDED = (Household.Status.DISSOLVED, Household.Status.LEFT)
HELP = {
    "birth": "12/05/2015, 05/2015, 2015 ou vers 1985",
    "commune": "son nom ou son code",
    "village": "son nom ou son code",
    "found": "son NINA, ou le numéro RSU de son ménage et sa ligne : 4827-1930-66/3",
    "kin": "s’il ou elle est au registre : son NINA, ou le numéro RSU de son ménage et sa ligne : 4827-1930-66/3",
    "degrees": "en degrés décimaux, par exemple 12,6392 ou -8,0029",
    "phone": "laissez vide pour ne rien changer",
    "document": "laissez vide pour ne rien changer",
}
NONE_HELD = "aucun au registre"


@dataclass(frozen=True)
class Field:
    """An input as the form shows it: what stands in it, and whether it may be left empty."""

    input: Input
    value: Any
    required: bool
    help: str
    removable: bool

    @property
    def words(self) -> str:
        return self.input.label[:1].upper() + self.input.label[1:]


def kinds(request: HttpRequest, number: str) -> HttpResponse:
    """What happened to this household? The kinds that its state and the person's rights allow."""
    user, household = user_of(request), household_to_change(request, number)
    open_to = [
        (title, [KINDS[code] for code in codes if _fits(KINDS[code], household, user)]) for title, codes in FAMILIES
    ]
    waiting = queries.visible_to(user).filter(household=household, status__in=("draft", "submitted"))
    context = {
        "household": household,
        "page": household_page(household),
        "families": [(title, found) for title, found in open_to if found],
        "waiting": waiting.order_by("pk"),
    }
    return render(request, "changes/kinds.html", context)


def ask(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The form of one kind; a member is chosen first where it is about one."""
    user, household = user_of(request), household_to_change(request, number)
    if kind not in KINDS or not _fits(KINDS[kind], household, user):
        raise Http404
    asked, members = KINDS[kind], list(registry.current_members(household))
    member = _member(request, members) if asked.member else None
    said, error = "", None
    if request.method == "POST":
        try:
            return _drafted(request, asked, household, member, user)
        except Raced:
            raise
        except JigiError as refused:
            error, said = refused, "again"
    context = {
        "household": household,
        "page": household_page(household),
        "kind": asked,
        "members": members,
        "member": member,
        "error": error,
        "said": request.POST or _begun(request),
        "fields": [] if asked.member and member is None else _fields(request, asked, household, member, user),
        "sources": [choice for choice in ChangeRequest.Source.choices if choice[0] != "file"],
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "changes/ask.html", context, status=400 if said else 200)


def _drafted(
    request: HttpRequest, kind: Kind, household: Household, member: Membership | None, by: User
) -> HttpResponse:
    made: list[ChangeRequest] = []

    def act() -> str:
        made.append(
            actions.draft(
                kind.code, household, typed=_typed(request, kind), effective_on=_day(request), by=by,
                reason=request.POST.get("motif", ""), fact_source=request.POST.get("source", "household"),
                person=member.person if member else None, other=request.POST.get("autre", ""),
            )
        )  # fmt: skip
        if sent := request.FILES.get("piece"):
            evidence.attach(made[0], name=sent.name or "pièce", content=sent.read(), by=by)
        return "Relisez ce qui changera, puis soumettez la demande."

    carry_out(request, act)
    return redirect("change", made[0].pk) if made else redirect("changes")


def _begun(request: HttpRequest) -> dict[str, str]:
    """What a form begins with when a request of a person about their data led to it."""
    number = request.GET.get("demande", "")
    return {"motif": f"Rectification demandée : demande {number} sur les données"} if number.isdigit() else {}


def _typed(request: HttpRequest, kind: Kind) -> dict[str, str]:
    """What the form says; an empty secret, or parent, says nothing, unless it is to be taken away.

    A parent who died, left or lives where the person does not see is not shown: nobody asked that they be forgotten.
    """
    typed: dict[str, str] = {}
    for code in kind.codes:
        if code == "op.leaving":
            typed[code] = ",".join(request.POST.getlist(code))
        elif code.startswith(("phone.", "document.")) or input_of(code).type == "kin":
            if request.POST.get(f"retirer-{code}") or request.POST.get(code, "").strip():
                typed[code] = "" if request.POST.get(f"retirer-{code}") else request.POST[code]
        elif code in request.POST:
            typed[code] = request.POST[code]
    return typed


def _fields(
    request: HttpRequest, kind: Kind, household: Household, member: Membership | None, user: User
) -> list[Field]:
    now = queries.facts_now(kind, household, member.person_id if member else None, by=user)
    held = member.person if member else None
    return [_field(request, kind, input_of(code), now.get(code), held) for code in kind.codes]


def _field(request: HttpRequest, kind: Kind, one: Input, now: Any, person: Person | None) -> Field:
    secret = one.type in ("phone", "document")
    value = request.POST.get(one.code, as_typed(one, now))
    help = _help(one, person) if secret else HELP.get("phone" if one.table == "phone" else one.type, "")
    removable = help != NONE_HELD if secret else one.type == "kin" and now is not None
    return Field(one, value, one.code in kind.required, help, removable=removable)


def _help(one: Input, person: Person | None) -> str:
    """What the person has now, cut to its end."""
    held: list[Any] = []
    if person:
        documents = person.identifiers.filter(kind=one.column)
        held = list(person.phones.order_by("pk")[place_of(one) :] if one.type == "phone" else documents)
    return f"au registre : {held[0].masked} ; {HELP[one.type]}" if held else NONE_HELD


def as_typed(one: Input, value: Any) -> str:
    """A value as a person would type it again."""
    if value in (None, ""):
        return ""
    if one.type in ("commune", "village"):
        return Area.objects.get(pk=value).code
    if one.type in ("choice", "day"):
        return str(value)
    if one.type == "kin":
        return _as_kin(value)
    return one.shown(value)


def _as_kin(number: int) -> str:
    """The RSU number and the line of a person, where they are seen to live."""
    at = Membership.objects.filter(person=number, ended_on__isnull=True).select_related("household").first()
    return f"{at.household.rsu}/{at.line}" if at else ""


def _fits(kind: Kind, household: Household, user: User) -> bool:
    """Whether this kind may be asked of a household in its state, by this person."""
    if kind.right and not can(user, kind.right, areas=[household.commune]):
        return False
    if kind.code == "reopen":
        return household.status in ENDED
    return household.status == Household.Status.ACTIVE


def _member(request: HttpRequest, members: list[Membership]) -> Membership | None:
    asked = request.POST.get("membre") or request.GET.get("membre", "")
    return next((one for one in members if str(one.person_id) == asked), None)


def _day(request: HttpRequest) -> date:
    try:
        return as_date(request.POST.get("effet", "")).day
    except ValueError:
        raise Refused("La date d’effet manque", remedy="Écrivez-la, par exemple 31/01/2026.") from None

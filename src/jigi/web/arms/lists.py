"""The households of an arm with their reasons, and the lists that enter its campaign."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.response import arms
from jigi.response.arm_agencies import take_agency_list, take_community_list
from jigi.response.arm_lists import REASONS, TAKEN, WITH_CAMPAIGN, because
from jigi.response.models import Arm
from jigi.targeting.models import LeftOut, Result
from jigi.web.arms.forms import ListForm
from jigi.web.arms.sight import may, person, seen_arm
from jigi.web.formats import counted
from jigi.web.imports import uploads
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import rights_of
from jigi.web.submissions import KeyReused, carry_out

PART = "liste"
UNNAMED = ("gone", "outside", "suspended", "enrolled", "helped")
"""Reasons of an arm without a campaign."""


def households(request: HttpRequest, number: int, pk: int) -> HttpResponseBase:
    """Every household of an arm that the person sees in the register, with what becomes of it."""
    user, one = person(request), seen_arm(request, number, pk)
    if "registry.see" not in rights_of(request):
        raise Http404
    context = {"response": one.activation, "one": one}
    return _listing(one).respond(request, _judged(one, user), "arms/households.html", context)


def send(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Send a list to the campaign of a new listing."""
    user, one = person(request), seen_arm(request, number, pk)
    open_ = one.kind == Arm.Kind.LISTING and one.status in ("planned", "listed")
    if not open_ or not may(user, arms.PREPARE, one.activation, one.component):
        raise Http404
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _take(request, form, one, user)
            return redirect("response_arm", number, pk)
        except KeyReused:
            raise
        except JigiError as error:
            form.add_error(None, str(error))
    context = {"response": one.activation, "one": one, "form": form}
    return render(request, "arms/send.html", context, status=400 if form.errors else 200)


def _take(request: HttpRequest, form: ListForm, one: Arm, user: User) -> None:
    folder = uploads.keep({PART: form.cleaned_data["liste"]})
    scheme = form.cleaned_data["regime"]

    def do() -> str:
        with uploads.opened(folder) as files:
            if scheme is None:
                report = take_community_list(one, files[PART], by=user)
                held = counted(report.held, "retenue", "retenues")
                return f"{counted(report.read, 'ligne lue', 'lignes lues')}, {report.added} ménages nouveaux, {held}."
            found = take_agency_list(one, scheme, files[PART], by=user)
            return (
                f"{counted(found.matched, 'ménage reconnu', 'ménages reconnus')} au registre, dont {found.added}"
                f" nouveaux sur la liste ; {counted(found.new, 'ligne', 'lignes')} à enquêter,"
                f" {found.ambiguous} à départager (voyez le lot {found.batch.pk} du régime), dont {found.to_tell} avec"
                " un nom à comparer au registre."
            )

    try:
        carry_out(request, do)
    finally:
        uploads.forget(folder)


def _judged(one: Arm, user: User) -> QuerySet[Household]:
    """The households of an arm, each with its `reason`."""
    seen = registry.visible_to(user).select_related("commune", "village")
    if one.status == "planned" or not one.listed_at:
        return seen.none()
    if one.kind in WITH_CAMPAIGN:
        return _of_campaign(seen, one)
    if one.cohort:
        enrolled = seen.filter(enrolments__cohort=one.cohort)
        return enrolled.annotate(reason=Value(TAKEN, output_field=CharField()))
    cases = [When(pk__in=because(one, [reason]), then=Value(reason)) for reason in UNNAMED]
    named = seen.filter(pk__in=because(one, ["", *UNNAMED]))
    return named.annotate(reason=Case(*cases, default=Value(TAKEN), output_field=CharField()))


def _of_campaign(seen: QuerySet[Household], one: Arm) -> QuerySet[Household]:
    results = Result.objects.filter(targeting_round=one.targeting_round)
    villageless = LeftOut.objects.filter(targeting_round=one.targeting_round, reason="no_village")
    other = [reason for reason in Result.Reason.values if reason != "within_quota"]
    cases = [When(pk__in=results.filter(reason=reason).values("household"), then=Value(reason)) for reason in other]
    cases.append(When(pk__in=villageless.values("household"), then=Value("no_village")))
    named = seen.filter(pk__in=results.values("household").union(villageless.values("household"), all=True))
    return named.annotate(reason=Case(*cases, default=Value(TAKEN), output_field=CharField()))


def _listing(one: Arm) -> Listing:
    return Listing(
        noun=("ménage", "ménages"),
        file_name=f"volet-{one.pk}-menages",
        columns=(
            Column("rsu", "N° RSU", lambda row: row.rsu, sort="rsu_number", cell=_rsu),
            Column("chef", "Chef de ménage", lambda row: row.head_name, sort="head_name"),
            Column("commune", "Commune", lambda row: row.commune.name),
            Column("village", "Village", lambda row: row.village.name if row.village else ""),
            Column("membres", "Membres", lambda row: row.size, kind="number", sort="size"),
            Column("vu", "Vu le", lambda row: row.collected_on, kind="day", sort="collected_on"),
            Column("motif", "Issue", lambda row: REASONS[row.reason], cell=_reason),
        ),
        order="rsu",
        filters=(
            Filter("q", "N° RSU", _numbered, placeholder="4827-1930-66"),
            Filter("motif", "Issue", lambda rows, reason: rows.filter(reason=reason), list(REASONS.items())),
        ),
        empty="Ce volet n’a pas encore de liste : établissez-la sur sa page.",
        subject=lambda row: row.pk,
    )  # fmt: skip


def _numbered(rows: QuerySet[Household], text: str) -> QuerySet[Household]:
    digits = "".join(c for c in text if c.isdigit())
    return rows.filter(rsu_number__startswith=digits) if digits else rows.none()


def _rsu(row: Household) -> str:
    return format_html('<a class="nb" href="{}">{}</a>', reverse("household", args=[row.rsu]), row.rsu)


def _reason(row: Any) -> str:
    return format_html('<span class="chip {}">{}</span>', "ok" if row.reason == TAKEN else "", REASONS[row.reason])

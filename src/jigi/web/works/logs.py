"""/chantiers/<n>/noter/: tools, accidents, progress, trees, the handover; and the photographs."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from jigi.delivery.works import log, queries
from jigi.delivery.works.log import MOST_PHOTOS
from jigi.delivery.works.models import (
    CommitteeMember,
    ToolIssue,
    WorkAccident,
    Worker,
    WorkPhoto,
    WorkProgress,
    Worksite,
)
from jigi.foundation.errors import Refused, TooLarge
from jigi.foundation.models import User
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out
from jigi.web.works.sight import day_in, person, seen_worksite, whole

MOST_PHOTO_BYTES = 8 << 20
COMMITTEE_LINES = 5


@require_POST
def note(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Write one thing in the log of a worksite."""
    shown, user = seen_worksite(request, pk), person(request)
    done = NOTES.get(what)
    if done is None:
        raise Http404
    carry_out(request, lambda: done(request, shown, user))
    return redirect("worksite", pk)


def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photograph of a worksite that the person sees."""
    sites = queries.visible_to(person(request)).values("pk")
    found = get_object_or_404(WorkPhoto.objects.filter(progress__worksite__in=sites), pk=pk)
    response = HttpResponse(bytes(found.content), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _tools(request: HttpRequest, shown: Worksite, user: User) -> str:
    crew = shown.crews.filter(pk=number_in(request.POST.get("equipe", ""))).first()
    if crew is None:
        raise Refused("À quelle équipe ?", remedy="Choisissez une équipe du chantier.")
    count = whole(request, "nombre", "Nombre", 1_000)
    log.issue_tools(crew, request.POST.get("outil", ""), count, day_in(request), by=user)
    return "Les outils remis sont notés."


def _back(request: HttpRequest, shown: Worksite, user: User) -> str:
    found = get_object_or_404(ToolIssue.objects.filter(worksite=shown), pk=number_in(request.POST.get("remise", "")))
    counts = {name: whole(request, french, french, 1_000)
              for name, french in (("returned", "rendus"), ("broken", "cassés"), ("lost", "perdus"))}  # fmt: skip
    log.take_tools_back(found, **counts, by=user)
    return "Le retour des outils est noté."


def _accident(request: HttpRequest, shown: Worksite, user: User) -> str:
    said = request.POST
    line, worker = said.get("ligne", "").strip(), None
    if line:
        crew = number_in(said.get("equipe", ""))
        worker = Worker.objects.filter(worksite=shown, crew=crew, number=number_in(line)).first()
        if worker is None:
            raise Refused("Cette équipe n’a pas cette ligne", remedy="Voyez le numéro imprimé devant le nom.")
    log.report_accident(
        shown, day_in(request), said.get("gravite", ""), said.get("recit", ""), said.get("soins", ""), worker=worker,
        taken_to=said.get("conduit", ""), days_lost=whole(request, "arret", "Jours d’arrêt", 366), by=user,
    )  # fmt: skip
    return "L’accident est déclaré."


def _withdrawn(request: HttpRequest, shown: Worksite, user: User) -> str:
    found = get_object_or_404(
        WorkAccident.objects.filter(worksite=shown), pk=number_in(request.POST.get("accident", ""))
    )
    log.withdraw_accident(found, reason=request.POST.get("motif", ""), by=user)
    return "La déclaration est retirée."


def _progress(request: HttpRequest, shown: Worksite, user: User) -> str:
    sent = request.FILES.getlist("photos")
    if len(sent) > MOST_PHOTOS:
        raise Refused(f"{MOST_PHOTOS} photographies au plus", remedy="Choisissez les plus parlantes.")
    if any((one.size or 0) > MOST_PHOTO_BYTES for one in sent):
        raise TooLarge("Une photographie dépasse 8 Mo", remedy="Réduisez-la, ou prenez-la de moins près.")
    photos = [one.read() for one in sent]
    done = whole(request, "fait", "Fait depuis le début", 2_000_000_000)
    log.record_progress(shown, day_in(request), done, photos, note=request.POST.get("remarque", ""), by=user)
    return "L’avancement est noté : un contrôleur le constate."


def _confirmed(request: HttpRequest, shown: Worksite, user: User) -> str:
    found = get_object_or_404(WorkProgress.objects.filter(worksite=shown), pk=number_in(request.POST.get("releve", "")))
    log.confirm_progress(found, by=user)
    return "L’avancement est constaté."


def _trees(request: HttpRequest, shown: Worksite, user: User) -> str:
    planted, alive = (whole(request, name, name, 2_000_000_000) for name in ("plantes", "vivants"))
    log.count_trees(shown, day_in(request), planted, alive, by=user)
    return "Le comptage est noté."


def _handed(request: HttpRequest, shown: Worksite, user: User) -> str:
    committee = [
        {"name": name, "woman": request.POST.get(f"sexe-{n}") == "F", "office": request.POST.get(f"fonction-{n}", "")}
        for n in range(1, COMMITTEE_LINES + 1)
        if (name := request.POST.get(f"nom-{n}", "").strip())
    ]
    if any(one["office"] not in CommitteeMember.Office.values for one in committee):
        raise Refused("Quelle est la fonction de chaque membre ?", remedy="Choisissez-la dans la liste.")
    said = request.POST
    log.hand_over(
        shown, day_in(request), said.get("recu", ""), committee, reserves=said.get("reserves", ""), by=user
    )  # fmt: skip
    return "L’ouvrage est remis."


def _ended(request: HttpRequest, shown: Worksite, user: User) -> str:
    found = get_object_or_404(
        CommitteeMember.objects.filter(worksite=shown), pk=number_in(request.POST.get("membre", ""))
    )
    log.end_office(found, day_in(request), by=user)
    return "La fin de la fonction est notée."


NOTES: dict[str, Callable[[HttpRequest, Worksite, User], str]] = {
    "outils": _tools, "retour": _back, "accident": _accident, "retirer-accident": _withdrawn,
    "avancement": _progress, "constater": _confirmed, "arbres": _trees, "remise": _handed, "fin-fonction": _ended,
}  # fmt: skip

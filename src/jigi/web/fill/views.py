"""The page on which questionnaires are filled, what it asks of the server, and what became of what it sent."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake.collection import RIGHT
from jigi.intake.models import Submission
from jigi.intake.queries import offered_to
from jigi.intake.reception import receive
from jigi.web.fill.content import content_of
from jigi.web.fill.listing import SENT
from jigi.web.middleware import status_of
from jigi.web.openrosa.parts import answers_in, files_in
from jigi.web.reader import user_of

PROGRAM, WORKER = "forms/fill.js", "forms/worker.js"
DEVICE = "navigateur"


def fill(request: HttpRequest, code: str = "") -> HttpResponse:
    """The page itself, which names nobody; or how to add it, where `make forms` has not been run."""
    user = _collector(request)
    if _built(PROGRAM):
        return render(request, "fill/fill.html")
    offered = offered_to(user).order_by("form__title")
    return render(request, "fill/absent.html", {"versions": offered.defer("xlsform", "xform", "definition")})


def who(request: HttpRequest) -> JsonResponse:
    """Who is signed in, the token of their next post, and the forms that they are offered today."""
    user = _collector(request)
    rows = offered_to(user).order_by("form__title").values_list("form__code", "form__title", "version")
    forms = [{"code": code, "title": title, "version": version} for code, title, version in rows]
    return JsonResponse({"user": user.pk, "username": user.username, "token": get_token(request), "forms": forms})


def content(request: HttpRequest, code: str) -> HttpResponse:
    """The form offered under a code; nothing (204) when it is the one that the device says it has (`connu`)."""
    user = _collector(request)
    version = get_object_or_404(offered_to(user).defer("xlsform", "definition"), form__code=code)
    found = content_of(version, user)
    return HttpResponse(status=204) if request.GET.get("connu") == found["digest"] else JsonResponse(found)


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Take a fiche, as from a phone: sent again it changes nothing. What is refused is said, and kept on the device."""
    user = _collector(request)
    try:
        received = receive(answers_in(request), files=files_in(request), device=DEVICE, by=user)
    except JigiError as error:
        # Caught here: of answers in conflict, what was kept must not be undone with the request.
        return JsonResponse({"said": str(error)}, status=status_of(error))
    said = "Fiche reçue." if received.is_new else "Cette fiche était déjà reçue."
    return JsonResponse({"said": said}, status=201)


def sent(request: HttpRequest) -> HttpResponseBase:
    """One's own fiches that the server has, and what became of them."""
    found = Submission.objects.filter(sent_by=_collector(request)).select_related("form_version__form").defer("sealed")
    return SENT.respond(request, found.annotate(files=Count("attachments", distinct=True)), "fill/sent.html")


@login_not_required
def worker(request: HttpRequest) -> FileResponse:
    """The service worker, at an address from which it may serve every questionnaire."""
    path = _built(WORKER)
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/questionnaires/"
    return response


def _built(name: str) -> Path | None:
    found = finders.find(name)
    return Path(found) if isinstance(found, str) else None


def _collector(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, RIGHT)
    return user

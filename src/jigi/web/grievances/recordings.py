"""Sounds on the page of a complaint: joined, and listened to by who may see it; each listening is kept as a reading."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from jigi.foundation.errors import Refused
from jigi.grievances import recordings, trail
from jigi.grievances.models import Recording
from jigi.web.grievances.sight import seen_case
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

SUFFIX = {
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav",
    "audio/mp4": "m4a", "audio/3gpp": "3gp",
}  # fmt: skip


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Join a sound to a complaint."""
    user, one = user_of(request), seen_case(request, pk)

    def made() -> str:
        sent = request.FILES.get("son")
        if sent is None:
            raise Refused("Aucun enregistrement n’est choisi", remedy="Choisissez le fichier du son.")
        if (sent.size or 0) > Recording.MOST_BYTES:
            raise Refused("L’enregistrement dépasse 5 Mo", remedy="Enregistrez-le plus court, ou moins fin.")
        recordings.attach(one, sent.read(), by=user)
        return "L’enregistrement est gardé avec la plainte."

    carry_out(request, made)
    return redirect("grievance", pk)


@require_GET
def play(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The sound itself, for the page to play or to keep."""
    one = seen_case(request, pk)
    found = one.recordings.filter(pk=number).exclude(content_sealed=b"").first()
    if found is None:
        raise Http404
    trail.read(one, "see", by=user_of(request))
    name = f"plainte-{one.number}-{found.pk}.{SUFFIX[found.kind]}"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(recordings.sound(found), content_type=found.kind, headers=headers)

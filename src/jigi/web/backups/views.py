"""The page of backups, for who keeps the server and for who audits it. It shows nothing of any household."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation import backup, backup_age, backup_runs
from jigi.foundation.backup import Kept
from jigi.foundation.errors import JigiError
from jigi.geography.access import can, require
from jigi.web.backups import jobs
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

RIGHT = "site.operate"
SHOWN = 60


def backups(request: HttpRequest) -> HttpResponse:
    """When the last backup and the last drill succeeded, what failed since, what is kept, what to do."""
    user = user_of(request)
    keeps = can(user, RIGHT)
    if not keeps:
        require(user, "audit.see")
    found, trouble = _found()
    context = {
        "backup": backup_runs.standing(backup_age.CREATE),
        "drill": backup_runs.standing(backup_age.DRILL),
        "failures": backup_runs.failures(),
        "found": found[:SHOWN],
        "trouble": trouble,
        "target": backup.destination(),
        "has_key": backup_runs.has_key(),
        "keep": backup_runs.keep(),
        "waiting": jobs.waiting(),
        "keeps": keeps,
    }
    return render(request, "backups/backups.html", context)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Leave a backup or a drill to the worker."""
    user, act = user_of(request), request.POST.get("acte", "")
    require(user, RIGHT)
    if act not in jobs.ACTS:
        raise Http404

    def later() -> str:
        if jobs.enqueue(act, by=user):
            return "C’est demandé : le travail commence dès que le serveur est libre, et sera dit ici."
        return "C’était déjà demandé : le travail attend son tour."

    carry_out(request, later)
    return redirect("backups")


def _found() -> tuple[list[Kept], str]:
    """The backups of the usual folder; a disk that is away is said, the rest of the page stands."""
    try:
        return backup.found_in(backup.destination()), ""
    except JigiError as error:
        return [], str(error)

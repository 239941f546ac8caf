"""The page of the day when the machine fails under the site: it reads no table, opens no session, needs no script."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error

from jigi.foundation.outage import outage_of


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """503 with what befell and what is safe, when it is the machine's; otherwise the page of a defect, 500."""
    outage = outage_of(sys.exc_info()[1])
    if outage is None:
        return server_error(request)
    context = {"outage": outage, "sent": request.method == "POST", "address": request.path}
    response = HttpResponse(get_template("503.html").render(context), status=503)
    response["Retry-After"] = str(outage.retry_seconds)
    return response

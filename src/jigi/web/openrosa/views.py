"""Forms and their files, and the fiches that come back. Specification: OpenRosa 1.0."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from jigi.foundation.errors import TooLarge
from jigi.foundation.models import User
from jigi.intake.collection import openrosa_hash
from jigi.intake.models import FormVersion
from jigi.intake.place_lists import place_list
from jigi.intake.queries import made_lists, offered_to
from jigi.intake.reception import receive
from jigi.web.openrosa.door import for_phones
from jigi.web.openrosa.envelopes import ACCEPTED_BYTES, listed, told
from jigi.web.openrosa.parts import answers_in, files_in


@for_phones
def form_list(request: HttpRequest, user: User) -> HttpResponseBase:
    """The forms offered to this person; `?formID=` asks for one."""
    found = offered_to(user).order_by("form__title")
    if code := request.GET.get("formID", "").replace("\x00", ""):
        found = found.filter(form__code=code)
    rows = [_listed_form(request, one) for one in found.defer("xlsform", "definition")]
    return listed("xforms", "http://openrosa.org/xforms/xformsList", "xform", rows)


@for_phones
def xform(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    """The form itself."""
    return HttpResponse(_offered(user, pk).xform, content_type="text/xml; charset=utf-8")


@for_phones
def manifest(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    """The files that go with a form."""
    version = _offered(user, pk)
    rows = [
        {
            "filename": name, "hash": f"md5:{openrosa_hash(content)}",
            "downloadUrl": request.build_absolute_uri(reverse("openrosa_media", args=[version.pk, name])),
        }
        for name, content in _media(version, user)
    ]  # fmt: skip
    return listed("manifest", "http://openrosa.org/xforms/xformsManifest", "mediaFile", rows)


@for_phones
def media(request: HttpRequest, user: User, pk: int, name: str) -> HttpResponseBase:
    """One of these files."""
    version = _offered(user, pk)
    if name in made_lists(version):
        return HttpResponse(place_list(name, user), content_type="text/csv; charset=utf-8")
    found = version.media.filter(file_name=name.replace("\x00", "")).first()
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.content), content_type="application/octet-stream")


@for_phones
def submission(request: HttpRequest, user: User) -> HttpResponseBase:
    """A fiche. HEAD says that this is the place; a post may be sent again, and may bring more files."""
    if request.method != "POST":
        # A GET is a person who looks: it is answered as a HEAD is.
        response = HttpResponse(status=204)
        response.headers["Location"] = request.build_absolute_uri()
        return response
    _read_chunked(request)
    device = "".join(filter(str.isprintable, request.GET.get("deviceID", "")))
    received = receive(answers_in(request), files=files_in(request), device=device, by=user)
    said = "Fiche reçue. Merci." if received.is_new else "Cette fiche était déjà reçue. Merci."
    return told(said, 201, nature="submit_success")


def _read_chunked(request: HttpRequest) -> None:
    """Take in a body that announces no length, as OpenRosa asks: Django would read nothing of it."""
    if request.headers.get("Transfer-Encoding", "").casefold() != "chunked" or request.META.get("CONTENT_LENGTH"):
        return
    body = request.META["wsgi.input"].read(ACCEPTED_BYTES + 1)
    if len(body) > ACCEPTED_BYTES:
        raise TooLarge("Cet envoi est trop grand", remedy="Envoyez moins de pièces jointes à la fois")
    request._body = body
    request.META["CONTENT_LENGTH"] = str(len(body))


def _offered(user: User, pk: int) -> FormVersion:
    found = offered_to(user).defer("xlsform", "definition").filter(pk=pk).first()
    if found is None:
        raise Http404("Ce questionnaire n’est plus offert : prenez la liste à jour.")
    return found


def _listed_form(request: HttpRequest, version: FormVersion) -> dict[str, str]:
    row = {
        "formID": version.form.code, "name": version.form.title, "version": version.version,
        "hash": f"md5:{openrosa_hash(version.xform.encode())}",
        "downloadUrl": request.build_absolute_uri(reverse("openrosa_xform", args=[version.pk])),
    }  # fmt: skip
    if made_lists(version) or version.media.exists():
        row["manifestUrl"] = request.build_absolute_uri(reverse("openrosa_manifest", args=[version.pk]))
    return row


def _media(version: FormVersion, user: User) -> Iterator[tuple[str, bytes]]:
    given = [(one.file_name, bytes(one.content)) for one in version.media.order_by("file_name")]
    yield from given
    for name in made_lists(version):
        yield name, place_list(name, user)

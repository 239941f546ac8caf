"""Questionnaires: the list, the page of a version to read and print, loading, publishing, pouring its fiches."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake import actions, queries
from jigi.intake.actions import RIGHT as LOADS
from jigi.intake.models import FormVersion
from jigi.intake.place_lists import PLACE_FILES
from jigi.intake.questions import Questionnaire
from jigi.intake.states import FORM_VERSION
from jigi.intake.submissions import import_submissions, mapping_of
from jigi.intake.xlsform import named_media
from jigi.web.formats import counted
from jigi.web.forms import jobs
from jigi.web.forms.forms import AttachForm, LoadForm
from jigi.web.forms.listing import FORMS, version_chip
from jigi.web.forms.reading import lines_of, sections_of
from jigi.web.nouns import verb_word
from jigi.web.reader import rights_of, user_of
from jigi.web.submissions import KeyReused, carry_out


def forms(request: HttpRequest) -> HttpResponseBase:
    """The versions, latest first."""
    found = queries.forms_seen_by(_reader(request)).defer("xlsform", "xform", "definition")
    return FORMS.respond(request, found.annotate(fiches=Count("submissions")), "forms/list.html")


def form(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, as it is asked."""
    version = _version(request, pk)
    read = Questionnaire(version.definition)
    mapping = mapping_of(version)
    lines = lines_of(read, mapping)
    waiting = queries.waiting(version).count()
    context = {
        "version": version,
        "chip": version_chip(version),
        "lines": lines,
        "sections": sections_of(lines),
        "questions": sum(bool(line.number) for line in lines),
        "mapping": mapping,
        "media": list(version.media.values_list("file_name", flat=True).order_by("file_name")),
        "made_lists": sorted(named_media(version.xform) & set(PLACE_FILES)),
        "missing": actions.missing_media(version),
        "waiting": waiting,
        "counts": _counts(request, version),
        "pouring": jobs.is_waiting(version),
        "attach": AttachForm(),
        "verbs": FORM_VERSION.possible(version.status) if LOADS in rights_of(request) else [],
        "history": [
            (event, verb_word(event.verb, FORM_VERSION.noun)) for event in audit.history(FORM_VERSION.noun, version.pk)
        ],
    }
    return render(request, "forms/form.html", context)


def load(request: HttpRequest) -> HttpResponse:
    """Load a questionnaire; what is wrong with it is said with its sheet, row and column."""
    user = user_of(request)
    require(user, LOADS)
    asked = LoadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and asked.is_valid():
        try:
            return _take(request, asked, user)
        except KeyReused:
            raise
        except JigiError as error:
            asked.add_error(None, str(error))
    return render(request, "forms/load.html", {"form": asked}, status=400 if asked.errors else 200)


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft the files it names."""
    version, asked = _version(request, pk), AttachForm(request.POST, request.FILES)
    if not asked.is_valid():
        raise InputError("Aucun fichier n’a été choisi", remedy="Choisissez-en un, puis envoyez")
    media = {Path(file.name or "").name: file.read() for file in asked.cleaned_data["fichiers"]}

    def given() -> str:
        actions.attach(version, media, by=user_of(request))
        return f"{counted(len(media), 'fichier reçu', 'fichiers reçus')}."

    carry_out(request, given)
    return redirect("form", pk)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Publish, retire, or pour the fiches that wait."""
    version = _version(request, pk)
    if verb not in _ACTS:
        raise Http404
    carry_out(request, lambda: _ACTS[verb](version, user_of(request)))
    return redirect("form", pk)


def xlsform(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The XLSForm as it came, to be changed and loaded again."""
    version = _version(request, pk)
    name = f"{version.form.code}-{version.version}.xlsx"
    return FileResponse(BytesIO(bytes(version.xlsform)), as_attachment=True, filename=get_valid_filename(name))


def _publish(version: FormVersion, user: User) -> str:
    actions.publish(version, by=user)
    return "La version est publiée : les téléphones la prendront à leur prochaine mise à jour."


def _retire(version: FormVersion, user: User) -> str:
    actions.retire(version, by=user)
    return "La version est retirée. Ce que les téléphones ont rempli avec elle sera encore reçu."


def _pour(version: FormVersion, user: User, *, review: bool = False) -> str:
    if queries.waiting(version).count() > jobs.MANY:
        require(user, "intake.import")
        jobs.enqueue(version, review=review, by=user)
        return "Les fiches attendent leur tour : l’avancement sera dans « Aujourd’hui »."
    poured = import_submissions(version, review=review, by=user)
    if review and poured.batch:
        return f"Les fiches sont contrôlées : le lot n° {poured.batch.pk} attend sa relecture, dans « Imports »."
    merged = counted(poured.merged, "fiche versée", "fiches versées")
    held = counted(poured.held, "retenue", "retenues")
    declined = f", {poured.declined} sans accord" if poured.declined else ""
    return f"{merged}, {held}{declined}."


def _pour_for_review(version: FormVersion, user: User) -> str:
    return _pour(version, user, review=True)


_ACTS: dict[str, Callable[[FormVersion, User], str]] = {
    "publish": _publish, "retire": _retire, "pour": _pour, "pour_for_review": _pour_for_review,
}  # fmt: skip


def _take(request: HttpRequest, asked: LoadForm, user: User) -> HttpResponse:
    taken: list[FormVersion] = []
    sent = asked.cleaned_data
    with TemporaryDirectory(prefix="jigi-") as folder:

        def loaded() -> str:
            source = sent["livre"] or _kept(Path(folder), sent["classeur"])
            media = {Path(file.name or "").name: file.read() for file in sent["fichiers"]}
            found = actions.load_form(source, mapping=_text(sent["correspondance"]), media=media, by=user)
            taken.append(found.version)
            return "Cette version était déjà chargée : rien n’a changé." if found.recognised else "Brouillon chargé."

        carry_out(request, loaded)
    return redirect("form", taken[0].pk) if taken else redirect("forms")


def _kept(folder: Path, file: UploadedFile) -> Path:
    path = folder / _named(file)
    path.write_bytes(file.read())
    return path


def _named(file: UploadedFile) -> str:
    return get_valid_filename(Path(file.name or "fichier").name).encode()[-200:].decode(errors="ignore")


def _text(file: UploadedFile | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "La correspondance n’est pas en UTF-8", file=_named(file), remedy="Enregistrez-la en UTF-8"
        ) from None


def _counts(request: HttpRequest, version: FormVersion) -> list[tuple[str, str, int]]:
    """How many fiches are in each state, of those that the person may see."""
    seen = queries.submissions_seen_by(user_of(request)).filter(form_version=version)
    found = dict(seen.values_list("status").annotate(rows=Count("pk")).order_by())
    labels = dict(FormVersion.submissions.rel.related_model.Status.choices)  # type: ignore[attr-defined]
    return [(code, label, found.get(code, 0)) for code, label in labels.items()]


def _version(request: HttpRequest, pk: int) -> FormVersion:
    return get_object_or_404(queries.forms_seen_by(_reader(request)), pk=pk)


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not {LOADS, "intake.import"} & rights_of(request):
        raise Refused(
            "Votre affectation n’ouvre pas les questionnaires",
            remedy="Votre téléphone de collecte se règle depuis « Mon compte ».",
        )
    return user

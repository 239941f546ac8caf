"""/imports/correspondances/: mappings made by looking at the columns of a file, tried on its rows, kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake import drafting, saved_mappings
from jigi.intake.drafting import UNKNOWN, Draft, Part, Sample
from jigi.intake.mapping import REQUIRED_OF_MEMBERS, parse_mapping
from jigi.intake.models import SavedMapping
from jigi.intake.targets import HEALTH, INTERVIEW, LIVING, MEMBER, Target
from jigi.registry.models import Health, Household, LivingConditions, Membership, Person
from jigi.web.households.conditions import SUBJECTS
from jigi.web.households.conditions import word as condition_word
from jigi.web.imports import uploads
from jigi.web.imports.listing import MAPPINGS
from jigi.web.nouns import verb_word
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

PREVIEWED_ROWS = 8
FILES = (("menages", "households", "Fichier des ménages"), ("membres", "members", "Fichier des membres"))
EXPORTED_KEYS = (
    ("_uuid", "_submission__uuid"), ("_id", "_submission__id"), ("_index", "_parent_index"), ("KEY", "PARENT_KEY"),
)  # fmt: skip
"""Of a household and of its members, as Kobo and ODK Central export them; those that hold from one export to the next
first."""
TITLES = {part: title for _, part, title in FILES}
OWN_NAMES = {
    "village": "Code du village", "commune": "Code de la commune", "collected_on": "Date d’enquête",
    "started_at": "Début de l’entretien", "ended_at": "Fin de l’entretien",
    "stay_village": "Code du village de séjour", "stay_commune": "Code de la commune de séjour",
    "mother_line": "Ligne de la mère", "father_line": "Ligne du père", "father_name": "Nom du père",
    "mother_name": "Nom de la mère", "phone": "Téléphone", "phone_owner": "À qui est le téléphone", "nina": "NINA",
}  # fmt: skip
MEMBER_SECTIONS = {
    "Identité": "given_names surname nickname sex birth_date birth_precision nina father_name mother_name",
    "Place dans le ménage": "relation spouse_rank role unit absent absent_since mother_line father_line",
    "Contact": "phone phone_owner",
    "Instruction et travail": "education in_school occupation",
    "Santé (accès restreint)": " ".join(HEALTH),
}


class SampleForm(forms.Form):
    """The files whose columns are looked at; one is enough when it holds both tables."""

    menages = forms.FileField(
        label="Fichier des ménages",
        help_text="CSV ou Excel, une ligne par ménage ; ou l’export entier : un classeur, un zip de CSV.",
    )
    membres = forms.FileField(
        label="Fichier des membres",
        required=False,
        help_text="CSV ou Excel, une ligne par personne. Inutile si le premier fichier a une feuille des membres.",
    )


@dataclass(frozen=True)
class Fact:
    """A fact as the page asks for it: which column fills it, and how the words of that column are read."""

    name: str
    french: str
    required: bool
    column: str
    examples: str
    codes: list[tuple[str, str, str]]
    """Value of the file, name of its field, what was chosen."""
    choices: list[tuple[str, str]]


def correspondences(request: HttpRequest) -> HttpResponseBase:
    """The mappings kept, and the files from which another is made."""
    user = _importer(request)
    form = SampleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        folder = uploads.keep({name: file for name, file in form.cleaned_data.items() if file})
        try:
            _samples(folder, {})
        except InputError as error:
            uploads.forget(folder)
            form.add_error(None, str(error))
        else:
            _remember(request, folder, user)
            return redirect("correspondence", folder.name)
    found = SavedMapping.objects.select_related("made_by")
    answer = MAPPINGS.respond(request, found, "imports/correspondences.html", {"form": form})
    answer.status_code = 400 if form.errors else 200
    return answer


def correspondence(request: HttpRequest, folder: str) -> HttpResponse:
    """The columns of the files beside the facts that they may fill; posted, tried on the rows or kept."""
    user, place = _importer(request), _of_this_person(request, folder)
    samples = _samples(place, request.GET)
    draft = _posted(request, samples) if request.method == "POST" else _guessed(samples)
    shown: dict[str, Any] = {"error": None, "previews": []}
    if request.method == "POST":
        try:
            if "garder" in request.POST:
                carry_out(request, lambda: _keep(draft, user))
                uploads.forget(place)
                return redirect("batch_send")
            shown["previews"] = _previews(draft, samples)
        except JigiError as error:
            shown["error"] = error
    several = [(name, title, samples[part]) for name, part, title in FILES if samples[part].sheets]
    context = {**shown, "draft": draft, "parts": list(_parts(draft, samples)), "several": several}
    status = 400 if shown["error"] else 200
    return render(request, "imports/correspondence.html", context, status=status)


def kept_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """A mapping that was kept, as a reviewer reads it; or its file, to change and to send with a file of one's own."""
    user, kept = _importer(request), get_object_or_404(SavedMapping.objects.select_related("made_by"), pk=pk)
    if request.GET.get("format") == "toml":
        named = {"Content-Disposition": f'attachment; filename="correspondance-{pk}.toml"'}
        return HttpResponse(kept.text, content_type="application/toml; charset=utf-8", headers=named)
    history = [(event, verb_word(event.verb)) for event in audit.history(saved_mappings.NOUN, pk)]
    context = {"kept": kept, "may_hold": saved_mappings.may_hold(kept, user), "history": history}
    return render(request, "imports/kept_mapping.html", context)


@require_POST
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a retired mapping again."""
    user, kept = _importer(request), get_object_or_404(SavedMapping, pk=pk)

    def act() -> str:
        saved_mappings.take_up(kept, by=user)
        return f"« {kept} » est de nouveau proposée."

    carry_out(request, act)
    return redirect("kept_mapping", pk)


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer offer a mapping."""
    user, kept = _importer(request), get_object_or_404(SavedMapping, pk=pk)

    def act() -> str:
        saved_mappings.retire(kept, by=user)
        return f"« {kept} » n’est plus proposée. Ce qu’elle a déjà lu n’a pas changé."

    carry_out(request, act)
    return redirect("kept_mapping", pk)


def _keep(draft: Draft, user: User) -> str:
    kept = saved_mappings.save(draft, by=user)
    return f"La correspondance « {kept} » est gardée : choisissez-la pour verser les fichiers."


def _guessed(samples: Mapping[str, Sample]) -> Draft:
    households, members = samples["households"], samples["members"]
    interview = drafting.guess(households, [*INTERVIEW, *LIVING])
    roster = drafting.guess(members, MEMBER)
    key, member_key = _keys(households, members)
    return Draft(
        "", "",
        Part(
            key=key,
            columns={name: column for name, column in interview.items() if column != key},
            sheet=_sheet_said("households", households),
        ),
        Part(
            key=member_key,
            line=_first_like(members, r"ligne|numero_membre|^num_ind"),
            columns=roster,
            sheet=_sheet_said("members", members),
        ),
    )  # fmt: skip


def _sheet_said(part: str, found: Sample) -> str:
    """The sheet that the mapping names: Kobo calls the first one after the questionnaire, which is renamed."""
    return "" if part == "households" and found.sheet in found.sheets[:1] else found.sheet


def _keys(households: Sample, members: Sample) -> tuple[str, str]:
    """The columns that tie a member to its household: those that Kobo and ODK write, else those that look like it."""
    for pair in EXPORTED_KEYS:
        if pair[0] in households.header and pair[1] in members.header:
            return pair
    key = _first_like(households, r"fiche|numero|num_men|^id$|instanceid|^key$") or households.header[0]
    alike = key if key in members.header else _first_like(members, r"fiche|parent_key|menage")
    return key, alike or members.header[0]


def _first_like(found: Sample, pattern: str) -> str:
    return next((column for column in found.header if re.search(pattern, column, re.IGNORECASE)), "")


def _posted(request: HttpRequest, samples: Mapping[str, Sample]) -> Draft:
    sent = request.POST
    return Draft(
        sent.get("nom", "").strip()[:120],
        sent.get("source", "").strip()[:60],
        _posted_part(sent, "households", samples["households"], {**INTERVIEW, **LIVING}),
        _posted_part(sent, "members", samples["members"], MEMBER),
        sent.get("jour", "").strip(),
    )


def _posted_part(sent: Mapping[str, str], part: str, found: Sample, targets: Mapping[str, Target]) -> Part:
    columns = {name: sent[f"{part}.{name}"] for name in targets if sent.get(f"{part}.{name}", "") in found.header}
    codes: dict[str, dict[str, str]] = {}
    for name, values in drafting.codes_to_say(found, columns, targets).items():
        allowed = {*drafting.stored_values(targets[name]), UNKNOWN}
        codes[name] = {
            value: chosen
            for value in values
            if (chosen := sent.get(_code_field(part, name, columns[name], value), "")) in allowed
        }
    keys = {name: sent.get(f"{part}.{name}", "") for name in ("key", "line")}
    known = {name: column if column in found.header else "" for name, column in keys.items()}
    return Part(known["key"], known["line"], columns, codes, _sheet_said(part, found))


def _previews(draft: Draft, samples: Mapping[str, Sample]) -> list[dict[str, Any]]:
    """The first rows of each file, as they would be stored."""
    mapping = parse_mapping(drafting.checked(draft), "correspondance")
    assert mapping.members is not None
    fillings = {"households": (*mapping.interview, *mapping.living), "members": mapping.members.fillings}
    return [
        {
            "title": title,
            "facts": [french(filling.name) for filling in fillings[part]],
            "rows": drafting.preview(samples[part], fillings[part], PREVIEWED_ROWS),
        }
        for _, part, title in FILES
    ]


def _parts(draft: Draft, samples: Mapping[str, Sample]) -> Iterator[dict[str, Any]]:
    interview = {"Interview": list(INTERVIEW), **{title: names.split() for title, names in SUBJECTS.items()}}
    for part, said, targets, sections in (
        ("households", draft.households, {**INTERVIEW, **LIVING}, interview),
        ("members", draft.members, MEMBER, {title: names.split() for title, names in MEMBER_SECTIONS.items()}),
    ):
        found = samples[part]
        left = [name for name in targets if name not in {one for names in sections.values() for one in names}]
        shown = {**sections, "Autres": left} if left else sections
        yield {
            "code": part, "said": said, "header": found.header, "title": TITLES[part],
            "sections": [
                _section(title, [_fact(part, name, targets[name], said, found) for name in names])
                for title, names in shown.items()
            ],
        }  # fmt: skip


def _section(title: str, facts: list[Fact]) -> dict[str, Any]:
    """Open when something in it is chosen or must be."""
    filled = sum(bool(fact.column) for fact in facts)
    wanted = filled or any(fact.required for fact in facts)
    return {"title": title, "facts": facts, "filled": filled, "open": wanted}


def _fact(part: str, name: str, target: Target, said: Part, found: Sample) -> Fact:
    column = said.columns.get(name, "")
    unread = drafting.codes_to_say(found, {name: column}, {name: target}).get(name, []) if column else []
    chosen = said.codes.get(name, {})
    hidden = target.restricted or target.kind in ("phone", "nina")
    return Fact(
        name, french(name), name in (*REQUIRED_OF_MEMBERS, "collected_on"), column,
        "" if hidden or not column else ", ".join(found.values(column)[: drafting.EXAMPLES]),
        [(value, _code_field(part, name, column, value), chosen.get(value, "")) for value in unread],
        [(code, _said(name, code)) for code in drafting.stored_values(target)] + [(UNKNOWN, "sans réponse")],
    )  # fmt: skip


def _code_field(part: str, name: str, column: str, value: str) -> str:
    """The field where a value of a column is told: what was said of one column is never taken for another's."""
    return f"{part}.{name}.{hashlib.sha256(repr((column, value)).encode()).hexdigest()[:16]}"


def french(name: str) -> str:
    """The French name of a fact, as its field or this page gives it."""
    return OWN_NAMES.get(name) or _field_names().get(name, name).capitalize()


@cache
def _field_names() -> dict[str, str]:
    tables: tuple[type[models.Model], ...] = (Household, Health, Membership, Person, LivingConditions)
    return {field.name: str(field.verbose_name) for table in tables for field in table._meta.local_fields}


def _said(name: str, code: str) -> str:
    """A stored value in French: by the choices of its field, or as the page of a household says it."""
    for table in (Person, Membership, Household):
        for field in table._meta.local_fields:
            if field.name == name and field.choices:
                return str(dict(field.flatchoices).get(code, code))
    return condition_word(code)


def _samples(folder: Path, asked: Mapping[str, str]) -> dict[str, Sample]:
    """The tables as they are asked for; without a file of members, they are the second table of the other."""
    with uploads.opened(folder) as files:
        second = 0 if "membres" in files else 1
        members = files.get("membres", files["menages"])
        return {
            "households": drafting.sample(files["menages"], asked.get("menages", "")),
            "members": drafting.sample(members, asked.get("membres", ""), place=second),
        }


def _remember(request: HttpRequest, folder: Path, user: User) -> None:
    request.session["correspondances"] = [*request.session.get("correspondances", [])[-4:], folder.name]


def _of_this_person(request: HttpRequest, folder: str) -> Path:
    """The files that this person sent a while ago; Http404 otherwise, or when they are gone."""
    place = uploads.FOLDER / folder
    if folder not in request.session.get("correspondances", []) or not place.is_dir():
        raise Http404
    return place


def _importer(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, saved_mappings.RIGHT)
    return user

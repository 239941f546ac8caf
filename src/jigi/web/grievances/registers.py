"""Sending the register of a committee, typed into a file: what became of each line is on the answer."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jigi.foundation.errors import JigiError
from jigi.grievances import registers
from jigi.web.formats import counted
from jigi.web.grievances.sight import person
from jigi.web.imports import uploads
from jigi.web.submissions import KeyReused, carry_out

PART = "registre"


class FileForm(forms.Form):
    """One file."""

    registre = forms.FileField(label="Registre du comité", help_text="CSV ou Excel, une ligne par plainte.")


def send(request: HttpRequest) -> HttpResponse:
    """The form, then the numbers to write back on the register and the lines to correct."""
    user = person(request)
    form = FileForm(request.POST or None, request.FILES or None)
    taken: list[registers.Taken] = []
    if request.method == "POST" and form.is_valid():
        folder = uploads.keep({PART: form.cleaned_data["registre"]})

        def act() -> str:
            with uploads.opened(folder) as files:
                taken.append(registers.take(files[PART], by=user))
            made = counted(len(taken[0].cases), "plainte enregistrée", "plaintes enregistrées")
            return f"{made}, {counted(taken[0].known, 'ligne déjà connue', 'lignes déjà connues')}."

        try:
            carry_out(request, act)
        except KeyReused:
            raise
        except JigiError as error:
            form.add_error(None, str(error))
        finally:
            uploads.forget(folder)
    context = {"form": form, "taken": taken[0] if taken else None}
    return render(request, "grievances/file.html", context, status=400 if form.errors else 200)

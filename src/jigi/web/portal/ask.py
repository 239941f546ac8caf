"""The page that takes a question and always says the same: the answer goes by SMS, to the registered telephone only."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jigi.foundation.attempts import TooMany
from jigi.portal.answers import ask
from jigi.portal.models import Question
from jigi.web.middleware import address_of
from jigi.web.portal.pages import current


class AskForm(forms.Form):
    """Any text is taken: what is wrong in it is nobody's, and is answered in the same way."""

    demande = forms.ChoiceField(label="Que voulez-vous savoir ?", choices=Question.Asks.choices)
    numero = forms.CharField(label="Numéro RSU du ménage, ou numéro de la carte", max_length=40)
    telephone = forms.CharField(label="Téléphone que le ménage a donné à l’inscription", max_length=30)


@login_not_required
def question(request: HttpRequest) -> HttpResponse:
    """The form; then, whatever was sent, the same sentence."""
    form = AskForm(request.POST or None)
    told = {"form": form, "here": "ask", "edition": current()}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ask(said["demande"], said["numero"], said["telephone"], address=address_of(request))
        except TooMany as error:
            return render(request, "portal/ask.html", {**told, "error": str(error)}, status=429)
        return render(request, "portal/asked.html", told)
    return render(request, "portal/ask.html", told, status=400 if form.errors else 200)

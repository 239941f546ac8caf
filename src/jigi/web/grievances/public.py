"""What everybody may do without signing in: make a complaint, and follow one by its number.

Both are counted by address. Following says the same of a number that is nobody's and of a sensitive complaint, and of
the others only where they stand: no name, no place, no story.
"""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jigi.foundation import attempts
from jigi.foundation.errors import JigiError
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.grievances import actions, queries
from jigi.grievances.models import Case
from jigi.grievances.rules import read_number, written
from jigi.web.grievances.sight import categories
from jigi.web.middleware import address_of

COMPLAINTS, FOLLOWED = 10, 30
"""What one address may send, and ask, in ten minutes: a village may share one."""


class ComplaintForm(forms.Form):
    """Few questions, plain words."""

    categorie = forms.ChoiceField(label="De quoi s’agit-il ?", choices=categories)
    recit = forms.CharField(label="Que s’est-il passé ?", max_length=2_000, widget=forms.Textarea(attrs={"rows": 5}))
    commune = forms.CharField(label="Dans quelle commune ?", max_length=120)
    langue = forms.ChoiceField(label="Langue pour vous répondre", choices=Case.Language.choices)
    nom = forms.CharField(
        label="Votre nom", required=False, max_length=120, help_text="Laissez vide pour rester anonyme."
    )
    telephone = forms.CharField(label="Téléphone pour vous répondre", required=False, max_length=30)

    def clean_commune(self) -> Area:
        name = self.cleaned_data["commune"].strip()
        found = list(Area.objects.filter(version=version_in_use(), level="commune", name__iexact=name)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError("Plusieurs communes ont ce nom : plaignez-vous à la mairie ou au comité.")
        raise forms.ValidationError("Cette commune n’est pas connue : vérifiez comment son nom s’écrit.")


@login_not_required
def complain(request: HttpRequest) -> HttpResponse:
    """The form, then the number to keep."""
    form = ComplaintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempts.count_asked("complaint", address_of(request), most=COMPLAINTS)
            made = actions.receive_from_public(_heard(form))
            return render(request, "grievances/complained.html", {"number": made.said})
        except JigiError as error:
            form.add_error(None, str(error))
    return render(request, "grievances/complain.html", {"form": form}, status=400 if form.errors else 200)


@login_not_required
def follow(request: HttpRequest) -> HttpResponse:
    """Where a complaint stands, asked by POST so that its number stays in no address."""
    context: dict[str, object] = {"typed": request.POST.get("numero", "")[:40]}
    if request.method == "POST":
        try:
            attempts.count_asked("complaint_follow", address_of(request), most=FOLLOWED)
        except attempts.TooMany as error:
            return render(request, "grievances/follow.html", {**context, "error": str(error)}, status=429)
        number = read_number(str(context["typed"]))
        if number is None:
            context["error"] = "Ce numéro est mal recopié : il a douze chiffres, relisez-le sur votre papier."
        else:
            context |= {"asked": written(number), "found": queries.followed(number)}
    return render(request, "grievances/follow.html", context)


def _heard(form: ComplaintForm) -> actions.Heard:
    said = form.cleaned_data
    return actions.Heard(
        category=said["categorie"], told=said["recit"], channel=Case.Channel.PUBLIC, language=said["langue"],
        commune=said["commune"], name=said["nom"], phone=said["telephone"], anonymous=not said["nom"].strip(),
    )  # fmt: skip

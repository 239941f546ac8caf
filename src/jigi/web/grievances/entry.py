"""Writing down a complaint at the desk or on the telephone: find the household, enter, read the number back."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.grievances import actions, queries
from jigi.grievances.models import Case
from jigi.payments.models import Instruction
from jigi.programmes.models import Programme
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.registry.rsu import digits_of
from jigi.web.grievances.mending import orders_of
from jigi.web.grievances.sight import categories, person
from jigi.web.submissions import KeyReused, carry_out

CHANNELS = [choice for choice in Case.Channel.choices if choice[0] in ("desk", "phone", "committee", "agency")]


def _programmes() -> list[tuple[str, str]]:
    return [("", "—"), *Programme.objects.order_by("name").values_list("code", "name")]


class CaseForm(forms.Form):
    """What is asked of who complains, in the order in which it is said."""

    canal = forms.ChoiceField(label="Par quel moyen", choices=CHANNELS)
    langue = forms.ChoiceField(label="Langue", choices=Case.Language.choices)
    recue = forms.DateField(label="Reçue le", widget=forms.DateInput(attrs={"type": "date"}))
    categorie = forms.ChoiceField(label="De quoi s’agit-il", choices=categories)
    recit = forms.CharField(
        label="Ce qui s’est passé", max_length=actions.LONGEST, widget=forms.Textarea,
        help_text="Avec les mots de la personne : qui, quoi, où, quand. Le récit est chiffré.",
    )  # fmt: skip
    commune = forms.CharField(
        label="Commune", required=False, max_length=120, help_text="Son nom ; inutile quand un ménage est choisi."
    )
    programme = forms.ChoiceField(label="Programme", required=False, choices=_programmes)
    anonyme = forms.BooleanField(label="La personne veut rester anonyme", required=False)
    nom = forms.CharField(label="Nom de la personne", required=False, max_length=120)
    telephone = forms.CharField(label="Téléphone où répondre", required=False, max_length=30)


def new(request: HttpRequest) -> HttpResponse:
    """`?menage=` holds an RSU number; the orders of that household are offered."""
    user = person(request)
    home, error = _home(request, user)
    orders = orders_of([home.pk], user) if home else []
    form = CaseForm(
        request.POST or None,
        initial={"recue": timezone.localdate().isoformat(), "canal": request.GET.get("canal", "desk"), "langue": "bm"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, form, home, orders, user)
        except KeyReused:
            raise
        except JigiError as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "household": home, "orders": orders, "wrong": error}
    return render(request, "grievances/new.html", context, status=400 if form.errors else 200)


def _take(
    request: HttpRequest, form: CaseForm, home: Household | None, orders: list[Instruction], user: User
) -> HttpResponse:  # fmt: skip
    said, made = form.cleaned_data, []
    chosen = set(request.POST.getlist("ordre"))
    heard = actions.Heard(
        category=said["categorie"], told=said["recit"], channel=said["canal"], language=said["langue"],
        commune=_commune(said["commune"], user), household=home, name=said["nom"], phone=said["telephone"],
        programme=Programme.objects.filter(code=said["programme"] or "—").first(), anonymous=said["anonyme"],
        received_on=said["recue"], orders=[one for one in orders if one.reference in chosen],
    )  # fmt: skip

    def act() -> str:
        made.append(actions.receive(heard, by=user))
        return f"La plainte est enregistrée. Lisez son numéro à la personne : {made[0].said}."

    carry_out(request, act)
    seen = made and queries.one_visible_to(user).filter(pk=made[0].pk).exists()
    return redirect("grievance", made[0].pk) if seen else redirect("grievances")


def _home(request: HttpRequest, user: User) -> tuple[Household | None, str]:
    """The household that the address names, and what is wrong when there is none of that number here."""
    digits = digits_of(request.GET.get("menage", ""))
    if not digits:
        return None, ""
    found = registry.visible_to(user).filter(registry.numbered(digits)).select_related("commune", "village").first()
    return found, "" if found else "Aucun ménage de vos communes n’a ce numéro : relisez-le sur sa carte."


def _commune(name: str, user: User) -> Area | None:
    if not name.strip():
        return None
    found = list(Area.objects.filter(communes_with(user, queries.HANDLE), name__iexact=name.strip())[:2])
    if len(found) != 1:
        raise Refused(
            f"« {name} » n’est pas une de vos communes" if not found else f"Plusieurs communes se nomment « {name} »",
            remedy="Relisez le nom, ou cherchez le ménage par son numéro RSU.",
        )
    return found[0]

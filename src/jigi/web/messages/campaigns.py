"""The list of campaigns, the page that prepares one, and the page of one: preview, cost, approval, progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.messaging import catalogue
from jigi.messaging import queries as messaging
from jigi.messaging.states import MESSAGE
from jigi.messaging.writing import OPERATE
from jigi.outreach import actions, queries
from jigi.outreach.models import Campaign
from jigi.outreach.states import CAMPAIGN
from jigi.payments import agency_desk
from jigi.payments import queries as payments
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agency, Programme
from jigi.web.formats import counted
from jigi.web.messages.listing import CAMPAIGNS, chip, title_of
from jigi.web.messages.sight import OPEN, person, seen_campaign
from jigi.web.reader import rights_of
from jigi.web.submissions import KeyReused, carry_out

Typed = Any
MOVES: dict[str, Callable[[Campaign, Typed, User], str]] = {
    "ask": lambda one, typed, by: _done(actions.ask(one, by=by), "La liste est comptée : une autre personne approuve."),
    "send_back": lambda one, typed, by: _done(
        actions.send_back(one, typed.get("motif", ""), by=by), "La campagne est renvoyée à qui l’a préparée."
    ),
    "approve": lambda one, typed, by: _approved(actions.approve(one, by=by)),
    "cancel": lambda one, typed, by: (
        f"La campagne est annulée : {actions.cancel(one, typed.get('motif', ''), by=by)} messages ne partent pas."
    ),
}
WORDED = frozenset({"send_back", "cancel"})


def _templates() -> list[tuple[str, str]]:
    return [
        (code, f"{one.title} ({catalogue.USES[one.use]})")
        for code, one in catalogue.templates().items() if one.use not in catalogue.AUTOMATIC
    ]  # fmt: skip


def _languages() -> list[tuple[str, str]]:
    known = {language for one in catalogue.templates().values() for language in one.texts}
    return [choice for choice in catalogue.LANGUAGES.items() if choice[0] in known]


class CampaignForm(forms.Form):
    """What a campaign says, to whom and where."""

    titre = forms.CharField(label="Titre", max_length=120, help_text="Pour vous : il n’est pas envoyé.")
    destinataires = forms.ChoiceField(label="À qui", choices=Campaign.Audience.choices)
    programme = forms.ChoiceField(label="Programme")
    tour = forms.ChoiceField(label="Tour libéré", required=False, help_text="Pour qui est à payer, ou l’est encore.")
    commune = forms.CharField(
        label="Commune", required=False, max_length=120,
        help_text="Son nom ou son code. Vide : tout ce que vous suivez, si c’est un seul lieu.",
    )  # fmt: skip
    agence = forms.ChoiceField(label="Agence", required=False, help_text="Celle pour qui vous écrivez.")
    site = forms.CharField(label="Site de paiement", required=False, max_length=120, help_text="Vide : tous.")
    jour = forms.DateField(
        label="Jour", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="Pour un rappel, le dernier jour ; vide : celui où le tour finit de payer.",
    )  # fmt: skip
    lieu = forms.CharField(
        label="Lieu à dire", required=False, max_length=60,
        help_text="Vide : le site de paiement de chacun, ou le lieu de sa séance.",
    )  # fmt: skip
    modele = forms.ChoiceField(label="Modèle", choices=_templates)
    langue = forms.ChoiceField(label="Langue", choices=_languages)
    par = forms.ChoiceField(label="Par", choices=[("sms", "SMS"), ("voice", "voix")])

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.fields["programme"].choices = _programmes(user)  # type: ignore[attr-defined]
        self.fields["tour"].choices = [  # type: ignore[attr-defined]
            ("", "—"), *((str(one.pk), one.label) for one in _rounds(user))
        ]  # fmt: skip
        agencies = {one.organisation for one in messaging.postings(user, messaging.PREPARE)}
        if len(agencies) < 2:
            del self.fields["agence"]
        else:
            named = Agency.objects.filter(code__in=agencies).order_by("name").values_list("code", "name")
            self.fields["agence"].choices = [("", "—"), *named]  # type: ignore[attr-defined]


def campaigns(request: HttpRequest) -> HttpResponseBase:
    """The campaigns of the person's places, or of their agency; who only sets words and notices is led there."""
    if not rights_of(request) & OPEN and OPERATE in rights_of(request):
        return redirect("message_wording")
    user = person(request)
    rows = queries.visible_to(user).select_related("programme", "area")
    context = {
        "may_prepare": messaging.PREPARE in rights_of(request),
        "may_see": messaging.SEE in rights_of(request),
        "to_approve": rows.filter(status="asked").count() if messaging.APPROVE in rights_of(request) else 0,
    }
    return CAMPAIGNS.respond(request, rows, "messaging/campaigns.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Prepare a campaign; its preview is on its own page."""
    user = person(request, messaging.PREPARE)
    form = CampaignForm(request.POST or None, user=user)

    def make(plan: actions.Plan) -> tuple[int, str]:
        made = actions.make(plan, by=user)
        return made.pk, "La campagne est préparée : relisez ses messages, puis demandez l’approbation."

    return _filled(request, form, make, {})


def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Say anew a campaign that is in preparation, as when it was sent back."""
    one = seen_campaign(request, pk)
    user = person(request, messaging.PREPARE)
    form = CampaignForm(request.POST or None, user=user, initial=_typed(one))

    def make(plan: actions.Plan) -> tuple[int, str]:
        actions.correct(one, plan, by=user)
        return one.pk, "La campagne est corrigée : sa liste est refaite. Relisez-la, puis demandez l’approbation."

    return _filled(request, form, make, {"campaign": one})


def _filled(
    request: HttpRequest, form: CampaignForm, make: Callable[[actions.Plan], tuple[int, str]], more: dict[str, Any]
) -> HttpResponse:
    """What a sent form does, then the page of its campaign; or the form with what is to be mended."""
    if request.method == "POST" and form.is_valid():
        made: list[int] = []

        def act() -> str:
            number, said = make(_plan(form.cleaned_data, form.user))
            made.append(number)
            return said

        try:
            carry_out(request, act)
            return redirect("message_campaign", made[0]) if made else redirect("message_campaigns")
        except KeyReused:
            raise
        except JigiError as refused:
            form.add_error(None, str(refused))
    return render(request, "messaging/new.html", {"form": form, **more}, status=400 if form.errors else 200)


def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: what it says to five people, what it costs, how far it is, what may be done."""
    one = seen_campaign(request, pk)
    user = person(request)
    may = {right: actions.may(user, one, right) for right in (messaging.PREPARE, messaging.APPROVE)}
    said = catalogue.templates().get(one.template)
    text = said.texts.get(one.language) if said else None
    told = queries.progress(one)
    context = {
        "campaign": one,
        "chip": chip(one),
        "template": title_of(one.template),
        "unconfirmed": text is not None and not text.confirmed,
        "tariff_confirmed": catalogue.terms().confirmed,
        "may_read": any(may.values()),
        "samples": actions.preview(one, by=user) if any(may.values()) else [],
        "may_correct": one.status == "draft" and one.made_by_id == user.pk and may[messaging.PREPARE],
        "to_write": one.reachable - told.left_out,
        "progress": told,
        "states": [(MESSAGE.states[code], count, code) for code, count in told.by_state.items()],
        "moves": _moves(one, user, may),
        "unreachable": one.recipients - one.reachable,
    }
    return render(request, "messaging/campaign.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One of the moves."""
    one = seen_campaign(request, pk)
    if verb not in MOVES:
        raise Http404
    user = person(request)
    carry_out(request, lambda: MOVES[verb](one, request.POST, user))
    return redirect("message_campaign", pk)


def _moves(one: Campaign, user: User, may: dict[str, bool]) -> list[dict[str, Any]]:
    needs = {"ask": messaging.PREPARE, "approve": messaging.APPROVE, "send_back": messaging.APPROVE}
    own = user.pk in (one.made_by_id, one.asked_by_id)
    return [
        {"verb": step.verb, "label": step.label, "asks": step.verb in WORDED}
        for step in CAMPAIGN.possible(one.status)
        if step.verb != "finish"
        and (may[needs[step.verb]] if step.verb in needs else any(may.values()))
        and not (step.verb == "approve" and own)
    ]


def _plan(said: dict[str, Any], user: User) -> actions.Plan:
    own = [one for one in messaging.postings(user, messaging.PREPARE) if one.programme_code in ("", said["programme"])]
    area = _area(said["commune"], own)
    organisations = {one.organisation for one in own if area.path.startswith(one.area.path)}
    round_ = next((one for one in _rounds(user) if str(one.pk) == said["tour"]), None)
    return actions.Plan(
        title=said["titre"], audience=said["destinataires"], programme=Programme.objects.get(code=said["programme"]),
        area=area, template=said["modele"], language=said["langue"], channel=said["par"],
        payment_round=round_ if said["destinataires"] in actions.OF_A_ROUND else None,
        organisation=_organisation(said.get("agence", ""), organisations), pay_point=said["site"],
        day=said["jour"], place=said["lieu"],
    )  # fmt: skip


def _typed(one: Campaign) -> dict[str, Any]:
    """What the form said when a campaign was prepared."""
    return {
        "titre": one.title, "destinataires": one.audience, "programme": one.programme_code,
        "tour": str(one.payment_round_id or ""), "commune": one.area.code, "site": one.pay_point, "jour": one.day,
        "lieu": one.place, "modele": one.template, "langue": one.language, "par": one.channel,
        "agence": one.organisation,
    }  # fmt: skip


def _organisation(said: str, own: set[str]) -> str:
    """For which agency one writes ("" for none): the one chosen, or the only one."""
    if said in own or (not said and len(own) == 1):
        return said or min(own)
    names = ", ".join(sorted(own - {""}) or ["aucune"])
    raise Refused(
        "Vous ne préparez pas de messages de cette agence en ce lieu" if said else "Il manque l’agence",
        why=f"vous en préparez là pour : {names}", remedy="Choisissez-en une dans « Agence ».",
    )  # fmt: skip


def _area(name: str, own: list[StaffPosting]) -> Area:
    """The place of a campaign, by its name or code: a commune of one's own, or where one is posted; the only one when
    none is said. A name that several bear is refused: a region and a commune would each write to other people."""
    said = name.strip()
    followed = {one.area.pk: one.area for one in own}
    widest = [
        one for one in followed.values()
        if not any(one.pk != other.pk and one.path.startswith(other.path) for other in followed.values())
    ]  # fmt: skip
    if not said and len(widest) == 1:
        return widest[0]
    if not said:
        names = ", ".join(sorted(one.name for one in widest)[:6])
        raise Refused(
            "Il manque le lieu" if widest else "Vous ne préparez pas de messages pour ce programme",
            why=f"vous suivez plusieurs lieux : {names}" if widest else "",
            remedy="Écrivez celui de la campagne, ou une de ses communes." if widest else "Choisissez un des vôtres.",
        )
    called = Q(name__iexact=said) | Q(code__iexact=said)
    inside = Q(pk__in=list(followed))
    for one in own:
        inside |= Q(level=Area.Level.COMMUNE, path__startswith=one.area.path)
    versions = {one.area.version_id for one in own}  # of two divisions of the country, the one that one is posted in
    rows = sorted(Area.objects.filter(called & inside), key=lambda one: (one.version_id in versions, one.version_id))
    by_code = {one.code: one for one in rows}
    found = [one for one in by_code.values() if one.code.casefold() == said.casefold()] or list(by_code.values())
    if not found:
        raise Refused(
            f"La commune « {said[:60]} » n’est pas une des vôtres",
            remedy="Écrivez son nom comme dans Lieux, ou son code.",
        )
    if len(found) > 1:
        told = ", ".join(f"{one.get_level_display()} {one.code}" for one in sorted(found, key=lambda one: one.code)[:6])
        raise Refused(
            f"« {said[:60]} » est le nom de plusieurs de vos lieux",
            why=told,
            remedy="Écrivez le code de celui qu’il faut.",
        )
    return found[0]


def _programmes(user: User) -> list[tuple[str, str]]:
    own = messaging.postings(user, messaging.PREPARE)
    found = Programme.objects.order_by("name")
    if not any(not one.programme_code for one in own):
        found = found.filter(code__in=[one.programme_code for one in own])
    return list(found.values_list("code", "name"))


def _rounds(user: User) -> list[PaymentRound]:
    """The released rounds that the person may announce: those they see, or those of their agency."""
    agencies = {one.organisation for one in messaging.postings(user, messaging.PREPARE)} - {""}
    found = {one.pk: one for one in payments.visible_to(user).filter(status="released")}
    for agency in Agency.objects.filter(code__in=agencies):
        found |= {one.pk: one for one in agency_desk.rounds_of(user, agency).filter(status="released")}
    return sorted(found.values(), key=lambda one: -one.pk)[:100]


def _done(nothing: None, said: str) -> str:
    return said


def _approved(left_out: int) -> str:
    said = "La campagne est approuvée : ses messages partent dès que l’heure le permet."
    if not left_out:
        return said
    told = counted(
        left_out, "personne de la liste n’est plus concernée", "personnes de la liste ne sont plus concernées"
    )
    return f"{said} {told} : rien ne leur est envoyé."

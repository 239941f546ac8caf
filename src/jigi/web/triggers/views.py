"""The list of triggers with their versions; the page of one: what it says, what it means, when it fired."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.geography.access import can
from jigi.shocks.backtest import backtest
from jigi.shocks.catalogue import signals
from jigi.shocks.happened import compared, happened
from jigi.shocks.models import Trigger
from jigi.shocks.playing import total_of
from jigi.shocks.trigger_file import CALENDARS
from jigi.shocks.triggers import RULES, latest, no_longer, rule_of, visible_to, withdraw_trigger
from jigi.shocks.words import MONTHS, in_words, listed
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out
from jigi.web.triggers.comparing import with_names
from jigi.web.triggers.figures import FIRING_HEADERS, exported, firing_rows, period_name, years_drawn
from jigi.web.triggers.sight import presence, reader

LEVELS = (("region", "région"), ("cercle", "cercle"), ("commune", "commune"))
CALENDAR_WORDS = {"ch": "trois périodes par an (Cadre Harmonisé)", "month": "mois"}
assert CALENDAR_WORDS.keys() == CALENDARS.keys()


def _page_of(one: Trigger) -> str:
    return f"/chocs/declencheurs/{one.code}/?version={one.version}"


TRIGGERS = Listing(
    noun=("version de déclencheur", "versions de déclencheurs"),
    file_name="declencheurs",
    columns=(
        Column("nom", "Déclencheur", lambda t: t.name, link=_page_of, sort="name"),
        Column("code", "Code", lambda t: t.code, sort="code"),
        Column("version", "Version", lambda t: t.version, kind="number", sort="version"),
        Column("niveau", "Niveau", lambda t: dict(LEVELS)[t.level], sort="level"),
        Column("quand", "Déclenche quand", lambda t: t.activate),
        Column("cesse", "Cesse quand", lambda t: t.deactivate, on_screen=False),
        Column("auteur", "Auteur", lambda t: t.author),
        Column("valable", "Valable du", lambda t: t.valid_from, kind="day", sort="valid_from"),
        Column("etat", "État", lambda t: no_longer(t, timezone.localdate()) or "en vigueur"),
        Column("par", "Chargé par", lambda t: t.loaded_by, on_screen=False),
        Column("le", "Chargé le", lambda t: t.loaded_at, kind="moment", sort="id"),
    ),
    order="nom",
    filters=(
        Filter("niveau", "Niveau", lambda found, level: found.filter(level=level), LEVELS),
        Filter("mot", "Mot", lambda found, text: _with_word(found, text), placeholder="ch_phase, pluie…"),
    ),
    empty="Aucun déclencheur. L’exploitant charge ceux livrés avec « jigi triggers load », ou un fichier relu.",
)


def triggers(request: HttpRequest) -> HttpResponseBase:
    """Every version of every trigger."""
    user = reader(request)
    return TRIGGERS.respond(request, visible_to(user), "triggers/list.html", {"may_load": can(user, RULES)})


def trigger(request: HttpRequest, code: str) -> HttpResponseBase:
    """One trigger, its last version or the one asked: `?format=` gives its firings over the years."""
    user = reader(request)
    versions = list(visible_to(user).filter(code=code))
    asked = request.GET.get("version", "")
    if asked:
        shown = next((one for one in versions if one.version == number_in(asked)), None)
    else:
        shown = next(iter([*latest(visible_to(user).filter(code=code)), *versions]), None)
    if shown is None:
        raise Http404
    common = {
        "trigger": shown, "versions": versions, "no_longer": no_longer(shown, timezone.localdate()),
        "may_withdraw": can(user, RULES) and shown.withdrawn_at is None,
        "history": [(event, verb_word(event.verb)) for event in audit.history("trigger", shown.pk)],
    }  # fmt: skip
    try:
        rule = rule_of(shown)
    except InputError as error:
        return render(request, "triggers/trigger.html", common | {"problem": str(error)})
    [played] = backtest([shown], presence([shown]))
    if file := exported(
        request, f"declencheur-{shown.code}", FIRING_HEADERS, firing_rows([(played, played.firings)]), by=user
    ):
        return file
    people, cost_xof = total_of(played.firings)
    context = common | {
        "rule": rule, "played": played, "people": people, "cost_xof": cost_xof,
        "activate": in_words(rule.activate), "deactivate": in_words(rule.deactivate) if rule.deactivate else "",
        "outcome": in_words(rule.outcome), "calendar": CALENDAR_WORDS[rule.calendar], "level": dict(LEVELS)[rule.level],
        "season": listed([MONTHS[month - 1] for month in rule.season]) if rule.season else "",
        "firings": [(one, period_name(one.starts_on, one.ends_on)) for one in reversed(played.firings)],
        "drawing": years_drawn(played), "beside": [with_names(one) for one in compared(played, happened())],
        "household_size": float(rule.help.household_size), "counted": signals()[rule.help.people].name.lower(),
    }  # fmt: skip
    return render(request, "triggers/trigger.html", context)


@require_POST
def withdraw(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Withdraw a version of a trigger."""
    user = reader(request)
    one = get_object_or_404(visible_to(user), code=code, version=version)

    def now() -> str:
        withdraw_trigger(one, reason=request.POST.get("motif", ""), by=user)
        return f"La version {version} est retirée : elle ne propose plus rien."

    carry_out(request, now)
    return redirect(_page_of(one))


def _with_word(found: QuerySet[Trigger], text: str) -> QuerySet[Trigger]:
    return found.filter(definition__icontains=text)

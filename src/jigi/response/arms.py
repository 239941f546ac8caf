"""Planning, listing, enrolling and giving up an arm: ordinary campaigns and enrolments, never a list of money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Cohort
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.guards import refusing_guards
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.response import arm_lists
from jigi.response.arm_models import MOST_PLACES
from jigi.response.arm_places import kept_communes
from jigi.response.models import Activation, Arm
from jigi.response.states import ARM
from jigi.schemes.models import Scheme
from jigi.targeting import actions as targeting
from jigi.targeting.models import ScoringFormula

PREPARE = "response.prepare"
DECIDE = "enrolment.decide"


@dataclass(frozen=True)
class Choices:
    """Whom an arm takes. `leave_out`: codes of schemes whose help since `helped_since` leaves a household out; of a
    partner's arm, `helped_since` is the first day of the help that makes its list."""

    places: int
    formula: ScoringFormula | None = None
    livelihoods: tuple[str, ...] = ()
    fresh_since: date | None = None
    leave_out: tuple[str, ...] = ()
    helped_since: date | None = None
    follow_displaced: bool = True
    base_component: Component | None = None
    partner_scheme: Scheme | None = None


def plan(activation: Activation, kind: str, component: Component, choices: Choices, *, by: User) -> Arm:
    """An arm of a response under way. Refused when the choices lack what its kind needs, when nowhere is common to the
    places kept and the component, or when the agreement of the decision does not finance the component alone."""
    communes = kept_communes(activation, component)
    _require(by, PREPARE, component, communes)
    _refuse_closed(activation)
    _check(kind, component, choices)
    facts = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(choices).items()}
    try:
        with refusing_guards(), transaction.atomic():
            made = Arm.objects.create(activation=activation, kind=kind, component=component, made_by=by, **facts)
            said = {"activation": activation.number, "kind": kind, "component": str(component)}
            audit.record("plan", ARM.noun, made.pk, by=by, after=said | {"places": choices.places})
    except IntegrityError as error:
        if "arm_once_per_component" not in str(error):
            raise
        raise Refused(
            "Cette réponse a déjà un tel volet pour cette composante", remedy="Abandonnez-le d’abord, ou gardez-le."
        ) from error
    return made


@unfenced
def list_households(arm: Arm, *, by: User) -> dict[str, int]:
    """Make the list of an arm, anew if it had one; returns households by reason (`arm_lists.REASONS`).

    A horizontal arm is listed from the register and ranked by its formula; a listing arm ranks what assemblies and
    agencies have put on its campaign; the two others name those who are enrolled in the base, or whom the
    partner helps. Refused when nobody is left to enrol.
    """
    communes = kept_communes(arm.activation, arm.component)
    _require(by, PREPARE, arm.component, communes)
    with refusing_guards(), transaction.atomic():
        current = _locked(arm, "establish")
        counts = arm_lists.made(current, communes, by=by)
        if not counts.get(arm_lists.TAKEN):
            raise Refused(
                "Personne ne resterait à inscrire", why=arm_lists.told(counts) or "La liste est vide",
                remedy="Élargissez les choix du volet ou les lieux, puis refaites la liste.",
            )  # fmt: skip
        ARM.move(current, "establish", by=by, listed_at=timezone.now())
    arm.refresh_from_db()
    return counts


@unfenced
def enrol(arm: Arm, *, by: User, cohort_name: str = "") -> Cohort:
    """Enrol the list of an arm; its campaign is frozen with it. What becomes of each household is in the cohort.

    Refused when more households than the arm has places would enter, or a right of the acts below is not held.
    """
    communes = kept_communes(arm.activation, arm.component)
    _require(by, DECIDE, arm.component, communes)
    with refusing_guards(), transaction.atomic():
        current = _locked(arm, "enrol")
        name = cohort_name.strip() or f"{current.activation.number} · {current.get_kind_display()} {current.pk}"
        cohort = _enrolled(current, name[:120], by)
        ARM.move(current, "enrol", by=by, cohort=cohort, enrolled_at=timezone.now())
        arm_lists.forget_names(current)
    arm.refresh_from_db()
    return cohort


@unfenced
def cancel(arm: Arm, *, reason: str, by: User) -> None:
    """Give an arm up before anybody is enrolled; its campaign stays as it is.

    Refused for the last arm of a component that rounds pay: they would know no ceiling.
    """
    _require(by, PREPARE, arm.component, kept_communes(arm.activation, arm.component))
    if not reason.strip():
        raise Refused("Un abandon se motive", remedy="Écrivez le motif.")
    with refusing_guards(), transaction.atomic():
        ARM.move(arm, "cancel", by=by, reason=reason.strip())
        arm_lists.forget_names(arm)


def end(activation: Activation, *, reason: str, by: User) -> int:
    """Finish the arms of a response whose households were never enrolled; returns how many.

    Asks no right of its own: it follows from the closing, which does.
    """
    unfinished = list(activation.arms.filter(status__in=("planned", "listed")).order_by("pk"))
    for arm in unfinished:
        ARM.move(arm, "end", by=by, reason=reason)
        arm_lists.forget_names(arm)
    return len(unfinished)


def _enrolled(arm: Arm, name: str, by: User) -> Cohort:
    if arm.targeting_round:
        if arm.targeting_round.status != "frozen":
            targeting.freeze(arm.targeting_round, by=by)
        return enrolment.enrol_selected(
            arm.targeting_round, arm.component, cohort_name=name, where_they_stay=arm.follow_displaced, by=by
        )
    households = arm_lists.taken(arm)
    if len(households) > arm.places:
        raise Refused(
            f"La liste a {len(households)} ménages, le volet {arm.places} places",
            remedy="Abandonnez le volet et prévoyez-en un avec plus de places, ou moins de lieux.",
        )
    return enrolment.enrol_households(
        arm.component, households, cohort_name=name, where_they_stay=arm.follow_displaced, by=by
    )


def listing_arm(arm: Arm, by: User) -> Arm:
    """The arm, held, when it is one of a new listing that still takes lists, and the person prepares it."""
    _require(by, PREPARE, arm.component, kept_communes(arm.activation, arm.component))
    current = _locked(arm, "establish")
    if current.kind != Arm.Kind.LISTING:
        raise Refused("Ce volet ne prend pas de listes", remedy="Prévoyez un volet « nouvelle liste ».")
    return current


def _locked(arm: Arm, verb: str) -> Arm:
    """The arm as it stands, held; Refused when it can't, or its response is not under way."""
    found = Arm.objects.select_for_update(of=("self",)).select_related("activation", "component__programme")
    current = found.get(pk=arm.pk)
    ARM.check(current, verb)
    _refuse_closed(current.activation)
    return current


def _refuse_closed(activation: Activation) -> None:
    current = Activation.objects.get(pk=activation.pk)
    if current.status != "active":
        raise Refused(
            f"La réponse {current.number} n’est pas en cours",
            remedy="Un volet se prévoit, se liste et s’inscrit quand la réponse est décidée, et tant qu’elle dure.",
        )
    if current.sunset_on < timezone.localdate():
        raise Refused(
            f"La réponse {current.number} a pris fin le {current.sunset_on:%d/%m/%Y} : personne n’y entre plus",
            remedy="Demandez une prolongation, ou finissez la réponse.",
        )


def _check(kind: str, component: Component, choices: Choices) -> None:
    if kind not in Arm.Kind.values:
        raise Refused("Quel volet ?", remedy="Choisissez-le dans la liste.")
    if component.kind != Component.Kind.EMERGENCY:
        raise Refused(f"« {component} » n’est pas un transfert d’urgence", remedy="Choisissez-en une qui l’est.")
    if choices.places < 1:
        raise Refused("Un volet a une place au moins", remedy="Dites combien de ménages il peut prendre.")
    if choices.places > MOST_PLACES:
        raise Refused("Le pays n’a pas tant de ménages", remedy=f"Écrivez au plus {MOST_PLACES} places.")
    _check_needs(kind, component, choices)


def _check_needs(kind: str, component: Component, choices: Choices) -> None:
    if kind == Arm.Kind.VERTICAL and choices.base_component is None:
        raise Refused("À quels inscrits ajouter ?", remedy="Choisissez la composante de base.")
    if choices.base_component == component:
        raise Refused("Un complément se paie par une autre composante que la base", remedy="Choisissez-en une autre.")
    if kind == Arm.Kind.HORIZONTAL and choices.formula is None:
        raise Refused("Par quel score choisir ?", remedy="Choisissez une formule ajustée.")
    if kind == Arm.Kind.PARTNER and choices.partner_scheme is None:
        raise Refused("De quel partenaire ?", remedy="Choisissez le régime qui a donné sa liste.")
    if choices.helped_since is None and (choices.leave_out or kind == Arm.Kind.PARTNER):
        raise Refused("Aidés depuis quel jour ?", remedy="Dites depuis quand l’aide des régimes compte.")
    known = set(Scheme.objects.filter(code__in=choices.leave_out).values_list("code", flat=True))
    if missing := sorted(set(choices.leave_out) - known):
        raise Refused(f"Le régime « {missing[0]} » est inconnu", remedy="Donnez le code d’un régime chargé.")


def _require(by: User, right: str, component: Component, communes: list[Area]) -> None:
    if not communes:
        raise Refused(
            f"« {component} » n’est donnée dans aucune des communes retenues",
            remedy="Étendez la composante par un avenant, ou retenez d’autres lieux.",
        )
    require(by, right, areas=communes, programme=component.programme.code)

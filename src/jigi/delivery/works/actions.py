"""A worksite from the plan of a commune to its opening and its end: proposed, screened, approved, opened, finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_decide, require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.works import rules
from jigi.delivery.works.manual import manual
from jigi.delivery.works.models import ScreeningAnswer, Worksite
from jigi.delivery.works.refusals import explained
from jigi.delivery.works.states import WORKSITE
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area

NOUN = "worksite"
SOUTH, NORTH, WEST, EAST = 10.0, 25.1, -12.4, 4.4
"""Mali, in degrees."""
MOST_POINTS = 200


@dataclass(frozen=True)
class Plan:
    """What a commune proposes; amounts in FCFA, `quantity` in the measure of the kind, `track` in degrees, flat."""

    title: str
    kind: str
    plan_reference: str
    quantity: int
    starts_on: date
    ends_on: date
    places: int
    wages_xof: int
    tools_xof: int
    supervision_xof: int
    technical_note: str = ""
    women_percent: int = 0
    day_rate_xof: int = rules.DAY_RATE_XOF
    task_rate_xof: int = 0
    cap_half_days: int = rules.MOST_CAP
    double_entry: bool = True
    track: tuple[float, ...] = ()


@unfenced
@transaction.atomic
def propose(contract: Contract, village: Area, plan: Plan, *, by: User) -> Worksite:
    """Write down what a commune proposes, under a works contract. Raises Refused for a plan that the manual forbids."""
    assert village.parent is not None
    require_operator(by, contract, village.parent)
    _check(plan)
    with explained():
        made = Worksite.objects.create(
            contract=contract, commune=village.parent, village=village, code=_next_code(village.parent), made_by=by,
            measure=manual().kinds[plan.kind].measure, wage_percent=manual().terms["wage_percent"],
            **{**asdict(plan), "track": list(plan.track)},
        )  # fmt: skip
    audit.record("propose", NOUN, made.pk, by=by, after={"code": made.code, "budget_xof": made.budget_xof})
    return made


@unfenced
@transaction.atomic
def amend(worksite: Worksite, plan: Plan, *, by: User) -> None:
    """Correct what was proposed, until it is screened."""
    _require_operator(worksite, by)
    if worksite.status != "proposed":
        raise Refused("Une proposition ne se corrige qu’avant l’examen", remedy="Reprenez d’abord la proposition.")
    _check(plan)
    facts = {**asdict(plan), "track": list(plan.track), "measure": manual().kinds[plan.kind].measure}
    with explained():
        Worksite.objects.filter(pk=worksite.pk, status="proposed").update(**facts)
    audit.record("amend", NOUN, worksite.pk, by=by, before={"title": worksite.title}, after={"title": plan.title})
    worksite.refresh_from_db()


@unfenced
@transaction.atomic
def screen(worksite: Worksite, yes: Sequence[str], mitigations: Mapping[str, str], *, by: User) -> bool:
    """Answer the screening (`yes`: the codes answered yes); whether the worksite passes.

    One forbidden answer puts the worksite aside. Raises Refused when a risk has no mitigation, or a code is unknown.
    """
    require_check(by, worksite.contract, [worksite.commune])
    WORKSITE.check(worksite, "screen")
    found = manual()
    if unknown := set(yes) - set(found.forbidden) - set(found.risks):
        raise Refused(f"Questions inconnues : {', '.join(sorted(unknown))}", remedy="Rechargez la page.")
    bare = [found.risks[code].question for code in yes if code in found.risks and not mitigations.get(code, "").strip()]
    if bare:
        raise Refused("Un risque n’a pas de mesure", why=" ".join(bare), remedy="Dites ce qui sera fait contre lui.")
    ScreeningAnswer.objects.filter(worksite=worksite).delete()
    ScreeningAnswer.objects.bulk_create(
        ScreeningAnswer(worksite=worksite, code=code, forbidden=code in found.forbidden, yes=code in yes,
                        mitigation=mitigations.get(code, "").strip()[:300] if code in yes else "")
        for code in (*found.forbidden, *found.risks)
    )  # fmt: skip
    passes = not set(yes) & set(found.forbidden)
    verb = "screen" if passes else "refuse"
    WORKSITE.move(worksite, verb, by=by, screened_by=by, screened_at=timezone.now())
    return passes


@unfenced
@transaction.atomic
def propose_again(worksite: Worksite, *, reason: str, by: User) -> None:
    """Take a screened or refused worksite back to its proposal: its answers are given again."""
    _require_operator(worksite, by)
    WORKSITE.move(worksite, "propose_again", by=by, reason=said(reason), screened_by=None, screened_at=None)


@unfenced
@transaction.atomic
def approve(worksite: Worksite, *, by: User) -> None:
    """Approve a screened worksite: its list of applicants opens. By neither who proposed nor who screened it."""
    require_decide(by, worksite.contract, [worksite.commune])
    if by.pk in (worksite.made_by_id, worksite.screened_by_id):
        raise Refused("Qui a proposé ou examiné un chantier ne l’approuve pas", remedy="Demandez à un autre décideur.")
    needed = rules.wages_needed_xof(worksite.places, worksite.cap_half_days, worksite.day_rate_xof)
    if needed > worksite.wages_xof:
        raise Refused(
            "Les salaires prévus ne suffisent pas",
            why=f"{worksite.places} places jusqu’au plafond : {needed} FCFA ; le budget en a {worksite.wages_xof}.",
            remedy="Réduisez les places ou le plafond, ou augmentez les salaires.",
        )
    WORKSITE.move(worksite, "approve", by=by, approved_by=by, approved_at=timezone.now())


@unfenced
@transaction.atomic
def start(worksite: Worksite, *, by: User) -> None:
    """Open a worksite once its workers are drawn and hired."""
    _require_operator(worksite, by)
    if not worksite.workers.exists():
        raise Refused("Personne n’est embauché sur ce chantier", remedy="Tirez la liste au sort, puis embauchez.")
    with explained():
        WORKSITE.move(worksite, "start", by=by)


@unfenced
@transaction.atomic
def finish(worksite: Worksite, *, by: User) -> None:
    """Say that the work is done: every sheet is decided."""
    _require_operator(worksite, by)
    waiting = worksite.timesheets.filter(status__in=("open", "signed")).order_by("number").first()
    if waiting is not None:
        raise Refused(f"La feuille {waiting.number} attend encore", remedy="Faites-la approuver, ou annulez-la.")
    WORKSITE.move(worksite, "finish", by=by)


@unfenced
@transaction.atomic
def resume(worksite: Worksite, *, reason: str, by: User) -> None:
    """Take a finished worksite up again, until it is handed over."""
    _require_operator(worksite, by)
    WORKSITE.move(worksite, "resume", by=by, reason=said(reason))


@unfenced
@transaction.atomic
def cancel(worksite: Worksite, *, reason: str, by: User) -> None:
    """Give a worksite up before it opens."""
    require_decide(by, worksite.contract, [worksite.commune])
    WORKSITE.move(worksite, "cancel", by=by, reason=said(reason))


def said(reason: str) -> str:
    """A reason as it is kept; Refused when there is none."""
    found = " ".join(reason.split())
    if len(found) < 3:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return found[:300]


def _require_operator(worksite: Worksite, by: User) -> None:
    require_operator(by, worksite.contract, worksite.commune)


def _check(plan: Plan) -> None:
    found = manual()
    if plan.kind not in found.kinds:
        raise Refused("Quelle est la nature des travaux ?", remedy=f"Une de : {', '.join(found.kinds)}.")
    if not plan.title.strip() or not plan.plan_reference.strip():
        raise Refused(
            "Un chantier a un intitulé, et sa place dans le plan de développement de la commune",
            remedy="Citez le plan (PDSEC) et l’année où il est inscrit.",
        )
    if min(plan.quantity, plan.places, plan.wages_xof) < 1 or min(plan.tools_xof, plan.supervision_xof) < 0:
        raise Refused("Quantité, places et salaires sont au moins de 1", remedy="Corrigez les nombres du chantier.")
    if plan.day_rate_xof < 2 or plan.day_rate_xof % 2 or plan.task_rate_xof < 0:
        raise Refused("Le salaire d’un jour est pair", why="Une demi-journée se paie sans centime.")
    if not rules.LEAST_CAP <= plan.cap_half_days <= rules.MOST_CAP:
        raise Refused("Une personne travaille de 60 à 90 jours", remedy="Donnez un plafond entre 60 et 90 jours.")
    if plan.ends_on < plan.starts_on:
        raise Refused("Le chantier finirait avant de commencer", remedy="Corrigez ses dates.")
    percent = found.terms["wage_percent"]
    if not rules.keeps_wage_share(plan.wages_xof, plan.tools_xof, plan.supervision_xof, percent):
        raise Refused(
            f"Les salaires sont au moins {percent} % du budget", why="C’est ce qui fait d’un chantier un filet social.",
            remedy="Réduisez l’outillage ou l’encadrement.",
        )  # fmt: skip
    _check_track(plan.track)


def _check_track(track: Sequence[float]) -> None:
    pairs = list(zip(track[::2], track[1::2], strict=False))
    inside = all(SOUTH <= lat <= NORTH and WEST <= lon <= EAST for lat, lon in pairs)
    if len(track) % 2 or len(pairs) > MOST_POINTS or not inside:
        raise Refused(
            "Le point ou la ligne ne se lit pas sur la carte du Mali",
            remedy="Une latitude et une longitude par ligne, comme « 13.05 -9.49 ».",
        )


def _next_code(commune: Area) -> str:
    """« HIMO-010501-003 »: the third worksite of a commune; two hands at once wait for each other."""
    Area.objects.select_for_update(no_key=True).get(pk=commune.pk)
    return f"HIMO-{commune.code.removeprefix('ML')}-{Worksite.objects.filter(commune=commune).count() + 1:03}"

"""Conditions: loaded from their reviewed file, looked at term by term, proposed by one person, decided by another.

A soft condition is reported. A hard one proposes: whoever decides turns its findings into withholdings of the term
that follows, which payments apply. Communes that were suspended are told by who calls, from what payments know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_decide, require_plan
from jigi.delivery.sessions.conditions_file import SHIPPED, Definition, read_conditions
from jigi.delivery.sessions.models import Condition, ConditionFinding, ConditionReview, SessionTheme
from jigi.delivery.sessions.states import REVIEW
from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, run_sql
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.programmes.models import Component

NOUN = REVIEW.noun
REASON = "{attended} séance(s) suivie(s) sur {required} demandée(s)"
ENDLESS = date(2999, 12, 31)


@dataclass(frozen=True)
class Suspended:
    """A commune that was suspended, from a day to another (None: still), both included."""

    commune_id: int
    starts_on: date
    ends_on: date | None


@transaction.atomic
def load_conditions(path: str | Path = SHIPPED, *, by: User) -> int:
    """Load conditions; returns how many were added or changed. Those that the file no longer names are retired.

    A condition that was reviewed keeps its meaning: InputError asks for a new code when its file changes it.
    """
    require(by, "delivery.plan")
    said = read_conditions(path)
    file_hash = sha256(Path(path).read_bytes()).hexdigest()
    changed = sum(_load(one, path, file_hash) for one in said)
    changed += Condition.objects.filter(retired=False).exclude(code__in=[one.code for one in said]).update(retired=True)
    if changed:
        after = {"file": Path(path).name, "sha256": file_hash, "conditions": changed}
        audit.record("load", "condition", "", by=by, after=after)
    return changed


@unfenced
@transaction.atomic
def review(condition: Condition, term: int, *, suspended: Iterable[Suspended], by: User) -> ConditionReview:
    """Judge every active household of the paid component for a term that is over (rules.judge), in three statements.

    Hard: the review is proposed, for another person to decide; soft: it is reported, and that is all.
    """
    require_plan(by, condition.paid)
    if not 1 <= term <= condition.paid.terms:
        raise Refused(f"Les échéances vont de 1 à {condition.paid.terms}", remedy="Corrigez l’échéance.")
    period = condition.paid.period(term)
    _check_term(condition, term, period.end)
    try:
        with transaction.atomic():
            made = ConditionReview.objects.create(
                condition=condition, component=condition.paid, term=term, first_on=period.start, last_on=period.end,
                status="proposed" if condition.hardness == "hard" else "reported", made_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "condition_review_once_a_term" not in str(error):
            raise
        raise Refused(
            "Cette échéance est déjà examinée pour cette condition",
            remedy="Ouvrez l’examen ; abandonnez-le d’abord pour le refaire.",
        ) from None
    stage_suspended(suspended)
    run_sql("delivery", "sessions_find", {**facts_of(condition, made.first_on, made.last_on), "review": made.pk})
    made.refresh_from_db()
    after = {"condition": condition.code, "term": term, "judged": made.judged, "failed": made.failed}
    audit.record("propose", NOUN, made.pk, by=by, after=after)
    return made


@unfenced
@transaction.atomic
def decide(made: ConditionReview, *, frozen: Collection[int] = (), by: User) -> int:
    """Turn the findings of a review that nobody dismissed into withholdings of the next term; how many.

    `frozen`: the communes whose list of that term is frozen already: their households are left out.

    Refused to who proposed it. Set-based, whatever the number of households.
    """
    condition = made.condition
    require_decide(by, condition.paid)
    if made.made_by_id == by.pk:
        raise Refused("Vous avez proposé cet examen", remedy="Une autre personne en décide.")
    REVIEW.move(made, "decide", by=by, decided_by=by, decided_at=timezone.now())
    reason = f"{condition.name} : {REASON}, du {made.first_on:%d/%m/%Y} au {made.last_on:%d/%m/%Y}."
    facts = {
        "review": made.pk, "term": made.term + 1, "effect": condition.effect, "percent": condition.percent,
        "rule": condition.code, "reason": reason, "made_by": made.made_by_id, "made_at": made.made_at, "by": by.pk,
        "frozen": list(frozen),
    }  # fmt: skip
    withheld = run_sql("delivery", "sessions_withhold", facts)
    audit.record("withhold", NOUN, made.pk, by=by, after={"households": withheld, "term": made.term + 1})
    return withheld


@unfenced
def drop(made: ConditionReview, *, reason: str, by: User) -> None:
    """Give a review up before it is decided: nothing is withheld, and the term may be reviewed again."""
    if made.made_by_id == by.pk:
        require_plan(by, made.condition.paid)
    else:
        require_decide(by, made.condition.paid)
    why = _why(reason)
    REVIEW.move(made, "drop", by=by, reason=why, decided_by=by, decided_at=timezone.now(), decided_why=why)


@unfenced
@transaction.atomic
def dismiss(finding: ConditionFinding, *, reason: str, by: User) -> None:
    """Leave a household out before the decision: illness, mourning, an error. By who plans or who decides."""
    _require_hand(by, finding.review.condition.paid)
    why = _why(reason)
    _lock_undecided(finding)
    live = ConditionFinding.objects.filter(pk=finding.pk, dismissed_at=None, withholding=None)
    if not live.update(dismissed_by=by, dismissed_at=timezone.now(), dismissed_why=why):
        raise Raced("Ce ménage est déjà écarté", remedy="Rechargez la page.")
    audit.record("dismiss", "condition_finding", finding.pk, by=by, reason=why, subjects=[finding.household_id])


@unfenced
@transaction.atomic
def keep(finding: ConditionFinding, *, by: User) -> None:
    """Undo a dismissal before the decision."""
    _require_hand(by, finding.review.condition.paid)
    _lock_undecided(finding)
    live = ConditionFinding.objects.filter(pk=finding.pk, dismissed_at__isnull=False)
    if not live.update(dismissed_by=None, dismissed_at=None, dismissed_why=""):
        raise Raced("Ce ménage n’est pas écarté", remedy="Rechargez la page.")
    audit.record("keep", "condition_finding", finding.pk, by=by, subjects=[finding.household_id])


def facts_of(condition: Condition, first_on: date, last_on: date) -> dict[str, object]:
    """What sessions_judge.sql asks."""
    return {
        "paid": condition.paid_id, "followed": condition.followed_id, "first_on": first_on, "last_on": last_on,
        "themes": condition.themes, "who": condition.who, "least": condition.least,
    }  # fmt: skip


def stage_suspended(suspended: Iterable[Suspended]) -> None:
    """Put the communes that were suspended where sessions_judge.sql reads them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_suspension")
        cursor.execute(
            "CREATE TEMPORARY TABLE stage_suspension (commune_id bigint, starts_on date, ends_on date) ON COMMIT DROP"
        )
    rows = ((one.commune_id, one.starts_on, one.ends_on or ENDLESS) for one in suspended)
    copy_rows("stage_suspension", ("commune_id", "starts_on", "ends_on"), rows)


def _load(said: Definition, path: str | Path, file_hash: str) -> int:
    paid = _component(said, path, "paid", said.programme, said.paid)
    followed = _component(said, path, "followed", said.followed_programme, said.followed)
    if followed.kind != "sessions" or paid.kind not in ("regular", "emergency"):
        raise _error(said, path, "followed", "La composante suivie donne des séances, la payée un transfert")
    known = set(SessionTheme.objects.filter(retired=False).values_list("code", flat=True))
    if unknown := sorted(set(said.themes) - known):
        raise _error(said, path, "themes", f"Thèmes inconnus : {', '.join(unknown)}")
    facts = {
        "name": said.name, "paid": paid, "followed": followed, "hardness": said.hardness,
        "themes": list(said.themes), "who": said.who, "least": said.least, "effect": said.effect,
        "percent": said.percent, "appeal_days": said.appeal_days, "valid_from": said.valid_from,
        "valid_until": said.valid_until, "author": said.author, "source": said.source, "retired": False,
    }  # fmt: skip
    if Condition.objects.filter(code=said.code, **facts).exists():
        return 0
    if ConditionReview.objects.filter(condition__code=said.code).exclude(status="dropped").exists():
        raise _error(said, path, "code", f"La condition « {said.code} » a déjà été appliquée : elle ne change plus")
    Condition.objects.update_or_create(code=said.code, defaults={**facts, "file_hash": file_hash})
    return 1


def _component(said: Definition, path: str | Path, key: str, programme: str, code: str) -> Component:
    found = Component.objects.filter(programme__code=programme, code=code).first()
    if found is None:
        raise _error(said, path, key, f"La composante « {code} » du programme « {programme} » est inconnue")
    return found


def _error(said: Definition, path: str | Path, key: str, what: str) -> InputError:
    remedy = "Donnez-lui un nouveau code." if key == "code" else "Corrigez ce bloc, puis recommencez."
    return InputError(what, file=path, line=said.line, column=key, remedy=remedy)


def _check_term(condition: Condition, term: int, last_on: date) -> None:
    if condition.retired or last_on < condition.valid_from or (condition.valid_until or ENDLESS) < last_on:
        raise Refused("Cette condition ne vaut pas pour cette échéance", remedy="Voyez ses dates dans son fichier.")
    if last_on >= timezone.localdate():
        raise Refused("Cette échéance n’est pas finie", remedy=f"Examinez-la après le {last_on:%d/%m/%Y}.")


def _require_hand(by: User, paid: Component) -> None:
    try:
        require_plan(by, paid)
    except Refused:
        require_decide(by, paid)


def _lock_undecided(finding: ConditionFinding) -> None:
    made = ConditionReview.objects.select_for_update().get(pk=finding.review_id)
    if made.status not in ("proposed", "reported"):
        raise Refused(
            f"L’examen est « {made.get_status_display()} »", remedy="Après la décision, un ménage passe par un recours."
        )


def _why(reason: str) -> str:
    said = " ".join(reason.split())[:200]
    if len(said) < 3:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return said

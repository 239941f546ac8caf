"""Drawing who is asked, writing what they said, looking for anomalies, dealing with findings."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.payments.models import Instruction, PaymentRound, ReturnFile
from jigi.verification.models import Check, Exclusion, Exercise, Finding
from jigi.verification.rules import CONFIDENCES, Precision, sample_size

PACKAGE = "verification"
RIGHT = "payments.verify"
MOST_XOF = 10**12
TO_COMPLAIN = (Check.Result.NOT_RECEIVED, Check.Result.OTHER_AMOUNT)


@dataclass(frozen=True)
class Draw:
    """What an exercise asks: everyone, or a sample of a precision; `excluded` are communes by number, with why."""

    mode: str
    everyone: bool = False
    precision: Precision = field(default_factory=Precision)
    per_village: int | None = None
    excluded: Mapping[int, str] = field(default_factory=dict)


@unfenced
def sized(payment_round: PaymentRound, draw: Draw) -> tuple[int, int, int]:
    """The paid orders left once the excluded communes are out, their villages, and how many would be drawn."""
    facts = {"round": payment_round.pk, "excluded": list(draw.excluded)}
    found = fetch_sql(PACKAGE, "population", facts)[0]
    orders, villages = found["orders"], found["villages"]
    return orders, villages, orders if draw.everyone else sample_size(orders, draw.precision)


@unfenced
@transaction.atomic
def draw(payment_round: PaymentRound, asked: Draw, *, by: User, seed: str = "") -> Exercise:
    """Draw the orders to verify, and keep the seed: the same seed draws the same orders again.

    The size is counted after the excluded communes have left. Refused when nobody was paid there, or when villages
    are too small for the size with so few asked in each.
    """
    communes = list(Area.objects.filter(pk__in=payment_round.communes.values("commune")))
    require(by, RIGHT, areas=communes, programme=payment_round.component.programme.code)
    _refuse_hands(payment_round, by)
    refuse_unsound(asked, {area.pk for area in communes})
    if payment_round.status not in ("released", "closed"):
        raise Refused("Ce tour n’est pas libéré", remedy="On vérifie ce que des ménages ont reçu.")
    orders, villages, size = sized(payment_round, asked)
    if not orders:
        raise Refused(
            "Aucun ordre payé à vérifier", why="Rien n’a été payé dans les communes gardées.",
            remedy="Rapprochez d’abord les retours des agences, ou gardez plus de communes.",
        )  # fmt: skip
    exercise = Exercise(
        payment_round=payment_round, mode=asked.mode, everyone=asked.everyone, population=orders, villages=villages,
        seed=seed or secrets.token_hex(8), drawn=size, made_by=by, per_village=asked.per_village,
        **({} if asked.everyone else _kept(asked.precision)),
    )  # fmt: skip
    exercise.save()
    Exclusion.objects.bulk_create(
        Exclusion(exercise=exercise, commune_id=commune, why=why.strip()[:200])
        for commune, why in asked.excluded.items()
    )
    drawn = run_sql(PACKAGE, "draw", _facts(exercise, asked))
    if drawn < size:
        raise Refused(
            f"{drawn} ordres seulement se trouvent en prenant {asked.per_village} par village",
            why=f"Il en faut {size} pour cette précision.",
            remedy="Prenez plus de ménages par village, ou une marge plus large.",
        )
    after = {"seed": exercise.seed, "population": orders, "drawn": drawn, "excluded": sorted(asked.excluded)}
    audit.record("draw", "verification", exercise.pk, by=by, after=after)
    return exercise


@unfenced
@transaction.atomic
def answer(
    check: Check, result: str, *, on: date, by: User, told_xof: int | None = None, note: str = ""
) -> Check:  # fmt: skip
    """Write what a person said of their payment; written again, it replaces what was said until the exercise closes."""
    require(by, RIGHT, areas=[check.commune], programme=check.component.programme.code)
    # Its exercise is held too: none is answered once it has been ended.
    Exercise.objects.select_for_update(no_key=True).get(pk=check.exercise_id)
    held = Check.objects.select_for_update(of=("self",)).select_related("exercise__payment_round").get(pk=check.pk)
    if held.exercise.closed_at:
        raise Refused("Cette vérification est close", remedy="Un constat se traite sur sa page.")
    _refuse_answer(held, result, on, told_xof)
    before = {"result": held.result, "told_xof": held.told_xof}
    held.result, held.note, held.by, held.asked_on = result, note.strip()[:200], by, on
    held.told_xof = told_xof if result == Check.Result.OTHER_AMOUNT else None
    held.save(update_fields=["result", "told_xof", "note", "by", "asked_on"])
    _follow(held, by)
    audit.record(
        "answer", "verification_check", held.pk, by=by, before=before,
        after={"result": held.result, "told_xof": held.told_xof}, subjects=[held.household_id],
    )  # fmt: skip
    return held


@transaction.atomic
def close(exercise: Exercise, *, by: User) -> None:
    """End an exercise: its answers are kept as they are."""
    _require_round(exercise.payment_round, by)
    done = Exercise.objects.filter(pk=exercise.pk, closed_at__isnull=True)
    if not done.update(closed_at=timezone.now(), closed_by=by):
        raise Refused("Cette vérification est déjà close", remedy="Rechargez la page.")
    audit.record("close", "verification", exercise.pk, by=by)


@unfenced
@transaction.atomic
def find_anomalies(payment_round: PaymentRound, *, by: User) -> int:
    """Look for what no honest list has; what was found before stays as it is. Returns how many findings are new."""
    _require_round(payment_round, by)
    new = run_sql(PACKAGE, "find_anomalies", {"round": payment_round.pk})
    audit.record("find_anomalies", "payment_round", payment_round.pk, by=by, after={"findings": new})
    return new


@unfenced
@transaction.atomic
def deal_with(finding: Finding, *, by: User, what: str) -> None:
    """Close a finding with what was done of it."""
    require(by, RIGHT, areas=[finding.commune], programme=finding.component.programme.code)
    if len(what.strip()) < 3:
        raise Refused("Ce qui a été fait manque", remedy="Écrivez en une phrase ce qui a été constaté et décidé.")
    waiting = Finding.objects.filter(pk=finding.pk, closed_at__isnull=True)
    if not waiting.update(closed_at=timezone.now(), closed_by=by, why=what.strip()[:300]):
        raise Refused("Ce constat est déjà traité", remedy="Rechargez la page.")
    audit.record("deal_with", "finding", finding.pk, by=by, reason=what, subjects=[finding.household_id])


def _follow(check: Check, by: User) -> None:
    """A problem that is told becomes a finding; an answer that is corrected takes back one that nobody dealt with."""
    of_check = Finding.objects.filter(
        payment_round=check.exercise.payment_round, instruction_id=check.instruction_id,
        origin_round_id=check.origin_round_id, rule__in=TO_COMPLAIN,
    )  # fmt: skip
    of_check.exclude(rule=check.result).filter(closed_at__isnull=True).delete()
    if check.result not in TO_COMPLAIN:
        return
    if of_check.filter(rule=check.result, closed_at__isnull=False).exists():
        return
    told = "rien" if check.result == Check.Result.NOT_RECEIVED else format_xof(check.told_xof or 0)
    Finding.objects.update_or_create(
        payment_round=check.exercise.payment_round, instruction_id=check.instruction_id,
        origin_round_id=check.origin_round_id, rule=check.result,
        defaults={
            "reference": check.reference, "component": check.component, "commune": check.commune,
            "household": check.household, "amount_xof": check.amount_xof,
            "says": f"Ordonné {format_xof(check.amount_xof)}, dit avoir reçu {told}.",
        },
    )  # fmt: skip


def _refuse_hands(payment_round: PaymentRound, by: User) -> None:
    """Whatever their rights are today, who had a hand in a round does not verify it."""
    hands = {payment_round.made_by_id, payment_round.frozen_by_id, payment_round.released_by_id}
    answers = Instruction.objects.filter(payment_round=payment_round, return_line_id__isnull=False)
    taken = ReturnFile.objects.filter(return_lines__in=answers.values("return_line_id"), made_by=by)
    if by.pk in hands or taken.exists():
        raise Refused(
            "Vous avez préparé, gelé, libéré ou rapproché ce tour : une autre personne le vérifie",
            why="Vérifier et payer sont deux mains différentes.",
        )


def refuse_unsound(asked: Draw, communes: set[int], *, reasons: bool = True) -> None:
    """Refused when a draw makes no sense in these communes; `reasons`: those left out are left out for one."""
    wanted = asked.precision
    if asked.mode not in Exercise.Mode.values:
        raise Refused("Le moyen n’est pas choisi", remedy="Choisissez le téléphone, la visite ou le SMS.")
    if not asked.everyone and not (
        wanted.confidence in CONFIDENCES
        and 0.5 <= wanted.margin <= 30
        and 1 <= wanted.expected <= 99
        and 1 <= wanted.effect <= 10
    ):
        raise Refused(
            "La précision demandée n’a pas de sens",
            remedy="Confiance 80, 90, 95 ou 99 %, marge 0,5 à 30 points, part 1 à 99 %, effet de grappe 1 à 10.",
        )
    if asked.per_village is not None and not 1 <= asked.per_village <= 1_000:
        raise Refused("Le nombre par village est de 1 à 1 000", remedy="Laissez-le vide pour un tirage simple.")
    if asked.excluded.keys() - communes:
        raise Refused("Une commune écartée n’est pas de ce tour", remedy="Rechargez la page.")
    if reasons and any(not why.strip() for why in asked.excluded.values()):
        raise Refused("Il faut un motif pour écarter une commune", remedy="Écrivez-le : insécurité, route coupée…")
    if asked.excluded.keys() >= communes:
        raise Refused("Toutes les communes sont écartées", remedy="Gardez-en au moins une.")


def _refuse_answer(check: Check, result: str, on: date, told_xof: int | None) -> None:
    if result not in Check.Result.values or not result:
        raise Refused("La réponse n’est pas choisie", remedy="Choisissez reçu, pas reçu, autre montant ou ne sait pas.")
    if not check.exercise.made_at.date() <= on <= timezone.localdate():
        raise Refused("La date n’est pas entre le tirage et aujourd’hui", remedy="Écrivez le jour de l’appel.")
    if told_xof and told_xof > MOST_XOF:
        raise Refused(
            "L’autre montant n’est pas possible", remedy="Écrivez ce que la personne dit avoir reçu, en FCFA."
        )
    if result == Check.Result.OTHER_AMOUNT and (not told_xof or told_xof < 1 or told_xof == check.amount_xof):
        raise Refused("L’autre montant n’est pas dit", remedy="Écrivez ce que la personne dit avoir reçu, en FCFA.")


def _kept(wanted: Precision) -> dict[str, int]:
    return {
        "confidence": wanted.confidence, "margin_tenths": round(wanted.margin * 10),
        "expected": round(wanted.expected), "effect_tenths": round(wanted.effect * 10),
    }  # fmt: skip


def _facts(exercise: Exercise, asked: Draw) -> dict[str, object]:
    return {
        "exercise": exercise.pk, "round": exercise.payment_round_id, "seed": exercise.seed, "size": exercise.drawn,
        "per_village": None if asked.everyone else asked.per_village, "excluded": list(asked.excluded),
    }  # fmt: skip


def _require_round(payment_round: PaymentRound, by: User) -> None:
    communes = list(Area.objects.filter(pk__in=payment_round.communes.values("commune")))
    require(by, RIGHT, areas=communes, programme=payment_round.component.programme.code)

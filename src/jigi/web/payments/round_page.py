"""/paiements/<n>/: one round, from its opening to its closing, with what changes and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jigi.enrolment.queries import DECIDE
from jigi.foundation import audit, runs
from jigi.foundation.models import Run, User
from jigi.geography.access import can
from jigi.payments import approvals, budgets, jobs, queries
from jigi.payments.models import PaymentRound, RoundChange
from jigi.payments.rules import WITHHELD
from jigi.payments.states import ROUND
from jigi.web.complaints import about
from jigi.web.formats import counted, day, number
from jigi.web.nouns import verb_word
from jigi.web.payments import acts, refusals
from jigi.web.payments.rounds import chip, paying_days
from jigi.web.payments.sight import person, seen_round

ORDER = ("draft", "prepared", "frozen", "approved", "released", "closed")


@dataclass(frozen=True)
class Step:
    """A step of a round's life: « done », « now » or neither, and a line on who and when."""

    label: str
    tone: str
    note: str


@dataclass(frozen=True)
class Change:
    """A line of the difference from the last round, with the sign of its households."""

    row: RoundChange
    sign: str

    @property
    def watch(self) -> bool:
        """Money that changes hands is looked at before it leaves."""
        return self.row.movement in ("account", "recipient")


@dataclass(frozen=True)
class Sum:
    """A sum of the difference that must come out: what was before, what comes, what goes, what the list holds."""

    what: str
    before: int
    more: int
    less: int
    listed: int
    money: bool = False

    @property
    def holds(self) -> bool:
        return self.before + self.more - self.less == self.listed


def payment_round(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a round; `?empreinte=verifier` computes the hash of its list again."""
    user, shown = person(request), seen_round(request, pk)
    communes = queries.by_commune(shown) if shown.status not in ("draft", "cancelled") else []
    figures = queries.total(communes)
    seen = set(queries.communes_seen(user, shown).values_list("pk", flat=True))
    own = [one for one in communes if one.commune_id in seen]
    listed = shown.communes.count()
    work = _work(shown)
    context = {
        "round": shown,
        "chip": chip(shown),
        "complaints": about(shown, user),
        "listed": listed,
        "unseen": listed - len(seen),
        "figures": figures,
        "steps": _steps(shown, figures),
        "funding": queries.funding(shown) if communes else [],
        "overspent": budgets.overspent(shown) if communes and shown.status in ("prepared", "frozen") else [],
        "communes": own,
        "own": queries.total(own),
        "enrolled": queries.enrolled_in(shown) if shown.status == "draft" else 0,
        "acts": [] if work["working"] else acts.acts_on(shown, user),
        "agencies": queries.by_agency(shown) if communes else [],
        "returns": queries.returns_of(shown) if queries.has_been(shown, "release") else [],
        "waiting_lines": queries.exceptions(user).filter(origin_round_id=shown.pk).count(),
        "sees_returns": queries.sees_returns(user),
        "sees_money": can(user, "ledger.see"),
        "verified": _verified(request, shown),
        "history": [(event, _word(event.verb)) for event in audit.history(ROUND.noun, shown.pk)],
        "days": paying_days(shown),
        "approvals": approvals.slots(shown),
        "withheld": [(WITHHELD[why], count) for why, count in _withheld(shown).items()],
        "unpayable": queries.unpayable(shown) if shown.status in ("frozen", "approved", "released") else 0,
        "held": queries.settlement(shown).get("held", {}).get("orders", 0) if queries.has_been(shown, "release") else 0,
        "stale": queries.stale(shown) if shown.status == "prepared" else 0,
        "decides": can(user, DECIDE),
        **refusals.refused(shown, user),
        **_difference(shown),
        **work,
    }
    return render(request, "payments/round.html", context)


def _steps(shown: PaymentRound, figures: queries.Figures) -> list[Step]:
    """The six steps of the mission, the present one named by what is to be done."""
    reached = ORDER.index(shown.status) if shown.status in ORDER else 0
    frozen = f"{_signed(shown.frozen_at, shown.frozen_by)} · empreinte {shown.list_hash[:4]}…"
    table = (
        ("Préparé", "À préparer", _signed(shown.prepared_at, shown.made_by)),
        ("Gelé", "À geler", frozen),
        ("Approuvé", "À approuver", _signed(shown.approved_at, shown.approved_by)),
        ("Libéré", "À libérer", _signed(shown.released_at, shown.released_by)),
        ("Rapproché", "En paiement", _answered(figures)),
        ("Clos", "À clore", _signed(shown.closed_at, shown.closed_by)),
    )
    steps = []
    for position, (done, to_do, note) in enumerate(table):
        # Orders are answered between the release and the closing: that step has no state of its own.
        is_done = position < reached if position < 4 else reached == 5
        is_now = shown.status != "cancelled" and position == reached and not is_done
        tone = "done" if is_done else "now" if is_now else ""
        steps.append(Step(done if not is_now else to_do, tone, note if is_done or (is_now and position == 4) else ""))
    return steps


def _signed(at: Any, by: User | None) -> str:
    return f"{day(at)} · {by}" if at else ""


def _answered(figures: queries.Figures) -> str:
    return f"{number(figures.orders - figures.open)} réponses sur {counted(figures.orders, 'ordre')}"


def _withheld(shown: PaymentRound) -> dict[str, int]:
    """While the list may still be made again."""
    return queries.withheld(shown) if shown.kind == "term" and shown.status in ("draft", "prepared", "frozen") else {}


def _difference(shown: PaymentRound) -> dict[str, Any]:
    """The lines of the difference, their total, and how many households the last round had here."""
    order = list(RoundChange.Movement.values)
    rows = sorted(shown.changes.all(), key=lambda row: (order.index(row.movement), -row.households, row.reason))
    signs = {"enter": "+", "leave": "−"}
    counts = {movement: sum(row.households for row in rows if row.movement == movement) for movement in order}
    kept = counts["stay"] + counts["amount"] + counts["recipient"] + counts["account"]
    return {
        "changes": [Change(row, signs.get(row.movement, "")) for row in rows if row.movement != "stay"],
        "stays": [row for row in rows if row.movement == "stay"],
        "net_households": counts["enter"] - counts["leave"],
        "net_xof": sum(row.amount_xof for row in rows),
        "households_before": kept + counts["leave"] if shown.previous_id else None,
        "sums": _sums(shown, rows) if rows else [],
    }


def _sums(shown: PaymentRound, rows: list[RoundChange]) -> list[Sum]:
    """The proof that the difference tells the whole list: households, rights, arrears."""
    before = queries.rights_before(shown)
    of_rights = [row for row in rows if row.movement != "arrears"]
    owed = sum(row.amount_xof for row in rows if row.movement == "arrears")
    more = sum(row.amount_xof for row in of_rights if row.amount_xof > 0)
    less = -sum(row.amount_xof for row in of_rights if row.amount_xof < 0)
    enter = sum(row.households for row in rows if row.movement == "enter")
    leave = sum(row.households for row in rows if row.movement == "leave")
    return [
        Sum("Ménages", before["rights"], enter, leave, shown.entitlements),
        Sum("Droits (FCFA)", before["amount_xof"], more, less, shown.entitlements_xof, money=True),
        Sum("Rappels (FCFA)", 0, owed, 0, shown.arrears_xof, money=True),
    ]


def _work(shown: PaymentRound) -> dict[str, Any]:
    """The long work on this round: what waits or goes on, and the last one when it failed."""
    all_runs = runs.of_subject(f"{ROUND.noun}:{shown.pk}")
    asked = jobs.waiting(shown)
    going = next((run for run in all_runs if run.status == Run.Status.RUNNING), None)
    failed = all_runs[0] if all_runs and all_runs[0].status == Run.Status.FAILED and not asked else None
    return {
        "working": bool(asked or going),
        "asked": ROUND.transition(asked).label if asked else "",
        "going": going,
        "failed": failed,
        "runs": all_runs,
    }


def _word(verb: str) -> str:
    """The label of the round's own table first: another noun may name the same verb otherwise."""
    own = {step.verb: step.label for step in ROUND.transitions}
    return own.get(verb) or verb_word(verb).capitalize()


def _verified(request: HttpRequest, shown: PaymentRound) -> dict[str, Any] | None:
    """The answer to « Vérifier l’empreinte », when it is asked."""
    if request.GET.get("empreinte") != "verifier" or not shown.list_hash:
        return None
    return {"same": queries.verify_hash(shown), "at": timezone.now()}

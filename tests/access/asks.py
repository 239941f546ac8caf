"""How a row of the matrix is asked: the addresses of things in a place, and what a form says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from jigi.payments.models import Instruction
from tests.access.world import World
from tests.intake.collected import fiche

Of = Callable[[World, str], str | None]
"""An address, or a text to look for, of a thing in a place; None where there is no such thing."""


@dataclass(frozen=True)
class Ask:
    """One row of the matrix: `name` of the address, and how a thing of a place is asked.

    `seen` is a text that is on the page of a list when it shows the place's thing (None: answering is seeing).
    `sent` makes it a form that is posted.
    """

    name: str
    label: str
    address: Of
    seen: Of | None = None
    sent: Callable[[World, str], Mapping[str, str]] | None = None
    anonymous: bool = False


def _everywhere(name: str, *arguments: object) -> Of:
    return lambda world, place: reverse(name, args=arguments) if place == "above" else None


def _list(name: str) -> Of:
    return lambda world, place: reverse(name)


def _round(name: str, state: str = "released", *more: object) -> Of:
    return lambda world, place: reverse(name, args=[world.rounds[place, state].pk, *more])


def _order(name: str) -> Of:
    """Of an order of the released round; none of them came back, so that none may be issued again."""

    def address(world: World, place: str) -> str:
        released = world.rounds[place, "released"]
        order = Instruction.objects.filter(payment_round=released).order_by("-id")[0]
        return reverse(name, args=[released.pk, order.pk])

    return address


def _suspension(name: str, state: str, *more: object) -> Of:
    return lambda world, place: (
        reverse(name, args=[world.suspensions[place, state].pk, *more]) if place != "above" else None
    )


def _campaign(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.campaigns[place].pk])


def _household(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.households[place].rsu]) if place != "above" else None


def _enrolment(name: str, *more: object) -> Of:
    return lambda world, place: (
        reverse(name, args=[world.households[place].enrolments.latest("pk").pk, *more]) if place != "above" else None
    )


def _cards_of(world: World, place: str) -> dict[str, str]:
    return {"composante": str(world.scene.component.pk), "commune": str(world.commune(place).pk)}


def _key(**more: str) -> Callable[[World, str], Mapping[str, str]]:
    return lambda world, place: {"cle": str(uuid.uuid4()), **more}


def _ledger(name: str, thing: Callable[[World], int]) -> Of:
    return lambda world, place: reverse(name, args=[thing(world)]) if place == "above" else None


def _code(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.form.form.code]) if world.form and place == "above" else None


def _form(name: str, *more: object) -> Of:
    return lambda world, place: reverse(name, args=[world.form.pk, *more]) if world.form and place == "above" else None


def _shared(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.shared[place].pk])


def _sharing_request(name: str, *more: object) -> Of:
    return lambda world, place: reverse(name, args=[world.sharing_requests[place].pk, *more])


def _account(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.people[place].pk])


def _invitation(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.invitations[place].pk])


def _posted(world: World, place: str) -> Mapping[str, str]:
    return {
        "cle": str(uuid.uuid4()), "role": "grievance_officer", "area": world.area(place).code,
        "starts_on": date.today().isoformat(), "motif": "essai de la matrice",
    }  # fmt: skip


def _ended(world: World, place: str) -> Mapping[str, str]:
    held = world.people[place].staff_postings.get()
    return {
        "cle": str(uuid.uuid4()), "affectation": str(held.pk), "jour": date.today().isoformat(),
        "motif": "essai de la matrice",
    }  # fmt: skip


def _invited(world: World, place: str) -> Mapping[str, str]:
    return {
        "cle": str(uuid.uuid4()), "full_name": "Invitée de la matrice", "username": "invitee.matrice",
        "role": "grievance_officer", "area": world.area(place).code, "starts_on": date.today().isoformat(),
    }  # fmt: skip


def _change(world: World, place: str) -> str | None:
    change = world.rounds[place, "released"].changes.order_by("pk").first()
    return reverse("round_change", args=[world.rounds[place, "released"].pk, change.pk]) if change else None


def _opened(world: World, place: str) -> Mapping[str, str]:
    commune = world.commune(place)
    return {
        "cle": str(uuid.uuid4()), "composante": str(world.scene.component.pk), "echeance": "12",
        "commune": str(commune.pk),
    }  # fmt: skip


ACTS = {
    "prepare": "draft", "freeze": "prepared", "send_back": "frozen", "cancel": "draft", "approve": "frozen",
    "release": "approved", "close": "released",
}  # fmt: skip

REQUEST_ACTS = {
    "accept": "received", "refuse": "received", "withdraw": "received", "answer": "accepted", "erase": "erasure",
}  # fmt: skip


def _request(name: str, state: str, *more: object) -> Of:
    return lambda world, place: (
        reverse(name, args=[world.requests[place, state].pk, *more]) if place != "above" else None
    )


def _said(world: World, place: str) -> Mapping[str, str]:
    """A reason, or the number that an erasure asks to be typed: the requests are of households never enrolled."""
    return {"cle": str(uuid.uuid4()), "motif": world.asked[place].rsu}


CHANGE_ACTS = {
    "soumettre": "draft", "retirer": "submitted", "actualiser": "submitted", "decider": "submitted",
    "refuser": "submitted", "defaire": "approved", "joindre": "submitted",
}  # fmt: skip


def _changed(name: str, state: str, *more: object) -> Of:
    return lambda world, place: (
        reverse(name, args=[world.changes[place, state].pk, *more]) if place != "above" else None
    )


def _paper(world: World, place: str) -> str | None:
    if place == "above":
        return None
    return reverse("change_paper", args=[world.changes[place, "submitted"].pk, world.papers[place].pk])


def _bulk(name: str) -> Of:
    return lambda world, place: reverse(name, args=[world.bulks[place].pk]) if place != "above" else None


def _asked_change(world: World, place: str) -> str | None:
    return reverse("change_ask", args=[world.households[place].rsu, "exit"]) if place != "above" else None


def _sheet(name: str, of: Callable[[World, str], int] = lambda w, p: w.sheets[p].pk) -> Of:
    return lambda world, place: reverse(name, args=[of(world, place)]) if place != "above" else None


def _page(name: str, state: str, *more: object) -> Of:
    return lambda world, place: reverse(name, args=[world.pages[place, state].pk, *more]) if place != "above" else None


def _blank(world: World, place: str) -> int:
    return world.pages[place, "queued"].sheet_id or 0


def _named(world: World, place: str) -> Mapping[str, str]:
    return {"cle": str(uuid.uuid4()), "motif": "essai de la matrice", "menage": world.households[place].rsu}


def _printed(world: World, place: str) -> int:
    return world.sheets[place].printing_id


def _fiche(world: World, place: str) -> Mapping[str, str]:
    return {"xml_submission_file": fiche().decode()}

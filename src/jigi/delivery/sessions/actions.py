"""The life of a session: planned, held or not, corrected, checked by another; themes loaded from their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_operator, require_plan
from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions.models import (
    LARGEST_CROWD,
    Attendance,
    Session,
    SessionMaterial,
    SessionModule,
    SessionPlan,
    SessionTheme,
)
from jigi.delivery.sessions.rules import planned_days
from jigi.delivery.sessions.states import SESSION
from jigi.delivery.sessions.themes_file import SHIPPED, materials, read_themes
from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area

NOUN = SESSION.noun
MOST_PLANNED = 20_000
LEAST_REASON = 3


@dataclass(frozen=True)
class Held:
    """What is said of a session that was held: the day, the place, who led it, who sat there, what was shown."""

    held_on: date
    place: str
    facilitator: str
    men: int
    women: int
    materials: Mapping[str, int] | None = None
    """Code -> quantity; None leaves what was said."""


@transaction.atomic
def load_themes(path: str | Path = SHIPPED, *, by: User) -> int:
    """Load themes and modules; returns how many modules were added or changed. A second time changes nothing.

    What the file no longer names is retired: nothing new is planned of it. InputError with the line of the first
    mistake, Refused without the right to plan.
    """
    require(by, "delivery.plan")
    said = read_themes(path)
    file_hash = sha256(Path(path).read_bytes()).hexdigest()
    for rank, (code, name) in enumerate(said.themes.items(), 1):
        facts = {"name": name, "rank": rank, "retired": False}
        SessionTheme.objects.update_or_create(code=code, defaults=facts)
    SessionTheme.objects.exclude(code__in=said.themes).update(retired=True)
    themes = {one.code: one.pk for one in SessionTheme.objects.all()}
    changed = 0
    for module in said.modules:
        facts = {k: v for k, v in asdict(module).items() if k not in ("code", "theme")} | {
            "theme_id": themes[module.theme], "retired": False,
        }  # fmt: skip
        if not SessionModule.objects.filter(code=module.code, **facts).exists():
            SessionModule.objects.update_or_create(code=module.code, defaults={**facts, "file_hash": file_hash})
            changed += 1
    gone = SessionModule.objects.filter(retired=False).exclude(code__in=[one.code for one in said.modules])
    changed += gone.update(retired=True)
    if changed:
        after = {"file": Path(path).name, "sha256": file_hash, "modules": changed}
        audit.record("load", "session_themes", "", by=by, after=after)
    return changed


@transaction.atomic
def plan(
    contract: Contract, villages: Sequence[Area], modules: Sequence[SessionModule], *, first_on: date,
    every_days: int = 14, per_day: int = 4, by: User,
) -> SessionPlan:  # fmt: skip
    """Plan one session of each module in each village (rules.planned_days), in few statements whatever their number.

    Refused without the right to plan there, outside the contract, or when one of them is planned that day already.
    """
    if not villages or not modules:
        raise Refused("Rien à planifier", remedy="Choisissez au moins un village et un module.")
    if len(villages) * len(modules) > MOST_PLANNED:
        raise Refused(f"Plus de {MOST_PLANNED} séances d’un coup", remedy="Planifiez cercle par cercle.")
    if not 1 <= every_days <= 400 or not 1 <= per_day <= 100:
        raise Refused("Quel pas ?", remedy="De 1 à 400 jours entre deux séances, et de 1 à 100 villages par jour.")
    communes = list({one.parent for one in villages if one.parent})
    require_plan(by, contract, communes)
    days = planned_days(len(villages), len(modules), first_on=first_on, every_days=every_days, per_day=per_day)
    _check_days(contract, villages, communes, modules, days[0].day, max(one.day for one in days))
    try:
        with transaction.atomic():
            made = SessionPlan.objects.create(
                contract=contract, first_on=first_on, every_days=every_days, per_day=per_day, made_by=by
            )
            Session.objects.bulk_create(
                (
                    Session(
                        contract=contract, plan=made, component_id=contract.component_id,
                        commune=parent_of(villages[one.village]), village=villages[one.village],
                        module=modules[one.module], planned_on=one.day,
                    )
                    for one in days
                ),
                batch_size=2_000,
            )  # fmt: skip
    except IntegrityError as error:
        raise _planned_before(error) from None
    after = {"contract": contract.number, "villages": len(villages), "modules": len(modules), "sessions": len(days)}
    audit.record("plan", "session_plan", made.pk, by=by, after=after)
    return made


def replan(session: Session, to: date, *, by: User) -> None:
    """Let a session that was planned, or was not held, take place another day. Refused outside its contract."""
    require_operator(by, session.contract, session.commune)
    _check_in_contract(session.contract, to)
    try:
        SESSION.move(session, "replan", by=by, planned_on=to, not_held="", reason=f"prévue le {to}")
    except IntegrityError as error:
        raise _planned_before(error) from None


def cancel(session: Session, why: str, *, by: User) -> None:
    """Say that a session was not held: nobody's absence is then counted. `why` is one of Session.NotHeld."""
    require_operator(by, session.contract, session.commune)
    if why not in Session.NotHeld.values or not why:
        raise Refused("Pourquoi ne s’est-elle pas tenue ?", remedy="Choisissez une des raisons.")
    SESSION.move(session, "cancel", by=by, not_held=why, reason=str(Session.NotHeld(why).label))


@unfenced
@transaction.atomic
def hold(session: Session, said: Held, *, by: User) -> None:
    """Say that a session was held. Raced when another has said so first: theirs stands, and may be corrected."""
    require_operator(by, session.contract, session.commune)
    facts = _facts(session, said)
    SESSION.move(
        session, "hold", by=by, held_by=by, held_at=timezone.now(), version=F("version") + 1, **facts,
        reason=f"{said.men} hommes, {said.women} femmes",
    )  # fmt: skip
    _show(session, said.materials)
    session.refresh_from_db()


@unfenced
@transaction.atomic
def correct(session: Session, said: Held, *, version: int, reason: str, by: User) -> None:
    """Correct what was said of a session that nobody has checked yet; the attendances follow its day.

    `version` is that of the page that was read: Raced when somebody changed it since.
    """
    require_operator(by, session.contract, session.commune)
    why = _why(reason)
    held = locked(session, version)
    facts = _facts(held, said)
    if said.men + said.women < held.households:
        raise Refused(
            f"{held.households} ménages sont nommés : il y avait au moins autant de personnes",
            remedy="Corrigez d’abord la liste des présents, ou les nombres d’hommes et de femmes.",
        )
    before = {name: str(getattr(held, name)) for name in facts}
    Session.objects.filter(pk=held.pk).update(version=F("version") + 1, held_by=by, held_at=timezone.now(), **facts)
    after = {name: str(value) for name, value in facts.items()}
    _show(held, said.materials)
    audit.record("correct", NOUN, held.pk, by=by, before=before, after=after, reason=why)
    session.refresh_from_db()


@unfenced
@transaction.atomic
def undo(session: Session, *, reason: str, by: User) -> None:
    """Take back that a session was held, and with it who came: it was another one, or another day."""
    require_operator(by, session.contract, session.commune)
    why = _why(reason)
    SESSION.check(session, "undo")
    subjects = list(Attendance.objects.filter(session=session).values_list("household_id", flat=True))
    Attendance.objects.filter(session=session).delete()
    SessionMaterial.objects.filter(session=session).delete()
    session.sheets.update(entered_by=None, entered_at=None, marked=None)
    SESSION.move(
        session, "undo", by=by, reason=why, subjects=subjects, held_on=None, men=None, women=None, held_by=None,
        held_at=None, place="", facilitator="", version=F("version") + 1,
    )  # fmt: skip
    session.refresh_from_db()


@unfenced
@transaction.atomic
def check(session: Session, *, by: User) -> None:
    """Control a session: by another person than those who entered it, who has seen its sheet."""
    require_check(by, session.contract, [session.commune])
    if session.held_by_id == by.pk or Attendance.objects.filter(session=session, entered_by=by).exists():
        raise Refused("Vous avez saisi cette séance", remedy="Une autre personne la contrôle.")
    SESSION.move(session, "check", by=by, checked_by=by, checked_at=timezone.now())


def reopen(session: Session, *, reason: str, by: User) -> None:
    """Let a session that was checked be corrected: it must be checked again."""
    require_check(by, session.contract, [session.commune])
    SESSION.move(session, "reopen", by=by, reason=_why(reason), checked_by=None, checked_at=None)


def locked(session: Session, version: int) -> Session:
    """The session held against other hands until the act ends; Raced when it is not the version that was read."""
    held = Session.objects.select_for_update(of=("self",)).select_related("contract", "village").get(pk=session.pk)
    if held.status != "held":
        raise Refused(
            f"Cette séance est « {held.get_status_display()} »",
            remedy="Les présences se notent quand elle est tenue et pas encore contrôlée.",
        )
    if held.version != version:
        raise Raced(
            f"Cette séance a changé depuis que vous l’avez ouverte : elle nomme {held.households} ménages",
            why=f"La dernière saisie est celle de {held.held_by}.",
            remedy="Rechargez la page, comparez avec votre feuille, et corrigez s’il le faut.",
        )
    return held


def _facts(session: Session, said: Held) -> dict[str, object]:
    place, leader = " ".join(said.place.split())[:120], " ".join(said.facilitator.split())[:120]
    if not place or not leader:
        raise Refused("Où, et avec quel animateur ?", remedy="Écrivez le lieu et le nom de l’animateur.")
    if said.held_on > timezone.localdate():
        raise Refused("Une séance à venir ne s’est pas encore tenue", remedy="Corrigez le jour.")
    _check_in_contract(session.contract, said.held_on)
    for count in (said.men, said.women):
        if not 0 <= count <= LARGEST_CROWD:
            raise Refused(f"Le nombre de présents va de 0 à {LARGEST_CROWD}", remedy="Recomptez sur la feuille.")
    if said.men + said.women == 0:
        raise Refused(
            "Personne n’était là", remedy="Dites alors que la séance ne s’est pas tenue : personne n’est venu."
        )
    return {"held_on": said.held_on, "place": place, "facilitator": leader, "men": said.men, "women": said.women}


def _show(session: Session, shown: Mapping[str, int] | None) -> None:
    """Replace the materials of a session."""
    if shown is None:
        return
    if unknown := set(shown) - set(materials()):
        raise Refused(f"Matériel inconnu : {', '.join(sorted(unknown))}", remedy="Choisissez dans la liste.")
    if any(not 0 <= count <= 10_000 for count in shown.values()):
        raise Refused("Quelle quantité de matériel ?", remedy="De 0 à 10 000 pièces.")
    session.materials.all().delete()
    SessionMaterial.objects.bulk_create(
        SessionMaterial(session=session, material=code, quantity=count) for code, count in shown.items() if count
    )


def _check_days(
    contract: Contract, villages: Sequence[Area], communes: Sequence[Area], modules: Sequence[SessionModule],
    first: date, last: date,
) -> None:  # fmt: skip
    if contract.sort != "sessions":
        raise Refused(f"Le contrat {contract.number} n’est pas un contrat de séances")
    places = set(contract.communes.values_list("commune_id", flat=True))
    if odd := [one.name for one in villages if one.level != Area.Level.VILLAGE or one.parent_id not in places]:
        raise Refused(
            f"Hors des communes du contrat {contract.number} : {', '.join(odd[:4])}",
            remedy="Choisissez des villages de ses communes.",
        )
    for day in (first, last):
        _check_in_contract(contract, day)
    for one in modules:
        if one.retired or one.valid_from > first or (one.valid_until and one.valid_until < last):
            raise Refused(f"Le module « {one.name} » ne vaut pas à ces dates", remedy="Choisissez-en un autre.")


def _check_in_contract(contract: Contract, day: date) -> None:
    if not contract.starts_on <= day <= contract.ends_on:
        raise Refused(
            f"Le {day:%d/%m/%Y} n’est pas dans la durée du contrat {contract.number}",
            why=f"Il va du {contract.starts_on:%d/%m/%Y} au {contract.ends_on:%d/%m/%Y}.",
            remedy="Corrigez le jour, ou prolongez le contrat.",
        )


def _planned_before(error: IntegrityError) -> Refused:
    if "session_planned_once" not in str(error):
        raise error
    return Refused(
        "Une de ces séances est déjà prévue ce jour-là dans ce village, pour le même module",
        remedy="Choisissez un autre jour, ou un autre module.",
    )


def parent_of(village: Area) -> Area:
    """The commune of a village."""
    assert village.parent is not None, "a village is in a commune"
    return village.parent


def _why(reason: str) -> str:
    said = " ".join(reason.split())[:200]
    if len(said) < LEAST_REASON:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return said

"""Enrolling, suspending, changing the recipient, letting go: one verb, one transaction, one audit row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from jigi.enrolment.models import Cohort, Enrolment
from jigi.enrolment.queries import followed
from jigi.enrolment.rules import left_out
from jigi.enrolment.states import ENROLMENT
from jigi.foundation import audit, runs
from jigi.foundation.bulk import copy_lines, copying_out, fetch_sql, from_copy, run_sql, statement, to_copy
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.guards import refusing_guards
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.sealed import sealed_columns
from jigi.foundation.vault import masked
from jigi.geography import access
from jigi.geography.models import Area
from jigi.programmes.models import Agency, AgencyCommune, Component
from jigi.registry.models import Membership, Person
from jigi.targeting.models import TargetingRound


@unfenced
def enrol_selected(
    targeting_round: TargetingRound, component: Component, *, cohort_name: str, first_term: int = 1,
    where_they_stay: bool = False, by: User,
) -> Cohort:  # fmt: skip
    """Enrol the households that a frozen campaign selected, in the component's communes, until its last term.

    `where_they_stay`: a displaced household is paid in the commune where it stays, if the register says which.
    Households that are enrolled already, or that can't be, are counted in the cohort and left alone. Raises
    Refused when the campaign isn't frozen or is another programme's, or when nobody is left to enrol.
    """
    access.require(by, "enrolment.decide", areas=_communes(component), programme=component.programme.code)
    frozen = TargetingRound.objects.get(pk=targeting_round.pk)
    if frozen.status != TargetingRound.Status.FROZEN:
        raise Refused(
            f"La campagne « {frozen} » n’est pas gelée",
            why=f"Son état est « {frozen.get_status_display()} »",
            remedy="Gelez la campagne avant d’inscrire les ménages qu’elle retient",
        )
    if frozen.programme_code != component.programme.code:
        raise Refused(
            f"La campagne « {frozen} » est celle du programme {frozen.programme_code}",
            remedy=f"Choisissez une campagne du programme {component.programme.code}",
        )
    return _enrol(
        component, cohort_name, first_term, by=by, targeting_round=frozen.pk, households=[],
        where_they_stay=where_they_stay,
    )  # fmt: skip


@unfenced
def enrol_households(
    component: Component, household_ids: Iterable[int], *, cohort_name: str, first_term: int = 1,
    where_they_stay: bool = False, by: User,
) -> Cohort:  # fmt: skip
    """Enrol a list of households, each once however often the list names it; otherwise as `enrol_selected`.

    Raises Refused when the list is empty or names a household that isn't in the register.
    """
    return _enrol_list(component, list(household_ids), [], cohort_name, first_term, by, where_they_stay=where_they_stay)


@unfenced
def enrol_recipients(
    component: Component, recipients: Mapping[int, int], *, cohort_name: str, first_term: int = 1, by: User
) -> Cohort:
    """The same of households each with the member who receives (household -> person), whom the decision names.

    A person who is not a present member of the household is not taken: who receives is then as the register says.
    """
    return _enrol_list(component, list(recipients), list(recipients.values()), cohort_name, first_term, by)


def _enrol_list(
    component: Component, households: Sequence[int], recipients: Sequence[int], name: str, first_term: int, by: User,
    *, where_they_stay: bool = False,
) -> Cohort:  # fmt: skip
    access.require(by, "enrolment.decide", areas=_communes(component), programme=component.programme.code)
    if not households:
        raise Refused(
            "La liste est vide : personne n’est inscrit",
            why="Une liste vide ne choisit personne, elle ne choisit pas tout le monde",
            remedy="Donnez les ménages à inscrire",
        )
    if unknown := fetch_sql("enrolment", "unknown_households", {"households": households}):
        raise Refused(
            f"Des ménages de la liste ne sont pas au registre : {len(unknown)}, dont {unknown[0]['id']}",
            remedy="Corrigez la liste : rien n’a été inscrit",
        )
    return _enrol(
        component, name, first_term, by=by, targeting_round=None, households=households, recipients=recipients,
        where_they_stay=where_they_stay,
    )  # fmt: skip


@unfenced
def suspend(enrolment: Enrolment, *, reason: str, by: User) -> None:
    """Stop the rights of an enrolment until it is resumed; nothing of what remains is lost."""
    _require(enrolment, by)
    ENROLMENT.move(
        enrolment, "suspend", by=by, reason=_said(reason), subjects=[enrolment.household_id],
        followed_at=timezone.now(),
    )  # fmt: skip


@unfenced
def resume(enrolment: Enrolment, *, reason: str, by: User) -> None:
    """Give a suspended enrolment its rights back. Refused while a complaint blocks it: the database says so."""
    _require(enrolment, by)
    try:
        ENROLMENT.move(enrolment, "resume", by=by, reason=_said(reason), subjects=[enrolment.household_id])
    except IntegrityError as error:
        said = getattr(error.__cause__, "diag", None)
        if said is None or said.constraint_name != "enrolment_is_blocked":
            raise
        raise Refused(
            "Une plainte bloque cette inscription", remedy="Levez le blocage sur la page des actes des plaintes."
        ) from error


@unfenced
def exit(enrolment: Enrolment, reason: str, *, by: User) -> None:
    """End an enrolment for good; the reason (at most 80 characters) stays on it."""
    _require(enrolment, by)
    said = _said(reason)
    ENROLMENT.move(
        enrolment, "exit", by=by, reason=said, subjects=[enrolment.household_id], exit_reason=said,
        exited_at=timezone.now(),
    )  # fmt: skip


@unfenced
def exit_finished(component: Component, closed_term: int, *, by: User, communes: Sequence[Area] | None = None) -> int:
    """Exit the active enrolments whose last term is closed; returns how many.

    `communes` are those where the term is closed (None: everywhere). Suspended enrolments keep what is left
    of their right, and so do those whose recipient died or left, until somebody decides.

    Asks no right of its own: it follows from the closing of a term, which does.
    """
    codes = None if communes is None else [commune.pk for commune in communes]
    with transaction.atomic():
        gone = run_sql(
            "enrolment", "exit_finished",
            {"component": component.pk, "closed_term": closed_term, "communes": codes},
        )  # fmt: skip
        if gone:
            after = {"closed_term": closed_term, "exited": gone}
            audit.record("exit_finished", "component", component.pk, by=by, after=after)
    return gone


@unfenced
def exit_component(component: Component, reason: str, *, by: User) -> int:
    """End every enrolment of a component that goes on, suspended ones too; returns how many. One statement.

    For a component that gives nothing more, such as after the sunset of a response.
    """
    access.require(by, "enrolment.decide", areas=_communes(component), programme=component.programme.code)
    said = _said(reason)
    with transaction.atomic():
        gone = run_sql("enrolment", "exit_component", {"component": component.pk, "reason": said})
        if gone:
            audit.record("exit_component", "component", component.pk, by=by, after={"exited": gone}, reason=said)
    return gone


@unfenced
@transaction.atomic
def change_recipient(enrolment: Enrolment, person: Person, *, reason: str, by: User) -> None:
    """Pay another present member of the household from now on; the former recipient becomes the alternate if they are
    still a member, alive.

    With a wallet agency the account becomes that person's telephone. Orders already made keep theirs.
    """
    current, said = _live(enrolment, reason, by)
    if current.recipient_id == person.pk:
        raise Refused(f"{person} est déjà l’allocataire")
    present = set(
        Membership.objects.filter(
            household=current.household_id, ended_on__isnull=True, person__died_on__isnull=True
        ).values_list("person", flat=True)
    )
    if person.pk not in present:
        raise Refused(
            f"{person} n’est pas un membre présent du ménage",
            remedy="Choisissez un membre du ménage, ou corrigez d’abord sa composition",
        )
    account = _account(current.agency, person)
    heirs = [one for one in (current.recipient_id, current.alternate_id) if one in present - {person.pk}]
    values = {"recipient_id": person.pk, "alternate_id": next(iter(heirs), None)}
    before = {**{name: getattr(current, name) for name in values}, "account": masked(current.account, 4)}
    columns = sealed_columns("account", account, "account_sealed", "account_index")
    named = followed(Q(pk=current.pk)).get().named
    Enrolment.objects.filter(pk=current.pk).update(
        **values, **columns, followed_at=timezone.now(), followed_recipient=named
    )
    after = {**values, "account": masked(account, 4)}
    audit.record(
        "change_recipient", "enrolment", current.pk, by=by, before=before, after=after, reason=said,
        subjects=[current.household_id],
    )  # fmt: skip
    enrolment.refresh_from_db()


@unfenced
@transaction.atomic
def transfer(enrolment: Enrolment, *, reason: str, by: User) -> None:
    """Pay a household where it is registered now, by the agency of that commune, at its pay point.

    Its last term stays. What is already owed is asked by the rounds of the commune where it was owed, of the new agency
    and at the new pay point.
    """
    current, said = _live(enrolment, reason, by)
    commune, village, component = current.household.commune, current.household.village, current.component
    access.require(by, "enrolment.decide", areas=[commune], programme=component.programme.code)
    if current.commune_id == commune.pk:
        raise Refused("L’inscription est déjà dans la commune du ménage")
    served = AgencyCommune.objects.filter(component=component, commune=commune).select_related("agency").first()
    if served is None or not component.communes.filter(commune=commune).exists():
        raise Refused(
            f"{component} n’est pas donnée dans la commune {commune}",
            remedy="Gardez l’inscription dans sa commune, ou faites-la sortir.",
        )
    by_village = component.pay_point_rule == Component.PayPointRule.VILLAGE
    place = village if village and by_village else commune
    columns: dict[str, Any] = {}
    if served.agency_id != current.agency_id:
        account = _account(served.agency, current.recipient)
        columns = sealed_columns("account", account, "account_sealed", "account_index")
    before = {"area": current.commune.name, "agency": current.agency.code}
    Enrolment.objects.filter(pk=current.pk).update(
        commune=commune, village=village, agency=served.agency, pay_point=f"Site de {place.name}"[:120],
        followed_at=timezone.now(), followed_commune=None, **columns,
    )  # fmt: skip
    after = {"area": commune.name, "agency": served.agency.code}
    audit.record(
        "transfer", "enrolment", current.pk, by=by, before=before, after=after, reason=said,
        subjects=[current.household_id],
    )  # fmt: skip
    enrolment.refresh_from_db()


@unfenced
@transaction.atomic
def keep(enrolment: Enrolment, *, reason: str, by: User) -> None:
    """Leave an enrolment as it is, knowing what the register changed: the gravest of it is no news any more."""
    current, said = _live(enrolment, reason, by)
    told = followed(Q(pk=current.pk)).get()
    answers = {"moved": {"followed_commune": told.place_id}, "recipient": {"followed_recipient": told.named}}
    Enrolment.objects.filter(pk=current.pk).update(followed_at=timezone.now(), **answers.get(told.news, {}))
    audit.record("keep", "enrolment", current.pk, by=by, reason=said, subjects=[current.household_id])
    enrolment.refresh_from_db()


def _live(enrolment: Enrolment, reason: str, by: User) -> tuple[Enrolment, str]:
    """The enrolment as it is, held, and the reason as it is kept; Refused when it has ended."""
    _require(enrolment, by)
    current = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if current.status == "exited":
        raise Refused("Cette inscription est finie : elle ne change plus")
    return current, _said(reason)


def _enrol(
    component: Component, name: str, first_term: int, *, by: User, targeting_round: int | None,
    households: Sequence[int], recipients: Sequence[int] = (), where_they_stay: bool = False,
) -> Cohort:  # fmt: skip
    _check_cohort(component, name, first_term)
    if component.kind not in Component.PAID:
        raise Refused(
            f"« {component} » ne donne pas d’argent : on n’y inscrit personne",
            remedy="Ses présences se notent à la séance ou à la distribution.",
        )
    title = f"Inscription de la cohorte « {name} » · {component}"
    with runs.start("enrol", title, by=by, subject=f"component:{component.pk}") as work, transaction.atomic():
        with work.step("Inscrire") as step:
            counts = _insert(component, name, first_term, by, targeting_round, households, recipients, where_they_stay)
            step.rows_in, step.rows_out = counts["asked"], counts["enrolled"]
        cohort_id = counts.pop("cohort_id")
        if cohort_id is None:
            raise Refused("Aucun ménage à inscrire", why=left_out(counts) or "La sélection est vide")
        audit.record("enrol", "cohort", cohort_id, by=by, after={"component": component.pk, **counts})
    return Cohort.objects.get(pk=cohort_id)


def _insert(
    component: Component, name: str, first_term: int, by: User, targeting_round: int | None,
    households: Sequence[int], recipients: Sequence[int], where_they_stay: bool,
) -> dict[str, Any]:  # fmt: skip
    params = {
        "component": component.pk,
        "name": name,
        "first_term": first_term,
        "by": by.pk,
        "targeting_round": targeting_round,
        "households": list(households),
        "recipients": list(recipients),
        "where_they_stay": where_they_stay,
        "head_by_default": component.recipient_rule == Component.RecipientRule.DESIGNATED_OR_HEAD,
        "pay_by_village": component.pay_point_rule == Component.PayPointRule.VILLAGE,
    }
    try:
        _stage_accounts(params)
        with refusing_guards():
            return fetch_sql("enrolment", "enrol", params)[0]
    except IntegrityError as error:
        if "one_live_enrolment" in str(error) or "cohort_name_once" in str(error):
            raise Raced(
                "Quelqu’un d’autre inscrivait ces ménages au même moment : rien n’a été inscrit",
                remedy="Recommencez : les ménages déjà inscrits seront passés",
            ) from error
        raise


def _stage_accounts(params: Mapping[str, Any]) -> None:
    """The telephones that become accounts of wallets, sealed anew as accounts, in a table for `enrol`."""
    keeper = vault()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_account")
        cursor.execute(
            "CREATE TEMPORARY TABLE stage_account (person_id bigint, sealed bytea, index bytea) ON COMMIT DROP"
        )
    with TemporaryFile("w+b") as kept:
        with copying_out(statement("enrolment", "wallet_phones"), params) as rows:
            for person, sealed in rows:
                number = keeper.unseal("phone", from_copy(sealed))
                account, index = keeper.seal("account", number), keeper.index("account", number)
                kept.write(f"{person}\t{to_copy(account)}\t{to_copy(index)}\n".encode())
        kept.seek(0)
        copy_lines("stage_account", ("person_id", "sealed", "index"), iter(lambda: kept.read(1 << 20), b""))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_account")


def _check_cohort(component: Component, name: str, first_term: int) -> None:
    if not name.strip():
        raise Refused("Une cohorte a un nom", remedy="Donnez un nom à la cohorte")
    if first_term < 1:
        raise Refused(f"La première échéance d’une cohorte est 1 ou plus, non {first_term}")
    if Cohort.objects.filter(component=component, name=name).exists():
        raise Refused(
            f"La cohorte « {name} » existe déjà dans la composante {component.code}",
            remedy="Ses ménages sont inscrits ; donnez un autre nom pour en inscrire d’autres",
        )


def _communes(component: Component) -> list[Area]:
    return [place.commune for place in component.communes.select_related("commune")]


def _require(enrolment: Enrolment, by: User) -> None:
    programme = enrolment.component.programme.code
    access.require(by, "enrolment.decide", areas=[enrolment.commune], programme=programme)


def _account(agency: Agency, person: Person) -> str:
    if agency.kind != Agency.Kind.WALLET:
        return ""
    phones = sorted(person.phones.all(), key=lambda phone: (phone.owner != "self", phone.pk))
    return phones[0].number if phones else ""


def _said(reason: str) -> str:
    said = reason.strip()
    if not 1 <= len(said) <= 80:
        raise Refused("Il faut un motif, en 80 caractères au plus", remedy="Écrivez-le en quelques mots")
    return said

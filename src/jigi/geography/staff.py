"""What an administrator does to accounts: postings, closing, sessions, the link with a provider.

Two rules hold everywhere: the right « accounts.administer » over the place and programme concerned, and never
on one's own account. Every change leaves an audit row with its reason.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import User
from jigi.foundation.sessions import end_sessions
from jigi.geography.access import forget_postings, postings_with, require
from jigi.geography.models import Area, StaffPosting
from jigi.geography.roles import incompatible, rights, roles

RIGHT = "accounts.administer"
NOUN = "user"


def administered_by(user: User) -> QuerySet[User]:
    """The accounts of persons with a posting, past or present, where this administrator's right goes.

    Accounts that were never posted are for whoever administers the whole country, in every programme.
    """
    persons = User.objects.filter(is_service=False)
    within = Q(pk__in=[])
    for held in postings_with(user, RIGHT):
        programme = Q(programme_code=held.programme_code) if held.programme_code else Q()
        within |= programme & Q(area__path__startswith=held.area.path)
        if held.area.level == Area.Level.COUNTRY and not held.programme_code:
            return persons
    return persons.filter(Exists(StaffPosting.objects.filter(within, user=OuterRef("pk"))))


def require_over(user: User, *, by: User) -> None:
    """Raise Refused unless `by` administers every posting in force or to come of another person's account."""
    if user.pk == by.pk:
        raise Refused(
            "On n’administre pas son propre compte", remedy="Demandez à une autre personne qui administre les comptes."
        )
    require(by, RIGHT)
    if not administered_by(by).filter(pk=user.pk).exists():
        raise Refused("Ce compte n’est pas de ceux que vous administrez")
    for posting in unended(user).select_related("area"):
        require(by, RIGHT, areas=[posting.area], programme=posting.programme_code)


def may_administer(user: User, *, by: User) -> bool:
    """Whether `require_over` would let it pass: for the buttons of a page."""
    try:
        require_over(user, by=by)
    except Refused:
        return False
    return True


def unended(user: User) -> QuerySet[StaffPosting]:
    """The postings of an account that are in force, or to come."""
    return StaffPosting.objects.filter(user=user).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=date.today()))


def check_posting(role: str, area: Area, organisation: str, starts_on: date, ends_on: date | None) -> None:
    """Raise Refused for a posting that makes no sense: role, level, organisation or dates."""
    if role not in roles() or role == "operator":
        raise Refused(f"« {role} » n’est pas un rôle que tient une personne")
    held = roles()[role]
    if area.level not in held.levels:
        levels = ", ".join(str(level.label) for level in Area.Level if level.value in held.levels)
        raise Refused(
            f"« {held.title} » ne se tient pas à ce niveau ({area.get_level_display()})",
            remedy=f"Il se tient au niveau : {levels}.",
        )
    if held.organisation and not organisation:
        raise Refused(
            f"« {held.title} » se tient pour un organisme",
            remedy="Donnez le code de l’agence, de l’opérateur ou du partenaire.",
        )
    if organisation and not held.organisation:
        raise Refused(f"« {held.title} » ne se tient pas pour un organisme", remedy="Laissez l’organisme vide.")
    if ends_on and ends_on < starts_on:
        raise Refused("L’affectation finirait avant de commencer")
    if ends_on and ends_on < date.today():
        raise Refused("L’affectation serait déjà finie")


def post(
    user: User, *, role: str, area: Area, by: User, reason: str, programme: str = "", organisation: str = "",
    starts_on: date | None = None, ends_on: date | None = None,
) -> StaffPosting:  # fmt: skip
    """Post somebody; a closed account opens again. Raises Refused without the right, or for the same posting twice."""
    starts_on = starts_on or date.today()
    require_over(user, by=by)
    require(by, RIGHT, areas=[area], programme=programme)
    check_posting(role, area, organisation, starts_on, ends_on)
    require_reason(reason)
    try:
        with transaction.atomic():
            made = StaffPosting.objects.create(
                user=user, role=role, area=area, programme_code=programme, organisation=organisation,
                starts_on=starts_on, ends_on=ends_on,
            )  # fmt: skip
            reopened = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
            after = _said(made) | ({"open": True} if reopened else {})
            audit.record("post", NOUN, user.pk, by=by, after=after, reason=reason)
    except IntegrityError as error:
        raise refused_posting(error) from None
    forget_postings(user)
    return made


def refused_posting(error: IntegrityError) -> Refused:
    """What the database's refusal of a posting means."""
    said = str(error).splitlines()[0]
    if said.startswith("Affectations incompatibles"):
        first, second = re.findall(r"\w+\.\w+", said)[:2]
        why = next(pair.why for pair in incompatible() if {pair.one, pair.other} == {first, second})
        return Refused(
            "Cette affectation contredit une autre de la même personne",
            why=f"{why} Elle permettrait à la fois : {rights()[first].sentence} ; {rights()[second].sentence}.",
            remedy="Finissez d’abord l’autre affectation, ou affectez une autre personne.",
        )
    return Refused("Cette personne a déjà cette affectation, depuis ce jour")


def end_posting(posting: StaffPosting, *, last_day: date, by: User, reason: str) -> StaffPosting:
    """End a posting at the close of a day (yesterday at the earliest: it then no longer holds)."""
    require_over(posting.user, by=by)
    require_reason(reason)
    earliest = max(posting.starts_on, date.today() - timedelta(days=1))
    if last_day < earliest:
        raise Refused(f"Le dernier jour d’une affectation est au plus tôt le {earliest:%d/%m/%Y}")
    with transaction.atomic():
        changed = unended(posting.user).filter(pk=posting.pk).update(ends_on=last_day)
        if not changed:
            raise Raced("Cette affectation est déjà finie")
        before = {"until": posting.ends_on.isoformat() if posting.ends_on else None}
        after = _said(posting) | {"until": last_day.isoformat()}
        audit.record("end_posting", NOUN, posting.user_id, by=by, before=before, after=after, reason=reason)
    posting.refresh_from_db()
    forget_postings(posting.user)
    return posting


def close(user: User, *, by: User, reason: str) -> int:
    """Close an account and end its sessions; its postings end yesterday. Returns how many sessions were ended."""
    require_over(user, by=by)
    require_reason(reason)
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            raise Raced("Ce compte est déjà fermé")
        yesterday = date.today() - timedelta(days=1)
        current = unended(user)
        # One that would start and end backwards never held: it goes.
        current.filter(starts_on__gt=yesterday).delete()
        current.filter(starts_on__lte=yesterday).update(ends_on=yesterday)
        ended = end_sessions(user)
        audit.record("close_account", NOUN, user.pk, by=by, after={"sessions": ended}, reason=reason)
    user.refresh_from_db()
    return ended


def end_all_sessions(user: User, *, by: User, reason: str) -> int:
    """Sign somebody out everywhere; returns how many sessions there were."""
    require_over(user, by=by)
    require_reason(reason)
    with transaction.atomic():
        ended = end_sessions(user)
        audit.record("end_sessions", NOUN, user.pk, by=by, after={"sessions": ended}, reason=reason)
    return ended


def link(user: User, *, provider: str, subject: str, email: str, by: User, reason: str) -> None:
    """Record how the sign-in provider names somebody: a subject, an e-mail address, or both (blank: not known)."""
    require_over(user, by=by)
    require_reason(reason)
    email, subject = email.strip().lower(), subject.strip()
    if subject and SocialAccount.objects.filter(provider=provider, uid=subject).exclude(user=user).exists():
        raise Refused("Ce sujet est déjà celui d’un autre compte")
    if email and EmailAddress.objects.filter(email__iexact=email).exclude(user=user).exists():
        raise Refused("Cette adresse électronique est celle d’un autre compte")
    with transaction.atomic():
        SocialAccount.objects.filter(user=user, provider=provider).exclude(uid=subject).delete()
        EmailAddress.objects.filter(user=user).exclude(email=email).delete()
        if subject:
            SocialAccount.objects.get_or_create(user=user, provider=provider, uid=subject)
        if email:
            EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        after = {"subject": bool(subject), "email": bool(email)}
        audit.record("link_provider", NOUN, user.pk, by=by, after=after, reason=reason)


def leavers() -> QuerySet[User]:
    """Open accounts of persons that hold no posting today, and none to come."""
    today = date.today()
    current = StaffPosting.objects.filter(user=OuterRef("pk")).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    return User.objects.filter(is_active=True, is_service=False).exclude(Exists(current)).order_by("pk")


def close_leavers(*, by: User | None) -> list[str]:
    """Close the accounts of leavers and end their sessions; returns their names. Again, it finds none."""
    return [user.username for user in leavers() if _closed(user, by)]


def _closed(user: User, by: User | None) -> bool:
    with transaction.atomic():
        # Asked again under the lock: somebody may have been posted since the list was read.
        if not leavers().filter(pk=user.pk).select_for_update(of=("self",)).first():
            return False
        User.objects.filter(pk=user.pk).update(is_active=False)
        ended = end_sessions(user)
        reason = "fin d’affectation"
        audit.record("close_account", NOUN, user.pk, by=by, after={"sessions": ended}, reason=reason)
    return True


def require_reason(reason: str) -> None:
    """Raise Refused for a reason of less than five letters."""
    if len(reason.strip()) < 5:
        raise Refused("Ceci demande un motif", remedy="Écrivez en quelques mots pourquoi.")


def _said(posting: StaffPosting) -> dict[str, object]:
    return {
        "role": posting.role,
        "area": posting.area.code,
        "programme": posting.programme_code,
        "until": posting.ends_on.isoformat() if posting.ends_on else None,
    }

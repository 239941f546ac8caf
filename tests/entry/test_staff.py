"""What an administrator may do to accounts, and which postings make sense."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography import staff
from jigi.geography.models import StaffPosting
from tests.factories import Areas, make_user

TODAY = date.today()
DAY = timedelta(days=1)


@pytest.fixture
def admin(areas: Areas) -> User:
    return make_user("admin", "system_administrator")


@pytest.fixture
def officer(areas: Areas) -> User:
    """Somebody posted in the first commune, in the programme TM1."""
    return make_user("agente", "social_officer", areas.communes[0], programme="TM1")


# Who administers whom


def test_one_administers_those_posted_under_one_s_place_and_in_one_s_programme(areas: Areas, officer: User) -> None:
    first, second = areas.communes
    for name, area, programme, over in (
        ("tout", areas.country, "", True),
        ("ici", first, "", True),
        ("ici-tm1", first, "TM1", True),
        ("pays-tm2", areas.country, "TM2", False),
        ("a-cote", second, "", False),
    ):
        by = make_user(name, "system_administrator", area, programme=programme)
        assert staff.may_administer(officer, by=by) is over, name
        assert (officer in staff.administered_by(by)) is over, name
    with pytest.raises(Refused, match="ne permet pas ceci : ouvrir, affecter et fermer des comptes"):
        staff.require_over(officer, by=make_user("tresor", "treasurer"))
    assert not staff.may_administer(by, by=by)


def test_who_is_posted_elsewhere_too_is_seen_and_not_changed(areas: Areas, officer: User) -> None:
    by = make_user("ici", "system_administrator", areas.communes[0])
    beside = StaffPosting.objects.create(user=officer, role="auditor", area=areas.communes[1], starts_on=TODAY + DAY)
    assert officer in staff.administered_by(by)
    with pytest.raises(Refused, match="ne permet pas"):
        staff.require_over(officer, by=by)
    StaffPosting.objects.filter(pk=beside.pk).update(starts_on=TODAY - 9 * DAY, ends_on=TODAY - DAY)
    staff.require_over(officer, by=by)


def test_two_postings_administer_two_places_and_one_programme_no_other(areas: Areas, officer: User) -> None:
    by = make_user("deux", "system_administrator", areas.communes[0], programme="TM1")
    StaffPosting.objects.create(
        user=by, role="system_administrator", area=areas.communes[1], programme_code="TM1", starts_on=TODAY
    )
    other = make_user("autre", "social_officer", areas.communes[1], programme="TM1")
    assert set(staff.administered_by(by)) >= {officer, other}
    staff.require_over(officer, by=by)
    StaffPosting.objects.create(
        user=officer, role="commune_agent", area=areas.communes[0], programme_code="TM2", starts_on=TODAY
    )
    assert not staff.may_administer(officer, by=by)


def test_an_account_never_posted_is_for_who_administers_everything(areas: Areas, admin: User) -> None:
    new = User.objects.create_user("nouvelle", full_name="Nouvelle")
    machine = User.objects.create_user("machine", full_name="Service", is_service=True)
    assert staff.may_administer(new, by=admin) and not staff.may_administer(machine, by=admin)
    for name, area, programme in (("region", areas.region, ""), ("tm1", areas.country, "TM1")):
        by = make_user(name, "system_administrator", area, programme=programme)
        with pytest.raises(Refused, match="pas de ceux que vous administrez"):
            staff.require_over(new, by=by)


# Which postings make sense


def check(areas: Areas, role: str = "social_officer", **said: object) -> None:
    given = {"area": areas.communes[0], "organisation": "", "starts_on": TODAY, "ends_on": None, **said}
    staff.check_posting(role, **given)  # type: ignore[arg-type]


def test_a_posting_that_makes_sense_is_let_through(areas: Areas) -> None:
    check(areas)
    check(areas, ends_on=TODAY)
    check(areas, starts_on=TODAY + DAY, ends_on=TODAY + DAY)
    check(areas, "agency_user", area=areas.cercle, organisation="AGENCE-A")


@pytest.mark.parametrize(
    ("role", "said", "refusal"),
    [
        ("operator", {}, "n’est pas un rôle"),
        ("inconnu", {}, "n’est pas un rôle"),
        ("treasurer", {}, "ne se tient pas à ce niveau"),
        ("social_officer", {"organisation": "AGENCE-A"}, "ne se tient pas pour un organisme"),
        ("social_officer", {"ends_on": TODAY - DAY}, "finirait avant de commencer"),
        ("social_officer", {"starts_on": TODAY - 9 * DAY, "ends_on": TODAY - DAY}, "déjà finie"),
    ],
)
def test_a_posting_that_makes_none_is_refused(areas: Areas, role: str, said: dict, refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        check(areas, role, **said)


def test_a_level_or_an_organisation_that_lacks_is_told(areas: Areas) -> None:
    with pytest.raises(Refused) as refused:
        check(areas, "treasurer")
    assert refused.value.remedy == "Il se tient au niveau : pays, région."
    with pytest.raises(Refused, match="se tient pour un organisme"):
        check(areas, "agency_user", area=areas.cercle)


# Posting and ending


def test_a_posting_is_written_as_it_was_asked_and_told(areas: Areas, admin: User, officer: User) -> None:
    made = staff.post(
        officer, role="agency_user", area=areas.cercle, by=admin, reason="remplacement", programme="TM2",
        organisation="AGENCE-A", starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY,
    )  # fmt: skip
    made.refresh_from_db()
    assert (made.role, made.area, made.programme_code, made.organisation, made.starts_on, made.ends_on) == (
        "agency_user", areas.cercle, "TM2", "AGENCE-A", TODAY + DAY, TODAY + 2 * DAY,
    )  # fmt: skip
    told = AuditEvent.objects.get(verb="post")
    assert (told.by, told.reason) == (admin, "remplacement")
    assert told.after == {
        "role": "agency_user", "area": "ML0105", "programme": "TM2", "until": (TODAY + 2 * DAY).isoformat(),
    }  # fmt: skip


def test_nobody_is_posted_where_the_administrator_has_no_right(areas: Areas, officer: User) -> None:
    by = make_user("ici", "system_administrator", areas.communes[0], programme="TM1")
    staff.post(officer, role="commune_agent", area=areas.communes[0], programme="TM1", by=by, reason="renfort")
    for where in ({"area": areas.communes[1], "programme": "TM1"}, {"area": areas.communes[0], "programme": "TM2"}):
        with pytest.raises(Refused, match="ne permet pas"):
            staff.post(officer, role="commune_agent", by=by, reason="renfort", **where)
    with pytest.raises(Refused, match="ne se tient pas pour un organisme"):
        staff.post(officer, role="commune_agent", area=areas.communes[0], programme="TM1", organisation="AGENCE-A",
                   by=by, reason="renfort")  # fmt: skip
    assert officer.staff_postings.count() == 2


def test_a_posting_that_quarrels_or_is_there_already_is_refused(areas: Areas, admin: User, officer: User) -> None:
    with pytest.raises(Refused, match="contredit une autre") as refused:
        staff.post(officer, role="system_administrator", area=areas.country, by=admin, reason="cumul demandé")
    for said in ("Qui administre les comptes", "ouvrir, affecter et fermer des comptes", "voir les tours de paiement"):
        assert said in refused.value.why
    for day in (TODAY, TODAY + DAY):
        staff.post(officer, role="auditor", area=areas.country, starts_on=day, by=admin, reason="contrôle")
    with pytest.raises(Refused, match="déjà cette affectation, depuis ce jour"):
        staff.post(officer, role="auditor", area=areas.country, by=admin, reason="contrôle")


def test_a_posting_ends_yesterday_at_the_earliest_and_not_before_it_began(admin: User, officer: User) -> None:
    old = officer.staff_postings.get()
    with pytest.raises(Refused, match=f"au plus tôt le {TODAY - DAY:%d/%m/%Y}"):
        staff.end_posting(old, last_day=TODAY - 2 * DAY, by=admin, reason="départ")
    officer.staff_postings.update(starts_on=TODAY + DAY)
    soon = officer.staff_postings.get()
    with pytest.raises(Refused, match=f"au plus tôt le {TODAY + DAY:%d/%m/%Y}"):
        staff.end_posting(soon, last_day=TODAY, by=admin, reason="départ")
    assert staff.end_posting(soon, last_day=TODAY + DAY, by=admin, reason="départ").ends_on == TODAY + DAY


def test_an_ended_posting_is_ended_once_and_the_audit_says_what_it_was(admin: User, officer: User) -> None:
    held = officer.staff_postings.get()
    staff.end_posting(held, last_day=TODAY + DAY, by=admin, reason="départ annoncé")
    staff.end_posting(held, last_day=TODAY - DAY, by=admin, reason="départ avancé")
    first, second = AuditEvent.objects.filter(verb="end_posting").order_by("id")
    assert (first.before, first.after["until"]) == ({"until": None}, (TODAY + DAY).isoformat())
    assert (second.before, second.reason) == ({"until": (TODAY + DAY).isoformat()}, "départ avancé")
    with pytest.raises(Raced, match="déjà finie"):
        staff.end_posting(held, last_day=TODAY - DAY, by=admin, reason="encore une fois")


# Closing


def test_closing_ends_what_was_held_and_forgets_what_was_to_come(areas: Areas, admin: User, officer: User) -> None:
    past = StaffPosting.objects.create(
        user=officer, role="auditor", area=areas.country, starts_on=TODAY - 9 * DAY, ends_on=TODAY - 5 * DAY
    )
    for start in (TODAY - DAY, TODAY, TODAY + DAY):
        StaffPosting.objects.create(user=officer, role="commune_agent", area=areas.communes[0], starts_on=start)
    staff.close(officer, by=admin, reason="a quitté le programme")
    left = officer.staff_postings.order_by("starts_on").values_list("starts_on", "ends_on")
    assert list(left) == [
        (date(2014, 1, 1), TODAY - DAY), (past.starts_on, past.ends_on), (TODAY - DAY, TODAY - DAY),
    ]  # fmt: skip
    assert not officer.is_active
    assert User.objects.get(pk=admin.pk).is_active and admin.staff_postings.get().ends_on is None
    with pytest.raises(Raced, match="déjà fermé"):
        staff.close(officer, by=admin, reason="a quitté le programme")


def test_a_closed_account_that_is_posted_opens_again_and_it_is_told(areas: Areas, admin: User, officer: User) -> None:
    staff.post(officer, role="auditor", area=areas.country, by=admin, reason="contrôle")
    staff.close(officer, by=admin, reason="départ en congé")
    staff.post(officer, role="auditor", area=areas.country, by=admin, reason="de retour")
    told = AuditEvent.objects.filter(verb="post").order_by("id").values_list("after", flat=True)
    assert [after.get("open") for after in told] == [None, True]
    closed = make_user("autre", "social_officer")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    staff.post(officer, role="monitoring_officer", area=areas.country, by=admin, reason="suivi")
    assert not User.objects.get(pk=closed.pk).is_active


@pytest.mark.parametrize("act", [staff.close, staff.end_all_sessions])
def test_sessions_are_ended_counted_and_told(admin: User, officer: User, act: object) -> None:
    UserSession.objects.create(user=officer, session_key="a" * 32, ip="127.0.0.1", user_agent="essai")
    assert act(officer, by=admin, reason="ordinateur perdu") == 1  # type: ignore[operator]
    told = AuditEvent.objects.get(reason="ordinateur perdu")
    assert (told.by, told.object_id, told.after) == (admin, str(officer.pk), {"sessions": 1})


@pytest.mark.parametrize("reason", ["", "abcd", " abcd   "])
def test_nothing_is_done_without_a_reason(areas: Areas, admin: User, officer: User, reason: str) -> None:
    said = {"by": admin, "reason": reason}
    acts = [
        lambda: staff.post(officer, role="auditor", area=areas.country, **said),
        lambda: staff.end_posting(officer.staff_postings.get(), last_day=TODAY, **said),
        lambda: staff.close(officer, **said),
        lambda: staff.end_all_sessions(officer, **said),
        lambda: staff.link(officer, provider="fournisseur", subject="s-1", email="", **said),
    ]
    for act in acts:
        with pytest.raises(Refused, match="demande un motif"):
            act()
    staff.require_reason("assez")


def test_all_that_is_done_needs_the_right_over_the_account(areas: Areas, officer: User) -> None:
    said = {"by": make_user("a-cote", "system_administrator", areas.communes[1]), "reason": "sans en avoir le droit"}
    acts = [
        lambda: staff.post(officer, role="auditor", area=areas.communes[1], **said),
        lambda: staff.end_posting(officer.staff_postings.get(), last_day=TODAY, **said),
        lambda: staff.close(officer, **said),
        lambda: staff.end_all_sessions(officer, **said),
        lambda: staff.link(officer, provider="fournisseur", subject="s-1", email="", **said),
    ]
    for act in acts:
        with pytest.raises(Refused, match="pas de ceux que vous administrez"):
            act()


# The provider of identities


def test_what_the_provider_says_takes_the_place_of_what_it_said(admin: User, officer: User) -> None:
    for subject, email in ((" s-1 ", " Agente@Example.ML "), ("s-2", "autre@example.ml"), ("s-2", "autre@example.ml")):
        staff.link(officer, provider="fournisseur", subject=subject, email=email, by=admin, reason="identité vérifiée")
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [(officer.pk, "fournisseur", "s-2")]
    (kept,) = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert kept == (officer.pk, "autre@example.ml", True, True)
    staff.link(officer, provider="fournisseur", subject="", email="", by=admin, reason="identité retirée")
    assert not SocialAccount.objects.exists() and not EmailAddress.objects.exists()
    told = AuditEvent.objects.filter(verb="link_provider").order_by("id")
    assert [event.after for event in told][-2:] == [
        {"subject": True, "email": True},
        {"subject": False, "email": False},
    ]


def test_linking_one_person_leaves_the_others_and_the_other_providers(areas: Areas, admin: User, officer: User) -> None:
    other = make_user("autre", "social_officer")
    staff.link(other, provider="fournisseur", subject="s-9", email="neuf@example.ml", by=admin, reason="identité")
    staff.link(officer, provider="ailleurs", subject="s-9", email="", by=admin, reason="identité")
    staff.link(officer, provider="fournisseur", subject="s-1", email="un@example.ml", by=admin, reason="identité")
    assert SocialAccount.objects.count() == 3 and EmailAddress.objects.count() == 2


# Leavers


def test_leavers_hold_nothing_today_and_nothing_to_come(areas: Areas, admin: User, officer: User) -> None:
    officer.staff_postings.update(ends_on=TODAY - DAY)
    UserSession.objects.create(user=officer, session_key="a" * 32, ip="127.0.0.1", user_agent="essai")
    assert list(staff.leavers()) == [officer]
    assert staff.close_leavers(by=admin) == ["agente"]
    told = AuditEvent.objects.get(verb="close_account")
    assert (told.by, told.object_id, told.after) == (admin, str(officer.pk), {"sessions": 1})
    assert staff.close_leavers(by=admin) == [] and not UserSession.objects.exists()

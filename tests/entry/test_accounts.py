"""Accounts by invitation: who may invite, the paper, the account it opens, postings, leavers."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography import invitations, jobs, staff
from jigi.geography.models import Invitation, StaffPosting
from tests.command.terminal import terminal
from tests.entry.doors import PASSWORD, make_account, sign_in
from tests.factories import Areas, ProvedClient, make_user

YESTERDAY = date.today() - timedelta(days=1)


@pytest.fixture
def admin(areas: Areas) -> User:
    return make_user("admin", "system_administrator")


@pytest.fixture
def pages(admin: User) -> Client:
    client = ProvedClient()
    client.force_login(admin)
    return client


def invited(admin: User, areas: Areas, **said: object) -> invitations.Invited:
    given = {"role": "social_officer", "area": areas.communes[0], "by": admin, **said}
    return invitations.invite("fanta", "Fanta Keïta", **given)


def posted(client: Client, page: str, address: str, **fields: str):
    """Post a form of a page: with its key, as a browser does."""
    key = client.get(page).content.decode().split('name="cle" value="')[1].split('"')[0]
    return client.post(address, {"cle": key, **fields}, headers={"referer": f"http://testserver{page}"})


def test_an_invitation_opens_one_account_once(admin: User, areas: Areas) -> None:
    made = invited(admin, areas, ends_on=date.today() + timedelta(days=30), email="Fanta@Example.ML")
    assert made.token not in str(list(Invitation.objects.values()))
    user = invitations.accept(made.token, PASSWORD)
    posting = user.staff_postings.get()
    assert (posting.role, posting.area, posting.ends_on) == (
        "social_officer", areas.communes[0], date.today() + timedelta(days=30),
    )  # fmt: skip
    with pytest.raises(Refused, match="plus valable"):
        invitations.accept(made.token, PASSWORD)
    assert [event.verb for event in AuditEvent.objects.filter(noun="invitation").order_by("id")] == ["invite", "accept"]


@pytest.mark.parametrize("password", ["court", "motdepasse1234", "fanta keïta 2026", "azertyuiop12"])
def test_a_password_easy_to_guess_opens_nothing(admin: User, areas: Areas, password: str) -> None:
    made = invited(admin, areas)
    with pytest.raises(ValidationError) as refusal:
        invitations.accept(made.token, password)
    assert re.search("trop court|se devine trop vite|presque votre nom", str(refusal.value))
    assert not User.objects.filter(username="fanta").exists() and invitations.find(made.token)


def test_an_invitation_that_is_out_of_date_cancelled_or_renewed_opens_nothing(admin: User, areas: Areas) -> None:
    made = invited(admin, areas)
    Invitation.objects.update(expires_at=timezone.now())
    assert invitations.find(made.token) is None
    again = invitations.resend(made.invitation, by=admin)
    assert invitations.find(made.token) is None and invitations.find(again.token) == made.invitation
    invitations.cancel(made.invitation, by=admin)
    assert invitations.find(again.token) is None
    with pytest.raises(Raced):
        invitations.resend(made.invitation, by=admin)


def test_one_invites_only_where_one_administers(admin: User, areas: Areas) -> None:
    local = make_user("local", "system_administrator", areas.communes[0])
    invited(local, areas)
    for said in ({"area": areas.communes[1]}, {"area": areas.cercle}):
        with pytest.raises(Refused, match="ne permet pas"):
            invitations.invite("moussa", "Moussa", role="auditor", by=local, **said)
    bound = make_user("lie", "system_administrator", programme="ESSAI")
    with pytest.raises(Refused, match="ne permet pas"):
        invitations.invite("moussa", "Moussa", role="auditor", area=areas.country, by=bound)
    invitations.invite("moussa", "Moussa", role="auditor", area=areas.country, programme="ESSAI", by=bound)
    with pytest.raises(Refused, match="ne permet pas"):
        invitations.invite("awa", "Awa", role="auditor", area=areas.country, by=make_user("tresor", "treasurer"))


def test_a_name_is_one_account(admin: User, areas: Areas) -> None:
    invited(admin, areas)
    with pytest.raises(Refused, match="attend déjà"):
        invited(admin, areas)
    with pytest.raises(Refused, match="déjà pris"):
        invitations.invite("Admin", "Autre", role="auditor", area=areas.country, by=admin)
    with pytest.raises(IntegrityError, match="invitation_open_once"), transaction.atomic():
        Invitation.objects.create(
            token_hash="x", username="fanta", full_name="F", role="auditor", area=areas.country, starts_on=YESTERDAY,
            invited_by=admin, expires_at=timezone.now(),
        )  # fmt: skip


def test_nobody_changes_their_own_account(admin: User, areas: Areas, pages: Client) -> None:
    mine = admin.staff_postings.get()
    acts = [
        lambda: staff.post(admin, role="treasurer", area=areas.country, by=admin, reason="pour moi"),
        lambda: staff.end_posting(mine, last_day=YESTERDAY, by=admin, reason="pour moi"),
        lambda: staff.close(admin, by=admin, reason="pour moi"),
        lambda: staff.link(admin, provider="fournisseur", subject="x", email="", by=admin, reason="pour moi"),
        lambda: invitations.renew(admin, by=admin, forget_second_factor=False, reason="pour moi"),
    ]
    for act in acts:
        with pytest.raises(Refused, match="son propre compte"):
            act()
    page = pages.get(f"/comptes/{admin.pk}/").content.decode()
    assert "C’est votre compte" in page and "Affecter à un rôle" not in page
    pages.post(f"/comptes/{admin.pk}/affecter/", {"cle": "3f2b8a10-0000-4000-8000-000000000000", "role": "treasurer",
               "area": "ML", "starts_on": "2026-01-01", "motif": "pour moi"})  # fmt: skip
    assert admin.staff_postings.count() == 1


def test_the_operator_s_role_is_given_to_nobody(admin: User, areas: Areas) -> None:
    with pytest.raises(Refused, match="n’est pas un rôle"):
        invited(admin, areas, role="operator")


def test_from_the_page_to_the_account(pages: Client, areas: Areas) -> None:
    page = "/comptes/invitations/nouvelle/"
    fields = {"username": "fanta", "full_name": "Fanta Keïta", "role": "treasurer", "area": "ML"}
    answer = posted(pages, page, page, **fields, starts_on=date.today().isoformat())
    paper = pages.get(answer.url).content.decode()
    link = re.search(r"http://testserver(/invitation/\?cle=[\w-]+)", paper)[1]
    assert "<svg" in paper and "second facteur" in paper
    assert "?cle=" not in pages.get(answer.url).content.decode()
    guest = Client()
    assert guest.get(link).url == "/invitation/"
    assert "Bienvenue, Fanta Keïta" in guest.get("/invitation/").content.decode()
    assert "pas les mêmes" in guest.post("/invitation/", {"password1": PASSWORD, "password2": "x"}).content.decode()
    assert guest.post("/invitation/", {"password1": PASSWORD, "password2": PASSWORD}).url == "/aujourdhui/"
    assert guest.get("/aujourdhui/").url == "/compte/second-facteur/"
    assert Client().get(link, follow=True).status_code == 404
    assert not AuditEvent.objects.filter(origin__contains=link.split("=")[1][:8]).exists()
    assert "Fanta Keïta" in pages.get("/comptes/?q=fanta").content.decode()


def test_only_administrators_open_the_pages(areas: Areas, admin: User) -> None:
    client = ProvedClient()
    client.force_login(make_user("tresor", "treasurer"))
    for page in ("/comptes/", "/comptes/invitations/", "/comptes/invitations/nouvelle/", f"/comptes/{admin.pk}/"):
        assert client.get(page).status_code == 403, page


def test_a_local_administrator_sees_the_accounts_of_the_place_only(areas: Areas, admin: User) -> None:
    make_user("ici", "social_officer", areas.communes[0])
    other = make_user("ailleurs", "social_officer", areas.communes[1])
    client = ProvedClient()
    client.force_login(make_user("local", "system_administrator", areas.communes[0]))
    page = client.get("/comptes/").content.decode()
    assert "ici" in page and "ailleurs" not in page
    assert client.get(f"/comptes/{other.pk}/").status_code == 404
    wide = make_user("large", "social_officer", areas.communes[0])
    StaffPosting.objects.create(user=wide, role="auditor", area=areas.country, starts_on=YESTERDAY)
    assert "sans pouvoir le changer" in client.get(f"/comptes/{wide.pk}/").content.decode()


def test_a_posting_is_given_and_ended_with_its_reason(pages: Client, areas: Areas) -> None:
    user = make_user("ici", "social_officer", areas.communes[0])
    page = f"/comptes/{user.pk}/"
    fields = {"role": "auditor", "area": areas.cercle.code, "starts_on": "2026-01-01", "motif": "remplacement"}
    assert posted(pages, f"{page}affecter/", f"{page}affecter/", **fields).url == page
    added = user.staff_postings.get(role="auditor")
    answer = posted(pages, page, f"{page}affectations/{added.pk}/finir/", jour=YESTERDAY.isoformat(), motif="retour")
    added.refresh_from_db()
    assert answer.url == page and added.ends_on == YESTERDAY
    assert [event.reason for event in AuditEvent.objects.filter(noun="user").order_by("id")] == [
        "remplacement",
        "retour",
    ]
    with pytest.raises(Refused, match="motif"):
        staff.close(user, by=User.objects.get(username="admin"), reason=" ")


def test_closing_ends_sessions_and_postings(pages: Client, areas: Areas) -> None:
    user = make_account("agent", "social_officer")
    Authenticator.objects.create(user=user, type="webauthn", data={})
    Authenticator.objects.all().filter(user=user).delete()
    theirs = Client()
    StaffPosting.objects.filter(user=user).update(role="inconnu")
    sign_in(theirs, "agent")
    assert theirs.get("/aujourdhui/").status_code == 200 and UserSession.objects.filter(user=user).count() == 1
    posted(pages, f"/comptes/{user.pk}/", f"/comptes/{user.pk}/fermer/", motif="a quitté le programme")
    assert theirs.get("/aujourdhui/").status_code == 302
    assert "incorrect" in sign_in(Client(), "agent")
    assert not staff.unended(user).exists() and not UserSession.objects.filter(user=user).exists()


def test_a_lost_telephone_and_password_are_replaced(pages: Client, areas: Areas) -> None:
    user = make_account("agent", "treasurer")
    Authenticator.objects.create(user=user, type="totp", data={})
    page = f"/comptes/{user.pk}/"
    answer = posted(pages, page, f"{page}lien/", motif="téléphone volé", oublier="oui")
    link = re.search(r"(/invitation/\?cle=[\w-]+)", pages.get(answer.url).content.decode())[1]
    assert not Authenticator.objects.filter(user=user).exists()
    guest, chosen = Client(), "pirogue bleue vers Djenné"
    guest.get(link)
    guest.post("/invitation/", {"password1": chosen, "password2": chosen})
    assert "incorrect" in sign_in(Client(), "agent")
    assert "pas encore de second facteur" in sign_in(Client(), "agent", chosen)


def test_leavers_are_closed_once(areas: Areas, admin: User, capsys: pytest.CaptureFixture[str]) -> None:
    gone, stays, soon = (make_user(name, "social_officer") for name in ("parti", "reste", "bientot"))
    StaffPosting.objects.filter(user=gone).update(ends_on=YESTERDAY)
    StaffPosting.objects.filter(user=stays).update(ends_on=date.today())
    StaffPosting.objects.filter(user=soon).update(starts_on=date.today() + timedelta(days=9))
    User.objects.create_user("machine", full_name="Service", is_service=True)
    jigi = terminal(capsys)
    assert jigi("users", "close-leavers", "--json").figures == {"closed": ["parti"]}
    assert jigi("users", "close-leavers", "--json").figures == {"closed": []}
    gone.refresh_from_db()
    assert not gone.is_active and AuditEvent.objects.get(verb="close_account").reason == "fin d’affectation"


def test_the_night_closes_leavers(areas: Areas) -> None:
    user = make_user("parti", "social_officer")
    StaffPosting.objects.update(ends_on=YESTERDAY)
    jobs.close_leavers(timestamp=0)
    user.refresh_from_db()
    assert not user.is_active
    assert jobs.app.periodic_registry.periodic_tasks[("jigi.geography.jobs.close_leavers", "")].cron == "15 2 * * *"


def test_a_posting_opens_a_closed_account_again(areas: Areas, admin: User) -> None:
    user = make_user("revenu", "social_officer")
    staff.close(user, by=admin, reason="départ en congé")
    staff.post(user, role="auditor", area=areas.country, by=admin, reason="de retour")
    user.refresh_from_db()
    assert user.is_active


def test_the_terminal_invites(areas: Areas, capsys: pytest.CaptureFixture[str]) -> None:
    from jigi.geography.installation import ADMINISTRATOR, ensure_account

    ensure_account(ADMINISTRATOR, "Comptes", "system_administrator", is_service=True)
    jigi = terminal(capsys)
    words = (
        "users",
        "invite",
        "awa",
        "--name",
        "Awa",
        "--role",
        "system_administrator",
        "--site",
        "https://jigi.example.ml/",
    )
    answer = jigi(*words, "--json")
    assert answer.figures["address"].startswith("https://jigi.example.ml/invitation/?cle=")
    assert invitations.find(answer.figures["address"].split("cle=")[1])
    assert "attend déjà" in jigi(*words).err


def test_own_sessions_are_listed_and_ended(areas: Areas) -> None:
    make_account()
    here, there = Client(HTTP_USER_AGENT="ici"), Client(HTTP_USER_AGENT="là-bas")
    sign_in(here)
    sign_in(there)
    page = here.get("/compte/sessions/").content.decode()
    assert "là-bas" in page and "celle-ci" in page
    other = UserSession.objects.get(user_agent="là-bas")
    here.post("/compte/sessions/", {"session": str(other.pk)})
    assert there.get("/aujourdhui/").status_code == 302 and here.get("/aujourdhui/").status_code == 200
    foreign = UserSession.objects.create(user=make_account("moussa"), ip="127.0.0.1", session_key="k", user_agent="")
    assert here.post("/compte/sessions/", {"session": str(foreign.pk)}).status_code == 404
    assert UserSession.objects.filter(pk=foreign.pk).exists()


def test_the_way_in_is_kept_in_cookies_that_scripts_do_not_read(areas: Areas, settings) -> None:
    make_account()
    client = Client()
    sign_in(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == ""

"""`jigi users …`: accounts and their postings."""

from __future__ import annotations

import argparse
import getpass
import os
from datetime import date
from functools import partial

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from jigi.command.verb import Figures, Verb, acting, nothing, say, wrong
from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.installation import ADMINISTRATOR, OPERATOR
from jigi.geography.invitations import invite
from jigi.geography.models import Area, StaffPosting
from jigi.geography.roles import roles
from jigi.geography.staff import close_leavers


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="IDENTIFIANT", help="identifiant")
    parser.add_argument("--name", required=True, help="nom et fonction, comme l’audit les montrera")
    parser.add_argument("--role", required=True, help=f"rôle : {', '.join(sorted(roles()))}")
    parser.add_argument("--area", default="ML", help="code du lieu (ML : le pays)")
    parser.add_argument("--programme", default="", help="code du programme (tous si absent)")
    parser.add_argument("--organisation", default="", help="code de l’agence, de l’opérateur ou du partenaire")
    parser.add_argument("--until", type=date.fromisoformat, help="dernier jour de l’affectation (AAAA-MM-JJ)")


def _invite_arguments(parser: argparse.ArgumentParser) -> None:
    _add_arguments(parser)
    parser.add_argument("--email", default="", help="adresse, pour se connecter par un fournisseur")
    parser.add_argument("--site", default="", metavar="ADRESSE", help="adresse du site, comme https://jigi.example.ml")
    acting(parser, default=ADMINISTRATOR)


def _invite(options: argparse.Namespace) -> Figures:
    made = invite(
        options.username, options.name, role=_role(options), area=_area(options), programme=options.programme,
        organisation=options.organisation, ends_on=options.until, email=options.email, by=find_user(options.by),
    )  # fmt: skip
    address = f"{options.site.rstrip('/')}/invitation/?cle={made.token}"
    say(
        f"{made.invitation} : remettez cette adresse, qui sert une fois jusqu’au {made.invitation.expires_at:%d/%m/%Y}."
    )
    say(address)
    return {"username": made.invitation.username, "address": address, "expires_at": made.invitation.expires_at}


def _close_leavers(options: argparse.Namespace) -> Figures:
    closed = close_leavers(by=User.objects.filter(username=options.by).first())
    for username in closed:
        say(f"{username} : compte fermé, sessions finies")
    say(f"{len(closed)} comptes fermés." if closed else "Aucun compte à fermer.")
    return {"closed": closed}


def _role(options: argparse.Namespace) -> str:
    if options.role not in roles():
        raise wrong(f"« {options.role} » n’est pas un rôle", f"Rôles : {', '.join(sorted(roles()))}.")
    return str(options.role)


def _area(options: argparse.Namespace) -> Area:
    area = Area.objects.filter(code=options.area).order_by("version_id").first()
    if area is None:
        raise wrong(f"« {options.area} » n’est pas un lieu du découpage", "Donnez un code comme ML0103.")
    return area


def _add(options: argparse.Namespace) -> Figures:
    _role(options)
    if User.objects.filter(username=options.username).exists():
        raise wrong(f"Le compte « {options.username} » existe déjà", "Choisissez un autre identifiant.")
    area = _area(options)
    password = os.environ.get("JIGI_PASSWORD") or getpass.getpass("Mot de passe : ")
    try:
        validate_password(password, User(username=options.username, full_name=options.name))
    except ValidationError as error:
        raise wrong("Ce mot de passe est trop faible", " ".join(error.messages)) from error
    with transaction.atomic():
        user = User.objects.create_user(options.username, password, full_name=options.name)
        posted = StaffPosting.objects.create(
            user=user, role=options.role, area=area, programme_code=options.programme,
            organisation=options.organisation, starts_on=date.today(), ends_on=options.until,
        )  # fmt: skip
        after = {
            "username": user.username,
            "role": posted.role,
            "area": area.code,
            "programme": posted.programme_code,
        }
        audit.record("open_account", "user", user.pk, by=find_user(ADMINISTRATOR), after=after)
    say(f"{user.username} : {roles()[options.role].title}, {area}")
    return after


def _list(options: argparse.Namespace) -> Figures:
    postings = StaffPosting.objects.select_related("user", "area").order_by("user__username", "role")
    rows = [
        {"username": p.user.username, "name": p.user.full_name, "role": p.role, "area": p.area.code,
         "programme": p.programme_code, "until": p.ends_on}
        for p in postings
    ]  # fmt: skip
    for row in rows:
        say(f"{row['username']:<16} {roles()[str(row['role'])].title:<28} {row['area']:<12} {row['programme']}")
    return {"postings": rows}


def find_user(username: str) -> User:
    """The account of that name. Raises JigiError when there is none."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        remedy = "Lancez d’abord jigi setup." if username in (OPERATOR, ADMINISTRATOR) else "Voyez jigi users list."
        raise wrong(f"Il n’y a pas de compte « {username} »", remedy)
    return user


VERBS = {
    "users add": Verb(_add_arguments, _add),
    "users invite": Verb(_invite_arguments, _invite),
    "users close-leavers": Verb(partial(acting, default=ADMINISTRATOR), _close_leavers),
    "users list": Verb(nothing, _list),
}

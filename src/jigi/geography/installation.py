"""What a new database holds before anything else: tables, keys, the gazetteer, the operator's account."""

from __future__ import annotations

from datetime import date

from jigi.foundation import fence, keyring, tables
from jigi.foundation.models import User
from jigi.geography.actions import install_gazetteer
from jigi.geography.models import Area, StaffPosting
from jigi.geography.roles import write_rights

OPERATOR = "exploitant"
ADMINISTRATOR = "comptes-serveur"
"""Two accounts of the command line: who loads and prepares is not who opens accounts, even there."""


def install() -> User:
    """Bring the database up to date and return the operator's account; running it again changes nothing."""
    tables.migrate()
    write_rights()
    fence.grant()
    keyring.prepare()
    install_gazetteer(by=None)
    ensure_account(ADMINISTRATOR, "Comptes, par la ligne de commande", "system_administrator", is_service=True)
    return ensure_account(OPERATOR, "Exploitant du serveur", "operator", is_service=True)


def ensure_account(
    username: str, full_name: str, role: str, *, area_code: str = "ML", programme: str = "", organisation: str = "",
    password: str | None = None, **marks: bool,
) -> User:  # fmt: skip
    """The account of that name with that posting, made when there is none."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password, full_name=full_name, **marks)
    area = Area.objects.get(code=area_code, version__code="COD2019")
    StaffPosting.objects.get_or_create(
        user=user,
        role=role,
        area=area,
        programme_code=programme,
        organisation=organisation,
        defaults={"starts_on": date(2014, 1, 1)},
    )
    return user

"""Configuring the exchange with an agency: its reviewed file is loaded whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import pyrage
from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.toml_table import read_text
from jigi.geography.access import require
from jigi.payments.adapters import signatures
from jigi.payments.adapters.channel_file import Account, Channel, read_channel
from jigi.payments.adapters.files_seal import KIND
from jigi.payments.models import AgencyChannel, PayingAccount
from jigi.programmes.models import Agency, Agreement

RIGHT = "agencies.configure"
NOUN = "agency_channel"


@transaction.atomic
def configure(agency: Agency, path: Path, *, by: User, password: str = "") -> AgencyChannel:
    """Load the reviewed file of an agency's exchange, in the place of the one before; its keys are kept.

    Keys that the file needs and that are not there yet are drawn; a `password` of workbooks goes to the vault.
    Raises InputError at the first mistake of the file, Refused when the person may not.
    """
    require(by, RIGHT)
    text = read_text(path)
    read = read_channel(text, path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    said = {
        "kind": read.kind, "said": text, "file_name": path.name[-200:], "file_hash": digest, "made_by": by,
        "made_at": timezone.now(),
    }  # fmt: skip
    before = AgencyChannel.objects.filter(agency=agency).values("kind", "file_name", "file_hash").first()
    channel, _ = AgencyChannel.objects.update_or_create(agency=agency, defaults=said)
    _set_accounts(channel, read, path)
    _set_secrets(channel, read, password)
    after = {"agency": agency.code, "kind": read.kind, "file": path.name, "sha256": digest}
    audit.record("configure", NOUN, channel.pk, by=by, before=before or {}, after=after)
    return channel


def _set_secrets(channel: AgencyChannel, read: Channel, password: str) -> None:
    """Draw what is missing: the identity that opens returns, the seed that signs orders."""
    seal = read.files.seal if read.files else None
    if seal and seal.returns_sealed and not channel.identity_public:
        identity = pyrage.x25519.Identity.generate()
        channel.identity_sealed = vault().seal(KIND, str(identity))
        channel.identity_public = str(identity.to_public())
    if seal and seal.sign and not channel.signing_public:
        seed = secrets.token_bytes(32)
        channel.signing_sealed, channel.signing_public = vault().seal(KIND, seed.hex()), signatures.public_of(seed)
    if password:
        channel.password_sealed = vault().seal(KIND, password)
    channel.save()


def _set_accounts(channel: AgencyChannel, read: Channel, path: Path) -> None:
    wanted = read.bank.accounts if read.bank else ()
    agreements = {one.code: one for one in Agreement.objects.filter(code__in=[one.agreement for one in wanted])}
    channel.accounts.all().delete()
    for one in wanted:
        if one.agreement not in agreements:
            raise _unknown(one, path)
    PayingAccount.objects.bulk_create(
        PayingAccount(
            channel=channel, agreement=agreements[one.agreement], holder=one.holder, number=one.number, bic=one.bic
        )
        for one in wanted
    )


def _unknown(account: Account, path: Path) -> InputError:
    known = ", ".join(Agreement.objects.order_by("code").values_list("code", flat=True)[:20])
    return InputError(
        f"« {account.agreement} » n’est pas une convention", file=path, line=account.line, column="agreement",
        remedy=f"Conventions connues : {known or 'aucune'}.",
    )  # fmt: skip

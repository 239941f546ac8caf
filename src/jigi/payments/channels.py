"""The channel of an agency that is spoken to by machine: set from a reviewed file, opened for a conversation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.foundation.wire import HttpWire
from jigi.geography.access import require
from jigi.payments.adapters.conversation import Conversation
from jigi.payments.adapters.pispi import PATHS, Access, PiSpi
from jigi.payments.dispatch_models import Channel
from jigi.programmes.models import Agency

SECRETS = ("client_secret", "api_key", "webhook_secret")
LIMITS = ("group_size", "width", "page_size", "timeout_s")
FILES = ("certificate", "certificate_key", "authority")
TOLD = ("base_url", "token_url", "client_id", "payer_alias", "paths", *LIMITS, *FILES)


def load_channel(path: Path, agency: Agency, *, by: User) -> Channel:
    """Set the channel of an agency from a TOML file; its secrets are sealed, and the file may then be destroyed.

    The file is the whole of it: what it leaves out is as for a first one. Certificates are named by their path on the
    server. Raises InputError with the line of what is missing or unknown.
    """
    require(by, "agencies.configure")
    said = parse(read_text(path), path)
    fields: dict[str, Any] = {name: said.text(name) for name in ("base_url", "token_url", "client_id", "payer_alias")}
    secrets = {name: said.text(name) for name in SECRETS}
    fields |= {name: said.integer(name) if name in said.data else _unsaid(name) for name in LIMITS}
    fields |= {name: said.text(name) if name in said.data else _unsaid(name) for name in FILES}
    fields["paths"] = _paths(said.table("paths")) if "paths" in said.data else {}
    said.refuse_others()
    for name in ("base_url", "token_url"):
        if not fields[name].startswith(("https://", "http://127.0.0.1:")):
            raise said.error(name, "L’adresse n’est pas chiffrée", remedy="Donnez une adresse en https://")
    fields["secrets_sealed"] = vault().seal("agency", json.dumps(secrets))
    with transaction.atomic():
        before = Channel.objects.filter(agency=agency).values(*TOLD).first()
        channel, _ = Channel.objects.update_or_create(agency=agency, defaults=fields | {"made_by": by})
        told = {name: fields[name] for name in TOLD}
        audit.record("set_channel", "agency", agency.pk, by=by, before=before, after=told)
    return channel


def _unsaid(name: str) -> Any:
    return getattr(Channel(), name)


def channel_of(agency: Agency) -> Channel:
    """The channel of an agency. Raises Refused when it has none."""
    found = Channel.objects.filter(agency=agency).first()
    if found is None:
        raise Refused(
            f"{agency} n’a pas de canal : ses ordres partent par fichier",
            remedy="L’exploitant le règle avec jigi payments channel.",
        )
    return found


def conversation(channel: Channel) -> Conversation:
    """Open the conversation of a channel. Raises JigiError when its certificate can't be read."""
    try:
        wire = HttpWire(
            timeout_s=channel.timeout_s, certificate=_file(channel.certificate), key=_file(channel.certificate_key),
            authority=_file(channel.authority),
        )  # fmt: skip
    except OSError as error:  # ssl.SSLError is one
        raise JigiError(
            f"Le certificat du canal de {channel.agency} ne s’ouvre pas",
            why=str(error.strerror or type(error).__name__),
            remedy="Vérifiez les chemins « certificate » et « certificate_key » sur ce serveur.",
        ) from error  # fmt: skip
    return PiSpi(access_of(channel), wire)


def access_of(channel: Channel) -> Access:
    secrets = json.loads(vault().unseal("agency", bytes(channel.secrets_sealed)))
    return Access(
        base_url=channel.base_url, token_url=channel.token_url, client_id=channel.client_id,
        payer_alias=channel.payer_alias, page_size=channel.page_size, paths=channel.paths, **secrets,
    )  # fmt: skip


def _paths(said: Table) -> dict[str, str]:
    """The paths of another version, each with the places that ours has."""
    found = {}
    for name, ours in PATHS.items():
        if name in said.data:
            path = said.text(name)
            if path.count("{") != ours.count("{") or any(part not in path for part in _places(ours)):
                raise said.error(name, f"Le chemin doit porter {', '.join(_places(ours)) or 'aucune accolade'}")
            found[name] = path
    said.refuse_others()
    return found


def _places(path: str) -> list[str]:
    return [part for part in path.split("/") if part.startswith("{")]


def _file(path: str) -> Path | None:
    return Path(path) if path else None

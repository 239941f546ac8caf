"""A round given to an agency by machine, and the turns of the worker that talks to the twin."""

from __future__ import annotations

import json
from typing import Any

from django.db.models.functions import Now

from jigi.foundation.keyring import vault
from jigi.payments import dispatch
from jigi.payments.adapters.pispi import PiSpi
from jigi.payments.adapters.pispi_twin import Platform
from jigi.payments.dispatch_models import Channel, Dispatch, Group
from tests.payments.pispi_scene import ALIAS, TwinWire, access
from tests.payments.scene import Scene, peopled


def open_channel(scene: Scene, base: str = "http://127.0.0.1:1", **limits: int) -> Channel:
    secrets = json.dumps({"client_secret": "s", "api_key": "k", "webhook_secret": "w"})
    said = access(base)
    return Channel.objects.create(
        agency=scene.agency, base_url=said.base_url, token_url=said.token_url, client_id="jigi",
        payer_alias=ALIAS.format(0), secrets_sealed=vault().seal("agency", secrets), made_by=scene.officer,
        **{"group_size": 2, "width": 2} | limits,
    )  # fmt: skip


def begun(households: int, **limits: int) -> tuple[Scene, Dispatch]:
    """A released round whose orders are stored for an agency with a channel."""
    scene = peopled(households)
    open_channel(scene, **limits)
    shown = scene.released()
    return scene, dispatch.start(shown, scene.agency, by=scene.officer)


def turned(one: Dispatch, platform: Platform, turns: int = 6, line: Any = lambda _: None) -> None:
    """So many turns of the worker, whatever the hour."""
    for _ in range(turns):
        talk = PiSpi(access(page_size=2), TwinWire(platform))
        Group.objects.update(next_at=Now())
        dispatch.run(one, talk=talk, grace_s=0, seconds=2, line=line)


def states(one: Dispatch) -> dict[str, int]:
    return {state: found["orders"] for state, found in dispatch.figures(one)["states"].items() if found["orders"]}

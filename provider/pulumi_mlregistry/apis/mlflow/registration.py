"""Waiting for a version to be READY."""

from __future__ import annotations

import time
from collections.abc import Callable

from pulumi_mlregistry import patience
from pulumi_mlregistry.apis.caller import Log
from pulumi_mlregistry.reconcile.errors import Failed, Gone
from pulumi_mlregistry.reconcile.protocol import Live

_WAIT = 300.0
"""Seconds to wait, where the program gives no time."""
_TELL_EVERY = 5.0
"""Seconds between two lines about it."""


def until_ready(live: Live, read: Callable[[str], Live | None], log: Log) -> Live:
    """The version once it is READY; `Failed` with the registry's words where it never will be."""
    allowed = patience.seconds(_WAIT)
    deadline, pause, told = time.monotonic() + allowed, 0.25, time.monotonic()
    while live.server.get("status") != "READY":
        said = live.server.get("statusMessage") or "no message"
        if live.server.get("status") == "FAILED_REGISTRATION":
            raise Failed(
                f"version {live.id} failed to register: {said}",
                remedy="Correct the source, or delete that version to try the same one again",
            )
        if time.monotonic() > deadline:
            raise Failed(
                f"version {live.id} is still {live.server.get('status')} after {allowed:.0f} s: "
                f"{said}",
                remedy="Run up again: it goes on with this version",
            )
        if time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            log(f"waiting for {live.id} to be READY: {live.server.get('status')}")
        patience.sleep(pause)
        pause = min(2.0, pause * 1.5)
        now = read(live.id)
        if now is None:
            raise Gone(f"version {live.id} was deleted while it was registered")
        live = now
    return live

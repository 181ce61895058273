"""How the SDK waits at a program's end, and what keeps that linear in its resources."""

from __future__ import annotations

import asyncio

from pulumi.runtime import settings


def registrations_first() -> None:
    """Make the SDK wait for all registrations before it looks at outputs.

    It means to do so, but a registration is known to it only once the event loop has turned, which
    it first does while waiting. A program that has called nothing therefore has it look through
    all outputs again after each registration, in time that grows with the square of their number.
    Something known to be under way from the start, be it done, makes the loop turn before that, as
    the call of a function does. Without the SDK's own list, which is no public name of it, nothing
    happens but that the wait is longer.
    """
    manager = getattr(settings, "_get_rpc_manager", lambda: None)()
    under_way = getattr(manager, "rpcs", None)
    if isinstance(under_way, list) and not under_way:
        done: asyncio.Future[None] = asyncio.Future()
        done.set_result(None)
        under_way.append(done)

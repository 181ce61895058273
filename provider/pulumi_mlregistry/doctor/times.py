"""What is told of times: when a token ends, and how far two clocks are apart."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pulumi_mlregistry.apis.diagnosis import Finding
from pulumi_mlregistry.apis.tokens import Token

_SKEW = 60.0
_WEEK = 7 * 24 * 3600.0


def end(token: Token | None) -> Iterator[Finding]:
    """When the token ends; a warning in the last tenth of its life, at most a week."""
    if token is None or token.ends is None:
        return
    left = token.ends - time.time()
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(token.ends))
    if left <= 0:
        yield Finding("token", f"it ended on {when}", "fail", "Make a new one")
        return
    life = token.ends - token.issued if token.issued is not None else 10 * _WEEK
    soon = left < min(_WEEK, life / 10)
    text = f"it ends on {when}, in {_span(left)}"
    yield (
        Finding("token", text, "warn", "Make a new one in time") if soon else Finding("token", text)
    )


def clock(skew: float | None) -> Iterator[Finding]:
    """A warning where the server's clock is more than a minute from ours; seconds ahead."""
    if skew is not None and abs(skew) > _SKEW:
        side = "ahead of" if skew > 0 else "behind"
        text = f"the server's clock is {_span(abs(skew))} {side} this machine's"
        yield Finding("clock", text, "warn", "Set the clocks: signatures and tokens depend on them")


def _span(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"

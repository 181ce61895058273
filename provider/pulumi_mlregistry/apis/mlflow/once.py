"""Create once at Oracle, which remembers a retry token and its outcome for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.reconcile.errors import Gone, Lost, Unreachable
from pulumi_mlregistry.reconcile.protocol import Live

_GENERATIONS: Final = 50
"""How many deleted versions of one content Oracle may remember before a create gives up."""


def create(
    client: MlflowClient,
    body: Mapping[str, Any],
    seed: str,
    post: Callable[[Mapping[str, Any], str], Live],
    read: Callable[[str], Live | None],
) -> Live:
    """Create with a token that every retry repeats, in a later run as well.

    For 24 hours Oracle answers a token with its first outcome, whatever happened since: a
    version that was deleted by now, a refusal for want of a parent that is there by now. The
    next token is then made of what was found, so that it too is the same for every retry.
    """
    for _ in range(_GENERATIONS):
        token = hashlib.sha256(seed.encode()).hexdigest()[:60]
        try:
            live = post(body, token)
        except Gone:
            parent = client.get("registered-models/get", name=str(body["name"]))
            found = parent.object.get("registered_model", {}) if parent else {}
            since = f" parent {found.get('creation_timestamp')}"
            if not found or seed.endswith(since):
                raise
        else:
            try:
                now = read(live.id)
            except Unreachable as error:
                raise Lost(f"it cannot be read after its create: {error.why}") from error
            since = f" after {live.server.get('creationTimestamp')}"
            if now is not None and f" after {now.server.get('creationTimestamp')}" == since:
                return now
        seed += since
    raise Lost(
        f"Oracle still remembers {_GENERATIONS} versions of this content, deleted by now",
        remedy="Change a tag, or try again after 24 hours",
    )

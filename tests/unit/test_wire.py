"""Values between the engine's protocol buffers and the core."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.apis.openmetadata.ml_model_service import MlModelService
from pulumi_mlregistry.plugin import wire
from pulumi_mlregistry.reconcile.errors import Rejected
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

ASSET = {wire.SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "t"}


def secret(**value: Any) -> dict[str, Any]:
    return {wire.SIGNATURE: wire.SECRET, **value}


def output(**parts: Any) -> dict[str, Any]:
    return {wire.SIGNATURE: wire.OUTPUT, **parts}


@pytest.mark.parametrize(
    ("sent", "meant", "places"),
    [
        (secret(value="s"), "s", [("a",)]),
        (secret(), None, [("a",)]),
        (secret(value={"b": [secret(value="s")]}), {"b": ["s"]}, [("a",), ("a", "b", "0")]),
        (["x", secret(value=1)], ["x", 1], [("a", "1")]),
        (output(secret=True, value="s"), "s", [("a",)]),
        (output(secret=True), UNKNOWN, [("a",)]),
        (output(value={"b": "x"}), {"b": "x"}, []),
        (output(), UNKNOWN, []),
    ],
)
def test_a_secret_is_told_by_its_place_and_read_like_any_value(
    sent: Any, meant: Any, places: list[wire.Place]
) -> None:
    values, found = wire.received(wire.plain({"a": sent, "z": "plain"}))
    assert values == {"z": "plain"} | ({} if meant is None else {"a": meant})
    assert found == places


@pytest.mark.parametrize("around", [lambda v: v, lambda v: [v], lambda v: secret(value=v)])
def test_an_asset_is_refused_at_its_place(around: Any) -> None:
    with pytest.raises(Rejected, match=r"^a[.\d]* is an asset or archive"):
        wire.received(wire.plain({"a": around(ASSET)}))


def test_what_is_sent_is_read_as_it_was_and_its_secrets_never_print() -> None:
    values = {
        "name": "s",
        "connection": {"config": {"trackingUri": "http://u:pass@h", "type": UNKNOWN}},
        "tags": ["a", None, True, 1.5],
    }
    sent = wire.sent(MlModelService, values)
    read, places = wire.received(sent)
    assert read == values
    assert places[0][0] == "connection"
    assert "pass" not in repr(wire.shown(MlModelService, values))

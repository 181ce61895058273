"""What the dynamic host is given: nothing secret in the clear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pulumi
import pytest
from pulumi.runtime.rpc import is_rpc_secret

from pulumi_mlregistry.apis.mlflow.model_version import ModelVersion
from pulumi_mlregistry.apis.nemo.model_entity import ModelEntity
from pulumi_mlregistry.dynamic.values import from_core, is_plain


def test_an_output_that_repeats_a_secret_argument_is_secret_too() -> None:
    source = "https://store.example.com/m?sig=canary"
    outputs = {"source": source, "resolvedSource": source, "version": "1", "__secrets": ["source"]}
    given = from_core(ModelVersion, outputs)
    assert is_rpc_secret(given["source"])
    assert is_rpc_secret(given["resolvedSource"])
    assert given["version"] == "1"


def test_a_stage_made_secret_is_secret_in_the_registrys_spelling() -> None:
    outputs = {"stage": "canary", "currentStage": "Canary", "__secrets": ["stage"]}
    assert is_rpc_secret(from_core(ModelVersion, outputs)["currentStage"])


def test_an_api_key_is_marked_where_it_stands() -> None:
    outputs = {"apiEndpoint": {"url": "https://e/", "apiKey": "canary"}}
    endpoint = from_core(ModelEntity, outputs)["apiEndpoint"]
    assert is_rpc_secret(endpoint["apiKey"])
    assert endpoint["url"] == "https://e/"


def test_only_what_becomes_known_later_is_waited_for() -> None:
    assert is_plain({"a": [1, 2.5, None, {"b": "c", "d": (True,)}]})


@pytest.mark.parametrize("wrap", [pulumi.Output.from_input, pulumi.Output.secret])
def test_an_output_in_any_depth_is_seen(wrap: Callable[[str], object]) -> None:
    async def seen() -> list[bool]:  # outputs belong to a loop
        return [is_plain(v) for v in (wrap("x"), [wrap("x")], {"a": [{"b": wrap("x")}]})]

    assert asyncio.run(seen()) == [False] * 3

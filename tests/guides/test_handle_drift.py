"""Drift: seen by a refresh, taken back, accepted or given up; a blind update stops."""

from __future__ import annotations

import httpx
import pytest

from .conftest import blocks, write, writes

_DECLARED, _RELEASED = blocks("handle-drift", "python")


@pytest.fixture
def bob(registries):
    """Writes a description of the model as another user."""
    server = registries.servers["openmetadata"]
    client = httpx.Client(base_url=f"{server.url}/api/v1/mlmodels")
    client.headers["authorization"] = f"Bearer {server.tokens['bob']}"

    def describe(text: str | None = None) -> str:
        model = client.get("/name/risk.fraud").json()
        if text is not None:
            patch = [{"op": "add", "path": "/description", "value": text}]
            kind = {"content-type": "application/json-patch+json"}
            client.patch(f"/{model['id']}", json=patch, headers=kind).raise_for_status()
        return str(model.get("description"))

    return describe


def test_drift_is_unseen_without_a_refresh_named_by_it_and_taken_back(new_stack, registries, bob):
    stack = write(new_stack(), _DECLARED)
    stack.up()
    bob("bobs")
    writes(registries)
    assert stack.plans_nothing()
    stack.up()
    assert writes(registries) == []  # nothing is sent: the edit stays

    write(stack, _DECLARED.replace('"ours"', '"ours, second"'))
    refused = stack.up(check=False)
    told = "description was 'ours' when last read, is now 'bobs', and the program declares"
    assert refused.code == 1
    assert told in refused.text
    assert "by bob). Run pulumi refresh to accept what is there" in refused.text
    assert bob() == "bobs"

    write(stack, _DECLARED)
    both = stack.run("preview", "--refresh", "--expect-no-changes")
    assert both.code == 1
    assert '"ours" => "bobs"' in both.text
    shown = stack.refresh().text
    assert "ML model risk.fraud was changed outside: description (last changed" in shown
    assert '"bobs" => "ours"' in stack.preview().text
    stack.up()
    assert bob() == "ours"


def test_drift_is_accepted_by_declaring_it_and_given_up_by_release(new_stack, registries, bob):
    stack = write(new_stack(), _DECLARED)
    stack.up()
    bob("bobs")
    writes(registries)
    write(stack, _DECLARED.replace('"ours"', '"bobs"')).up()
    assert writes(registries) == []
    assert stack.plans_nothing()

    write(stack, _RELEASED).up()
    assert bob("theirs by now") == "bobs"  # released, and not cleared
    assert "changed outside" not in stack.refresh().text
    assert stack.plans_nothing()
    assert bob() == "theirs by now"

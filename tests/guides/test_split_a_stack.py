"""Splitting a stack: by a moved state, and by adopting what the old one retains."""

from __future__ import annotations

import httpx

from .conftest import blocks, moved, write, writes

_VERSION = """
from pulumi_mlregistry import mlflow

model = mlflow.RegisteredModel("fraud")
mlflow.ModelVersion("fraud-v", name=model.name, source="oci://b@n/{number}")
"""


def test_adopt_and_retain_as_the_guide_says_it_writes_nothing(new_stack, registries):
    leaving, taking = blocks("split-a-stack", "python")
    old, new = new_stack("everything"), new_stack("serving")
    write(old, leaving.replace(', delete_policy="retain"', "")).up()
    writes(registries)

    outcome = write(old, leaving).up()
    assert '+ deletePolicy: "retain"' in outcome.text
    assert writes(registries) == []
    shown = write(new, taking).preview().text
    assert "is taken over by the next up (changes: nothing)" in shown
    new.up()
    assert writes(registries) == [("POST", 400)]
    gone = "\n".join(line for line in leaving.splitlines() if "RegisteredModel" not in line)
    assert write(old, gone).preview().counts["deleted"] == 1
    said = old.up().text
    assert "registered model fraud stays in the registry: its delete policy is retain" in said
    write(new, taking.replace(', on_conflict="adopt_if_equal"', "")).up()
    assert writes(registries) == []
    assert old.plans_nothing()
    assert new.plans_nothing()
    new.destroy()
    assert writes(registries) == []  # it is an adopted one


def test_a_moved_state_plans_nothing_and_sends_nothing(new_stack, registries):
    old, new = new_stack("everything"), new_stack("serving")
    write(old, _VERSION.format(number=1)).up()
    writes(registries)
    new.take_over(moved(old.document(), "everything", "serving"))
    assert write(new, _VERSION.format(number=1)).plans_nothing()
    new.up()
    assert writes(registries) == []


def test_a_version_that_was_moved_and_is_replaced_then_stays_in_the_registry(new_stack, registries):
    old, new = new_stack("everything"), new_stack("serving")
    write(old, _VERSION.format(number=1)).up()
    new.take_over(moved(old.document(), "everything", "serving"))
    write(new, _VERSION.format(number=2)).up()
    url = f"{registries.servers['mlflow'].url}/api/2.0/mlflow/model-versions/search"
    sources = [v["source"] for v in httpx.get(url).json()["model_versions"]]
    assert sorted(sources) == ["oci://b@n/1", "oci://b@n/2"]
    assert new.resources()["fraud-v"]["version"] == "2"

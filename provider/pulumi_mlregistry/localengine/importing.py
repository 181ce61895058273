"""Import files: resources that are there already, with the state to record for them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.project import provider_inputs
from pulumi_mlregistry.localengine.stack import Stack
from pulumi_mlregistry.localengine.state import State, load_properties, now
from pulumi_mlregistry.localengine.urns import (
    DYNAMIC_PREFIX,
    PROVIDER_TYPE,
    STACK_TYPE,
    make_urn,
)

_TAKEN = {"type", "name", "id", "inputs", "outputs"}


def imported(file: Path, stack: Stack, name: str) -> list[State]:
    """The states to add to a stack's own: the stack and the default provider where they lack.

    Raises `EngineError` where a resource is recorded already or the file is none, and `Refused`
    for a resource without its state, which only Pulumi can read.
    """
    project = stack.project.name
    known = {state.urn: state for state in stack.deployment().resources if not state.delete}
    found = list(_resources(file))
    root = _root(project, name)
    provider = known.get(_provider(stack, name).urn) or _provider(stack, name)
    added = [state for state in (root, provider) if state.urn not in known]
    taken = set(known)
    for item in found:
        state = _state(item, stack, project, name, root.urn, f"{provider.urn}::{provider.id}")
        if state.urn in taken:
            raise EngineError(
                f"{state.urn} is in the stack already: take it out of {file}, or use another stack"
            )
        taken.add(state.urn)
        added.append(state)
    return added


def _resources(file: Path) -> Iterator[dict[str, object]]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        listed = document["resources"]
    except OSError as error:
        raise EngineError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise EngineError(f"{file} is no import file: make one with `mlregistry import`") from None
    for item in listed:
        if unsupported := sorted(set(item) - _TAKEN):
            raise Refused(
                f"{unsupported[0]} of {item.get('name')} in {file} is not supported: use pulumi"
            )
        if not {"inputs", "outputs"} <= set(item) or not item["type"].startswith(DYNAMIC_PREFIX):
            raise Refused(
                f"{item.get('name')} in {file} has no state to record: only dynamic resources "
                "with their inputs and outputs are taken over"
            )
        yield item


def _root(project: str, stack: str) -> State:
    urn = make_urn(stack, project, "", STACK_TYPE, f"{project}-{stack}")
    return State(urn=urn, type=STACK_TYPE, custom=False, created=now(), modified=now())


def _provider(stack: Stack, name: str) -> State:
    """The default provider, as the first `up` would record it."""
    inputs = provider_inputs(stack.config)
    return State(
        urn=make_urn(name, stack.project.name, "", PROVIDER_TYPE, "default"),
        type=PROVIDER_TYPE,
        custom=True,
        id=str(uuid.uuid4()),
        inputs=inputs,
        outputs=dict(inputs),
        created=now(),
        modified=now(),
    )


def _state(
    item: dict[str, object], stack: Stack, project: str, name: str, parent: str, provider: str
) -> State:
    kind = str(item["type"])
    return State(
        urn=make_urn(name, project, parent, kind, str(item["name"])),
        type=kind,
        custom=True,
        id=str(item["id"]),
        inputs=load_properties(item["inputs"], stack.decrypt),
        outputs=load_properties(item["outputs"], stack.decrypt),
        parent=parent,
        provider=provider,
        created=now(),
        modified=now(),
    )

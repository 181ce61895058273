"""Other stacks of the same program, for a StackReference: their recorded outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.project import load_project
from pulumi_mlregistry.localengine.stack import Stack
from pulumi_mlregistry.localengine.state import State
from pulumi_mlregistry.localengine.store import StackStore
from pulumi_mlregistry.localengine.urns import STACK_TYPE
from pulumi_mlregistry.localengine.values import Properties


def stack_outputs(resources: list[State]) -> Properties:
    """What the program exported in the last `up`."""
    found = next((s for s in resources if s.type == STACK_TYPE and not s.delete), None)
    return found.outputs if found is not None else {}


def outputs_of(name: str, root: Path, home: Path, env: Mapping[str, str]) -> Properties | None:
    """The outputs of ``stack``, ``project/stack`` or ``organization/project/stack``.

    None for another project, whose folder this engine does not know. Raises `EngineError` where
    the stack was never up, or its secrets cannot be read.
    """
    *_, project, stack = ("", *name.split("/"))
    own = load_project(root).name
    if project not in ("", own):
        return None
    if StackStore(home, stack).read() is None:
        raise EngineError(
            f"StackReference {name}: stack {stack} of {own} has no state here; run "
            f"`mlregistry up -s {stack}` first"
        )
    return stack_outputs(Stack.open(root, stack, env, home).deployment().resources)

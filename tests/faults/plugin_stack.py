"""A stack behind the plugin: what is made and not completed stays in the state, as engines do."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from laws.doors import PLUGIN
from laws.stacks import Resource, Stack, as_carried
from laws.worlds import Run, World
from pulumi_mlregistry.reconcile.errors import RegistryError


class PluginStack(Stack):
    """The plugin's servicer in this process, called as an engine calls it."""

    def __init__(self, world: World, keys: Mapping[str, str]) -> None:
        through = copy.copy(world)
        through.door = PLUGIN
        super().__init__(through, dict(keys))
        self.broken: set[str] = set()

    def _step(self, run: Run, logical: str, declared: Mapping[str, Any]) -> str:
        if logical in self.broken:
            return self._complete(run, logical, declared)
        known = self.resources.get(logical)
        try:
            return super()._step(run, logical, declared)
        except RegistryError as error:
            if error.left is not None:
                outputs = as_carried(error.left.outputs)
                inputs = self._check(run, logical, declared, {})
                if known is not None and self.resources.get(logical) is known:
                    self.pending.append(known)  # replaced all the same
                self.resources[logical] = Resource(error.left.id, inputs, outputs)
                self.broken.add(logical)
            raise

    def _complete(self, run: Run, logical: str, declared: Mapping[str, Any]) -> str:
        """An update whatever the plan says."""
        known = self[logical]
        inputs = self._check(run, logical, declared, known.inputs)
        assert not run.core.diff(known.id, known.outputs, inputs).replaces
        outputs = run.core.update(known.id, known.outputs, inputs).outputs
        self.resources[logical] = Resource(known.id, inputs, as_carried(outputs))
        self.broken.discard(logical)
        return "update"

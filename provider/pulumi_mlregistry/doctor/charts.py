"""Where the doctor has its settings from: a stack's configuration before the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi_mlregistry.doctor.examining import Chart
from pulumi_mlregistry.localengine.configuration import read_namespace
from pulumi_mlregistry.settings.keys import NAMESPACE
from pulumi_mlregistry.settings.settings import Settings


def from_environment(environment: Mapping[str, str]) -> Chart:
    """The environment's variables alone."""
    return Chart(Settings({}, environment))


def from_stack(folder: Path, stack: str, environment: Mapping[str, str]) -> tuple[Chart, list[str]]:
    """A stack's ``mlregistry:*`` keys before the variables, and notes; raises `EngineError`."""
    found = read_namespace(folder, stack, environment, NAMESPACE)
    return Chart(Settings(found.values, environment), found.sealed), found.notes

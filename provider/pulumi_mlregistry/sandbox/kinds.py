"""How each registry of a sandbox is made; the registries themselves are imported when used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_mlregistry.sandbox.controls import Controlled, Controls
from pulumi_mlregistry.sandbox.database import Database


def _nothing_to_plant(kind: str, name: str, parent: str | None) -> str:
    raise ValueError(f"no {kind} {name} can be added here: declare it, or call the registry's API")


@dataclass(frozen=True)
class Made:
    """A registry that is not served yet; ``exports`` are its variables at a base URL."""

    application: Controlled
    exports: Callable[[str], dict[str, str]]
    tokens: dict[str, str] = field(default_factory=dict)
    plant: Callable[[str, str, str | None], str] = _nothing_to_plant


@dataclass(frozen=True)
class Plan:
    """What a registry is made from; ``folder`` is for the files that it hands to its users."""

    database: Database
    controls: Controls
    folder: Path
    openmetadata: str


def make(kind: str, plan: Plan) -> Made:
    """The registry of this kind."""
    return _MAKERS[kind](plan)


def _openmetadata(plan: Plan) -> Made:
    from pulumi_mlregistry.sandbox import openmetadata

    tokens = openmetadata.tokens()
    application: Any = openmetadata.application(plan.database, version=plan.openmetadata)
    return Made(
        Controlled(application, plan.controls),
        lambda url: {"OPENMETADATA_URL": url, "OPENMETADATA_TOKEN": tokens["admin"]},
        tokens,
        lambda kind, name, parent: openmetadata.plant(plan.database, kind, name, parent),
    )


def _nemo(plan: Plan) -> Made:
    from pulumi_mlregistry.sandbox import nemo

    def plant(kind: str, name: str, parent: str | None) -> str:
        if kind != "workspace" or parent is not None:
            return _nothing_to_plant(kind, name, parent)
        return nemo.plant(plan.database, name)

    application = Controlled(nemo.application(plan.database), plan.controls)
    return Made(application, lambda url: {"NMP_BASE_URL": url}, plant=plant)


def _mlflow(plan: Plan) -> Made:
    from pulumi_mlregistry.sandbox import mlflow

    application = mlflow.Controlled(mlflow.application(plan.database), plan.controls)
    return Made(application, lambda url: {"MLFLOW_TRACKING_URI": url})


def _oracle(plan: Plan) -> Made:
    from pulumi_mlregistry.devserver.kinds import KINDS, Options
    from pulumi_mlregistry.sandbox.oracle.front import application

    front = application(plan.database, plan.folder, plan.controls)
    return Made(front, lambda url: KINDS["oracle"].exports(url, plan.folder, Options()))


_MAKERS = {"openmetadata": _openmetadata, "nemo": _nemo, "mlflow": _mlflow, "oracle": _oracle}

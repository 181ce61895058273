"""What the core leaves in a state, by resource and server: recorded, and asked again offline."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from laws.openmetadata_stacks import FULL
from laws.stacks import Stack, as_carried
from laws.worlds import World, make_world
from programs.recorded import STATES
from pulumi_mlregistry import sandbox
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.reconcile.planning import Diff
from pulumi_mlregistry.settings.settings import Settings
from support.proxy import Proxy

ADDRESS: Final = "https://registry.example.com"
NAME: Final = "recorded"
WORLDS: Final = [
    *("mlservice-om2", "mlservice-om12", "mlmodel-om2", "mlmodel-om12", "entity-nemo"),
    *("model-mlflow", "model-oracle", "version-mlflow", "version-oracle"),
]
_AWKWARD: Final = "it's a & b < c"
_TAGS: Final = {"digest": "abc", "n": 5}
_SINGLE: Final = {"owners": FULL["owners"][:1], "domain": "Marketing"}
MORE: Final[dict[str, dict[str, Any]]] = {
    "mlservice": {
        "serviceType": "Mlflow",
        "displayName": "Recorded",
        "description": _AWKWARD,
        "connection": {
            "config": {
                "trackingUri": "https://tracker:recorded@mlflow.example.com",
                "registryUri": "mysql://mlflow:recorded@db.example.com/mlflow",
            }
        },
        "tags": ["Tier.Tier1"],
    },
    "mlmodel": {**FULL, **_SINGLE},
    "entity": {
        "description": _AWKWARD,
        "apiEndpoint": {"url": "HTTPS://E.Example.com:443/v1/../v2", "apiKey": "recorded"},
        "prompt": {"system_prompt": "be kind", "inference_params": {"temperature": 1, "zz": 2}},
        "customFields": {"team": "risk", "nested": {"a": None, "b": [1, None]}},
        "modelProviders": ["default/b", "default/a"],
    },
    "model": {"description": _AWKWARD, "tags": {"t": "x", "n": 1}},
    "version": {
        "description": _AWKWARD,
        "tags": _TAGS,
        "stage": "production",
        "runLink": "https://runs.example.com/1",
    },
}
# What tells where an object lives, beside the address.
_PLACE: Final = {
    "MLREGISTRY_ORACLE_PLATFORM_ID": "oraclePlatformId",
    "MLREGISTRY_ORACLE_WORKSPACE_KEY": "oracleWorkspaceKey",
}


def recordings() -> dict[str, dict[str, Any]]:
    """Those of all versions, by version and world."""
    found = sorted(STATES.glob("*/core/*.json"))
    return {f"{p.parent.parent.name} {p.stem}": json.loads(p.read_text()) for p in found}


def asked_again(recorded: Mapping[str, Any], **other: Any) -> Diff:
    """What the recorded declaration, or an ``other`` one, asks for against the recorded state."""
    core = Session(Settings(recorded["settings"], {}), lambda _line: None).reconciler(
        recorded["kind"]
    )
    owner = {"__owner": recorded["outputs"]["__owner"]}
    checked = core.check({**recorded["declared"], **other, **owner}, recorded["inputs"])
    assert not checked.failures, checked.failures
    return core.diff(recorded["id"], recorded["outputs"], as_carried(checked.inputs))


def main() -> None:
    """Record this version anew; `scripts/record-state` calls it."""
    folder = STATES / importlib.metadata.version("pulumi-mlregistry") / "core"
    folder.mkdir(parents=True, exist_ok=True)
    for name in WORLDS:
        resource, target = name.split("-")
        with _world(resource, target) as world:
            content = _record(world, MORE[resource])
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / f"{name}.json").write_text(f"{text}\n")
    print(f"{folder.relative_to(Path.cwd())}: recorded")


@contextmanager
def _world(resource: str, target: str) -> Iterator[World]:
    kind = "openmetadata" if target.startswith("om") else target
    version = "1.2.0" if target == "om12" else "2.0.7"
    with (
        sandbox.start(openmetadata=version, registries=[kind]) as started,
        Proxy(started.servers[kind].url) as proxy,
    ):
        world = make_world(resource, target, started.servers[kind], proxy)  # type: ignore[arg-type]
        world.prepare(NAME)
        world.names.append(NAME)
        yield world
        world.close()


def _record(world: World, more: Mapping[str, Any]) -> dict[str, Any]:
    declared = as_carried(world.declare(NAME, **more))
    stack = Stack(world)
    stack.up({"m": declared})
    settings = world.settings()
    places = {
        f"mlregistry:{key}": settings.environment[variable]
        for variable, key in _PLACE.items()
        if settings.environment.get(variable)
    }
    configured = {k: v for k, v in settings.configured.items() if v == world.proxy.url}
    content = {
        "kind": world.kind,
        "settings": {**configured, **places},
        "declared": declared,
        "id": stack["m"].id,
        "inputs": stack["m"].inputs,
        "outputs": stack["m"].outputs,
    }
    text = json.dumps(content).replace(world.proxy.url, ADDRESS)
    result: dict[str, Any] = json.loads(text)
    return result


if __name__ == "__main__":
    main()

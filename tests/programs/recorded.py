"""States of a version of this package, recorded with the program and the writes that made them.

A recording is a folder ``<version>/<door>-<engine>`` of three files: ``program.py``;
``state.json``, the exported state, its secrets encrypted under the passphrase of `stacks`; and
``writes.json``, the requests that made the objects. Addresses and what a registry allots (ids,
times of creation) stand in them as ``{{nemo}}`` and ``{{nemo 0 id}}``: the value of that key in the
answer to the registry's write 0. A fresh registry gets the same writes, and the state what it
answers to them.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from programs.stacks import Stack, has_pulumi
from programs.twenty import KINDS, behind_proxies
from pulumi_mlregistry import sandbox
from pulumi_mlregistry.sandbox import Registry
from support.proxy import Proxy, Request

STATES: Final = Path(__file__).parents[1] / "fixtures" / "states"
RECORDED: Final = ("dynamic-local", "dynamic-pulumi", "plugin-pulumi")
"""The doors, and the engines that each was recorded on."""
ALLOTTED: Final = ("id", "creation_timestamp")
_OF_THIS_MACHINE = ("sourcePosition", "stackTrace")
_MARK = re.compile(r"\{\{[a-z]+(?: \d+ \w+)?\}\}")
PROGRAM: Final = '''\
"""One resource of each kind, with what each can hold."""

import pulumi

from pulumi_mlregistry import mlflow, nemo, openmetadata

service = openmetadata.MlModelService(
    "service",
    name="recorded",
    service_type="Mlflow",
    description="it's a & b < c",
    connection={
        "config": {
            "trackingUri": "https://mlflow.example.com",
            "registryUri": "mysql://mlflow:recorded-password@db.example.com/mlflow",
        }
    },
    tags=["Tier.Tier2"],
)
entry = openmetadata.MlModel(
    "entry",
    name="entry.1",
    service=service.fully_qualified_name,
    algorithm="KMeans",
    display_name="Entry",
    description="it's a & b < c",
    target="churned",
    server="https://scoring.example.com",
    dashboard="looker.churn",
    domain="Risk",
    owners=[{"type": "user", "name": "alice"}],
    tags=["Tier.Tier1", {"tag_fqn": "Business.Churn", "source": "Glossary"}],
    extension={"costCenter": "CC-1", "riskScore": 2},
    ml_store={"storage": "s3://models/1"},
    ml_features=[
        {"name": "b", "data_type": "numerical", "tags": ["PII.Sensitive"]},
        {"name": "a", "data_type": "categorical", "description": "it's a & b < c"},
    ],
    ml_hyper_parameters=[{"name": "k", "value": 5}, {"name": "rate", "value": 0.5}],
)
entity = nemo.ModelEntity(
    "entity",
    name="recorded",
    description=pulumi.Output.secret("recorded-description"),
    api_endpoint={"url": "HTTPS://E.Example.com:443/v1/../v2", "api_key": "recorded-key"},
    prompt={"system_prompt": "be kind", "inference_params": {"temperature": 1, "zz": 2}},
    custom_fields={"team": "risk", "nested": {"a": None, "b": [1, None]}},
    model_providers=["default/b", "default/a"],
)
model = mlflow.RegisteredModel(
    "model", name="recorded", description="it's a & b < c", tags={"t": "x"}
)
version = mlflow.ModelVersion(
    "version",
    name=model.name,
    source="oci://bucket@ns/one",
    description="it's a & b < c",
    tags={"digest": "abc", "n": 5},
    stage="production",
    run_link="https://runs.example.com/1",
)
pulumi.export("version", version.version)
'''


def stack_of(name: str, folder: Path, environment: Mapping[str, str], engine: str = "") -> Stack:
    """A stack of a recording's door, on its engine unless told another."""
    door, _, own = name.partition("-")
    chosen = {"MLREGISTRY_PLUGIN": "true"} if door == "plugin" else {}
    return Stack(engine or own, folder, {**environment, **chosen})


@dataclass(frozen=True)
class Recording:
    """One folder of files."""

    folder: Path

    @property
    def program(self) -> str:
        """The program, as it was."""
        return (self.folder / "program.py").read_text()

    def seed(self, servers: Mapping[str, Registry]) -> dict[str, Any]:
        """Make the objects in fresh registries; answers the state with their addresses and ids."""
        known: dict[str, Any] = {f"{{{{{kind}}}}}": s.url for kind, s in servers.items()}
        for write in json.loads((self.folder / "writes.json").read_text()):
            kind, number = write["registry"], write["number"]
            sent = _filled({k: write[k] for k in ("path", "body")}, known)
            server = servers[kind]
            answer = httpx.request(
                write["method"],
                f"{server.url}{sent['path']}",
                json=sent["body"],
                headers={
                    "content-type": write["type"],
                    "authorization": f"Bearer {server.tokens.get('admin', 'nobody')}",
                },
            ).raise_for_status()
            for key, value in _allotted(answer.json()).items():
                known[_mark(kind, number, key)] = value
        state: dict[str, Any] = _filled(json.loads((self.folder / "state.json").read_text()), known)
        return state


def recordings() -> list[Recording]:
    """Those of all versions."""
    return [Recording(path.parent) for path in sorted(STATES.glob("*/*/state.json"))]


def record(stack: Stack, proxies: Mapping[str, Proxy], folder: Path) -> None:
    """Run the program, and write down what it left in the state and sent to the registries."""
    (stack.folder / "__main__.py").write_text(PROGRAM)
    stack.up()
    known: dict[Any, str] = {proxy.url: f"{{{{{kind}}}}}" for kind, proxy in proxies.items()}
    writes: list[dict[str, Any]] = []
    for kind, proxy in proxies.items():
        for number, request in enumerate(proxy.writes()):
            writes.append(_marked(_as_recorded(kind, number, request), known))
            for key, value in _allotted(json.loads(request.answer)).items():
                known.setdefault(value, _mark(kind, number, key))
    state = _marked(_without(stack.document(), _OF_THIS_MACHINE), known)
    folder.mkdir(parents=True)
    (folder / "program.py").write_text(PROGRAM)
    for name, content in (("state", state), ("writes", writes)):
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / f"{name}.json").write_text(f"{text}\n")


def _as_recorded(kind: str, number: int, request: Request) -> dict[str, Any]:
    return {
        "registry": kind,
        "number": number,
        "method": request.method,
        "path": request.path,
        "type": request.headers.get("content-type", "application/json"),
        "body": request.json,
    }


def _mark(kind: str, number: int, key: str) -> str:
    return f"{{{{{kind} {number} {key}}}}}"


def _allotted(answer: Any) -> dict[str, Any]:
    """What the registry allotted to the object that it answers, which may stand one level down."""
    bodies = [answer, *answer.values()] if isinstance(answer, dict) else []
    return {
        key: body[key]
        for body in reversed([b for b in bodies if isinstance(b, dict)])
        for key in ALLOTTED
        if body.get(key)
    }


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A JSON value with each of its leaves changed."""
    if isinstance(value, dict):
        return {k: _mapped(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [_mapped(v, change) for v in value]
    return change(value)


def _filled(value: Any, known: Mapping[str, Any]) -> Any:
    def fill(leaf: Any) -> Any:
        if not isinstance(leaf, str):
            return leaf
        if leaf in known:
            return known[leaf]
        return _MARK.sub(lambda m: str(known[m[0]]), leaf)

    return _mapped(value, fill)


def _marked(value: Any, known: Mapping[Any, str]) -> Any:
    texts = {text: mark for text, mark in known.items() if isinstance(text, str)}

    def mark(leaf: Any) -> Any:
        if not isinstance(leaf, str):
            return known.get(leaf, leaf)
        for text, marked in texts.items():
            leaf = leaf.replace(text, marked)
        return leaf

    return _mapped(value, mark)


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {k: _without(v, names) for k, v in value.items() if k not in names}
    return [_without(v, names) for v in value] if isinstance(value, list) else value


def main() -> None:
    """Record this version anew, on each engine that is there; `scripts/record-state` calls it."""
    version = importlib.metadata.version("pulumi-mlregistry")
    for name in RECORDED if has_pulumi() else (n for n in RECORDED if n.endswith("-local")):
        folder = STATES / version / name
        shutil.rmtree(folder, ignore_errors=True)
        with (
            sandbox.start(registries=KINDS) as started,
            behind_proxies(started.servers) as made,
            tempfile.TemporaryDirectory() as place,
        ):
            stack = stack_of(name, Path(place) / "stack", made.environment)
            record(stack, made.by_kind, folder)
        print(f"{folder.relative_to(Path.cwd())}: recorded")


if __name__ == "__main__":
    main()

"""Toy programs of dynamic resources in temporary folders, and engines to run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from programs.stacks import forget_compiled
from pulumi_mlregistry.localengine import Engine, Result

PROVIDER = """
import json, os, threading, time
import pulumi
from pulumi.dynamic import (CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult,
                            Resource, ResourceProvider, UpdateResult)
from pulumi.output import Unknown
from pulumi.runtime.rpc import wrap_rpc_secret

STORE, CALLS = os.environ["TOY_STORE"], os.environ["TOY_CALLS"]
LOCK, MEETING = threading.Lock(), threading.Barrier(4)

def load():
    try:
        with open(STORE) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}

def save(objects):
    with open(STORE, "w") as file:
        json.dump(objects, file)

def shown(value):
    return "?" if isinstance(value, Unknown) else value

def call(kind, *details):
    with LOCK, open(CALLS, "a") as file:
        file.write(" ".join([kind, *(str(shown(d)) for d in details)]) + "\\n")

def own(props):
    return {k: v for k, v in props.items() if not k.startswith("__")}

class ToyProvider(ResourceProvider):
    serialize_as_secret_always = False

    def configure(self, req):
        call("configure", req.config.get("toy:token") or "-", req.config.get("toy:url") or "-")

    def check(self, olds, news):
        call("check", shown(news.get("name")), "olds" if olds else "-")
        if news.get("color") == "bad":
            return CheckResult(news, [CheckFailure("color", "no such color"),
                                      CheckFailure("", "nothing is right")])
        return CheckResult(news, [])

    def diff(self, id, olds, news):
        call("diff", id, news.get("name"))
        differs = [k for k in own(news) if isinstance(news[k], Unknown) or olds.get(k) != news[k]]
        gone = [k for k in own(olds) if k not in news and k not in ("shout", "sealed", "made")]
        replaces = [k for k in ("name", "base") if k in differs]
        if news.get("vague"):
            return DiffResult(changes=None, replaces=replaces)
        return DiffResult(changes=bool(differs or gone), replaces=replaces,
                          delete_before_replace=bool(news.get("dbr")))

    def create(self, props):
        call("create", props["name"])
        print("making " + props["name"])
        if props.get("together"):
            MEETING.wait(timeout=20)
        if props.get("gate"):
            while not os.path.exists(props["gate"]):
                time.sleep(0.01)
        if props.get("color") == "broken":
            raise Exception("the paint is out")
        with LOCK:
            objects = load()
            objects[props["name"]] = own(props)
            save(objects)
        return CreateResult(props["name"], self.outs(props))

    def outs(self, props):
        outs = {**own(props), "shout": props["name"].upper()}
        if props.get("seal"):
            outs["sealed"] = wrap_rpc_secret("key of " + props["name"])
        return outs

    def update(self, id, olds, news):
        call("update", id)
        if news.get("color") == "broken":
            raise Exception("the paint is out")
        with LOCK:
            objects = load()
            objects[id] = own(news)
            save(objects)
        return UpdateResult(self.outs(news))

    def delete(self, id, props):
        call("delete", id)
        if props.get("stuck"):
            raise Exception("it is stuck")
        with LOCK:
            objects = load()
            objects.pop(id, None)
            save(objects)

    def read(self, id, props):
        call("read", id)
        live = load().get(id)
        if live is None:
            return ReadResult("", {})
        return ReadResult(id, self.outs(live), live)

class Toy(Resource, module="toy", name="Toy"):
    shout: pulumi.Output[str]
    sealed: pulumi.Output[str]
    name: pulumi.Output[str]
    color: pulumi.Output[str]

    def __init__(self, resource_name, opts=None, **props):
        props.setdefault("name", resource_name)
        props.setdefault("color", None)
        outs = {"shout": None, "sealed": None}
        super().__init__(ToyProvider(), resource_name, {**outs, **props}, opts)

class OtherToy(Toy, module="toy", name="OtherToy"):
    pass
"""


# One salt for all sandboxes: its key is then derived once in a test process.
SALT = "v1:fiD28VFnqRE=:v1:qmnBFma3eOiUSrjj:gktBZfa71dgO3eZFrAvA4iwNvwlqLQ=="


class Sandbox:
    """One program folder with its store of objects and its record of provider calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder.parent / f"{folder.name}.objects.json"
        self.calls_file = folder.parent / f"{folder.name}.calls"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")},
            "PULUMI_CONFIG_PASSPHRASE": "pw",
            "TOY_STORE": str(self.store),
            "TOY_CALLS": str(self.calls_file),
        }
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: toys\nruntime: python\n")
        (folder / "toys.py").write_text(PROVIDER)
        (folder / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\n")

    def program(self, source: str) -> None:
        head = "import pulumi\nfrom pulumi import ResourceOptions as Opts\nfrom toys import *\n"
        (self.folder / "__main__.py").write_text(head + textwrap.dedent(source))
        forget_compiled(self.folder)

    def engine(self, **options: Any) -> Engine:
        return Engine(self.folder, env=self.env, **options)

    def up(self, source: str | None = None, **options: Any) -> Result:
        if source is not None:
            self.program(source)
        result = self.engine().up(**options)
        assert result.exit_code == 0, result.diagnostics
        return result

    def preview(self, source: str | None = None, **options: Any) -> Result:
        if source is not None:
            self.program(source)
        return self.engine().preview(**options)

    def objects(self) -> dict[str, dict[str, Any]]:
        return json.loads(self.store.read_text()) if self.store.exists() else {}

    def set_object(self, name: str, value: dict[str, Any] | None) -> None:
        objects = self.objects()
        if value is None:
            del objects[name]
        else:
            objects[name] = value
        self.store.write_text(json.dumps(objects))

    def calls(self, *, clear: bool = True) -> list[str]:
        if not self.calls_file.exists():
            return []
        lines = self.calls_file.read_text().splitlines()
        if clear:
            self.calls_file.unlink()
        return [line for line in lines if not line.startswith("configure")]

    def state_file(self) -> Path:
        return self.folder / ".mlregistry" / "stacks" / "dev.json"

    def resources(self) -> dict[str, dict[str, Any]]:
        document = json.loads(self.state_file().read_text())
        return {r["urn"].rsplit("::", 1)[-1]: r for r in document["deployment"]["resources"]}


@pytest.fixture(autouse=True, scope="session")
def _warm(warm: None) -> None:
    """Every run of the local engine in this process."""


@pytest.fixture
def toys(tmp_path: Path) -> Sandbox:
    """A program folder of its own."""
    return Sandbox(tmp_path / "toys")


class Pulumi:
    """The real CLI on a file backend of its own, in a sandbox's folder."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        backend = home / "backend"
        backend.mkdir(parents=True)
        self.folder = sandbox.folder
        self.env = {
            **sandbox.env,
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PATH": os.pathsep.join([os.path.dirname(os.sys.executable), os.environ["PATH"]]),
        }

    def __call__(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def pulumi_for(tmp_path: Path) -> Callable[[Sandbox], Pulumi]:
    """Makes a real CLI for a sandbox; skips the test where there is none."""
    if shutil.which("pulumi") is None:
        pytest.skip("no pulumi on PATH: the local engine alone was used")
    return lambda sandbox: Pulumi(sandbox, tmp_path / f"{sandbox.folder.name}-pulumi")

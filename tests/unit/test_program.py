"""A program beside Pulumi's SDK: what it tells the engine of itself, and how long it waits."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

_MODELS = 40
_PREAMBLE = """
import asyncio, json, os, threading, time
os.environ["MLREGISTRY_PLUGIN"] = {plugin!r}
import pulumi
from pulumi.runtime import mocks, settings, stack
from pulumi_mlregistry.mlflow import RegisteredModel
from pulumi_mlregistry.program import waiting

class Answers(mocks.Mocks):
    def call(self, args):
        return {{}}
    def new_resource(self, args):
        return args.name, args.inputs

class Monitor(mocks.MockMonitor):
    asked, turn = [], threading.Lock()
    def RegisterResource(self, request):
        with self.turn:  # one after the other, as an engine does
            time.sleep(0.002)
            self.asked.append(request)
            return super().RegisterResource(request)

waits = []
def wait(*arguments, **options):
    waits.append(arguments)
    return asyncio.wait(*arguments, **options)

class Counted:
    def __getattr__(self, name):
        return wait if name == "wait" else getattr(asyncio, name)

stack.asyncio = Counted()
mocks.set_mocks(Answers(), monitor=Monitor(Answers()))
loop = asyncio.get_event_loop()
loop.run_until_complete(stack.wait_for_rpcs())
settings.set_root_resource(None)  # it is made anew, as with an engine
waits.clear()
"""
_END = """
loop.run_until_complete(stack.run_in_stack(program))
asked = [r for r in Monitor.asked if r.custom and not r.type.startswith("pulumi:providers:")]
print(json.dumps({{
    "lines": [r.sourcePosition.uri + ":" + str(r.sourcePosition.line) for r in asked],
    "waits": len(waits),
}}))
"""


def _run(program: str, plugin: bool = True) -> dict[str, Any]:
    """Run a program against the SDK's mocks, in a process of its own as they are one a process."""
    text = "".join([_PREAMBLE, textwrap.dedent(program), _END])
    script = text.format(plugin=str(plugin).lower(), models=_MODELS)
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


_MANY = """
def program():
    {unhurried}
    for number in range({models}):
        RegisteredModel(f"m{{number}}", tags={{"number": str(number)}})
"""


@pytest.mark.parametrize("plugin", [True, False], ids=["plugin", "dynamic"])
def test_a_program_looks_at_its_outputs_once_all_is_registered(plugin: bool) -> None:
    told = _run(_MANY.replace("{unhurried}", "pass"), plugin)
    assert len(told["lines"]) == _MODELS
    assert told["waits"] <= 2


def test_the_sdk_by_itself_looks_at_all_outputs_after_each_registration() -> None:
    """Where this fails, the SDK waits as it means to: `program/waiting.py` can go."""
    told = _run(_MANY.replace("{unhurried}", "waiting.registrations_first = lambda: None"))
    assert len(told["lines"]) == _MODELS
    assert told["waits"] > _MODELS / 4


def test_the_engine_is_told_the_line_that_declares_a_resource() -> None:
    told = _run("""
        exec(compile("def program(): RegisteredModel('m')", "/project/__main__.py", "exec"))
        """)
    assert told["lines"] == ["file:///project/__main__.py:1"]

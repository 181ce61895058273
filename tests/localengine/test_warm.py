"""Children that are forks of a warm process behave like those that start anew."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pulumi_mlregistry.localengine import Engine, processes
from pulumi_mlregistry.localengine.nursery import warmed

from .conftest import Sandbox

PROGRAM = """
import os, sys
Toy("a", text=os.environ["SAID"])
pulumi.export("parent", os.getppid())
pulumi.export("folder", os.getcwd())
pulumi.export("warm", "json.tool" in sys.modules)
pulumi.export("argv", sys.argv)
"""


@pytest.fixture
def own_nursery() -> Iterator[None]:
    """A nursery of this test alone, of which a module that nobody else imports tells."""
    shared, processes.nursery = processes.nursery, None
    with warmed("json.tool", "pulumi"):
        yield
    processes.nursery = shared


@pytest.mark.usefixtures("own_nursery")
def test_a_forked_program_has_its_own_environment_folder_and_arguments(toys: Sandbox) -> None:
    for word in ("one", "two"):
        toys.env["SAID"] = word
        outputs = toys.up(PROGRAM).outputs
        assert toys.resources()["a"]["inputs"]["text"] == word
        assert outputs["folder"] == str(toys.folder)
        assert (outputs["warm"], outputs["argv"]) == (True, ["."])
        assert outputs["parent"] != os.getpid()


@pytest.mark.usefixtures("own_nursery")
def test_what_only_a_fresh_interpreter_obeys_starts_one(toys: Sandbox) -> None:
    toys.env |= {"SAID": "x", "PYTHONUTF8": "1"}
    outputs = toys.up(PROGRAM).outputs
    assert (outputs["warm"], outputs["parent"]) == (False, os.getpid())


@pytest.mark.usefixtures("own_nursery")
def test_a_failure_of_a_forked_program_is_told_like_any_other(toys: Sandbox) -> None:
    toys.program('raise ValueError("broken here")')
    warm = Engine(toys.folder, env=toys.env).up()
    cold = Engine(toys.folder, env=toys.env | {"PYTHONUTF8": "1"}).up()
    assert warm.exit_code == cold.exit_code == 1
    assert "broken here" in "".join(warm.errors)
    assert warm.errors == cold.errors


def test_where_the_warm_process_has_died_a_fresh_interpreter_starts(toys: Sandbox) -> None:
    shared, processes.nursery = processes.nursery, None
    try:
        with warmed("json.tool"):
            processes.nursery._nest.kill()  # type: ignore[union-attr]
            processes.nursery._nest.wait()  # type: ignore[union-attr]
            toys.env["SAID"] = "x"
            assert toys.up(PROGRAM).outputs["parent"] == os.getpid()
    finally:
        processes.nursery = shared

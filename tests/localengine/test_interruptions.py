"""Kills, Ctrl-C, locks: nothing is left running, nothing that exists goes unrecorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_mlregistry.localengine import EngineError
from pulumi_mlregistry.localengine.child import launcher

from .conftest import Sandbox

RUN = (
    "import sys; from pulumi_mlregistry.localengine import Engine; "
    "r = Engine(sys.argv[1]).up(); print(r.errors); sys.exit(r.exit_code)"
)


def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == pid:
                found.append(int(entry.name))
    return found


def running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def start_gated_up(toys: Sandbox) -> tuple[subprocess.Popen[str], Path]:
    """An up in a process of its own that waits in the creation of `a` for a file to appear."""
    gate = toys.folder.parent / "gate"
    toys.program(f'a = Toy("a", gate="{gate}"); Toy("b", text=a.shout)')
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(toys.folder)],
        env=toys.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: "create a" in toys.calls(clear=False))
    return process, gate


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_a_killed_engine_leaves_no_child_and_the_next_up_warns_and_creates_again(
    toys: Sandbox,
) -> None:
    process, gate = start_gated_up(toys)
    children = children_of(process.pid)
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=30)
    eventually(lambda: not any(running(child) for child in children))
    assert '"type": "creating"' in toys.state_file().read_text()
    gate.touch()
    result = toys.up()
    assert any("interrupted while creating" in d.message for d in result.diagnostics)
    assert toys.objects().keys() == {"a", "b"}
    assert "pending_operations" not in toys.state_file().read_text()


def test_ctrl_c_begins_nothing_new_and_records_what_was_under_way(toys: Sandbox) -> None:
    process, gate = start_gated_up(toys)
    process.send_signal(signal.SIGINT)
    # The signal must be seen before the creation may end.
    time.sleep(0.5)
    gate.touch()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "interrupted" in output
    assert toys.objects().keys() == {"a"}
    assert toys.resources()["a"]["id"] == "a"
    assert "b" not in toys.resources()
    toys.up()
    assert toys.objects().keys() == {"a", "b"}


def test_a_second_run_is_turned_away_with_the_pid_of_the_first(toys: Sandbox) -> None:
    process, gate = start_gated_up(toys)
    with pytest.raises(EngineError, match=f"in use by process {process.pid}"):
        toys.engine().destroy()
    gate.touch()
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert toys.engine().destroy().exit_code == 0


def test_a_state_file_that_cannot_be_written_stops_before_anything_is_created(
    toys: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    toys.up("pulumi.export('x', 1)")
    saved = toys.state_file().read_text()

    def fail(source: str, target: str) -> None:
        raise OSError(28, os.strerror(28))

    toys.program('Toy("a")')
    monkeypatch.setattr("os.replace", fail)
    result_or_error = ""
    try:
        result_or_error = " ".join(toys.engine().up().errors)
    except EngineError as error:
        result_or_error = str(error)
    monkeypatch.undo()
    assert "cannot be written: No space left on device" in result_or_error
    assert toys.objects() == {}
    assert toys.state_file().read_text() == saved
    assert [p.name for p in toys.state_file().parent.iterdir() if p.name.startswith(".dev")] == []


def test_where_the_system_cannot_tie_processes_the_end_of_stdin_ends_the_host(
    toys: Sandbox,
) -> None:
    code = (
        "import runpy, sys, threading; launcher = runpy.run_path(sys.argv[1]); "
        "threading.Thread(target=launcher['_exit_with_stdin'], daemon=True).start(); "
        "launcher['become_host']('127.0.0.1:1', False)"
    )
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, launcher.__file__],
        cwd=toys.folder,
        env=toys.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    process.stdin.close()
    assert process.wait(timeout=30) == 1
    process.stdout.close()

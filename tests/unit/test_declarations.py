"""The notes of what a running program declares."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no notes")
PROGRAM = """
import gc, os, sys, tempfile
tempfile.tempdir = sys.argv[1]
os.chdir(sys.argv[1])
from pulumi_mlregistry.declarations import Notes, note_of
for name in sys.argv[2:]:
    notes = Notes("p", "dev")
    notes.add(note_of("toy:Model", f"p/dev/toy:Model/{name}", [name]))
    print(name, flush=True)
    sys.stdin.readline()
"""
LOOK = """
import os, sys, tempfile
tempfile.tempdir = sys.argv[1]
os.chdir(sys.argv[1])
from pulumi_mlregistry.declarations import of_program
print(*[each.names[0] for each in of_program("p/dev/toy:Model/x")])
"""


def declared(folder: Path) -> str:
    """What a provider sees of the program."""
    command = [sys.executable, "-c", LOOK, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_one_process_may_run_one_program_after_another(tmp_path: Path) -> None:
    """As the automation API does."""
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), "a", "b"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for name in ("a", "b"):
            assert program.stdout.readline().strip() == name
            assert declared(tmp_path) == name
            print(file=program.stdin, flush=True)
        program.wait(timeout=30)
    assert declared(tmp_path) == ""

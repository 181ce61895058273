"""The notes that the hosts of one engine run share, and what a killed run leaves of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOST = """
import sys, tempfile
tempfile.tempdir = sys.argv[2]
from pulumi_mlregistry.journal import of_this_run
from pulumi_mlregistry.reconcile.ledger import Ledger
ledger = Ledger(of_this_run(sys.argv[1]))
print(ledger.why_kept("owner", "key") or "nothing", flush=True)
ledger.note("owner", "key", made=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no journal")


class Host:
    """A process that says why it would keep an object, and notes that it made it."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", HOST, "127.0.0.1:40000", str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, **pipes)
        assert self.process.stdout is not None
        self.kept = self.process.stdout.readline().strip()

    def end(self, *, killed: bool) -> None:
        """Kill it, or let it come to its end."""
        if killed:
            self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    assert list(tmp_path.glob("*/*")) == []


def test_hosts_of_one_run_know_what_the_others_did(folder: Path) -> None:
    first = Host(folder)
    second = Host(folder)
    assert first.kept == "nothing"
    assert "created or taken over in this very run" in second.kept
    for host in (first, second):
        host.end(killed=False)


def test_what_a_killed_run_noted_means_nothing_to_a_later_one_at_its_address(folder: Path) -> None:
    Host(folder).end(killed=True)
    later = Host(folder)
    assert later.kept == "nothing"
    later.end(killed=False)

"""The dynamic door and the processes of one run, many at once."""

from __future__ import annotations

import functools
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from laws.doors import DYNAMIC
from laws.parallel import KINDS, Fleet, Member
from laws.titles import CORE_ONLY, law
from laws.together import EVERYTHING, at_once
from pulumi_mlregistry.dynamic import providers
from pulumi_mlregistry.dynamic.providers import PROVIDERS, RegistryProvider
from pulumi_mlregistry.reconcile.ledger import Ledger

MANY = 64
ROUNDS = 10 if EVERYTHING else 1
KEY = "https://r mlflow:ModelVersion m/1"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a host's process of its own: no sessions yet, an engine's address of its own."""
    monkeypatch.setattr(providers, "_sessions", {})
    monkeypatch.setattr(sys, "argv", ["host", f"127.0.0.1:{uuid.uuid4().hex}"])
    monkeypatch.setenv("MLREGISTRY_TRACEBACK", "1")


def provider(fleet: Fleet, member: Member) -> RegistryProvider:
    """What the host makes of a resource's ``__provider``."""
    made = PROVIDERS[member.world.kind]()
    made.configure(ConfigureRequest(Config(dict(fleet.session().settings.configured), "project")))
    return made


def live(fleet: Fleet, member: Member) -> None:
    """Check, create, diff, update, read and diff, each by a provider of its own."""
    props = {**member.declared, "__owner": member.owner}
    news = provider(fleet, member).check({}, props).inputs
    made = provider(fleet, member).create(news)
    changed = provider(fleet, member).check(news, {**props, "description": "second"}).inputs
    door = provider(fleet, member)
    assert door.diff(made.id, made.outs, changed).changes
    outs: dict[str, Any] = door.update(made.id, made.outs, changed).outs
    found = provider(fleet, member).read(made.id, outs)
    assert found.id == made.id
    assert found.outs["description"] == "second"
    outputs = {**found.outs, "__provider": "the host's own"}
    assert not provider(fleet, member).diff(made.id, outputs, changed).changes
    renamed = {**changed, "name": member.world.name()}
    assert "name" in provider(fleet, member).diff(made.id, found.outs, renamed).replaces
    member.id, member.outputs = made.id, found.outs


@law(42, 15, on=KINDS, doors=(DYNAMIC,))
@pytest.mark.parametrize("fleet", [KINDS], indirect=True)
@pytest.mark.usefixtures("host")
def test_the_dynamic_door_takes_sixty_four_calls_at_once(
    fleet: Fleet, capfd: pytest.CaptureFixture[str]
) -> None:
    members = fleet.members(MANY)
    fleet.sent()
    runs = [functools.partial(live, fleet, member) for member in members]
    assert at_once(*runs) == [None] * MANY
    assert fleet.sent()["GET system/version"] == 1, "one session for one configuration"
    for member in members:
        found = member.world.look(member.id)
        assert found is not None
        assert found["description"] == "second"
    told = capfd.readouterr().out.splitlines()
    assert len(told) == MANY + 3, "one line a replacement, one a registry"
    assert all(" http" in line or "cannot be changed" in line for line in told)


_CHECK = """
import sys, threading
sys.setswitchinterval(1e-6)
from pulumi_mlregistry.catalog import KINDS, Session
from pulumi_mlregistry.settings.settings import Settings
session, gate = Session(Settings({}, {}), print), threading.Barrier(64)
found = [None] * 64
def check(number):
    kind = list(KINDS)[number % len(KINDS)]
    declared = {**DECLARED.get(kind, {}), "name": "n", "surplus": 1}
    gate.wait(30)
    checked = session.reconciler(kind).check(declared, {})
    found[number] = kind, str(checked.inputs), str(checked.failures)
threads = [threading.Thread(target=check, args=(number,)) for number in range(64)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(30)
assert None not in found, "a check failed or did not end"
assert len(set(found)) == len(KINDS), "the same declaration was judged in several ways"
"""
_DECLARED = {
    "nemo:ModelEntity": {"apiEndpoint": {"url": "http://x", "model_id": "m"}, "spec": {}},
    "mlflow:ModelVersion": {"source": "s", "tags": {"a": 1}},
    "openmetadata:MlModelService": {"serviceType": "Mlflow", "owners": [{"type": "user"}]},
    "openmetadata:MlModel": {"service": "s", "mlFeatures": [{"name": "f", "dataType": "x"}]},
}


@law(42, on=KINDS, doors=CORE_ONLY)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_first_checks_of_a_process_may_come_at_once(number: int) -> None:
    code = f"DECLARED = {_DECLARED!r}\n{_CHECK}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


_NOTE = """
import sys
from pathlib import Path
from pulumi_mlregistry.reconcile.ledger import Ledger
ledger, who = Ledger(Path(sys.argv[1])), sys.argv[2]
for number in range(300):
    ledger.note(f"{who}/{number}", f"r k {who}-{number}" + "x" * 200, made=True)
    ledger.why_kept("nobody", "r k none")
"""


@law(42, 20, on=("version-mlflow",), doors=CORE_ONLY)
def test_processes_of_one_run_read_each_others_notes_while_they_write(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    command = [sys.executable, "-c", _NOTE, str(journal)]
    running = [
        subprocess.Popen([*command, who], stderr=subprocess.PIPE, text=True) for who in "abcd"
    ]
    assert [process.communicate(timeout=120)[1] for process in running] == [""] * 4
    ledger = Ledger(journal)
    for who in "abcd":
        for number in range(300):
            key = f"r k {who}-{number}" + "x" * 200
            assert ledger.why_kept("another", key) == f"it is now {who}/{number}'s"


@law(42, 20, on=("version-mlflow",), doors=CORE_ONLY)
def test_a_note_that_is_half_written_counts_once_it_is_whole(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    writing, reading = Ledger(journal), Ledger(journal)
    writing.note("p/s/k/a", KEY, made=True)
    line = journal.read_bytes()
    for half in range(len(line)):
        journal.write_bytes(line[:half])
        assert reading.why_kept("p/s/k/a", KEY) == ""
    journal.write_bytes(line)
    assert reading.why_kept("p/s/k/a", KEY)

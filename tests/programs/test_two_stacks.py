"""Two stacks of two projects apply at the same moment and want the same objects."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator

import pytest

from .killing import up
from .stacks import SECONDS, Outcome, Stack
from .test_kills import LOCAL, PULUMI, WHOLE
from .test_renames import declare
from .twenty import Twenty, behind_proxies

CREATES = {
    "openmetadata": "services/mlmodelServices",
    "nemo": "/models",
    "mlflow": "registered-models/create",
}


@pytest.fixture
def registries(sandbox) -> Iterator[Twenty]:
    """The sandbox's registries."""
    with behind_proxies(sandbox.servers) as made:
        yield made


@pytest.mark.parametrize("engine", [LOCAL, *([PULUMI] if WHOLE else [])], indirect=True)
def test_one_wins_each_object_and_the_other_is_told_whose_it_is_not(
    engine, registries, unique, tmp_path
):
    stacks = [
        declare(
            Stack(engine, tmp_path / project, registries.environment, project=project),
            unique,
            project,
        )
        for project in ("ours", "theirs")
    ]
    for kind, path in CREATES.items():
        # Both creates are on their way before either arrives.
        meeting = threading.Barrier(2)
        registries.by_kind[kind].fault(
            kind="pass",
            method="POST",
            path=path,
            times=2,
            before=lambda _request, meeting=meeting: meeting.wait(SECONDS),
        )
    outcomes = _together(stacks)

    # Of each named object there is one, whoever won it; who lost is told so and holds nothing.
    held = registries.held(unique)
    assert held.count(unique) == len(CREATES)
    assert held.count(f"{unique}.entry") <= 1
    owned = [set(stack.resources()) for stack in stacks]
    for kind in ("service", "entity", "model"):
        holders = [p for p, names in zip(("ours", "theirs"), owned, strict=True)
                   if f"{p}-{kind}" in names]  # fmt: skip
        assert len(holders) == 1, kind
    lines = [line for outcome in outcomes for line in outcome.problems if "create " in line]
    for what in ("ML model service", "model entity", "registered model"):
        (line,) = {x.partition("error:")[2] for x in lines if f"create {what} {unique}" in x}
        assert "exists already" in line
        assert "not this resource's" in line

    # The loser's destroy takes nothing of the winner's.
    lost = next(i for i, names in enumerate(owned) if not names & {"ours-entity", "theirs-entity"})
    winner = stacks[1 - lost]
    kept = set(winner.resources())
    stacks[lost].destroy()
    winner.refresh()
    assert set(winner.resources()) == kept
    winner.destroy()
    assert [line for line in registries.held(unique) if "deleted" not in line] == []


def _together(stacks: list[Stack]) -> list[Outcome]:
    running = [stack.start(*up(stack), output=subprocess.PIPE) for stack in stacks]
    texts = [process.communicate(timeout=SECONDS)[0] for process in running]
    return [Outcome(p.returncode, text) for p, text in zip(running, texts, strict=True)]

"""An `up` of twenty resources is killed at each of its writes; the next one completes it."""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections.abc import Iterator

import httpx
import pytest

from support import proof

from .killing import MOMENTS, Victim, When, killed, nth_write, unlock, up
from .stacks import Outcome, Stack
from .twenty import NUMBER, PROGRAM, Twenty, behind_proxies, complete

WRITES = NUMBER + 1  # one version gets its stage by a request of its own
ALL = list(itertools.product(range(1, WRITES + 1), MOMENTS))
NOT_NOW = "takes long: MLREGISTRY_KILLS=all runs it"
CUT = "failed to load checkpoint: EOF"
WHOLE = os.environ.get("MLREGISTRY_KILLS") == "all"
LOCAL, PULUMI = "local engine", "pulumi"
SAMPLE = {LOCAL: 1, PULUMI: 1}
POINTS = [
    pytest.param(engine, nth, when, id=f"{engine}-{nth}-{when}")
    for engine, size in SAMPLE.items()
    for nth, when in (ALL if WHOLE else random.Random(f"{engine} 2").sample(ALL, size))
]
in_the_long_form = pytest.mark.skipif(not WHOLE, reason=NOT_NOW)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def twenty(sandbox) -> Iterator[Twenty]:
    """The sandbox's registries."""
    with behind_proxies(sandbox.servers) as made:
        yield made


def goes_on(stack: Stack) -> str:
    """What a user does after a kill, as the documentation says; answers how far it had to go."""
    taken: list[str] = []
    outcome = stack.up(check=False)
    if CUT in outcome.text:
        taken += restored(stack)
        outcome = stack.up(check=False)
    if stack.engine == "pulumi" and "currently locked" in outcome.text:
        assert "pulumi cancel" in outcome.text
        unlock(stack)
        taken.append("cancel")
        outcome = stack.up(check=False)
    taken.append("up")
    if outcome.code:
        assert all_are_refusals_of_what_exists(outcome), outcome.text
        stack.configure("mlregistry:onConflict", "adopt_if_equal")
        stack.up()
        stack.configure("mlregistry:onConflict", "fail")
        taken.append("onConflict")
    return ", ".join(taken)


def restored(stack: Stack) -> list[str]:
    """Remove what a kill left empty beside the state in pulumi's file backend."""
    empty = [p for p in (stack.folder / ".state").rglob("*.attrs") if not p.stat().st_size]
    for path in empty:
        path.unlink()
    return [f"rm {path.suffix}" for path in empty]


def all_are_refusals_of_what_exists(outcome: Outcome) -> bool:
    """Whether nothing else went wrong."""
    ours = [line for line in outcome.problems if "mlregistry: " in line]
    known = ("it exists already", "Set on_conflict", "set on_conflict")
    return bool(ours) and all(any(text in line for text in known) for line in ours)


@pytest.mark.parametrize(("engine", "nth", "when"), POINTS, indirect=["engine"])
def test_after_a_kill_at_any_write_the_next_up_makes_all_twenty_once(
    new_stack, twenty, unique, nth: int, when: When
):
    stack = new_stack(**twenty.environment).program(PROGRAM.format(prefix=unique))
    killed(stack, twenty.proxies, nth_write(nth), when, *up(stack))
    before = twenty.held(unique)
    assert set(before) <= {*complete(unique), f"{unique}-m0 oci://b@n/0 None"}
    line = {"engine": stack.engine, "k": nth, "of": WRITES, "killed": when, "made": len(before)}
    held, taken = False, "nothing"
    try:
        taken = goes_on(stack)
        assert twenty.held(unique) == complete(unique)
        assert len(stack.resources()) == NUMBER
        for proxy in twenty.proxies:
            proxy.clear()
        assert stack.up().counts == {"unchanged": NUMBER + 1}
        assert [r for proxy in twenty.proxies for r in proxy.requests] == []
        held = True
    finally:
        proof.note("kills.jsonl", **line, took=taken, held=held)


ENTITY = 'nemo.ModelEntity("it", name="{name}", description="{text}", on_conflict="adopt")'
ALONE = [(LOCAL, "host"), *([(PULUMI, "host"), (PULUMI, "engine")] if WHOLE else [])]


@pytest.mark.parametrize(("engine", "victim"), ALONE, indirect=["engine"])
def test_when_only_one_of_engine_and_host_dies_the_next_up_completes_it(
    new_stack, twenty, unique, victim: Victim
):
    stack = new_stack(**twenty.environment).program(PROGRAM.format(prefix=unique))
    killed(stack, twenty.proxies, nth_write(12), MOMENTS[1], *up(stack), victim=victim)
    goes_on(stack)
    assert twenty.held(unique) == complete(unique)
    assert len(stack.resources()) == NUMBER
    assert stack.plans_nothing()


@in_the_long_form
@pytest.mark.parametrize("engine", [LOCAL], indirect=True)
def test_an_up_that_is_left_alone_sends_as_many_writes_as_are_killed(new_stack, twenty, unique):
    stack = new_stack(**twenty.environment).program(PROGRAM.format(prefix=unique))
    for proxy in twenty.proxies:
        proxy.clear()
    stack.up()
    assert sum(len(proxy.writes()) for proxy in twenty.proxies) == WRITES
    assert twenty.held(unique) == complete(unique)
    assert set(stack.run("preview", "--refresh").counts) == {"unchanged"}


@in_the_long_form
@pytest.mark.parametrize("when", MOMENTS)
def test_an_update_and_a_destroy_that_are_killed_are_completed_at_the_real_nemo(
    new_stack, nemo, unique, when: When
):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    there = f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}"
    stack.program(ENTITY.format(name=unique, text="before")).up()

    stack.program(ENTITY.format(name=unique, text="after"))
    killed(stack, [nemo], nth_write(1), when, *up(stack))
    unlock(stack)
    stack.up()
    assert httpx.get(there).json()["description"] == "after"
    assert stack.plans_nothing()

    killed(stack, [nemo], nth_write(1), when, "destroy", *up(stack)[1:])
    unlock(stack)
    stack.destroy()
    assert httpx.get(there).status_code == 404
    assert stack.resources() == {}


@in_the_long_form
@pytest.mark.parametrize("engine", [PULUMI], indirect=True)
def test_a_kill_may_leave_pulumis_file_backend_a_file_to_remove(new_stack, nemo, unique):
    # Of the two files that it writes for a state, one is not written atomically.
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.program(ENTITY.format(name=unique, text="d")).up()
    (attributes,) = (stack.folder / ".state").rglob("dev.json.attrs")
    attributes.write_text("")
    assert CUT in stack.up(check=False).text
    assert restored(stack) == ["rm .attrs"]
    assert set(stack.up().counts) == {"unchanged"}
    stack.destroy()

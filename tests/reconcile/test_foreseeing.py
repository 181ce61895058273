"""A look ahead in a preview: what a create would meet, in bounded time and without a failure."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from pulumi_mlregistry.reconcile.errors import Unreachable
from pulumi_mlregistry.reconcile.foresight import Foresight
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program
from reconcile.registry import Registry, taken
from reconcile.tables import Version


def foreseen(server: Registry, settings: dict[str, str] | None = None, **declared: Any) -> Program:
    """A program whose model m was looked for in a preview."""
    program = Program(server, settings=settings or {})
    program.core.foresee(program.check({"name": "m", **declared}).inputs)
    return program


def test_nothing_is_said_where_nothing_is_there() -> None:
    program = foreseen(Registry())
    assert (program.requests, program.log) == (["find"], [])


def test_an_existing_object_is_told_with_what_up_will_do() -> None:
    program = foreseen(taken(size=7), size=5)
    assert program.log == [
        (
            "model main/m: it exists already (last changed at 100 by ann) and is not this "
            "resource's; up will leave it as it is. Import it by an import file (id main/m), set "
            'on_conflict="adopt" to take it over (changes: size: 7 => 5), or choose another name'
        )
    ]
    assert program.requests == ["find"]


@pytest.mark.parametrize("how", ["declared", "configured"])
def test_an_adoption_is_told_with_its_changes(how: str) -> None:
    adopt = {"onConflict": "adopt"}
    declared, settings = (adopt, {}) if how == "declared" else ({}, adopt)
    program = foreseen(taken(size=7), settings, size=5, **declared)
    assert program.log == [
        (
            "model main/m: it exists already (last changed at 100 by ann) and is taken over by the "
            "next up (changes: size: 7 => 5)"
        )
    ]


def test_a_restoration_is_told() -> None:
    server = taken()
    server.objects["main/m"].trashed = True
    server.objects["main/m"].changed_by = ""
    server.live = lambda stored, live=server.live: _undated(live(stored))  # type: ignore[misc]
    program = foreseen(server, onConflict="adopt")
    assert program.log == [
        (
            "model main/m: it exists already and is restored and taken over by the next up "
            "(changes: nothing)"
        )
    ]
    assert server.objects["main/m"].trashed


def _undated(live: Any) -> Any:
    live.changed_at = ""
    return live


def test_a_declared_secret_is_not_said() -> None:
    program = foreseen(taken(description="a canary sang"), password="canary")
    assert "canary" not in program.log[0]
    program = foreseen(taken(description="a canary"), description="b", password="canary")
    assert "changes: description: 'a [secret]' => 'b'" in program.log[0]


def test_what_a_replacement_under_its_name_meets_is_itself() -> None:
    program = Program()
    program.up(name="m")
    inputs = program.inputs
    program.log.clear()
    program.core.foresee(inputs)
    assert program.log == []
    other = Program(program.server, owner="p/dev/toy/n", ledger=program.ledger)
    other.core.foresee(other.check({"name": "m"}).inputs)
    assert len(other.log) == 1


def test_what_has_no_name_yet_is_not_looked_for() -> None:
    for declared in ({"name": UNKNOWN}, {"shelf": UNKNOWN}):
        assert foreseen(taken(), **declared).requests == []
    assert foreseen(taken(), size=UNKNOWN).requests == ["find"]


def test_a_version_is_not_looked_for() -> None:
    program = Program(table=Version)
    program.core.foresee({"name": "m", "source": "s"})
    assert program.requests == []


def test_looks_ahead_may_be_switched_off() -> None:
    assert foreseen(taken(), {"previewLookups": "false"}).requests == []
    assert foreseen(taken(), {"previewLookups": "true"}).requests == ["find"]


def test_a_failure_says_nothing() -> None:
    server = taken()
    server.fault("find", Unreachable("no route"))
    assert foreseen(server).log == []


def test_an_answer_that_takes_too_long_says_nothing_and_the_time_is_spent() -> None:
    late, done = threading.Event(), threading.Event()
    foresight = Foresight(seconds=0.05)
    log: list[str] = []

    def find() -> str:
        late.wait(10)
        done.set()
        return "too late"

    started = time.monotonic()
    foresight.look(find, log.append)
    assert 0.05 <= time.monotonic() - started < 5
    assert foresight.seconds <= 0
    late.set()
    assert done.wait(10)
    foresight.look(lambda: "not even asked", log.append)
    assert log == []


def test_what_is_quick_costs_little_of_the_time() -> None:
    foresight = Foresight()
    log: list[str] = []
    foresight.look(lambda: "there", log.append)
    foresight.look(lambda: "", log.append)
    assert log == ["there"]
    assert 0 < foresight.seconds < 2


def test_what_a_look_says_on_its_way_is_dropped_and_the_rest_is_told() -> None:
    foresight = Foresight()
    log: list[str] = []
    hushed = foresight.hushed(log.append)

    def find() -> str:
        hushed("trying again")
        return "there"

    foresight.look(find, log.append)
    hushed("something else")
    assert log == ["there", "something else"]


def test_looks_at_once_take_the_time_of_one() -> None:
    foresight = Foresight(seconds=5)
    there, together = threading.Barrier(8, timeout=10), threading.Event()
    log: list[str] = []

    def find() -> str:
        there.wait()
        together.wait(0.2)
        return "found"

    looks = [threading.Thread(target=foresight.look, args=(find, log.append)) for _ in range(8)]
    for look in looks:
        look.start()
    for look in looks:
        look.join(10)
    assert log == ["found"] * 8
    assert 5 - 8 * 0.2 < foresight.seconds < 5

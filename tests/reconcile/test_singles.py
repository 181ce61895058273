"""Keys that one object at a time can have: who declares them, and who does not take them away."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.errors import Conflict
from pulumi_mlregistry.reconcile.protocol import Live, Patch
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from reconcile.program import Program
from reconcile.registry import Calls
from reconcile.tables import Version

SINGLE = Behaviour(shape=Shape.SET, after_create=True, single=True)


class Pointed(Version):
    """A version that names can point to, each to one version."""

    names: Annotated[list[str] | None, SINGLE] = None
    """The names."""


class PointedCalls(Calls):
    """Takes a name from another object only where that is known, or the program adopts."""

    def patch(self, live: Live, patch: Patch) -> Live | None:
        for change in patch.changes:
            holder = next(
                (o for o in self.server.objects.values()
                 if change.new in o.values.get("names", []) and o.id != live.id), None)  # fmt: skip
            if holder is None or change.new is None:
                continue
            if not (patch.take or patch.ours(holder.id)):
                raise Conflict(f"{change.new} is at {holder.id}")
            holder.values["names"].remove(change.new)
        return super().patch(live, patch)


class PointedProgram(Program):
    """Programs of one run: they share a ledger."""

    def _connect(self) -> Calls:
        return PointedCalls(self.server, self.table, self.place, self.repeatable)


def programs(*owners: str) -> list[PointedProgram]:
    """Resources of one program at one registry."""
    first = PointedProgram(table=Pointed, owner=owners[0])
    more = [PointedProgram(first.server, table=Pointed, owner=o) for o in owners[1:]]
    for each in more:
        each.ledger = first.ledger
    return [first, *more]


def names(program: PointedProgram) -> Any:
    return program.server.objects[program.id].values.get("names")


def test_two_resources_that_declare_one_key_are_refused_with_its_name() -> None:
    one, other = programs("a", "b")
    assert one.check({"name": "m", "source": "s", "names": ["x"]}).failures == []
    assert one.check({"name": "m", "source": "s", "names": ["x"]}).failures == []
    (failure,) = other.check({"name": "m", "source": "s", "names": ["y", "x"]}).failures
    assert failure.path == "names"
    assert failure.reason == "has 'x', which a declares too: one object can have it"


def test_the_same_key_at_another_name_is_another_key() -> None:
    one, other = programs("a", "b")
    assert one.check({"name": "m", "source": "s", "names": ["x"]}).failures == []
    assert other.check({"name": "n", "source": "s", "names": ["x"]}).failures == []


@pytest.mark.parametrize(
    "declared",
    [
        {"name": UNKNOWN, "source": "s", "names": ["x"]},
        {"name": "m", "source": "s", "names": UNKNOWN},
        {"name": "m", "source": "s", "names": [UNKNOWN]},
        {"name": "m", "source": "s", "tags": {"x": "y"}},
    ],
)
def test_what_is_not_known_yet_is_claimed_by_nobody(declared: dict[str, Any]) -> None:
    one, other = programs("a", "b")
    assert one.check(declared).failures == []
    assert other.check({"name": "m", "source": "s", "names": ["x"]}).failures == []


def test_without_an_owner_nothing_is_claimed() -> None:
    one, other = programs("a", "b")
    one.core.check({"name": "m", "source": "s", "names": ["x"]}, {})
    assert other.check({"name": "m", "source": "s", "names": ["x"]}).failures == []


def test_one_that_lets_go_leaves_the_key_to_the_one_that_takes_it() -> None:
    one, other = programs("a", "b")
    one.up(name="m", source="s", names=["x", "y"])
    other.up(name="m", source="t")
    one.ledger = other.ledger = type(one.ledger)()
    other.check({"name": "m", "source": "t", "names": ["x"]})
    one.up(name="m", source="s")
    assert names(one) == ["x"], "not a moment without it"
    other.up(name="m", source="t", names=["x"])
    assert (names(one), names(other)) == ([], ["x"])
    one.up(name="m", source="s")
    assert one.planned(name="m", source="s") == []


def test_what_nobody_takes_is_removed() -> None:
    (one,) = programs("a")
    one.up(name="m", source="s", names=["x", "y"])
    one.up(name="m", source="s", names=["x"])
    assert names(one) == ["x"]
    one.ledger = type(one.ledger)()
    one.up(name="m", source="s", tags={"x": "y"})
    assert names(one) == []


def test_a_key_moves_from_an_object_of_this_program_and_from_others_only_by_adopt() -> None:
    one, other = programs("a", "b")
    one.up(name="m", source="s", names=["x"])
    one.ledger = other.ledger = type(one.ledger)()
    with pytest.raises(Conflict):
        other.up(name="m", source="t", names=["x"])
    other.up(name="m", source="t", names=["x"], onConflict="adopt")
    assert names(other) == ["x"]
    one.ledger = other.ledger = type(one.ledger)()
    other.diff(name="m", source="t", onConflict="adopt")
    one.refresh()
    one.up(name="m", source="s", names=["x"])
    assert (names(one), names(other)) == (["x"], [])

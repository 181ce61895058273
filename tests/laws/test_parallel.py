"""Many operations in one process: one session, one ledger, one pool of connections a registry."""

from __future__ import annotations

import functools
import random
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from laws.parallel import KINDS, ONCE, SIGNED, Fleet, Member, all_at_once
from laws.titles import CORE_ONLY, law
from laws.together import EVERYTHING, at_once
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.reconcile.errors import Lost, RegistryError, Unreachable

MANY = 64
ROUNDS = 10 if EVERYTHING else 1
Requests = Counter[str]
STEPS = (Member.create, Member.update, Member.read, Member.delete)


def mixed(members: Sequence[Member], session: Session) -> list[functools.partial[None]]:
    """A quarter each is created, updated, read and deleted."""
    return [
        functools.partial(STEPS[n * len(STEPS) // len(members)], member, session)
        for n, member in enumerate(members)
    ]


def alone(fleet: Fleet) -> dict[tuple[str, object], Requests]:
    """What each step of each kind sends in a session of its own, but for what is asked once."""
    sent: dict[tuple[str, object], Requests] = {}
    for member in fleet.members(len(fleet.worlds)):
        for step in STEPS:
            fleet.sent()
            step(member, fleet.session())
            sent[member.world.kind, step] = of_all(fleet.sent())
    return sent


def of_all(requests: Requests) -> Requests:
    """Without what is asked once."""
    return Counter({k: n for k, n in requests.items() if not ONCE.match(k)})


@law(42, 15, on=(*KINDS, *SIGNED), doors=CORE_ONLY)
def test_sixty_four_operations_at_once_do_what_they_do_alone(fleet: Fleet) -> None:
    each = alone(fleet)
    for _ in range(ROUNDS):
        members = fleet.members(MANY)
        first = fleet.session()
        made = members[MANY // 4 :]
        assert set(all_at_once(Member.create, made, first)) == {None}
        fleet.sent()
        runs = mixed(members, fleet.session())
        assert at_once(*runs) == [None] * MANY
        sent = fleet.sent()
        steps = (each[m.world.kind, run.func] for m, run in zip(members, runs, strict=True))
        assert of_all(sent) == sum(steps, Counter())
        assert all(n == 1 for k, n in sent.items() if ONCE.match(k)), "asked once, also at once"
        for number, member in enumerate(members):
            found = member.world.look(member.id)
            if number >= MANY * 3 // 4:
                assert found is None
            else:
                updated = MANY // 4 <= number < MANY // 2
                assert found is not None
                assert found["description"] == ("second" if updated else "first")
                assert member.outputs["description"] == found["description"]
                assert member.outputs["name"] == member.declared["name"]
        assert fleet.log == []


@law(42, 22, on=KINDS, doors=CORE_ONLY)
@pytest.mark.parametrize("fleet", [KINDS], indirect=True)
def test_the_notes_of_operations_at_once_keep_what_each_has_made(fleet: Fleet) -> None:
    members, session = fleet.members(MANY), fleet.session()
    assert set(all_at_once(Member.create, members, session)) == {None}
    for member in members:
        key = f"{member.outputs['registry']} {member.world.kind} {member.id}"
        assert session.ledger.why_kept("another", key) == f"it is now {member.owner}'s"
    assert set(all_at_once(Member.delete, members, session)) == {None}
    assert all(member.world.look(member.id) is not None for member in members)
    assert len(fleet.log) == MANY, "kept, as made in this very run"


@law(42, on=KINDS, doors=CORE_ONLY)
@pytest.mark.parametrize("fleet", [KINDS], indirect=True)
def test_the_first_operations_at_once_share_one_client_a_registry(fleet: Fleet) -> None:
    session, found = fleet.session(), []

    def connect(kind: str) -> None:
        api: Any = session.reconciler(kind).connect()
        found.append(api.client)

    kinds = [member.world.kind for member in fleet.members(MANY)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        assert set(at_once(*(functools.partial(connect, kind) for kind in kinds))) == {None}
    finally:
        sys.setswitchinterval(usual)
    assert len(found) == MANY
    assert len({id(client) for client in found}) == len(fleet.proxies)


FAULTS = ("lost", "reset", "cut", "truncate", "delay", "busy", "unavailable")


def break_some(fleet: Fleet, seed: int) -> None:
    """A tenth of the requests to each registry fails in some way."""
    chosen = random.Random(seed)
    for proxy in fleet.proxies:
        for nth in chosen.sample(range(1, MANY * 2), MANY // 5):
            kind = chosen.choice(FAULTS)
            if kind in ("busy", "unavailable"):
                status, body = (429 if kind == "busy" else 503), {"message": "later"}
                proxy.fault(kind="answer", nth=nth, status=status, body=body)
            else:
                proxy.fault(kind=kind, nth=nth, seconds=0.2, announce=True)  # type: ignore[arg-type]


@law(42, 13, on=(*KINDS, *SIGNED), doors=CORE_ONLY)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_operations_at_once_on_a_bad_network_are_done_or_say_so(fleet: Fleet, seed: int) -> None:
    members = fleet.members(MANY)
    first = fleet.session()
    made = members[MANY // 4 :]
    assert set(all_at_once(Member.create, made, first)) == {None}
    break_some(fleet, seed)
    session = fleet.session()
    told = at_once(*mixed(members, session))
    for proxy in fleet.proxies:
        proxy.clear()
    for error in told:
        assert error is None or isinstance(error, Lost | Unreachable), error
    second = fleet.session()
    for run, member, error in zip(mixed(members, second), members, told, strict=True):
        if error is not None:
            member.declared["onConflict"] = "adopt_if_equal"
            run()
    for number, member in enumerate(members):
        count = member.world.count(member.declared["name"])
        assert count == (0 if number >= MANY * 3 // 4 else 1), member


@law(42, on=("mlmodel-om2",), doors=CORE_ONLY)
@pytest.mark.parametrize("fleet", [("mlmodel-om2",)], indirect=True)
def test_who_waits_for_an_answer_that_fails_is_told_at_once_and_in_its_own_words(
    fleet: Fleet,
) -> None:
    members = fleet.members(MANY)
    proxy = members[0].world.proxy
    proxy.fault(kind="answer", path="/system/version", status=503, body={"message": "x"}, times=999)
    session = fleet.session(timeoutSeconds="2")
    told = all_at_once(Member.create, members, session)
    assert len(proxy.requests) < MANY, "they do not ask one after the other, each with retries"
    for error, member in zip(told, members, strict=True):
        assert isinstance(error, RegistryError)
        assert f".{member.declared['name']} at " in str(error)
    proxy.clear()
    assert set(all_at_once(Member.create, members, session)) == {None}


@law(42, on=("model-mlflowbox",), doors=CORE_ONLY)
@pytest.mark.parametrize("fleet", [("model-mlflowbox",)], indirect=True)
def test_a_queue_of_our_own_is_no_failure_of_the_registry(fleet: Fleet) -> None:
    members = fleet.members(MANY // 4)
    session = fleet.session(maxConcurrency="1", timeoutSeconds="1.5")
    members[0].world.proxy.fault(kind="delay", seconds=0.3, times=999)
    assert set(all_at_once(Member.create, members, session)) == {None}
    assert len({r.connection for r in members[0].world.proxy.requests}) == 1

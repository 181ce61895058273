"""Errors of an operation: what, where and why, never a secret, and nothing done elsewhere."""

from __future__ import annotations

import pytest

from pulumi_mlregistry.reconcile.errors import (
    Gone,
    Lost,
    NotAuthenticated,
    OtherRegistry,
    Rejected,
    Unreachable,
)
from pulumi_mlregistry.reconcile.ledger import Ledger
from reconcile.program import Program, applied
from reconcile.tables import Archived

PREFIX = "update model main/m at https://toy/one: "


GONE = "Run pulumi refresh: the next up then creates it anew"


def test_what_was_deleted_elsewhere_is_an_error() -> None:
    program = applied(size=5)
    program.server.objects.clear()
    with pytest.raises(Gone) as raised:
        program.up(name="m", size=6)
    assert str(raised.value) == f"{PREFIX}it was deleted since the last update. {GONE}"


def test_another_object_under_the_name_is_not_written() -> None:
    program = applied(size=5)
    program.server.put("main/m", {"name": "m", "shelf": "main"})
    with pytest.raises(Gone) as raised:
        program.up(name="m", size=6)
    assert str(raised.value) == (
        f"{PREFIX}another object has its name: serial 2 since the last update. {GONE}"
    )
    assert program.requests == ["read"]


def test_where_deletes_are_soft_the_remedy_says_so() -> None:
    program = Program(table=Archived)
    program.up(name="m", size=5)
    program.server.objects["main/m"].trashed = True
    with pytest.raises(Gone) as raised:
        program.up(name="m", size=6)
    assert str(raised.value) == (
        f"{PREFIX}it was deleted since the last update. Run pulumi refresh; where it was deleted "
        "softly it keeps its name: restore it at the server, or set "
        'on_conflict="adopt" for the next up'
    )


def test_what_was_deleted_between_the_write_and_the_read_is_an_error() -> None:
    program = applied(size=5)
    program.server.brief = True
    program.server.fault("patch", after=program.server.objects.clear)
    with pytest.raises(Gone, match="it was deleted since the last update"):
        program.up(name="m", size=6)


def test_a_state_of_another_registry_is_left_alone() -> None:
    program = applied(size=5)
    program.place = "https://toy/two"
    inputs = program.inputs | {"size": 6}
    for operation, call in {
        "compare": lambda: program.core.diff(program.id, program.outputs, inputs),
        "update": lambda: program.core.update(program.id, program.outputs, inputs),
        "read": lambda: program.core.read(program.id, program.outputs),
        "delete": lambda: program.core.delete(program.id, program.outputs),
    }.items():
        program.requests.clear()
        with pytest.raises(OtherRegistry) as raised:
            call()
        assert str(raised.value) == (
            f"{operation} model main/m at https://toy/two: the state says it lives at "
            "https://toy/one, the configuration says https://toy/two. Set the address back; or, if "
            "the registry itself moved, set mlregistry:movedFrom to https://toy/one"
        )
        assert program.requests == []
    program.moved_from = frozenset({"https://toy/one"})
    assert program.up(name="m", size=6)["registry"] == "https://toy/two"


def test_a_state_without_a_registry_is_bound_by_its_next_update() -> None:
    program = applied(size=5)
    del program.outputs["registry"]
    assert program.up(name="m", size=6)["registry"] == "https://toy/one"


def test_a_declared_secret_is_masked_in_the_words_of_the_registry() -> None:
    program = applied(
        endpoint={"url": "https://u:hidden@h"}, storage={"key": "canary", "host": "h1"}
    )
    program.server.fault("patch", Rejected("bad: canary, pw-old, pw-new, raven, h1, https://u"))
    with pytest.raises(Rejected) as raised:
        program.up(
            name="m",
            size=6,
            endpoint={"url": "https://u:hidden@h"},
            storage={"key": "canary", "host": "h1"},
            password="pw-new",
            description="raven",
            __secrets=["description"],
        )
    assert raised.value.why == "bad: [secret], pw-old, [secret], [secret], h1, https://u"


def test_a_long_answer_is_cut_after_it_was_masked() -> None:
    program = applied(password="canary")
    cause = Lost("it said canary")
    error = Rejected("x" * 995 + "canary")
    error.__cause__ = cause
    program.server.fault("patch", error)
    with pytest.raises(Rejected) as raised:
        program.up(name="m", size=6, password="canary")
    assert raised.value.why == "x" * 995 + "[secr..."
    assert raised.value.__cause__ is cause
    assert cause.why == "it said [secret]"


def test_where_the_registry_is_not_known_the_error_is_told_all_the_same() -> None:
    program = applied(size=5)

    def unknown() -> str:
        raise Unreachable("no address is configured")

    core = program.core
    core.registry = unknown
    with pytest.raises(Unreachable, match=r"^read model main/m: no address is configured$"):
        core.read(program.id, program.outputs)


OLD = "Pulumi's refresh and destroy use the configuration of the last up"


def test_without_a_program_a_refusal_says_which_configuration_was_used() -> None:
    program = applied()
    for call in (program.destroy, program.refresh):
        program.ledger = Ledger()
        program.server.fault("read", NotAuthenticated("who are you", remedy="Renew the token"))
        with pytest.raises(NotAuthenticated, match=rf"who are you. Renew the token. {OLD}"):
            call()
    program.server.fault("read", NotAuthenticated("who are you", remedy="Renew the token"))
    with pytest.raises(NotAuthenticated) as raised:
        program.up(name="m", description="new")
    assert raised.value.remedy == "Renew the token"

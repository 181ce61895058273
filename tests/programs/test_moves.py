"""A registry that moved, and a version that was replaced: both keep what they had."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from .killing import killed, unlock, up
from .stacks import Stack
from .test_kills import LOCAL, PULUMI, WHOLE
from .test_renames import KINDS, declare
from .twenty import Twenty, behind_proxies

each_engine = pytest.mark.parametrize(
    "engine", [LOCAL, *([PULUMI] if WHOLE else [])], indirect=True
)


@pytest.fixture(scope="module")
def registries(sandbox) -> Iterator[Twenty]:
    """The sandbox's registries."""
    with behind_proxies(sandbox.servers) as made:
        yield made


@each_engine
def test_a_moved_registry_is_refused_until_the_move_is_said_and_then_nothing_is_replaced(
    new_stack, registries, sandbox, unique
):
    stack = declare(new_stack(**registries.environment), unique, "it")
    stack.up()
    held = registries.held(unique)
    with behind_proxies(sandbox.servers) as moved:
        stack.environment |= moved.environment
        for command in (stack.preview, stack.up, stack.refresh, stack.destroy):
            refused = command(check=False)
            assert refused.code != 0
            told = [
                any(former.url in p and now.url in p for p in refused.problems)
                for former, now in zip(registries.proxies, moved.proxies, strict=True)
            ]
            # An `up` stops at the first error, and Pulumi's preview too.
            every = stack.engine == "local" and command == stack.preview
            assert all(told) if every else any(told), refused.text
            assert "mlregistry:movedFrom" in refused.text
        assert [r for proxy in moved.proxies for r in proxy.requests] == []
        assert sorted(stack.resources()) == [f"it-{kind}" for kind in KINDS]

        former = ",".join(f"{proxy.url}/" for proxy in registries.proxies)
        stack.configure("mlregistry:movedFrom", former)
        assert stack.plans_nothing()
        declare(stack, unique, "it", delete_policy="hard")
        assert stack.up().counts == {"updated": 4, "unchanged": 2}
        stack.refresh()
        assert registries.held(unique) == held
        assert {str(r["registry"]) for r in stack.resources().values()} == {
            proxy.url for proxy in moved.proxies
        }
        # From now on the state knows the new address by itself.
        stack.configure("mlregistry:movedFrom", "")
        stack.destroy()
        assert registries.held(unique) == []


VERSION = """
    model = mlflow.RegisteredModel("model", name="{name}", delete_policy="retain")
    mlflow.ModelVersion("version", name=model.name, source="{source}", stage="Production")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@each_engine
@pytest.mark.parametrize("crash", [False, True] if WHOLE else [True])
def test_a_replaced_version_stays_and_the_stage_moves_last(new_stack, registries, unique, crash):
    stack: Stack = new_stack(**registries.environment)
    stack.program(VERSION.format(name=unique, source="oci://b@n/one")).up()
    mlflow = registries.by_kind["mlflow"]
    mlflow.clear()
    stack.program(VERSION.format(name=unique, source="oci://b@n/two"))
    if crash:
        killed(
            stack,
            registries.proxies,
            lambda request: request.path.endswith("transition-stage"),
            "before it arrives",
            *up(stack),
        )
        assert f"{unique} oci://b@n/two None" in registries.held(unique)
        unlock(stack)
    stack.up()
    if not crash:
        writes = [request.path.rpartition("/")[2] for request in mlflow.writes()]
        assert writes == ["create", "transition-stage"]
    both = [f"{unique} oci://b@n/one Production", f"{unique} oci://b@n/two Production"]
    assert registries.held(unique) == [unique, *both]
    assert stack.resources()["version"]["version"] == "2"
    assert stack.plans_nothing()
    stack.destroy()
    assert registries.held(unique) == [unique, both[0]]

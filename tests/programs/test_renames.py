"""A new logical name for an object: it is never deleted and never doubled, also after a crash."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from support.proxy import Request

from .killing import When, killed, unlock, up
from .stacks import Stack
from .test_kills import LOCAL, PULUMI, WHOLE, in_the_long_form
from .twenty import Twenty, behind_proxies

PROGRAM = """
    def opts(kind, **more):
        former = {former!r}
        aliases = [pulumi.Alias(name=former + "-" + kind)] if former else None
        return pulumi.ResourceOptions(aliases=aliases, **more)

    policy = {policy!r}
    service = openmetadata.MlModelService("{now}-service", name="{prefix}",
        service_type="Sklearn", opts=opts("service"), **policy)
    entry = openmetadata.MlModel("{now}-entry", name="entry", algorithm="KMeans",
        service=service.fully_qualified_name, opts=opts("entry"), **policy)
    entity = nemo.ModelEntity("{now}-entity", name="{prefix}", opts=opts("entity"), **policy)
    model = mlflow.RegisteredModel("{now}-model", name="{prefix}", opts=opts("model"), **policy)
    version = mlflow.ModelVersion("{now}-version", name=model.name, source="oci://b@n/1",
        opts=opts("version"))
    if {last}:
        nemo.ModelEntity("last", name="{prefix}-last", opts=pulumi.ResourceOptions(
            depends_on=[service, entry, entity, model, version]))
"""
KINDS = ["entity", "entry", "model", "service", "version"]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
NO_CRASH, BEFORE_DELETES = "no crash", "before the deletes"
CRASHES: dict[str, tuple[str, When]] = {
    BEFORE_DELETES: ("/models", "before it arrives"),
    "as the new version is made": ("model-versions/create", "before its answer"),
    "before the old version goes": ("model-versions/delete", "before it arrives"),
    "as the old version goes": ("model-versions/delete", "before its answer"),
}
QUICK = [(LOCAL, BEFORE_DELETES), (PULUMI, BEFORE_DELETES)]
LONG = [(engine, crash) for engine in (LOCAL, PULUMI) for crash in (NO_CRASH, *CRASHES)]


@pytest.fixture(scope="module")
def registries(sandbox) -> Iterator[Twenty]:
    """The sandbox's registries."""
    with behind_proxies(sandbox.servers) as made:
        yield made


def declare(
    stack: Stack, prefix: str, now: str, former: str = "", *, last: bool = False, **policy: str
) -> Stack:
    """One object of each kind under logical names that begin with ``now``."""
    text = PROGRAM.format(prefix=prefix, now=now, former=former, last=last, policy=policy)
    return stack.program(text)


def renamed(stack: Stack, registries: Twenty, prefix: str, crash: str) -> None:
    """Run ``up``, killed at a certain moment and run again."""
    if crash in CRASHES:
        path, when = CRASHES[crash]

        def at(request: Request) -> bool:
            last = f"{prefix}-last".encode() in request.body
            return request.path.endswith(path) and last is (crash == BEFORE_DELETES)

        killed(stack, registries.proxies, at, when, *up(stack))
        unlock(stack)
    stack.up()


def names(stack: Stack) -> list[str]:
    """The logical names in the state."""
    return sorted(stack.resources())


@pytest.mark.parametrize(
    ("engine", "crash"),
    [(e, c) for e, c in LONG if c in (NO_CRASH, BEFORE_DELETES)] if WHOLE else QUICK[:1],
    indirect=["engine"],
)
def test_with_an_alias_a_rename_sends_nothing(new_stack, registries, unique, crash):
    stack = declare(new_stack(**registries.environment), unique, "before")
    stack.up()
    held = registries.held(unique)

    declare(stack, unique, "after", "before", last=crash != NO_CRASH)
    renamed(stack, registries, unique, crash)
    last = [] if crash == NO_CRASH else [f"{unique}-last"]
    assert registries.held(unique) == sorted([*held, *last])
    assert names(stack) == [*(f"after-{kind}" for kind in KINDS), *(["last"] if last else [])]
    assert stack.plans_nothing()
    stack.destroy()
    assert [line for line in registries.held(unique) if "deleted" not in line] == []


@pytest.mark.parametrize(("engine", "crash"), LONG if WHOLE else QUICK, indirect=["engine"])
def test_without_an_alias_adopt_keeps_the_objects_and_a_version_is_a_new_one(
    new_stack, registries, unique, crash
):
    stack = declare(new_stack(**registries.environment), unique, "before")
    stack.up()
    held = registries.held(unique)
    assert f"{unique} oci://b@n/1 None" in held
    assert stack.resources()["before-version"]["version"] == "1"

    declare(stack, unique, "after", last=crash != NO_CRASH, on_conflict="adopt")
    renamed(stack, registries, unique, crash)
    # One version: the new one came first, and the old one went by its policy.
    last = [] if crash == NO_CRASH else [f"{unique}-last"]
    assert registries.held(unique) == sorted([*held, *last])
    assert stack.resources()["after-version"]["version"] == "2"
    assert names(stack) == [*(f"after-{kind}" for kind in KINDS), *(["last"] if last else [])]
    assert stack.plans_nothing()
    # Adopted objects outlive the stack, but for the version, which it made.
    stack.destroy()
    assert [line for line in registries.held(unique) if "deleted" not in line] == [
        line for line in held if "oci://" not in line
    ]


@in_the_long_form
@pytest.mark.parametrize("engine", [LOCAL], indirect=True)
def test_without_an_alias_and_adopt_a_rename_is_refused_by_name_and_loses_nothing(
    new_stack, registries, unique
):
    stack = declare(new_stack(**registries.environment), unique, "before")
    stack.up()
    held = registries.held(unique)

    refused = declare(stack, unique, "after").up(check=False)
    assert refused.code != 0
    for what in ("ML model service", "model entity", "registered model"):
        assert any(f"create {what} {unique}" in line for line in refused.problems), what
    assert all("exists already" in line for line in refused.problems if "create" in line)
    assert registries.held(unique) == held
    assert names(declare(stack, unique, "before")) == [f"before-{kind}" for kind in KINDS]
    assert stack.plans_nothing()
    stack.destroy()

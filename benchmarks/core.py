"""Processor time of the core's checks and diffs, called in this process; nothing else is in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from unittest import mock

from benchmarks import registry
from benchmarks.objects import OBJECTS, camel
from pulumi_mlregistry.catalog import Session
from pulumi_mlregistry.settings.settings import Settings


def lines(count: int, rounds: int) -> Iterator[dict[str, Any]]:
    """A new object's check, an unchanged one's check and diff, over objects that all differ."""
    objects = OBJECTS["openmetadata"]
    with (
        registry.running("openmetadata") as server,
        mock.patch.dict(os.environ, server.environment),
    ):
        session = Session(Settings({}, os.environ), lambda line: None)
        parent = session.reconciler(f"openmetadata:{objects.parent}")
        parent.create(parent.check(camel(objects.parent_arguments), {}).inputs)
        core = session.reconciler(f"openmetadata:{objects.kind}")
        declared = [objects.declared(n) for n in range(count)]
        checked = [core.check(each, {}).inputs for each in declared]
        made = core.create(checked[0])
        outputs = [{**made.outputs, **each} for each in checked]

        assert not any(core.diff(made.id, outputs[n], checked[n]).any for n in range(count))

        calls: dict[str, Callable[[int], object]] = {
            "check (new)": lambda n: core.check(declared[n], {}),
            "check (unchanged)": lambda n: core.check(declared[n], checked[n]),
            "diff (unchanged)": lambda n: core.diff(made.id, outputs[n], checked[n]),
        }
        for title, call in calls.items():
            cpu = median(_cpu(call, count) for _ in range(rounds))
            key = {"provider": "product", "door": "core", "count": count}
            yield {**key, "call": title, "ms": round(cpu * 1000, 3)}


def _cpu(call: Callable[[int], object], count: int) -> float:
    started = time.process_time()
    for number in range(count):
        call(number)
    return (time.process_time() - started) / count

"""A sandbox in a process of its own, so that its processor time is not the provider's."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpx

_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "openmetadata": ("OPENMETADATA_URL", "OPENMETADATA_TOKEN"),
    "nemo": ("NMP_BASE_URL",),
    "mlflow": ("MLFLOW_TRACKING_URI",),
}
"""What the sandbox prints of a registry, its address first."""
_ALWAYS: Final = 10**9
_COLLECTIONS: Final = (
    "/api/v1/services/mlmodelServices",
    "/api/v1/mlmodels",
    "/apis/models/v2/workspaces/default/models",
    "/api/2.0/mlflow/registered-models",
)
_LISTS: Final = (*_COLLECTIONS, "/api/2.0/mlflow/registered-models/search")


class Registry:
    """One registry of a running sandbox."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        self.url = url
        self.environment = environment
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=60)

    def delay(self, seconds: float) -> None:
        """Answer every request from now on this much later."""
        self._http.delete("/__fault").raise_for_status()
        if seconds:
            fault = {"mode": "delay", "times": _ALWAYS, "seconds": seconds}
            self._http.post("/__fault", json=fault).raise_for_status()

    def reset(self) -> None:
        """Count from here."""
        self._http.delete("/__load").raise_for_status()

    def load(self) -> dict[str, Any]:
        """What was asked since, requests by kind."""
        report: dict[str, Any] = self._http.get("/__load").json()
        kinds: Counter[str] = Counter()
        for request, count in report["requests"].items():
            kinds[_kind(*request.split(" ", 1))] += count
        return {**report, "requests": dict(sorted(kinds.items()))}

    def close(self) -> None:
        """End the connection to the controls."""
        self._http.close()


def _kind(method: str, path: str) -> str:
    """A request without the object's name: lists and single objects are told apart."""
    if method == "GET":
        return "list" if path in _LISTS else "GET" if path.startswith(_COLLECTIONS) else "other GET"
    return method


@contextmanager
def running(kind: str) -> Iterator[Registry]:
    """A fresh registry."""
    command = [sys.executable, "-m", "pulumi_mlregistry.cli", "sandbox", "--only", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            environment = _exports(process, _VARIABLES[kind])
            registry = Registry(environment[_VARIABLES[kind][0]], environment)
            yield registry
            registry.close()
        finally:
            process.terminate()
            process.wait(timeout=10)


def _exports(process: subprocess.Popen[str], wanted: Sequence[str]) -> dict[str, str]:
    """The variables that the sandbox prints before it waits."""
    found: dict[str, str] = {}
    assert process.stdout is not None
    while not set(wanted) <= set(found):
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the sandbox did not start")
        if line.startswith("export "):
            key, _, value = line.removeprefix("export ").partition("=")
            found[key] = shlex.split(value)[0]
    return found

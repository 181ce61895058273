"""Fixtures that start real registries, and a count of what was skipped at the end of the run.

Each worker of pytest-xdist starts servers of its own; all share one installation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pulumi_mlregistry import sandbox as sandboxes
from pulumi_mlregistry.devserver import PythonMissingError, Server, start
from pulumi_mlregistry.localengine.nursery import warmed


@contextmanager
def running(kind: str, *, files: bool = False, auth: bool = False) -> Iterator[Server]:
    """A dev server, or a skip with the reason where no Python for it is installed."""
    try:
        server = start(kind, files=files, auth=auth)
    except PythonMissingError as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture(scope="session")
def nemo_server() -> Iterator[Server]:
    """NeMo Platform: models, entities and auth services, authorization off."""
    with running("nemo") as server:
        yield server


@pytest.fixture(scope="session")
def nemo_files_server() -> Iterator[Server]:
    """NeMo Platform with files and secrets, so that ``fileset`` works."""
    with running("nemo", files=True) as server:
        yield server


@pytest.fixture(scope="module")  # few ask for it, and it works each second: on its roles
def nemo_auth_server() -> Iterator[Server]:
    """NeMo Platform with authorization on; see ``devserver.unsigned_token``."""
    with running("nemo", auth=True) as server:
        yield server


@pytest.fixture(scope="session")
def mlflow_server() -> Iterator[Server]:
    """A plain MLflow server."""
    with running("mlflow") as server:
        yield server


@pytest.fixture(scope="session")
def oracle_server() -> Iterator[Server]:
    """MLflow behind the front that speaks Oracle's dialect; see ``support.front``."""
    with running("oracle") as server:
        yield server


@pytest.fixture(scope="session")
def warm() -> Iterator[None]:
    """The local engine's programs and hosts are forks; commands as processes start anew."""
    with warmed(
        "httpcore",  # and what else is imported when it is first used
        "httpx",
        "pulumi.dynamic",
        "pulumi_mlregistry.apis.mlflow.model_version",
        "pulumi_mlregistry.apis.mlflow.registered_model",
        "pulumi_mlregistry.apis.nemo.model_entity",
        "pulumi_mlregistry.apis.openmetadata.ml_model",
        "pulumi_mlregistry.apis.openmetadata.ml_model_service",
        "pulumi_mlregistry.dynamic.providers",
        "pulumi_mlregistry.mlflow",
        "pulumi_mlregistry.nemo",
        "pulumi_mlregistry.openmetadata",
    ):
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[sandboxes.Sandbox]:
    """The embedded registries, all of them in this process; no real server is needed."""
    with sandboxes.start() as started:
        yield started


@pytest.fixture(scope="session")
def nemobox_server(sandbox: sandboxes.Sandbox) -> sandboxes.Registry:
    """The sandbox's NeMo Platform."""
    return sandbox.servers["nemo"]


@pytest.fixture(scope="session")
def mlflowbox_server(sandbox: sandboxes.Sandbox) -> sandboxes.Registry:
    """The sandbox's MLflow."""
    return sandbox.servers["mlflow"]


@pytest.fixture(scope="session")
def oraclebox_server(sandbox: sandboxes.Sandbox) -> sandboxes.Registry:
    """The sandbox's Oracle front, with the controls of ``support.front``."""
    return sandbox.servers["oracle"]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Iterator[None]:
    """Below everything else, so that a run that skipped much cannot pass for a full one."""
    yield
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        terminalreporter.write_line("skipped: nothing")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"skipped {count}: {reason}", yellow=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)

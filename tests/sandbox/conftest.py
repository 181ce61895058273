"""The sandbox's registries and the real ones: to each test in turn, or both to one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sandbox.comparing import Both, without_mlflows_times, without_nemos_ids
from support.http import local_client

WHERE = ("sandbox", "real")
REAL = {"nemo": "nemo_files_server", "mlflow": "mlflow_server"}


def _url(request: pytest.FixtureRequest, kind: str, where: str) -> str:
    name = f"{kind}box_server" if where == "sandbox" else REAL[kind]
    url: str = request.getfixturevalue(name).url
    return url


@pytest.fixture(scope="session", params=WHERE)
def nemo(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """The NeMo Platform with its files service."""
    with local_client(_url(request, "nemo", request.param)) as http:
        yield http


@pytest.fixture(scope="session", params=WHERE)
def mlflow(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """MLflow."""
    with local_client(_url(request, "mlflow", request.param)) as http:
        yield http


@pytest.fixture(scope="session")
def nemos(request: pytest.FixtureRequest) -> Iterator[Both]:
    """Both NeMo Platforms; adapters come in no order."""
    urls = [_url(request, "nemo", where) for where in ("real", "sandbox")]
    both = Both(urls[0], urls[1], without_nemos_ids, ("adapters",))
    yield both
    both.close()


@pytest.fixture(scope="session")
def mlflows(request: pytest.FixtureRequest) -> Iterator[Both]:
    """Both MLflow servers; tags and the like come in no order."""
    urls = [_url(request, "mlflow", where) for where in ("real", "sandbox")]
    unordered = ("tags", "aliases", "latest_versions")
    both = Both(urls[0], urls[1], without_mlflows_times, unordered)
    yield both
    both.close()

"""The promotion example: three stacks of one program, gates between them, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from support.proxy import Proxy

from .stacks import Stack

EXAMPLE = Path(__file__).parents[2] / "examples" / "promotion"


@pytest.fixture
def mlflow(mlflowbox_server):
    """The registry of all three stacks, without what an earlier test has left there."""
    with Proxy(mlflowbox_server.url) as proxy:
        for stage in ("dev", "staging", "prod"):
            _call(proxy, "DELETE", "registered-models/delete", name=f"{stage}.fraud")
        yield proxy


@pytest.fixture
def dev(engine, tmp_path, mlflow) -> Stack:
    """The first stack of the example as it stands."""
    environment = {"MLFLOW_TRACKING_URI": mlflow.url}
    stack = Stack(engine, tmp_path / "promotion", environment, example=EXAMPLE)
    if engine == "pulumi":
        (stack.folder / "requirements.txt").unlink()
    return stack


def _call(mlflow: Proxy, method: str, operation: str, **body: str) -> httpx.Response:
    url = f"{mlflow.target}/api/2.0/mlflow/{operation}"
    return httpx.request(method, url, json=body, trust_env=False)


def _model(mlflow: Proxy, name: str) -> dict:
    url = f"{mlflow.target}/api/2.0/mlflow/registered-models/get"
    return httpx.get(url, params={"name": name}, trust_env=False).json()["registered_model"]


def _champion(mlflow: Proxy, stage: str = "prod") -> dict:
    (alias,) = _model(mlflow, f"{stage}.fraud")["aliases"]
    url = f"{mlflow.target}/api/2.0/mlflow/model-versions/get"
    ident = {"name": f"{stage}.fraud", "version": alias["version"]}
    return httpx.get(url, params=ident, trust_env=False).json()["model_version"]


def _change(stack: Stack, file: str, old: str, new: str) -> None:
    path = stack.folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_release_reaches_prod_by_three_ups_and_goes_back_by_one_line(dev, mlflow):
    staging, prod = dev.beside("staging"), dev.beside("prod")
    for stack in (dev, staging, prod):
        stack.up()
    served = _champion(mlflow)
    trained = json.loads((EXAMPLE / "training.json").read_text())["2026-11"]
    assert (served["source"], served["run_id"]) == (trained["source"], trained["run_id"])
    tags = {tag["key"]: tag["value"] for tag in served["tags"]}
    assert (tags["digest"], tags["release"]) == (trained["tags"]["digest"], "2026-11")
    assert prod.plans_nothing()

    mlflow.clear()
    _change(prod, "__main__.py", 'CHAMPION = "2026-11"', 'CHAMPION = "2026-10"')
    prod.up()
    assert _champion(mlflow)["source"] == "s3://models/fraud/2026-10-28"
    assert [r.path.rpartition("/")[2] for r in mlflow.writes()] == ["alias"], "no version changes"
    assert prod.plans_nothing()


def test_what_was_not_validated_does_not_reach_prod(dev, mlflow):
    staging, prod = dev.beside("staging"), dev.beside("prod")
    _change(dev, "Pulumi.staging.yaml", "    2026-11: risk-review\n", "")
    dev.up()
    staging.up()
    mlflow.clear()
    stopped = prod.preview(check=False)
    assert stopped.code != 0
    (why,) = {p for p in stopped.problems if "gate failed" in p}
    assert "validated_by" in why
    assert mlflow.writes() == []


def test_a_worse_model_stops_at_the_first_stack(dev, mlflow):
    _change(dev, "training.json", '"auc": 0.93', '"auc": 0.81')
    stopped = dev.preview(check=False)
    assert stopped.code != 0
    (why,) = {p for p in stopped.problems if "gate failed" in p}
    assert "auc" in why
    assert "0.81" in why
    assert "0.9" in why
    assert mlflow.writes() == []

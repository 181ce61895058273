"""Every example runs as it stands: up, nothing left to plan, destroy, nothing left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from .catalog import Catalog
from .stacks import Stack, has_pulumi

ROOT = Path(__file__).parents[2]
EXAMPLES, SCRIPTS = ROOT / "examples", ROOT / "scripts"
FOLDERS = sorted(p.parent.name for p in EXAMPLES.glob("*/Pulumi.yaml"))
ELSEWHERE = "promotion"  # its three stacks are run by test_promotion.py
NAMES = [n for n in FOLDERS if not n.startswith("plugin-") and n != ELSEWHERE]
NEEDS = {
    "nemo-model-entity": ["nemo"],
    "openmetadata-model": ["om2"],
    "openmetadata-services": ["om2"],
    "oracle-model-version": ["oracle"],
    "quickstart": ["om2", "nemo", "mlflow"],
    "two-registries": ["mlflow", "second"],
}
SECRETS = {"openmetadata-services": ["databasePassword", "awsSecretAccessKey", "gcpPrivateKey"]}


def test_every_folder_of_examples_is_a_program_a_policy_pack_or_for_ci():
    packs = [p.parent.name for p in EXAMPLES.glob("*/PulumiPolicy.yaml")]  # run by test_gates.py
    of_ci = ["ci-scripts", "github-actions"]
    folders = sorted(p.name for p in EXAMPLES.iterdir() if p.is_dir())
    assert folders == sorted([*FOLDERS, *packs, *of_ci])
    assert set(NEEDS) <= set(NAMES)


def test_the_program_of_the_readme_can_be_planned(om2_server, tmp_path):
    text = (ROOT / "README.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, re.S)
    environment = {**om2_server.environment, "MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}
    stack = Stack("local", tmp_path / "readme", environment).program(program)
    planned = stack.preview()
    assert planned.counts == {"created": 5}
    assert "risk-mlflow.fraud" in planned.text


def test_the_demo_leaves_nothing_but_what_openmetadata_keeps(tmp_path):
    environment = {**os.environ, "PATH": str(tmp_path)}  # pulumi runs the quickstart below
    command = [sys.executable, str(SCRIPTS / "demo.py")]
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "local engine" in ran.stdout
    assert "owner is still there: alice" in ran.stdout
    assert "Left behind in the registries: nothing" in ran.stdout
    assert "default: risk-mlflow, risk-mlflow.fraud-detector. They can be" in ran.stdout


def test_the_demo_takes_no_other_option():
    for given in (["--rael"], ["--real", "--real"], [""]):
        ran = subprocess.run(
            [SCRIPTS / "demo", *given], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 2
        assert len(ran.stderr.splitlines()) == 1
        assert "--real" in ran.stderr


@pytest.mark.parametrize("name", [name for name in NAMES if name != "quickstart"])
def test_an_example_comes_and_goes(name, request, tmp_path):
    _run(name, "local", request, tmp_path)


@pytest.mark.skipif(not has_pulumi(), reason="no pulumi on PATH: the local engine alone was used")
@pytest.mark.parametrize("name", ["quickstart", "oracle-model-version", "two-registries"])
def test_an_example_comes_and_goes_on_pulumi_itself(name, request, tmp_path):
    _run(name, "pulumi", request, tmp_path)


def _run(name: str, engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    needed = NEEDS.get(name, ["mlflow"])
    environment: dict[str, str] = {}
    for kind in {n.replace("second", "mlflow") for n in needed}:
        environment |= request.getfixturevalue(f"{kind}_server").environment
    stack = Stack(engine, tmp_path / name, environment, example=EXAMPLES / name)
    catalog = Catalog(request.getfixturevalue("om2_server")) if "om2" in needed else None
    if "second" in needed:
        mlflow = environment.pop("MLFLOW_TRACKING_URI")
        oracle = request.getfixturevalue("oracle_server").url
        # Plain MLflow stands beside Oracle's front: a second registry.
        stack.configure("stagingUrl", mlflow)
        stack.configure("productionUrl", oracle)
    if catalog and name == "openmetadata-model":
        orders = catalog.id_of("tables", "warehouse.shop.public.orders")
        stack.configure("ordersTable", orders)
    for secret in SECRETS.get(name, ()):
        stack.configure(secret, f"canary-{secret}", secret=True)
    stack.up()
    stack.refresh()
    assert stack.plans_nothing()
    before = _objects(stack)
    if name in SECRETS:
        assert "canary-" not in str(stack.state())
    stack.destroy()
    assert before
    for url in stack.environment.values():
        if url.startswith("http://127.0.0.1"):
            assert not before & _left(url, catalog)
    if catalog:
        # A soft delete is OpenMetadata's default: the names stay taken, here until the next test.
        kept = before & catalog.names("deleted")
        assert kept
        for service in kept:
            catalog.purge(service)


def _objects(stack: Stack) -> set[str]:
    """Names of the objects that the stack holds."""
    return {str(outputs["name"]) for outputs in stack.resources().values()}


def _left(url: str, catalog: Catalog | None) -> set[str]:
    if catalog and catalog.server.url == url:
        return catalog.names()
    search = "/api/2.0/mlflow/registered-models/search?max_results=1000"
    found = httpx.get(f"{url}{search}")
    if found.status_code == 200:
        return {m["name"] for m in found.json().get("registered_models") or []}
    found = httpx.get(f"{url}/apis/models/v2/workspaces/default/models?page_size=1000")
    return {model["name"] for model in found.json()["data"]}

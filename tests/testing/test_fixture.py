"""A user's test plans and applies their program, and touches nothing but its own sandbox."""

from __future__ import annotations

import subprocess
import sys

from .conftest import Repository

SETTINGS = """
    [pytest]
    mlregistry_project = deploy
    mlregistry_stack = prod
    """
PROJECT = """
    name: fraud
    runtime: python
    """
STACK = """
    encryptionsalt: v1:fiD28VFnqRE=:v1:qmnBFma3eOiUSrjj:gktBZfa71dgO3eZFrAvA4iwNvwlqLQ==
    config:
      mlregistry:mlflowUrl: https://mlflow.example.com
      mlregistry:mlflowToken:
        secure: v1:AAAA:BBBB
      mlregistry:nemoWorkspace: risk
      mlregistry:plugin: true
      fraud:apiKey:
        secure: v1:CCCC:DDDD
      fraud:team: risk
    """
PROGRAM = """
    import os
    import pulumi
    from pulumi_mlregistry import Provider, mlflow, nemo, openmetadata

    config = pulumi.Config()
    staging = pulumi.StackReference("acme/fraud/staging")
    source = staging.require_output("candidate").apply(lambda found: found["source"])
    description = config.get("description")
    tags = {"team": config.require("team")}
    model = mlflow.RegisteredModel("fraud", description=description, tags=tags)
    version = mlflow.ModelVersion("fraud-v", name=model.name, source=source)
    nemo.ModelEntity("fraud-llm", base_model="meta/llama")
    service = openmetadata.MlModelService("risk", service_type="Mlflow")
    if config.get("owner"):
        owners = [{"type": "user", "name": config.require("owner")}]
        parent = service.fully_qualified_name
        openmetadata.MlModel("entry", service=parent, algorithm="x", owners=owners)
    if config.get_bool("abroad"):
        there = Provider("abroad", mlflow_url="https://abroad.example.com", mlflow_token="t")
        mlflow.RegisteredModel("twin", name="fraud", opts=pulumi.ResourceOptions(provider=there))
    pulumi.export("version", version.version)
    pulumi.export("key", config.require_secret("apiKey"))
    pulumi.export("password", staging.require_output("password"))
    pulumi.export("seen", sorted(n for n in os.environ if n.startswith(("MLFLOW", "PULUMI_AC"))))
    pulumi.export("folder", os.getcwd())
    """
TESTS = """
    import httpx
    import pytest
    from pulumi_mlregistry.testing import Failed, Stack

    MLFLOW = "/api/2.0/mlflow/registered-models"


    @pytest.fixture
    def stack(mlregistry_stack: Stack) -> Stack:
        candidate = {"candidate": {"source": "s3://models/1"}, "password": "hidden"}
        mlregistry_stack.reference("fraud/staging", candidate, secrets=["password"])
        return mlregistry_stack


    def test_life(stack):
        plan = stack.preview()
        assert plan.creates == ["fraud", "fraud-llm", "fraud-v", "risk"]
        assert plan["fraud"].inputs["tags"] == {"team": "risk"}
        assert plan.outputs["version"] == "[unknown]"
        assert stack.registries["mlflow"].log() == [] or plan.changed
        assert stack.up().outputs["version"] == "1"
        assert stack.preview().changed == []

        stack.config["team"] = "fraud"
        stack.config["description"] = "Card payments"
        plan = stack.preview()
        assert plan.updates == ["fraud"]
        assert plan["fraud"].changes["tags.team"] == ("risk", "fraud")
        assert plan["mlflow:RegisteredModel::fraud"].changes["description"].new == "Card payments"

        edit = {"name": "fraud", "key": "team", "value": "sales"}
        mlflow = stack.registries["mlflow"]
        httpx.post(f"{mlflow.url}{MLFLOW}/set-tag", json=edit, trust_env=False).raise_for_status()
        with pytest.raises(Failed, match="sales") as failed:
            stack.up()
        assert failed.value.result.command == "up"
        assert stack.refresh().drifted == ["fraud"]
        assert stack.up().updates == ["fraud"]

        stack.reference("fraud/staging", {"candidate": {"source": "s3://2"}, "password": "x"})
        plan = stack.preview()
        assert plan.replaces == ["fraud-v"]
        assert plan["fraud-v"].forces_replacement == ("source",)
        assert len(stack.destroy().deletes) == 4
        assert stack.outputs == {}


    def test_every_test_has_registries_and_a_state_of_its_own(stack):
        assert stack.registries["mlflow"].log() == []
        assert len(stack.up().creates) == 4
        assert stack.outputs["seen"] == []
        assert stack.outputs["folder"].endswith("deploy")


    def test_secrets_have_a_test_value_and_the_result_says_so(stack):
        stack.up()
        assert stack.outputs["key"] == stack.outputs["password"] == "[secret]"
        assert stack.secret_output("key") == "a-secret-of-a-test"
        assert stack.secret_output("password") == "hidden"
        said = [each.message for each in stack.preview().diagnostics]
        assert any("fraud:apiKey is a secret" in text for text in said)
        assert any("mlregistry:plugin is false in a test" in text for text in said)
        assert not any("mlflowToken" in text for text in said)


    @pytest.mark.mlregistry(config={"abroad": True, "owner": "dana", "apiKey": "mine"})
    def test_another_address_is_another_registry_and_people_can_be_planted(stack):
        stack.registries["openmetadata"].plant("user", "dana")
        done = stack.up()
        assert {"entry", "twin"} <= set(done.creates)
        there = stack.registries["https://abroad.example.com"]
        assert there.url != stack.registries["mlflow"].url
        assert stack.registries["https://mlflow.example.com"] is stack.registries["mlflow"]
        assert any(entry["method"] == "POST" for entry in there.log())
        assert "authorization" not in str(there.log())
        assert stack.secret_output("key") == "mine"
        assert stack.preview().changed == []


    def test_a_reference_that_is_not_given_is_asked_for(mlregistry_stack):
        with pytest.raises(Failed) as failed:
            mlregistry_stack.preview()
        assert 'mlregistry_stack.reference("acme/fraud/staging"' in str(failed.value)
        assert str(failed.value).count("\\n") == 0


    def test_a_resource_that_is_not_there_is_named_with_those_that_are(stack):
        with pytest.raises(KeyError, match="no resource frod: .*mlflow:RegisteredModel::fraud"):
            stack.preview()["frod"]
    """
USERS_OWN = {
    "MLFLOW_TRACKING_URI": "https://real.example.com",
    "MLFLOW_TRACKING_TOKEN": "real",
    "PULUMI_ACCESS_TOKEN": "real",
    "PULUMI_CONFIG_PASSPHRASE": "real",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


def fraud(repository: Repository) -> Repository:
    repository.file("pytest.ini", SETTINGS)
    repository.file("deploy/Pulumi.yaml", PROJECT)
    repository.file("deploy/Pulumi.prod.yaml", STACK)
    repository.file("deploy/__main__.py", PROGRAM)
    return repository


def files(repository: Repository) -> dict[str, str]:
    found = [
        path
        for path in (repository.root / "deploy").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    return {str(path): path.read_text() for path in found}


def test_a_program_is_planned_and_applied_in_tests_of_its_repository(repository: Repository):
    fraud(repository).file("tests/test_deploy.py", TESTS)
    before = files(repository)
    ran = repository.run(environment=USERS_OWN)
    ran.assert_outcomes(passed=6)
    assert files(repository) == before  # no state, no salt, no changed configuration
    said = [line for line in ran.outlines if line.startswith("mlregistry: ")]
    assert len(said) == 1
    assert "6 with a program, the first in " in said[0]
    print(said[0])  # how long it takes depends on the machine: told, not asserted


def test_what_is_missing_is_one_line_that_says_what_to_do(repository: Repository):
    fraud(repository).file("pytest.ini", "[pytest]\n")
    repository.file("elsewhere/test_none.py", "def test_no_project(mlregistry_stack): pass\n")
    repository.file("deploy/test_dev.py", "def test_no_stack(mlregistry_stack): pass\n")
    hidden = """
        import pytest
        pytestmark = pytest.mark.mlregistry(project="deploy", stack="prod")
        def test_no_extra(mlregistry_stack): pass
        """
    repository.file("extra/test_extra.py", hidden)
    repository.file("extra/conftest.py", "import sys; sys.modules['starlette'] = None\n")
    ran = repository.run("-rE")
    ran.assert_outcomes(errors=3)
    text = ran.stdout.str()
    assert "`mlregistry_project` in pytest's configuration (deploy would be one)" in text
    assert 'which has prod: name the stack by @pytest.mark.mlregistry(stack="prod")' in text
    assert "needs starlette, which is not installed: pip install" in text
    assert "Traceback" not in text


def test_a_run_that_does_not_use_the_fixture_pays_nothing_for_the_plugin():
    program = (
        "import sys, pulumi_mlregistry.testing.plugin\n"
        "heavy = {'pulumi', 'grpc', 'httpx', 'pydantic', 'starlette', 'cryptography', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr

"""OpenMetadata by whole programs: the life of services and models, and what its users fear."""

from __future__ import annotations

import html
import json
import re

import pytest

from .catalog import MODELS, SERVICES, Catalog
from .stacks import Outcome, Stack

AWKWARD = "it's a & b < c"
SERVICE = """
    service = openmetadata.MlModelService("service", name="{name}", service_type="Sklearn")
    model = openmetadata.MlModel(
        "model",
        name="m.1",
        service=service.fully_qualified_name,
        algorithm="KMeans",
        {more}
    )
    pulumi.export("model", model.fully_qualified_name)
"""
FIELDS = {
    "description": AWKWARD,
    "domain": "Risk",
    "owners": [{"type": "user", "name": "alice"}],
    "tags": ["Tier.Tier1", {"tagFQN": "Business.Churn", "source": "Glossary"}],
    "ml_features": [
        {"name": "b", "dataType": "numerical", "tags": ["PII.Sensitive"]},
        {"name": "a", "dataType": "categorical", "description": AWKWARD},
    ],
    "ml_hyper_parameters": [{"name": "k", "value": 5}, {"name": "rate", "value": 0.5}],
    "extension": {"costCenter": "CC-1"},
    "dashboard": "looker.churn",
    "ml_store": {"storage": "s3://models/1"},
    "server": "https://scoring.example.com",
}
CLEARED = ["description", "mlFeatures", "mlHyperParameters", "extension", "mlStore", "server"]
CLEARED += ["owner", "owners", "domain", "domains"]
_CHANGED = re.compile(r"^\s+[-+~]\s+(\w+)\S*\s*: [\"\[{]", re.M)


@pytest.fixture(params=["2.x"])
def catalog(request: pytest.FixtureRequest) -> Catalog:
    """The sandbox's OpenMetadata, in the form of 2.x where a test does not say otherwise."""
    old = request.param == "1.2"
    server = request.getfixturevalue("om12_server" if old else "om2_server")
    server.clear()
    return Catalog(server, old=old)


local_only = pytest.mark.parametrize("engine", ["local engine"], indirect=True)
each_engine_and_form = pytest.mark.parametrize(
    ("engine", "catalog"),
    [("local engine", "2.x"), ("local engine", "1.2"), ("pulumi", "2.x")],
    indirect=True,
)


def declare(stack: Stack, name: str, **fields: object) -> Stack:
    """A service and a model with these fields."""
    more = ",\n        ".join(f"{key}={value!r}" for key, value in fields.items())
    return stack.program(SERVICE.format(name=name, more=more))


def changed(outcome: Outcome) -> set[str]:
    """The properties that a preview shows as changed; one engine shows values in them as well."""
    return set(_CHANGED.findall(outcome.text)) - {"value"}


@each_engine_and_form
def test_a_model_lives_from_create_to_destroy(new_stack, catalog, unique):
    stack = declare(new_stack(**catalog.environment()), unique, **FIELDS)
    fqn = f'{unique}."m.1"'
    planned = stack.preview()
    assert planned.counts == {"created": 3}
    assert fqn in planned.text.replace("\\", "")
    assert catalog.writes() == []

    assert stack.up().counts == {"created": 3}
    live = catalog.model(fqn)
    assert html.unescape(live["description"]) == AWKWARD
    assert live["mlHyperParameters"] == [
        {"name": "k", "value": "5"},
        {"name": "rate", "value": "0.5"},
    ]
    assert {t["tagFQN"] for t in live["tags"]} >= {"Tier.Tier1", "Business.Churn"}
    assert live["dashboard"]["fullyQualifiedName"] == "looker.churn"

    # A colleague writes what the program does not declare; the program changes two fields. Nothing
    # else is planned, whatever the server rewrote, sorted and derived.
    draft = {"tagFQN": "Stage.Draft", "source": "Classification"}
    theirs = [*live["tags"], {**draft, "labelType": "Manual", "state": "Confirmed"}]
    catalog.edit(fqn, target="theirs", displayName="Theirs", tags=theirs)
    assert "theirs" not in stack.refresh().text.lower()
    numbers = [{"name": "k", "value": 6}, {"name": "rate", "value": 0.5}]
    declare(stack, unique, **{**FIELDS, "description": "new", "ml_hyper_parameters": numbers})
    catalog.server.clear()
    planned = stack.preview()
    assert planned.counts == {"updated": 1, "unchanged": 2}
    assert changed(planned) == {"description", "mlHyperParameters"}
    assert catalog.server.log() == []
    stack.up()
    assert catalog.writes() == [f"PATCH {MODELS}"]
    live = catalog.model(fqn)
    assert (live["description"], live["target"], live["displayName"]) == ("new", "theirs", "Theirs")
    assert {t["tagFQN"] for t in live["tags"]} >= {"Stage.Draft", "Tier.Tier1"}

    # What is no longer declared is cleared; a dashboard cannot be, and stays declared.
    declare(stack, unique, dashboard="looker.churn").up()
    live = catalog.model(fqn)
    assert [key for key in CLEARED if live.get(key)] == []
    assert [t["tagFQN"] for t in live["tags"]] == ["Stage.Draft"]
    assert live["target"] == "theirs"

    stack.destroy()
    assert catalog.get(MODELS, fqn) is None
    for collection, name in ((MODELS, fqn), (SERVICES, unique)):
        kept = catalog.get(collection, name, include="all")
        assert kept is not None
        assert kept["deleted"] is True


def test_drift_and_conflicts_are_told_with_who_and_when(new_stack, catalog, unique):
    stack = declare(new_stack(**catalog.environment()), unique, description="ours")
    stack.up()
    fqn = f'{unique}."m.1"'
    catalog.edit(fqn, description="theirs")

    refused = declare(stack, unique, description="new").up(check=False)
    assert refused.code != 0
    problem = refused.problems[0]
    assert "description was 'ours' when last read, is now 'theirs'" in problem
    assert "the program declares 'new'" in problem
    assert re.search(r"last changed 20\d\d-\d\d-\d\dT[\d:.]+Z by bob", problem)
    assert "Run pulumi refresh" in problem
    assert catalog.model(fqn)["description"] == "theirs"

    refreshed = stack.refresh()
    assert re.search(r"was changed outside: description \(last changed .* by bob\)", refreshed.text)
    planned = stack.preview()
    assert planned.counts == {"updated": 1, "unchanged": 2}
    assert changed(planned) == {"description"}
    stack.up()
    assert catalog.model(fqn)["description"] == "new"


CONNECTED = """
    password = "canary-in-uri"
    mlflow_service = openmetadata.MlModelService(
        "mlflow",
        name="{name}-mlflow",
        service_type="Mlflow",
        description="{text}",
        connection={{
            "config": {{
                "trackingUri": "https://tracker:canary-tracking@mlflow.example.com",
                "registryUri": f"mysql://mlflow:{{password}}@db.example.com/mlflow",
            }}
        }},
    )
    sagemaker = openmetadata.MlModelService(
        "sagemaker",
        name="{name}-sagemaker",
        service_type="SageMaker",
        description="{text}",
        connection={{
            "config": {{
                "awsConfig": {{
                    "awsRegion": "eu-west-1",
                    "awsAccessKeyId": "AKIAEXAMPLE",
                    "awsSecretAccessKey": "{key}",
                }}
            }}
        }},
    )
    pulumi.export("connection", mlflow_service.connection)
    pulumi.export("other", sagemaker.connection)
"""


def test_secrets_of_a_connection_are_nowhere_and_their_masks_are_no_drift(
    new_stack, catalog, unique
):
    stack = new_stack(**catalog.environment())
    program = CONNECTED.format(name=unique, text="one", key="canary-aws")
    seen = stack.program(program).up().text + stack.refresh().text
    masked = catalog.get(SERVICES, f"{unique}-sagemaker")
    assert masked is not None
    assert set(masked["connection"]["config"]["awsConfig"]["awsSecretAccessKey"]) == {"*"}
    planned = stack.preview()
    assert planned.counts == {"unchanged": 3}

    # Another key and another text: neither the plan nor the write shows the old key or the new.
    program = CONNECTED.format(name=unique, text="two", key="canary-rotated")
    changing = stack.program(program).preview()
    assert changing.counts == {"updated": 2, "unchanged": 1}
    seen += planned.text + changing.text + stack.up().text
    exported = json.dumps(stack.state())
    seen += stack.destroy().text
    assert "AKIAEXAMPLE" in exported  # which is none: the export is a whole one
    assert "canary" not in seen + exported


@local_only
def test_secrets_that_a_bot_is_shown_in_the_clear_are_hidden_and_no_drift(
    new_stack, catalog, unique
):
    stack = new_stack(**catalog.environment("ingestion-bot"))
    program = CONNECTED.format(name=unique, text="one", key="canary-aws")
    seen = stack.program(program).up().text + stack.refresh().text
    planned = stack.preview()
    assert planned.counts == {"unchanged": 3}
    assert "canary" not in seen + planned.text + json.dumps(stack.state())


@local_only
def test_a_secret_stays_hidden_when_a_write_is_refused(new_stack, catalog, unique):
    stack = new_stack(**catalog.environment())
    stack.program(CONNECTED.format(name=unique, text="one", key="canary-aws"))
    # Each write hides what it sent itself: no server quotes another one's secret.
    body = {"code": 400, "message": "no canary-aws or canary-in-uri here"}
    catalog.server.fault("before", "POST", times=99, status=400, body=body)
    refused = stack.up(check=False)
    catalog.server.clear()
    assert refused.code != 0
    (of_mlflow,) = (line for line in refused.problems if f"{unique}-mlflow" in line)
    (of_sagemaker,) = (line for line in refused.problems if f"{unique}-sagemaker" in line)
    assert "no canary-aws or [secret] here" in of_mlflow
    assert "no [secret] or canary-in-uri here" in of_sagemaker


@local_only
def test_what_a_bot_may_not_write_is_an_error_that_says_so(new_stack, catalog, unique):
    stack = declare(new_stack(**catalog.environment()), unique, display_name="one")
    stack.up()
    stack.environment |= catalog.environment("ingestion-bot")
    refused = declare(stack, unique, display_name="two", description="d").up(check=False)
    assert refused.code != 0
    (problem,) = {line for line in refused.problems if "update ML model" in line}
    assert "EditDisplayName" in problem
    assert "the token is a bot's" in problem
    assert "mlregistry:openmetadataToken" in problem
    live = catalog.model(f'{unique}."m.1"')
    assert (live["displayName"], live.get("description")) == ("one", None)

    declare(stack, unique, display_name="one", description="d").up()
    assert catalog.model(f'{unique}."m.1"')["description"] == "d"


@local_only
def test_a_soft_deleted_twin_is_named_and_restored_on_demand(new_stack, catalog, unique):
    stack = declare(new_stack(**catalog.environment()), unique, description="before")
    stack.up()
    fqn = f'{unique}."m.1"'
    first = catalog.model(fqn)["id"]
    stack.destroy()

    refused = stack.up(check=False)
    assert refused.code != 0
    problem = refused.problems[0]
    assert "is there, soft-deleted (last changed 20" in problem
    assert "by admin" in problem
    for way in ("Delete it for good (id ", 'on_conflict="adopt" to restore it', "another name"):
        assert way in problem
    assert catalog.get(SERVICES, unique) is None

    # The same program takes both over, and says what shall become of them in the end.
    adopting = '{0}, on_conflict="adopt", delete_policy="hard"'
    program = (stack.folder / "__main__.py").read_text().replace("'before'", "'after'")
    for end in ('service_type="Sklearn"', 'algorithm="KMeans"'):
        program = program.replace(end, adopting.format(end))
    (stack.folder / "__main__.py").write_text(program)
    restored = stack.up()
    assert "was soft-deleted, and is restored" in restored.text
    live = catalog.model(fqn)
    assert (live["id"], live["description"]) == (first, "after")
    stack.destroy()
    assert catalog.get(MODELS, fqn, include="all") is None
    assert catalog.get(SERVICES, unique, include="all") is None


@local_only
def test_a_custom_property_that_is_an_integer_is_sent_as_one(new_stack, catalog, unique):
    stack = declare(new_stack(**catalog.environment()), unique, extension={"riskScore": 2})
    stack.up()
    assert catalog.model(f'{unique}."m.1"')["extension"] == {"riskScore": 2}

"""What the command takes and refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Adopting, Scene

NewStack = Callable[..., Adopting]


def _adopted(text: str) -> str:
    return next((x.removeprefix("adopted: ") for x in text.splitlines() if x[:8] == "adopted:"), "")


CHOSEN = {
    "--service risk-mlflow": "1 ML model service, 5 ML models",
    "--service risk-mlflow --owner ml-platform": "1 ML model",
    "--tag Tier.Tier1": "2 ML models",
    "--tag Tier.Tier1 --tag team=risk": "2 ML models, 4 registered models, 6 model versions",
    "--workspace apart": "1 model entity",
    "--model model-0 --model entity-0": "1 model entity, 1 registered model, 1 model version",
    "nemo --owner alice": "1 model entity",
}


@pytest.mark.parametrize(("arguments", "adopted"), CHOSEN.items(), ids=CHOSEN.keys())
def test_objects_are_chosen_by_what_they_are(
    adopting: Adopting, arguments: str, adopted: str
) -> None:
    assert _adopted(adopting.survey(*arguments.split()).text) == adopted


def test_what_means_nothing_to_a_registry_is_said(adopting: Adopting) -> None:
    told = adopting.survey("--workspace", "apart").text
    assert "OpenMetadata: nothing is taken, as --workspace means nothing there" in told
    assert "MLflow: nothing is taken, as --workspace means nothing there" in told


def test_files_that_are_there_are_kept_unless_they_are_to_be_overwritten(
    adopting: Adopting,
) -> None:
    (adopting.stack.folder / "__main__.py").write_text("mine\n")
    refused = adopting.survey("mlflow")
    assert refused.code == 1
    assert "__main__.py exists: give --force" in refused.text
    assert adopting.text() == "mine\n"
    assert adopting.survey("mlflow", "--program", "found.py").code == 0
    assert adopting.survey("mlflow", "--force").code == 0
    assert adopting.text() == adopting.text("found.py")


def test_nothing_is_written_where_nothing_is_found(adopting: Adopting) -> None:
    told = adopting.survey("--model", "no such model")
    assert (told.code, "nothing to adopt" in told.text) == (0, True)
    assert not (adopting.stack.folder / "import.json").exists()


def test_what_cannot_be_run_is_one_line(adopting: Adopting, tmp_path: Path) -> None:
    assert adopting.survey("sagemaker").code == 2
    assert "'sagemaker' is no registry" in adopting.survey("sagemaker").text
    adopting.stack.environment["NMP_BASE_URL"] = "http://127.0.0.1:9"
    failed = adopting.survey("nemo")
    assert failed.code == 1
    assert "no connection" in failed.text
    assert len(failed.problems) == 1
    (adopting.stack.folder / "Pulumi.yaml").unlink()
    assert "no Pulumi.yaml" in adopting.survey("nemo").text


def test_the_stacks_own_configuration_counts(adopting: Adopting) -> None:
    url = adopting.stack.environment.pop("NMP_BASE_URL")
    adopting.stack.configure("mlregistry:nemoUrl", url)
    assert _adopted(adopting.survey("nemo").text) == "9 model entities"


def test_a_file_is_taken_over_once_and_only_with_its_state(
    adopting: Adopting, scene: Scene, new_stack: NewStack
) -> None:
    adopting.survey("mlflow")
    assert "12 resources imported into stack dev" in adopting.take().text
    again = adopting.take()
    assert again.code == 1
    assert "is in the stack already" in again.text
    other = new_stack(scene, "other")
    other.survey("mlflow", "--plugin")
    refused = other.take()
    assert refused.code == 1
    assert "has no state to record" in refused.text
    assert other.stack.state() == []


def test_a_registry_is_asked_once_though_two_dialects_are_configured(adopting: Adopting) -> None:
    alone = _adopted(adopting.survey("--force").text)
    adopting.stack.environment |= {
        "MLREGISTRY_ORACLE_URL": "http://127.0.0.1:9",
        "MLREGISTRY_ORACLE_PLATFORM_ID": "ocid1.platform",
    }
    told = adopting.survey("--force")
    assert told.code == 1
    assert "both an MLflow server and an Oracle platform are configured" in told.text
    adopting.stack.environment["MLREGISTRY_MLFLOW_DIALECT"] = "mlflow"
    assert _adopted(adopting.survey("--force").text) == alone
    assert adopting.text().count('"model-0"') == 1

"""The plugin under Pulumi's own engine: moves between the doors, imports, failures, packages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from support.proxy import Proxy

from .stacks import Stack, has_pulumi

pytestmark = pytest.mark.skipif(
    not has_pulumi(), reason="no pulumi on PATH: the plugin was called at the protocol alone"
)
ROOT = Path(__file__).parent.parent.parent
NewStack = Callable[..., Stack]
PROGRAM = """
    e = nemo.ModelEntity("e", name="{name}", description="{text}", custom_fields={{"team": "risk"}})
    m = mlflow.RegisteredModel("m", name="{name}", tags={{"a.b": "{text}"}})
    v = mlflow.ModelVersion("v", name=m.name, source="s3://bucket/{text}")
    pulumi.export("created", e.created_at)
    pulumi.export("version", v.version)
"""


@pytest.fixture(params=["pulumi"])
def engine(request: pytest.FixtureRequest) -> str:
    """The local engine runs no plugins."""
    return str(request.param)


@pytest.fixture
def registries(nemobox_server, mlflowbox_server) -> Iterator[tuple[Proxy, Proxy]]:
    """The sandbox's, behind recording proxies."""
    with Proxy(nemobox_server.url) as nemo, Proxy(mlflowbox_server.url) as mlflow:
        yield nemo, mlflow


@pytest.fixture
def stack(new_stack: NewStack, registries: tuple[Proxy, Proxy]) -> Stack:
    """A stack of both registries."""
    nemo, mlflow = registries
    return new_stack(NMP_BASE_URL=nemo.url, MLFLOW_TRACKING_URI=mlflow.url)


def _ours(stack: Stack) -> dict[str, int]:
    """The counts of a preview, without the stack itself."""
    return {verb: n - (verb == "unchanged") for verb, n in stack.preview().counts.items()}


def test_a_stack_moves_to_the_plugin_with_nothing_planned_and_back_without_a_request(
    stack: Stack, registries: tuple[Proxy, Proxy], unique: str
) -> None:
    stack.program(PROGRAM.format(name=unique, text="first")).up()
    made = stack.resources()
    for proxy in registries:
        proxy.clear()
    for _ in range(2):
        stack.environment["MLREGISTRY_PLUGIN"] = "true"
        assert _ours(stack) == {"unchanged": 3}
        stack.up()
        assert len([r for r in stack.state() if r["type"].startswith("mlregistry:")]) == 3
        del stack.environment["MLREGISTRY_PLUGIN"]
        stack.up()
        assert _ours(stack) == {"unchanged": 3}
        assert not [r for r in stack.state() if r["type"].startswith("mlregistry:")]
    assert [r.path for proxy in registries for r in proxy.requests] == []
    assert {k: v["__applied"] for k, v in stack.resources().items()} == {
        k: v["__applied"] for k, v in made.items()
    }
    stack.program(PROGRAM.format(name=unique, text="second")).up()
    assert [r.method for r in registries[0].writes()] == ["PATCH"]


def test_an_explicit_provider_moves_like_the_stacks_own(
    stack: Stack, registries: tuple[Proxy, Proxy], unique: str
) -> None:
    nemo, _ = registries
    del stack.environment["NMP_BASE_URL"]
    stack.program(f"""
        import pulumi_mlregistry
        p = pulumi_mlregistry.Provider("p", nemo_url="{nemo.url}", nemo_token="canary-token")
        nemo.ModelEntity("e", name="{unique}", opts=pulumi.ResourceOptions(provider=p))
    """).up()
    nemo.clear()
    for door in ("true", "false", "true"):
        stack.environment["MLREGISTRY_PLUGIN"] = door
        stack.up()
        assert nemo.writes() == []
        assert nemo.requests == []
    assert "canary-token" not in json.dumps(stack.document())
    stack.program("")
    stack.up()
    assert [r.method for r in nemo.writes()] == ["DELETE"]
    assert nemo.writes()[0].headers["authorization"] == "Bearer canary-token"


def test_each_resource_is_imported_by_id_and_then_plans_nothing(
    stack: Stack, new_stack: NewStack, unique: str
) -> None:
    stack.environment["MLREGISTRY_PLUGIN"] = "true"
    program = PROGRAM.format(name=unique, text="first")
    stack.program(program).up()
    other = new_stack("other", **stack.environment)
    other.program("")
    ids = {
        "nemo:ModelEntity": ("e", f"default/{unique}"),
        "mlflow:RegisteredModel": ("m", unique),
        "mlflow:ModelVersion": ("v", f"{unique}/1"),
    }
    for kind, (logical, id_) in ids.items():
        done = other.run("import", f"mlregistry:{kind}", logical, id_, "--yes", "--protect=false")
        assert done.code == 0, done.text
    other.program(program)
    assert _ours(other) == {"unchanged": 3}


def test_a_preview_shows_each_change_at_its_path_and_what_others_changed(
    stack: Stack, registries: tuple[Proxy, Proxy], unique: str
) -> None:
    stack.environment["MLREGISTRY_PLUGIN"] = "true"
    stack.configure("mlregistry:refreshBeforeUpdate", "true")
    stack.program(PROGRAM.format(name=unique, text="first")).up()
    stack.program(PROGRAM.format(name=unique, text="second"))
    done = stack.run("preview", "--json")
    steps = {s["urn"].rpartition("::")[2]: s for s in json.loads(done.text)["steps"]}
    assert set(steps["e"]["detailedDiff"]) == {"description"}
    assert set(steps["m"]["detailedDiff"]) == {'tags["a.b"]'}
    assert steps["v"]["detailedDiff"]["source"]["kind"] == "update-replace"
    path = f"/apis/models/v2/workspaces/default/models/{unique}"
    httpx.patch(f"{registries[0].url}{path}", json={"description": "theirs"}).raise_for_status()
    stack.program(PROGRAM.format(name=unique, text="first"))
    told = stack.preview().text
    assert "was changed outside: description" in told
    assert '"theirs" => "first"' in told


def test_what_a_failed_create_left_is_kept_and_completed_by_the_next_up(
    stack: Stack, registries: tuple[Proxy, Proxy], unique: str
) -> None:
    stack.environment["MLREGISTRY_PLUGIN"] = "true"
    _, mlflow = registries
    stack.program(f"""
        m = mlflow.RegisteredModel("m", name="{unique}")
        mlflow.ModelVersion("v", name=m.name, source="s3://bucket/a", stage="Staging")
    """)
    mlflow.fault(
        kind="answer",
        status=403,
        body={"error_code": "X", "message": "not you"},
        path="transition-stage",
    )
    failed = stack.up(check=False)
    assert failed.code != 0
    assert any("not you" in line and "is kept" in line for line in failed.text.splitlines())
    assert stack.resources()["v"].get("stage") is None
    assert stack.up().counts == {"updated": 1, "unchanged": 2}
    assert stack.resources()["v"]["stage"] == "Staging"
    assert [r.path for r in mlflow.writes() if r.path.endswith("model-versions/create")] != []
    assert stack.resources()["v"]["version"] == "1"


def test_an_error_is_one_line_and_a_token_is_nowhere(stack: Stack, unique: str) -> None:
    stack.environment |= {"MLREGISTRY_PLUGIN": "true", "NEMO_TOKEN": "canary-token"}
    stack.environment["NMP_BASE_URL"] = "http://127.0.0.1:9"
    stack.program(f'nemo.ModelEntity("e", name="{unique}")')
    failed = stack.up(check=False)
    told = [text for text in failed.problems if "create model entity" in text]
    assert told
    assert all("Nothing was sent" in text for text in told)
    # The engine interrupts the program, which then says so on the stack: none of the provider's.
    ours = [line for line in failed.text.splitlines() if "ModelEntity" in line]
    assert not any("Traceback" in line or "  File " in line for line in ours)
    assert "canary-token" not in failed.text + json.dumps(stack.document())


@pytest.mark.parametrize("language", ["python", "nodejs", "go"])
def test_pulumi_makes_an_sdk_of_the_package(language: str, stack: Stack, tmp_path: Path) -> None:
    if language != "python" and not shutil.which(f"pulumi-language-{language}"):
        pytest.skip(f"no pulumi-language-{language} on PATH: no SDK was made")
    plugin = _executable(stack)
    shown = stack.run("package", "get-schema", plugin)
    assert shown.code == 0, shown.text
    served = json.loads(shown.text[shown.text.index("{") :])
    committed = json.loads((ROOT / "schema.json").read_text())
    assert set(served["resources"]) == set(committed["resources"])
    assert set(served["functions"]) == set(committed["functions"])
    done = stack.run(
        "package", "gen-sdk", plugin, "--language", language, "--out", str(tmp_path / "sdk")
    )
    assert done.code == 0, done.text
    assert any((tmp_path / "sdk").rglob("*odel*ersion*"))


def _executable(stack: Stack) -> str:
    path = stack.environment["PATH"]
    found = subprocess.run(
        ["which", "pulumi-resource-mlregistry"], env={"PATH": path}, capture_output=True, text=True
    )
    return os.path.realpath(found.stdout.strip())


def test_a_replacement_that_the_program_forces_is_carried_out(stack: Stack, unique: str) -> None:
    stack.environment["MLREGISTRY_PLUGIN"] = "true"
    program = """
        forced = pulumi.ResourceOptions(replace_on_changes=["description"])
        nemo.ModelEntity("e", name="{name}", description="{text}", opts=forced, {allowed})
        m = mlflow.RegisteredModel("m", name="{name}")
        mlflow.ModelVersion("v", name=m.name, source="s3://b/a", description="{text}", opts=forced)
    """
    stack.program(program.format(name=unique, text="first", allowed="")).up()
    made = stack.resources()["e"]["entityId"]
    refused = stack.program(program.format(name=unique, text="second", allowed="")).up(check=False)
    assert any("Set allow_recreate=True to allow that" in line for line in refused.problems)
    assert stack.resources()["e"]["entityId"] == made
    allowed = program.format(name=unique, text="second", allowed="allow_recreate=True")
    assert stack.program(allowed).up().counts == {
        "replaced": 2,
        "unchanged": 2,
    }
    assert stack.resources()["e"]["entityId"] != made
    assert stack.resources()["v"]["version"] == "2"


def _comes_and_goes(stack: Stack) -> None:
    assert stack.up().counts == {"created": 4}
    outputs = stack.state()[0]["outputs"]
    assert outputs == {"version": "1", "reference": "default/fraud-detector"}
    assert _ours(stack) == {"unchanged": 3}
    stack.destroy()


def test_the_example_in_yaml_comes_and_goes(
    stack: Stack, new_stack: NewStack, tmp_path: Path
) -> None:
    if not shutil.which("pulumi-language-yaml"):
        pytest.skip("no pulumi-language-yaml on PATH: the example was played at the protocol")
    example = ROOT / "examples" / "plugin-yaml"
    _comes_and_goes(Stack("pulumi", tmp_path / "yaml", _registries_of(stack), example=example))


def test_the_example_of_the_generated_python_sdk_comes_and_goes(
    stack: Stack, tmp_path: Path
) -> None:
    made = tmp_path / "sdk"
    done = stack.run(
        "package", "gen-sdk", _executable(stack), "--language", "python", "--out", str(made)
    )
    assert done.code == 0, done.text
    needs = str(made / "needs")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", needs]
    for what in (["parver"], ["--no-deps", str(made / "python")]):
        subprocess.run([*install, *what], check=True, timeout=120)
    environment = {**_registries_of(stack), "PYTHONPATH": needs}
    example = ROOT / "examples" / "plugin-python"
    _comes_and_goes(Stack("pulumi", tmp_path / "python", environment, example=example))


def test_the_example_in_typescript_is_typed_and_comes_and_goes(
    stack: Stack, tmp_path: Path
) -> None:
    if not (shutil.which("pulumi-language-nodejs") and shutil.which("npm")):
        pytest.skip("no pulumi-language-nodejs on PATH: the example was played at the protocol")
    example = ROOT / "examples" / "plugin-typescript"
    made = Stack("pulumi", tmp_path / "typescript", _registries_of(stack), example=example)
    added = made.run("package", "add", _executable(stack))
    if added.code != 0:
        pytest.skip(f"npm has no packages here: {added.text[-200:]}")
    compiled = subprocess.run(
        ["npx", "tsc", "--noEmit"], cwd=made.folder, capture_output=True, text=True, timeout=120
    )
    assert compiled.returncode == 0, compiled.stdout
    _comes_and_goes(made)


def _registries_of(stack: Stack) -> dict[str, str]:
    return {name: stack.environment[name] for name in ("NMP_BASE_URL", "MLFLOW_TRACKING_URI")}

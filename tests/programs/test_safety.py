"""What users fear, tried with whole programs on both engines: nothing lost, doubled or leaked."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

import httpx
import pytest

from .stacks import Stack, has_pulumi


def _models(nemo) -> list[str]:
    found = httpx.get(f"{nemo.target}/apis/models/v2/workspaces/default/models?page_size=1000")
    return [model["name"] for model in found.json()["data"]]


def _sources(mlflow, name: str) -> list[str]:
    found = httpx.get(
        f"{mlflow.target}/api/2.0/mlflow/model-versions/search",
        params={"filter": f"name='{name}'", "max_results": "100"},
    )
    return [version["source"] for version in found.json().get("model_versions") or []]


def test_renaming_the_logical_name_never_deletes_the_object(new_stack, nemo, unique):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.program(f'nemo.ModelEntity("before", name="{unique}", description="d")').up()

    stack.program(f'nemo.ModelEntity("after", name="{unique}", description="d")')
    refused = stack.up(check=False)
    assert refused.code != 0
    assert f"default/{unique}" in refused.text
    assert "exists already" in refused.text
    assert unique in _models(nemo)

    stack.program(
        f'nemo.ModelEntity("after", name="{unique}", description="d", on_conflict="adopt")'
    ).up()
    assert unique in _models(nemo)
    assert list(stack.resources()) == ["after"]
    assert stack.plans_nothing()

    stack.program(
        f'nemo.ModelEntity("after", name="{unique}", on_conflict="adopt", delete_policy="hard")'
    ).up()
    stack.destroy()
    assert unique not in _models(nemo)


def test_a_killed_up_leaves_one_version_which_the_next_up_takes_over(new_stack, mlflow, unique):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)
    stack.program(f'm = mlflow.RegisteredModel("model", name="{unique}")').up()
    program = stack.folder / "__main__.py"
    version = 'mlflow.ModelVersion("version", name=m.name, source="oci://b@n/1", tags={"a": "b"})'
    program.write_text(f"{program.read_text()}\n{version}\n")

    engine: list[subprocess.Popen[bytes]] = []

    def kill(_request: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(engine[0].pid, signal.SIGKILL)

    mlflow.fault(method="POST", path="model-versions/create", kind="lost", after=kill)
    skip = ["--skip-preview"] if stack.engine == "pulumi" else []
    engine.append(
        subprocess.Popen(
            stack.command("up", "--yes", *skip),
            cwd=stack.folder,
            env=stack.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )
    assert engine[0].wait(timeout=60) != 0
    assert _sources(mlflow, unique) == ["oci://b@n/1"]

    if stack.engine == "pulumi":
        stack.run("cancel", "--yes")
    stack.up()
    assert _sources(mlflow, unique) == ["oci://b@n/1"]
    assert stack.resources()["version"]["version"] == "1"
    stack.destroy()


def test_a_changed_address_is_refused_and_drops_nothing(new_stack, nemo, mlflow, unique):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.program(f'nemo.ModelEntity("it", name="{unique}")').up()
    kept = stack.state()

    stack.environment["NMP_BASE_URL"] = mlflow.url
    for command in (stack.preview, stack.refresh, stack.destroy):
        refused = command(check=False)
        assert refused.code != 0
        assert nemo.url in refused.text
        assert mlflow.url in refused.text
    assert mlflow.requests == []
    assert [r["urn"] for r in stack.state()] == [r["urn"] for r in kept]

    stack.environment["NMP_BASE_URL"] = nemo.url
    assert stack.plans_nothing()
    stack.destroy()


def test_no_secret_is_in_the_state_or_on_the_screen(new_stack, nemo, unique):
    token, key, chosen = "canary-token-1", "canary-key-2", "canary-chosen-3"
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.configure("mlregistry:nemoToken", token, secret=True)
    program = f"""
        e = nemo.ModelEntity(
            "it",
            name="{unique}",
            description=pulumi.Output.secret("{chosen}"),
            api_endpoint={{"url": "https://e.example.com/", "api_key": "{key}"}},
        )
        pulumi.export("endpoint", e.api_endpoint)
        pulumi.export("description", e.description)
    """
    seen = stack.program(program).up().text
    assert nemo.requests[0].headers["authorization"] == f"Bearer {token}"
    there = f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}"
    endpoint = {"url": "https://e.example.com/", "api_key": "canary-theirs-4"}
    httpx.patch(there, json={"description": "canary-theirs-5", "api_endpoint": endpoint})
    seen += stack.program(program.replace('"it",', '"it", base_model="m",')).up(check=False).text
    assert "conflict" in seen or "when last read" in seen
    seen += stack.refresh().text
    seen += stack.preview().text
    exported = str(stack.state())
    stack.destroy()
    for secret in (token, key, chosen, "canary-theirs-4", "canary-theirs-5"):
        assert secret not in seen
        assert secret not in exported


def test_the_state_refers_to_the_provider_by_name_alike_in_every_run(new_stack, mlflow, unique):
    stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url)
    stack.program(f'mlflow.RegisteredModel("model", name="{unique}")').up()
    first = stack.resources()["model"]["__provider"]
    # An edit of the program, with code that a pickle by value would carry along.
    stack.program(
        f"""
        class Local: answer = 42
        mlflow.RegisteredModel("model", name="{unique}", description=str(Local.answer))
        """
    ).up()
    second = stack.resources()["model"]["__provider"]
    stack.destroy()
    assert first == second
    assert len(first) < 120


def test_two_providers_reach_two_registries_with_their_own_credentials(
    new_stack, mlflow, mlflow_server, unique
):
    from support.proxy import Proxy

    with Proxy(mlflow_server.url) as other:
        stack = new_stack(MLFLOW_TRACKING_URI=mlflow.url, MLFLOW_TRACKING_TOKEN="canary-env")
        stack.program(
            f"""
            import pulumi_mlregistry as mlregistry
            there = mlregistry.Provider("there", mlflow_url="{other.url}", mlflow_token="canary-b")
            opts = pulumi.ResourceOptions(provider=there)
            mlflow.RegisteredModel("here", name="{unique}-here")
            mlflow.RegisteredModel("there", name="{unique}-there", opts=opts)
            """
        ).up()
        assert {r.headers["authorization"] for r in mlflow.requests} == {"Bearer canary-env"}
        assert {r.headers["authorization"] for r in other.requests} == {"Bearer canary-b"}
        assert stack.plans_nothing()
        assert "canary-b" not in str(stack.state())
        stack.destroy()


@pytest.mark.parametrize("engine", ["local"])
def test_bad_input_is_told_at_once_and_writes_nothing(new_stack, nemo, unique):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.program(
        f"""
        nemo.ModelEntity("long", name="{unique}", description="x" * 1001)
        nemo.ModelEntity("nested", name="{unique}-n", api_endpoint={{"api_kye": "canary-typo"}})
        """
    )
    refused = stack.preview(check=False)
    assert refused.code != 0
    assert "description has 1001 characters; at most 1000 are taken" in refused.text
    assert "did you mean apiKey?" in refused.text
    assert nemo.requests == []


def test_an_html_page_or_a_wrong_address_is_one_line_that_says_what_to_do(new_stack, nemo, unique):
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.program(f'nemo.ModelEntity("it", name="{unique}")').up()
    page = {"status": 502, "headers": {"content-type": "text/html"}, "body": b"<html>no</html>"}
    nemo.fault(kind="answer", times=99, **{**page, "status": 404})
    gone = stack.refresh(check=False)
    assert gone.code != 0
    assert "HTML page" in gone.text
    assert "mlregistry:nemoUrl" in gone.text
    assert list(stack.resources()) == ["it"]
    nemo.clear()
    httpx.delete(f"{nemo.target}/apis/models/v2/workspaces/default/models/{unique}")


@pytest.mark.skipif(not has_pulumi(), reason="no pulumi on PATH: the local engine alone was used")
def test_pulumi_does_not_go_looking_for_a_plugin_of_this_package(tmp_path):
    stack = Stack("pulumi", tmp_path / "stack", {}).program("")
    seen = stack.run("preview", "-v=9", "--logtostderr").text
    assert "gatherPackagesFromProgram" in seen
    assert "package mlregistry" not in seen


@pytest.mark.skipif(not has_pulumi(), reason="no pulumi on PATH: the local engine alone was used")
def test_a_resource_that_moves_to_an_explicit_provider_keeps_its_object(tmp_path, mlflow, unique):
    stack = Stack("pulumi", tmp_path / "stack", {"MLFLOW_TRACKING_URI": mlflow.url})
    stack.program(f'mlflow.RegisteredModel("model", name="{unique}", on_conflict="adopt")').up()
    program = f"""
        import pulumi_mlregistry as mlregistry
        there = mlregistry.Provider("there", mlflow_url="{mlflow.url}")
        opts = pulumi.ResourceOptions(provider=there)
        m = mlflow.RegisteredModel("model", name="{unique}", on_conflict="adopt", opts=opts)
    """
    version = 'mlflow.ModelVersion("v", name=m.name, source="oci://b@n/1"OPTS)'
    here = program.replace(", opts=opts", "") + f"    {version.replace('OPTS', '')}\n"
    stack.program(here).up()
    assert _sources(mlflow, unique) == ["oci://b@n/1"]
    stack.program(program + f"    {version.replace('OPTS', ', opts=opts')}\n").up()
    assert _sources(mlflow, unique) == ["oci://b@n/1"]
    assert set(stack.resources()) == {"model", "v"}
    assert stack.plans_nothing()

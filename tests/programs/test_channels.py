"""Credentials and secret fields on every channel that somebody else may read."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.proxy import Proxy

from .stacks import Stack
from .test_kills import LOCAL, WHOLE
from .twenty import Twenty, behind_proxies

DECLARED = ("canary-chosen", "canary-key", "canary-rotated", "canary-tracking", "canary-in-uri")
CONFIGURED = ("canary-nemo-token", "canary-secret-config")
OURS = ("canary-mlflow-token",)
THEIRS = ("canary-their-key", "canary-their-text", "canary-their-uri")
PROGRAM = """
    chosen = pulumi.Config("app").require_secret("chosen")
    entity = nemo.ModelEntity(
        "entity",
        name="{name}",
        description=pulumi.Output.secret("canary-chosen"),
        api_endpoint={{"url": "https://e.example.com/", "api_key": "{key}"}},
        custom_fields={{"team": "{team}"}},
    )
    service = openmetadata.MlModelService(
        "service",
        name="{name}",
        service_type="Mlflow",
        description="{team}",
        connection={{
            "config": {{
                "trackingUri": "https://tracker:canary-tracking@mlflow.example.com",
                "registryUri": "mysql://mlflow:canary-in-uri@db.example.com/mlflow",
            }}
        }},
    )
    model = mlflow.RegisteredModel("model", name="{name}", tags={{"t": "{team}", "chosen": chosen}})
    mlflow.ModelVersion("version", name=model.name, source="oci://b@n/1", description=chosen)
    pulumi.export("endpoint", entity.api_endpoint)
    pulumi.export("description", entity.description)
    pulumi.export("connection", service.connection)
"""
JOURNALS = Path(tempfile.gettempdir()) / f"pulumi-mlregistry-{os.getuid()}"


@pytest.fixture
def registries(sandbox) -> Iterator[Twenty]:
    """The sandbox's registries."""
    with behind_proxies(sandbox.servers) as made:
        yield made


@pytest.fixture
def token(sandbox) -> str:
    """OpenMetadata's token, which is a real one."""
    return sandbox.servers["openmetadata"].tokens["admin"]


@pytest.fixture
def stack(new_stack, registries, token) -> Stack:
    """A stack with credentials of each origin: environment, secret configuration."""
    environment = registries.environment | {"MLFLOW_TRACKING_TOKEN": "canary-mlflow-token"}
    del environment["OPENMETADATA_TOKEN"]
    made: Stack = new_stack(**environment)
    made.configure("mlregistry:nemoToken", "canary-nemo-token", secret=True)
    made.configure("mlregistry:openmetadataToken", token, secret=True)
    made.configure("app:chosen", "canary-secret-config", secret=True)
    return made


def declare(stack: Stack, name: str, key: str = "canary-key", team: str = "risk") -> None:
    stack.program(PROGRAM.format(name=name, key=key, team=team))


def found_in(text: str, *secrets: str) -> list[str]:
    """The secrets that a text shows."""
    return [secret for secret in secrets if secret in text]


def on_disk(folder: Path) -> str:
    """All that an engine keeps: state, backups, history, configuration; not the program itself."""
    files = [
        path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    return "\n".join(f"{path}\n{path.read_bytes().decode(errors='replace')}" for path in files)


def others_write(registries: Twenty, name: str, token: str) -> None:
    """A colleague changes secrets at the servers."""
    entity = f"apis/models/v2/workspaces/default/models/{name}"
    endpoint = {"url": "https://e.example.com/", "api_key": "canary-their-key"}
    body = {"description": "canary-their-text", "api_endpoint": endpoint}
    httpx.patch(f"{registries.by_kind['nemo'].target}/{entity}", json=body).raise_for_status()
    http = httpx.Client(
        base_url=f"{registries.by_kind['openmetadata'].target}/api/v1/services/mlmodelServices/",
        headers={"authorization": f"Bearer {token}"},
    )
    config = {"type": "Mlflow", "trackingUri": "https://mlflow.example.com"}
    config["registryUri"] = "mysql://mlflow:canary-their-uri@db.example.com/mlflow"
    http.patch(
        http.get(f"name/{name}").json()["id"],
        json=[{"op": "add", "path": "/connection", "value": {"config": config}}],
        headers={"content-type": "application/json-patch+json"},
    ).raise_for_status()


def seen_while_running(proxy: Proxy, seen: list[str]) -> None:
    """Note the command lines of all processes and the notes between hosts at the next request."""

    def look(_request: object) -> None:
        for path in [*Path("/proc").glob("[0-9]*/cmdline"), *JOURNALS.glob("*")]:
            with contextlib.suppress(OSError):
                seen.append(path.read_bytes().decode(errors="replace").replace("\0", " "))

    proxy.fault(kind="pass", method="POST", times=9, after=look)


def test_no_secret_is_on_any_channel(stack, registries, unique, token, tmp_path):
    secrets = (*DECLARED, *CONFIGURED, *OURS, *THEIRS, token)
    pulumi = stack.engine == "pulumi"
    beside: list[str] = []
    if sys.platform == "linux":
        seen_while_running(registries.by_kind["mlflow"], beside)
    declare(stack, unique)
    texts = {"up": _first_up(stack, tmp_path)}
    assert beside or sys.platform != "linux"
    texts |= {"processes and notes between them": "\n".join(beside)}
    others_write(registries, unique, token)

    declare(stack, unique, key="canary-rotated", team="fraud")
    commands = [["preview", "--diff"], ["preview", "--json"], ["refresh", "--yes", "--diff"]]
    if pulumi:
        commands += [["preview", "--debug"], ["stack", "export"]]
    else:
        commands += [["export"]]
    commands += [["up", "--yes", "--diff"], ["stack", "output", "--json"]]
    for command in commands:
        done = stack.run(*command)
        assert done.code == 0, done.text
        texts[" ".join(command)] = done.text
    texts["on disk"] = on_disk(stack.folder)
    assert {name: found_in(text, *secrets) for name, text in texts.items()} == {
        name: [] for name in texts
    }

    # What a server masks is not sent back to it in place of the secret.
    sent = [r.body.decode() for proxy in registries.proxies for r in proxy.writes()]
    assert any("canary-rotated" in body for body in sent)
    assert [body for body in sent if "***" in body or "[secret]" in body] == []


def _first_up(stack: Stack, folder: Path) -> str:
    """An up that tells all it can; on pulumi without what it says of its own accord."""
    if stack.engine != "pulumi":
        return stack.run("up", "--diff").text
    stack.environment["PULUMI_DEBUG_COMMANDS"] = "true"
    events = folder / "events.json"
    logs = ["-v=9", "--logtostderr", "--logflow", "--debug"]
    done = stack.run("up", "--yes", "--skip-preview", *logs, "--event-log", str(events))
    assert done.code == 0, done.text
    # At its highest level the engine prints every value that it passes on, secrets as well: what
    # is configured or declared is then in its lines, whatever a provider does.
    told = [line for line in done.text.splitlines() if _level(line) >= 9]
    assert found_in("\n".join(told), *DECLARED, *CONFIGURED)
    assert found_in("\n".join(told), *OURS, *THEIRS) == []
    return "\n".join(
        [*(line for line in done.text.splitlines() if _level(line) < 9), events.read_text()]
    )


def _level(line: str) -> int:
    """The level of a line in the engine's log; 0 where it is none."""
    with contextlib.suppress(ValueError):
        told = json.loads(line)
        return int(told.get("v", 0)) if isinstance(told, dict) else 0
    return 0


@pytest.mark.parametrize("engine", [LOCAL], indirect=True)
@pytest.mark.parametrize("shown", [True, False] if WHOLE else [True])
def test_an_error_never_repeats_what_a_server_quotes_also_with_its_traceback(
    stack, registries, unique, token, shown
):
    if shown:
        stack.environment["MLREGISTRY_TRACEBACK"] = "1"
    declare(stack, unique)
    for kind, own in {
        "nemo": ["canary-nemo-token", "canary-key", "canary-chosen"],
        "mlflow": ["canary-mlflow-token", "canary-secret-config"],
        "openmetadata": [token, "canary-tracking", "canary-in-uri"],
    }.items():
        quoted = " and ".join(own)
        body = {"message": quoted, "detail": quoted, "error_code": "INVALID_PARAMETER_VALUE"}
        registries.by_kind[kind].fault(kind="answer", method="POST", times=9, status=400, body=body)
    refused = stack.up(check=False)
    assert refused.code != 0
    assert ("Traceback" in refused.text) is shown
    assert "[secret]" in refused.text
    assert found_in(refused.text, *DECLARED, *CONFIGURED, *OURS, token) == []
    assert found_in(on_disk(stack.folder), *DECLARED, *CONFIGURED, *OURS, token) == []


@pytest.mark.parametrize("engine", [LOCAL], indirect=True)
@pytest.mark.parametrize("status", [307, 302, 308] if WHOLE else [307])
def test_a_redirect_takes_no_credential_and_no_request_to_another_origin(
    stack, registries, sandbox, unique, status
):
    declare(stack, unique)
    with Proxy(sandbox.servers["nemo"].url) as elsewhere:
        to = {"location": f"{elsewhere.url}/taken"}
        for proxy in registries.proxies:
            proxy.fault(kind="answer", times=99, status=status, headers=to)
        refused = stack.up(check=False)
        assert refused.code != 0
        assert sum(elsewhere.url in line for line in set(refused.problems)) >= 3
        assert all(proxy.requests for proxy in registries.proxies)
        for proxy in registries.proxies:
            proxy.clear()
        stack.up()
        for proxy in registries.proxies:
            proxy.fault(kind="answer", times=99, status=status, headers=to)
        for command in (stack.refresh, stack.destroy):
            assert command(check=False).code != 0
        assert len(stack.resources()) == 4
        assert elsewhere.requests == []

"""The sandbox starts, answers, can be steered, and ends with all that it made."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_mlregistry.sandbox import REGISTRIES, Sandbox, SandboxError, start
from sandbox.comparing import ALIVE
from support.http import local_client

START_SECONDS = 10  # it takes one or two; this bound only tells that nothing waits for something
MODELS = "/apis/models/v2/workspaces/default/models"


def answers(url: str, path: str) -> int:
    with local_client(url) as http:
        return http.get(path).status_code


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return "m-" + re.sub(r"[^a-z0-9]+", "-", str(request.node.name))[:55].strip("-")


class Command:
    """``mlregistry sandbox`` in a process of its own, once it has said what to export."""

    def __init__(self, *arguments: str) -> None:
        self.started = time.monotonic()
        command = [sys.executable, "-m", "pulumi_mlregistry.cli", "sandbox", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.comments: list[str] = []
        self.exports: dict[str, str] = {}

    def read(self, last: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("#"):
                self.comments.append(line)
            elif match := re.fullmatch(r"export (\w+)=(.*)\n", line):
                self.exports[match[1]] = match[2].strip("'")
            if last in self.exports:
                return
        raise AssertionError(self.process.communicate()[1])

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=10)
        return self.process.returncode


def refused(*arguments: str) -> str:
    """What the command says when it does not start."""
    command = [sys.executable, "-m", "pulumi_mlregistry.cli", "sandbox", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_the_command_starts_all_four_and_says_what_to_export(
    record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command()
    try:
        command.read("MLREGISTRY_MLFLOW_DIALECT")
        urls = dict(
            zip(REGISTRIES, re.findall(r" at (http\S+)", "".join(command.comments)), strict=True)
        )
        assert {kind: answers(url, ALIVE[kind]) for kind, url in urls.items()} == dict.fromkeys(
            REGISTRIES, 200
        )
        seconds = time.monotonic() - command.started
    finally:
        code = command.end()
    assert code == 0
    record_property("sandbox_start_seconds", round(seconds, 2))
    with capsys.disabled():
        print(f"[the sandbox answered after {seconds:.1f} s]", end=" ")
    assert seconds < START_SECONDS
    assert command.exports["OPENMETADATA_URL"] == urls["openmetadata"]
    assert command.exports["NMP_BASE_URL"] == urls["nemo"]
    assert command.exports["MLFLOW_TRACKING_URI"] == urls["mlflow"]
    assert command.exports["MLREGISTRY_ORACLE_URL"] == urls["oracle"]
    assert command.exports["MLREGISTRY_MLFLOW_DIALECT"] == "mlflow"
    assert command.exports["OPENMETADATA_TOKEN"]
    assert any("token of ingestion-bot" in line for line in command.comments)


def test_ctrl_c_ends_it_and_removes_what_was_temporary() -> None:
    command = Command("--only", "oracle")
    command.read("OCI_CLI_PROFILE")
    config = Path(command.exports["OCI_CLI_CONFIG_FILE"])
    assert config.exists()
    assert command.end(signal.SIGINT) == 0
    assert not config.exists()
    assert not config.parent.parent.exists()


def test_data_is_kept_where_it_is_asked_for(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "data"
    for status in (201, 409):
        with start(data_dir=folder, registries=["nemo", "oracle"]) as sandbox:
            config = sandbox.environment["OCI_CLI_CONFIG_FILE"]
            with local_client(sandbox.servers["nemo"].url) as http:
                assert http.post(MODELS, json={"name": name}).status_code == status
    assert Path(config).is_relative_to(folder)
    assert (folder / "nemo.db").exists()


def test_a_folder_serves_one_sandbox_at_a_time(tmp_path: Path) -> None:
    with (
        start(data_dir=tmp_path, registries=["mlflow"]),
        pytest.raises(SandboxError, match="in use by another sandbox"),
    ):
        start(data_dir=tmp_path, registries=["mlflow"])


def test_close_ends_it_and_nothing_listens_any_more() -> None:
    sandbox = start(registries=["mlflow", "nemo"])
    ports = [int(server.url.rpartition(":")[2]) for server in sandbox.servers.values()]
    assert sandbox.running
    sandbox.close()
    sandbox.close()
    assert not sandbox.running
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)


def test_it_ends_with_the_process_that_started_it() -> None:
    program = """
        from pulumi_mlregistry.sandbox import start
        sandbox = start(registries=["mlflow", "oracle"])
        print(sandbox.servers["mlflow"].url)
        print(sandbox.environment["OCI_CLI_CONFIG_FILE"])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    url, config = done.stdout.split()
    with pytest.raises(httpx.ConnectError):
        answers(url, "/health")
    assert not Path(config).exists()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists sockets there")
def test_it_listens_on_loopback_alone(sandbox: Sandbox) -> None:
    listening = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        address, state = line.split()[1], line.split()[3]
        if state == "0A":
            host, port = address.split(":")
            listening.add((int(port, 16), host))
    for server in sandbox.servers.values():
        port = int(server.url.rpartition(":")[2])
        assert [host for at, host in listening if at == port] == ["0100007F"]


def test_replies_are_sent_at_once() -> None:
    from pulumi_mlregistry.sandbox.serving import reserve

    with reserve(None) as reserved:
        # By this asyncio decides on TCP_NODELAY, without which each reply takes 40 ms.
        assert reserved.proto == socket.IPPROTO_TCP


def test_each_registry_has_an_origin_and_exports_of_its_own(sandbox: Sandbox) -> None:
    assert list(sandbox.servers) == list(REGISTRIES)
    assert len({server.url for server in sandbox.servers.values()}) == len(REGISTRIES)
    for kind, server in sandbox.servers.items():
        assert server.kind == kind
        assert server.url in server.environment.values()
        assert server.environment.items() <= sandbox.environment.items()
        assert answers(server.url, ALIVE[kind]) == 200
    tokens = sandbox.servers["openmetadata"].tokens
    assert tokens["admin"] == sandbox.environment["OPENMETADATA_TOKEN"]


def test_the_dialect_is_only_said_where_both_are_there() -> None:
    with start(registries=["oracle"]) as sandbox:
        assert "MLREGISTRY_MLFLOW_DIALECT" not in sandbox.environment


def test_plain_paths_of_oracle_reach_another_mlflow(sandbox: Sandbox, name: str) -> None:
    path = "/api/2.0/mlflow/registered-models/"
    with local_client(sandbox.servers["oracle"].url) as oracle:
        oracle.post(path + "create", json={"name": name}).raise_for_status()
        assert oracle.get(path + "get", params={"name": name}).status_code == 200
    with local_client(sandbox.servers["mlflow"].url) as mlflow:
        assert mlflow.get(path + "get", params={"name": name}).status_code == 404


def test_a_taken_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--only", "mlflow", "--port-mlflow", str(port))
    assert said.startswith(f"error: port {port} on 127.0.0.1 cannot be used: another program")


def test_a_port_is_taken_that_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with start(registries=["mlflow"], ports={"mlflow": port}) as sandbox:
        assert sandbox.servers["mlflow"].url == f"http://127.0.0.1:{port}"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused("--only", "mlflow", "--data", str(tmp_path / "file" / "data"))
    assert "cannot be used" in said
    assert str(tmp_path) in said


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database" * 100)
    assert "mlflow.db cannot be used" in refused("--only", "mlflow", "--data", str(tmp_path))


def test_unknown_versions_and_registries_are_one_line() -> None:
    assert "no version of OpenMetadata '9'" in refused("--openmetadata", "9")
    assert "no registry 'bad': choose one of openmetadata" in refused("--only", "bad")


def test_a_missing_extra_is_one_line() -> None:
    program = """
        import sys
        sys.modules["uvicorn"] = None
        from pulumi_mlregistry.sandbox import SandboxError, start
        try:
            start(registries=["mlflow"])
        except SandboxError as error:
            print(error)
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "pip install 'pulumi-mlregistry[sandbox]'" in done.stdout, done.stderr
    assert done.stdout.count("\n") == 1


def test_importing_it_is_cheap() -> None:
    program = """
        import sys
        import pulumi_mlregistry.sandbox
        import pulumi_mlregistry.sandbox.commands
        print(sorted({"uvicorn", "starlette", "jsonschema", "sqlite3", "httpx"} & set(sys.modules)))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

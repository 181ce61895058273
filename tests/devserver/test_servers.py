"""Each kind starts, answers, and ends with the process that started it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from pulumi_mlregistry.devserver import (
    DevServerError,
    PythonMissingError,
    Server,
    StartError,
    environments,
    start,
    unsigned_token,
)
from support.http import local_client
from support.plugin import running
from support.signing import OciAuth

MLFLOW = "/api/2.0/mlflow"
MODELS = "/apis/models/v2/workspaces/default/models"
WAIT_SECONDS = 10


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not reaped yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def client(server: Server) -> httpx.Client:
    return local_client(server.url)


def test_a_nemo_server_stores_a_model_entity(nemo_server: Server) -> None:
    with client(nemo_server) as http:
        assert http.post(MODELS, json={"name": "stored"}).status_code == 201
        assert http.get(f"{MODELS}/stored").json()["workspace"] == "default"
        refused = http.post(MODELS, json={"name": "no-files", "fileset": "default/none"})
    assert refused.status_code == 400
    assert nemo_server.environment == {"NMP_BASE_URL": nemo_server.url}


def test_a_nemo_server_with_files_takes_a_fileset(nemo_files_server: Server) -> None:
    with client(nemo_files_server) as http:
        filesets = "/apis/files/v2/workspaces/default/filesets"
        assert http.post(filesets, json={"name": "weights"}).status_code in (200, 201)
        model = http.post(MODELS, json={"name": "with-files", "fileset": "default/weights"})
    assert model.status_code == 201, model.text


def test_a_nemo_server_with_auth_knows_administrator_user_and_stranger(
    nemo_auth_server: Server,
) -> None:
    with client(nemo_auth_server) as http:

        def create(name: str, token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            body = {"name": name, "trust_remote_code": True}
            return http.post(MODELS, json=body, headers=headers).status_code

        assert http.get(MODELS).status_code == 401
        assert create("by-admin", nemo_auth_server.environment["NEMO_TOKEN"]) == 201
        assert create("by-user", unsigned_token("user@example.com")) == 403
        assert create("expired", unsigned_token("admin@example.com", seconds=-60)) == 401


def test_nemo_still_makes_a_client_for_each_request_so_that_reading_certificates_counts(
    nemo_server: Server,
) -> None:
    code = "from nmp.common.http_clients import shared_async_http_client as client\n"
    code += "print(client() is client())"
    python = environments.interpreter(environments.ensure("nemo", print))
    ran = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False"], "SSL_CERT_DIR in devserver/kinds.py is of no use now"


def test_an_mlflow_server_stores_a_version(mlflow_server: Server) -> None:
    with client(mlflow_server) as http:
        http.post(f"{MLFLOW}/registered-models/create", json={"name": "m"}).raise_for_status()
        version = http.post(
            f"{MLFLOW}/model-versions/create", json={"name": "m", "source": "oci://b@n/p"}
        )
    assert version.json()["model_version"]["version"] == "1"
    assert mlflow_server.environment == {"MLFLOW_TRACKING_URI": mlflow_server.url}


def test_two_servers_at_once_do_not_see_each_other(mlflow_server: Server) -> None:
    with start("mlflow") as other, client(other) as there, client(mlflow_server) as here:
        there.post(f"{MLFLOW}/registered-models/create", json={"name": "o"}).raise_for_status()
        assert other.url != mlflow_server.url
        found = here.get(f"{MLFLOW}/registered-models/get", params={"name": "o"})
    assert found.status_code == 404


def test_data_keys_and_port_can_be_taken_up_again_and_not_shared(tmp_path: Path) -> None:
    with start("oracle", data_dir=tmp_path) as first, client(first) as http:
        http.post(f"{MLFLOW}/registered-models/create", json={"name": "kept"}).raise_for_status()
        key = OciAuth.from_environment(first.environment).key_id
        with pytest.raises(StartError, match="in use by another"):
            start("oracle", data_dir=tmp_path)
    port = int(first.url.rpartition(":")[2])
    with start("oracle", data_dir=tmp_path, port=port) as second, client(second) as http:
        kept = http.get(f"{MLFLOW}/registered-models/get", params={"name": "kept"})
        assert OciAuth.from_environment(second.environment).key_id == key
    assert kept.status_code == 200


def test_an_exception_in_the_block_ends_the_server_and_removes_temporary_data() -> None:
    server = start("mlflow")
    assert server.log_path.exists()
    with pytest.raises(ZeroDivisionError), server:
        _ = 1 / 0
    assert not alive(server.pid)
    assert not server.data_dir.exists()
    server.stop()


USER = """
import os, signal, sys, threading, time
from pulumi_mlregistry.devserver import start

def begin():
    server = start("mlflow", data_dir={data!r})
    print(server.pid, server.data_dir, flush=True)

if {thread}:
    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
else:
    begin()
sys.stdin.readline()
{end}
"""


@pytest.mark.parametrize(
    ("end", "thread", "kept"),
    [
        ("", False, False),
        ("os.kill(os.getpid(), signal.SIGTERM)", False, False),
        ("os.kill(os.getpid(), signal.SIGKILL)", False, True),
        ("os.kill(os.getpid(), signal.SIGKILL)", True, False),
    ],
    ids=["exit", "terminated", "killed", "killed-started-in-a-thread"],
)
def test_a_server_ends_with_its_user_however_that_ends(
    end: str, thread: bool, kept: bool, tmp_path: Path
) -> None:
    code = USER.format(end=end, thread=thread, data=str(tmp_path) if kept else None)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as user:
        assert user.stdout is not None
        pid, folder = user.stdout.readline().split()
        time.sleep(0.2)
        assert alive(int(pid)), "it lives as long as its user, not as the thread that started it"
        user.communicate("\n", timeout=WAIT_SECONDS)
    wait_for(lambda: not alive(int(pid)))
    wait_for(lambda: Path(folder).exists() == kept)


def test_a_forked_child_of_the_user_does_not_end_the_server(mlflow_server: Server) -> None:
    child = multiprocessing.get_context("fork").Process(target=mlflow_server.stop)
    child.start()
    child.join()
    assert mlflow_server.running


def test_a_taken_port_is_an_error_of_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} .* choose another port") as raised:
            start("mlflow", port=port)
    assert "\n" not in str(raised.value)


def test_a_data_folder_that_cannot_be_made_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="choose another one"):
        start("mlflow", data_dir=tmp_path / "file")


def test_only_loopback_is_listened_on(mlflow_server: Server) -> None:
    port = int(mlflow_server.url.rpartition(":")[2])
    with socket.socket() as outside:
        outside.settimeout(1)
        assert outside.connect_ex(("127.0.0.2", port)) != 0


def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("this is no database")
    with pytest.raises(StartError, match=r"log ends with: .*database") as raised:
        start("mlflow", data_dir=tmp_path, timeout=15)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["mlflow", "nemo"])
def test_hostile_variables_of_the_caller_do_not_reach_the_server(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = "http://127.0.0.1:9"
    for name in ("DATABASE_URL", "MLFLOW_TRACKING_URI", "NMP_BASE_URL", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, nowhere)
    for name in ("PYTHONHOME", "PYTHONPATH", "_MLFLOW_STATIC_PREFIX", "NMP_CONFIG_FILE_PATH"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("http_proxy", nowhere)
    monkeypatch.setenv("NMP_AUTH_ENABLED", "true")
    with running(kind) as server, client(server) as http:
        path = MODELS if kind == "nemo" else f"{MLFLOW}/registered-models/search"
        assert http.get(path).status_code == 200


def test_an_unknown_kind_or_option_is_refused() -> None:
    with pytest.raises(DevServerError, match="choose one of nemo, mlflow, oracle"):
        start("postgres")
    with pytest.raises(DevServerError, match="no files or auth option"):
        start("mlflow", auth=True)


def test_where_no_python_runs_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\necho shim: 3.12 is not installed >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PYTHON312", "/nowhere/python")
    monkeypatch.setattr(sys, "executable", "/nowhere/either")
    with pytest.raises(PythonMissingError, match=r"install Python 3\.12") as raised:
        start("nemo")
    assert str(broken) in str(raised.value)


def test_ctrl_c_ends_the_command_and_its_server() -> None:
    code = (
        "import argparse, sys; from pulumi_mlregistry.devserver import commands;"
        "p = argparse.ArgumentParser(); commands.register(p.add_subparsers());"
        "a = p.parse_args(); sys.exit(a.run(a))"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", code, "devserver", "mlflow"], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout is not None
    command.stdout.readline()
    name, url = command.stdout.readline().removeprefix("export ").strip().split("=")
    assert name == "MLFLOW_TRACKING_URI"
    assert httpx.get(f"{url}/version", trust_env=False).status_code == 200
    command.send_signal(signal.SIGINT)
    assert command.wait(WAIT_SECONDS) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/version", trust_env=False)

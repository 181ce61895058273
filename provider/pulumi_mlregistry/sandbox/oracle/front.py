"""The front over an MLflow in this process.

Plain MLflow stays reachable on the paths that are not Oracle's, for edits behind a client's back.
"""

from __future__ import annotations

import json
from pathlib import Path

from pulumi_mlregistry.devserver import PLATFORM_ID, oci
from pulumi_mlregistry.devserver.inside.oracle_app import Front
from pulumi_mlregistry.devserver.inside.oracle_dialect import Dialect
from pulumi_mlregistry.devserver.inside.oracle_signatures import Verifier
from pulumi_mlregistry.sandbox.controls import Controls
from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.mlflow import Mlflow
from pulumi_mlregistry.sandbox.oracle.controlled import Controlled, OracleLog
from pulumi_mlregistry.sandbox.service import Reply, Request, service

__all__ = ["application"]


def application(database: Database, folder: Path, controls: Controls) -> Controlled:
    """The front over a database of its own; keys are kept in ``folder``."""
    mlflow = Mlflow(database)
    identity = oci.identity(folder / "oci")
    front = Front(
        Dialect(_Client(mlflow)),
        service(mlflow.answer),
        Verifier(identity.public_key.read_bytes(), frozenset(identity.key_ids)),
        frozenset([PLATFORM_ID]),
        OracleLog(),
    )
    return Controlled(front, controls)


class _Answer:
    """A reply as the dialect reads it."""

    def __init__(self, reply: Reply) -> None:
        self.status_code = reply.status
        self.status = f"{reply.status}"
        self.is_json = reply.headers.get("content-type") == "application/json"
        self._body = reply.body

    def get_json(self, *, silent: bool) -> object:
        return json.loads(self._body)


class _Client:
    """MLflow as the dialect calls it."""

    def __init__(self, mlflow: Mlflow) -> None:
        self._mlflow = mlflow

    def open(self, path: str, *, method: str, query_string: str, json: object) -> _Answer:
        body = b"" if json is None else _dumped(json)
        headers = {"host": "localhost", "content-type": "application/json"}
        return _Answer(self._mlflow.answer(Request(method, path, query_string, headers, body)))


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()

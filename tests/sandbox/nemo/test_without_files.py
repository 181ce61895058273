"""Where the platform runs without its files service, a fileset is refused in the same words."""

from __future__ import annotations

from pulumi_mlregistry.devserver import Server
from sandbox.nemo.places import Place
from support.http import local_client


def test_a_fileset_without_a_files_service_is_not_found(
    nemo_server: Server, nemobox_server: Server
) -> None:
    answers = []
    for server in (nemo_server, nemobox_server):
        with local_client(server.url) as http:
            body = {"name": "no-files", "fileset": "default/none"}
            answer = http.post(Place("default").models, json=body)
            answers.append((answer.status_code, answer.json()))
    detail = "Fileset 'default/none' not found in workspace 'default'"
    assert answers == [(400, {"detail": detail})] * 2

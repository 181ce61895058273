"""Filesets: the references that models and adapters hold, and the files in them."""

from __future__ import annotations

import re
import sqlite3

from pulumi_mlregistry.sandbox.nemo import validation
from pulumi_mlregistry.sandbox.nemo.errors import NemoError
from pulumi_mlregistry.sandbox.nemo.store import (
    Entity,
    Json,
    Page,
    Store,
    check_workspace,
    pagination,
)
from pulumi_mlregistry.sandbox.service import Reply, Request, json_reply

_REFERENCE = re.compile(r"(?:([^/]+)/)?([^/]+)")
_BASE = "/apis/files/v2/workspaces"


class Filesets:
    """The operations on filesets and files, and their look-up for models."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, workspace: str, reference: str) -> Entity:
        """The fileset of a reference, ``name`` or ``workspace/name``."""
        parts = _REFERENCE.fullmatch(reference)
        if parts is None:
            raise NemoError(
                400, f"invalid entity reference {reference!r}; expected 'name' or 'workspace/name'"
            )
        place = parts[1] or workspace
        found = self._store.get("fileset", place, parts[2])
        if found is None:
            raise NemoError(400, f"Fileset '{reference}' not found in workspace '{place}'")
        return found

    def find_filled(self, workspace: str, reference: str) -> None:
        """The same, and there has to be something in it."""
        if not reference:
            raise NemoError(400, "Fileset reference is required")
        fileset = self.find(workspace, reference)
        if not self._store.run("SELECT 1 FROM files WHERE fileset = ? LIMIT 1", fileset.id):
            raise NemoError(400, f"Fileset {reference}, exists but is empty")

    def create(self, request: Request, workspace: str) -> Reply:
        """POST ``/filesets``, which answers 200."""
        kind = request.headers.get("content-type", "")
        body, _ = validation.body(request.body, kind, "CreateFilesetRequest")
        check_workspace(self._store, workspace)
        data = {
            "description": body["description"] or "",
            "custom_fields": body["custom_fields"] or {},
        }
        name, project = body["name"], body["project"] or ""
        try:
            made = self._store.create("fileset", workspace, name, data, project=project)
        except sqlite3.IntegrityError:
            raise NemoError(409, f"Fileset '{workspace}/{name}' already exists") from None
        return json_reply(200, _shown(made))

    def listing(self, request: Request, workspace: str) -> Reply:
        """GET ``/filesets``."""
        page = Page(sort="-created_at", size=validation.number(request.query, "page_size", 10))
        page.page = validation.number(request.query, "page", 1)
        found, total = self._store.page("fileset", workspace, page)
        data = [{**_shown(each), "metadata": {}} for each in found]
        return json_reply(
            200,
            {"data": data, "pagination": pagination(page, len(data), total), "sort": page.sort},
        )

    def get(self, request: Request, workspace: str, name: str) -> Reply:
        """GET ``/filesets/{name}``."""
        return json_reply(200, _shown(self._found(workspace, name)))

    def delete(self, request: Request, workspace: str, name: str) -> Reply:
        """DELETE ``/filesets/{name}``: not while something refers to it."""
        fileset = self._found(workspace, name)
        models, adapters = (self._references(kind, workspace, name) for kind in _KINDS)
        if models or adapters:
            raise NemoError(
                409,
                f"Cannot delete fileset '{workspace}/{name}' because {models} model entity "
                f"reference(s) and {adapters} adapter entity reference(s) still use it. Relink or "
                "delete the dependent entities first.",
            )
        self._store.delete(fileset)
        return json_reply(200, _shown(fileset))

    def files(self, request: Request, workspace: str, name: str) -> Reply:
        """GET ``/filesets/{name}/files``."""
        fileset = self._found(workspace, name)
        rows = self._store.run(
            "SELECT path, length(content) AS size FROM files WHERE fileset = ? ORDER BY path",
            fileset.id,
        )
        data = [_file(fileset, row["path"], row["size"], "not_cacheable") for row in rows]
        return json_reply(200, {"data": data})

    def upload(self, request: Request, workspace: str, name: str, path: str) -> Reply:
        """PUT ``/filesets/{name}/-/{path}``."""
        fileset = self._found(workspace, name)
        self._store.run(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?)", fileset.id, path, request.body
        )
        return json_reply(200, _file(fileset, path, len(request.body)))

    def download(self, request: Request, workspace: str, name: str, path: str) -> Reply:
        """GET ``/filesets/{name}/-/{path}``."""
        _, content = self._content(workspace, name, path)
        return Reply(200, content, {"content-type": "application/octet-stream"})

    def remove(self, request: Request, workspace: str, name: str, path: str) -> Reply:
        """DELETE ``/filesets/{name}/-/{path}``."""
        fileset, content = self._content(workspace, name, path)
        self._store.run("DELETE FROM files WHERE fileset = ? AND path = ?", fileset.id, path)
        return json_reply(200, _file(fileset, path, len(content)))

    def _found(self, workspace: str, name: str) -> Entity:
        found = self._store.get("fileset", workspace, name)
        if found is None:
            raise NemoError(404, f"Fileset '{name}' not found in workspace '{workspace}'")
        return found

    def _content(self, workspace: str, name: str, path: str) -> tuple[Entity, bytes]:
        fileset = self._found(workspace, name)
        rows = self._store.run(
            "SELECT content FROM files WHERE fileset = ? AND path = ?", fileset.id, path
        )
        if not rows:
            raise NemoError(404, f"File '{path}' not found in fileset '{workspace}/{name}'")
        return fileset, bytes(rows[0]["content"])

    def _references(self, kind: str, workspace: str, name: str) -> int:
        stored = "json_extract(data, '$.fileset')"
        rows = self._store.run(
            f"SELECT count(*) AS n FROM entities WHERE kind = ? AND ({stored} = ? "
            f"OR (workspace = ? AND {stored} = ?))",
            kind,
            f"{workspace}/{name}",
            workspace,
            name,
        )
        return int(rows[0]["n"])


_KINDS = ("model", "adapter")


def _shown(fileset: Entity) -> Json:
    storage = {
        "read_chunk_size": 1048576,
        "type": "local",
        "path": f"/filesets/{fileset.workspace}/{fileset.name}",
        "write_buffer_size": 16777216,
    }
    return {
        "id": fileset.id,
        "name": fileset.name,
        "workspace": fileset.workspace,
        **fileset.data,
        "purpose": "generic",
        "storage": storage,
        "metadata": {"dataset": None, "model": None, "environment": None},
        "project": fileset.project,
        **fileset.times,
    }


def _file(fileset: Entity, path: str, size: int, cached: str | None = None) -> Json:
    return {
        "file_ref": f"{fileset.workspace}/{fileset.name}#{path}",
        "file_url": f"{_BASE}/{fileset.workspace}/filesets/{fileset.name}/-/{path}",
        "path": path,
        "size": size,
        "cache_status": cached,
    }

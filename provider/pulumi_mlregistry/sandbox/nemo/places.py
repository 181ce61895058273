"""Workspaces and projects."""

from __future__ import annotations

import sqlite3

from pulumi_mlregistry.sandbox.nemo import validation
from pulumi_mlregistry.sandbox.nemo.errors import NemoError
from pulumi_mlregistry.sandbox.nemo.store import (
    Entity,
    Json,
    Page,
    Store,
    new_id,
    now,
    pagination,
)
from pulumi_mlregistry.sandbox.service import Reply, Request, json_reply


class Workspaces:
    """The operations on workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, request: Request) -> Reply:
        """POST ``/workspaces``: a name that is marked for deletion stays taken."""
        body = _body(request, "WorkspaceInput")
        name = body["name"]
        row = (name, new_id("workspace"), body["description"], now(), now(), "")
        try:
            self._store.run("INSERT INTO workspaces VALUES (?, ?, ?, 0, ?, ?, ?)", *row)
        except sqlite3.IntegrityError:
            raise NemoError(409, f"Workspace '{name}' already exists") from None
        return json_reply(201, self._shown(name))

    def listing(self, request: Request) -> Reply:
        """GET ``/workspaces``."""
        rows = self._store.run(
            "SELECT * FROM workspaces WHERE NOT deleting ORDER BY created_at DESC, name DESC"
        )
        data = [_workspace(row) for row in rows]
        page = Page(size=validation.number(request.query, "page_size", 100))
        page.page = validation.number(request.query, "page", 1)
        some = data[(page.page - 1) * page.size : page.page * page.size]
        where = pagination(page, len(some), len(data))
        return json_reply(
            200, {"data": some, "pagination": where, "sort": "-created_at", "filter": None}
        )

    def get(self, request: Request, name: str) -> Reply:
        """GET ``/workspaces/{name}``."""
        return json_reply(200, self._shown(name))

    def update(self, request: Request, name: str) -> Reply:
        """PUT ``/workspaces/{name}``."""
        body = _body(request, "WorkspaceUpdate")
        self._shown(name)
        self._store.run(
            "UPDATE workspaces SET description = ?, updated_at = ? WHERE name = ?",
            body["description"],
            now(),
            name,
        )
        return json_reply(200, self._shown(name))

    def delete(self, request: Request, name: str) -> Reply:
        """DELETE ``/workspaces/{name}`` only marks: its models stay, and so does its name."""
        self._shown(name)
        self._store.run("UPDATE workspaces SET deleting = 1 WHERE name = ?", name)
        return json_reply(200, {"message": "Workspace marked for deletion", "id": name})

    def _shown(self, name: str) -> Json:
        rows = self._store.run("SELECT * FROM workspaces WHERE name = ? AND NOT deleting", name)
        if not rows:
            raise NemoError(404, f"Workspace '{name}' not found")
        return _workspace(rows[0])


def plant(store: Store, name: str) -> str:
    """Add a workspace unless it is there; answers its name."""
    if not store.workspace_exists(name):
        row = (name, new_id("workspace"), None, now(), now(), "")
        store.run("INSERT INTO workspaces VALUES (?, ?, ?, 0, ?, ?, ?)", *row)
    return name


class Projects:
    """The operations on projects, which models may name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, request: Request, workspace: str) -> Reply:
        """POST ``/projects``."""
        body = _body(request, "ProjectInput")
        name = body["name"]
        if not self._store.workspace_exists(workspace):
            raise NemoError(422, "Referenced resource does not exist.")
        data = {"description": body["description"]}
        try:
            made = self._store.create("project", workspace, name, data)
        except sqlite3.IntegrityError:
            taken = f"Project '{name}' already exists in workspace '{workspace}'."
            raise NemoError(409, taken) from None
        return json_reply(201, _project(made))

    def listing(self, request: Request, workspace: str) -> Reply:
        """GET ``/projects``."""
        page = Page(sort="-created_at", size=validation.number(request.query, "page_size", 100))
        page.page = validation.number(request.query, "page", 1)
        found, total = self._store.page("project", workspace, page)
        return json_reply(
            200,
            {
                "data": [_project(each) for each in found],
                "pagination": pagination(page, len(found), total),
                "sort": page.sort,
                "filter": None,
            },
        )

    def get(self, request: Request, workspace: str, name: str) -> Reply:
        """GET ``/projects/{name}``."""
        return json_reply(200, _project(self._found(workspace, name)))

    def update(self, request: Request, workspace: str, name: str) -> Reply:
        """PUT ``/projects/{name}``."""
        body = _body(request, "ProjectUpdate")
        changed = self._store.update(self._found(workspace, name), dict(body))
        return json_reply(200, _project(changed))

    def delete(self, request: Request, workspace: str, name: str) -> Reply:
        """DELETE ``/projects/{name}``, also while models name it."""
        self._store.delete(self._found(workspace, name))
        done = {"message": "Project deleted successfully", "id": f"{workspace}/{name}"}
        return json_reply(200, done)

    def _found(self, workspace: str, name: str) -> Entity:
        found = self._store.get("project", workspace, name)
        if found is None:
            raise NemoError(404, f"Project '{name}' not found in workspace '{workspace}'")
        return found


def _body(request: Request, schema: str) -> Json:
    kind = request.headers.get("content-type", "")
    return validation.body(request.body, kind, schema)[0]


def _workspace(row: sqlite3.Row) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "created_at": row["created_at"],
        "created_by": row["by"],
        "updated_at": row["updated_at"],
        "updated_by": row["by"],
    }


def _project(project: Entity) -> Json:
    return {
        "id": project.id,
        "name": project.name,
        "workspace": project.workspace,
        "description": project.data["description"],
        **project.times,
    }

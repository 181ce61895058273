"""The platform's entity store: rows of JSON under workspace, kind and name, with a version each."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.nemo.errors import NemoError, Stale

_TABLES = """
CREATE TABLE IF NOT EXISTS workspaces (
  name TEXT PRIMARY KEY, id TEXT, description TEXT, deleting INTEGER DEFAULT 0,
  created_at TEXT, updated_at TEXT, by TEXT);
CREATE TABLE IF NOT EXISTS entities (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, workspace TEXT REFERENCES workspaces,
  kind TEXT, name TEXT, parent TEXT DEFAULT '', project TEXT, data TEXT,
  version INTEGER DEFAULT 1, created_at TEXT, updated_at TEXT,
  UNIQUE (workspace, kind, name, parent));
CREATE TABLE IF NOT EXISTS files (
  fileset TEXT REFERENCES entities (id) ON DELETE CASCADE, path TEXT, content BLOB,
  PRIMARY KEY (fileset, path));
"""
_WORKSPACE = re.compile(r"[\w\-\+.@:]+")
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

Json = dict[str, Any]


def now() -> str:
    """The time as the platform writes it: UTC without saying so."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat()


def new_id(kind: str) -> str:
    """An id that nothing else has."""
    return f"{kind}-{''.join(secrets.choice(_ALPHABET) for _ in range(22))}"


@dataclass(frozen=True)
class Entity:
    """A row as it was read; `Store.update` and `Store.delete` need it unchanged."""

    id: str
    workspace: str
    name: str
    project: str | None
    data: Json
    version: int
    created_at: str
    updated_at: str
    parent: str = ""

    @property
    def times(self) -> Json:
        """When it was made and last changed."""
        return {"created_at": self.created_at, "updated_at": self.updated_at}


@dataclass
class Page:
    """What to list: conditions in SQL, order and place."""

    sort: str = "created_at"
    page: int = 1
    size: int = 100
    where: str = "1"
    values: Sequence[Any] = field(default_factory=tuple)


class Store:
    """The rows; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.transaction() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            for name, text in (
                ("default", "General-purpose workspace (all users have write access)"),
                ("system", "Platform-provided resources (read-only for users)"),
            ):
                connection.execute(
                    "INSERT OR IGNORE INTO workspaces VALUES (?, ?, ?, 0, ?, ?, NULL)",
                    (name, new_id("workspace"), text, now(), now()),
                )

    def run(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """One statement in a transaction of its own."""
        with self._database.transaction() as connection:
            return connection.execute(statement, values).fetchall()

    def workspace_exists(self, name: str) -> bool:
        """Also while it is marked for deletion."""
        return bool(self.run("SELECT 1 FROM workspaces WHERE name = ?", name))

    def create(self, kind: str, workspace: str, name: str, data: Json, **more: Any) -> Entity:
        """A new row; `sqlite3.IntegrityError` where the name is taken."""
        row = {
            "id": new_id(kind),
            "workspace": workspace,
            "kind": kind,
            "name": name,
            "data": json.dumps(data),
            "created_at": now(),
            "updated_at": now(),
            **more,
        }
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        self.run(f"INSERT INTO entities ({columns}) VALUES ({marks})", *row.values())
        found = self.get(kind, workspace, name, parent=row.get("parent", ""))
        assert found is not None
        return found

    def get(self, kind: str, workspace: str, name: str, *, parent: str = "") -> Entity | None:
        """The row of this name, or None."""
        rows = self.run(
            "SELECT * FROM entities WHERE kind = ? AND workspace = ? AND name = ? AND parent = ?",
            kind,
            workspace,
            name,
            parent,
        )
        return _entity(rows[0]) if rows else None

    def page(self, kind: str, workspace: str, page: Page) -> tuple[list[Entity], int]:
        """A page of rows, and how many there are; workspace ``-`` is all of them."""
        where, values = f"kind = ? AND ({page.where})", [kind, *page.values]
        if workspace != "-":
            where, values = f"{where} AND workspace = ?", [*values, workspace]
        key, down = page.sort.removeprefix("-"), " DESC" if page.sort.startswith("-") else ""
        order = f"{key}{down}, number{down}"
        with self._database.transaction():
            total = self.run(f"SELECT count(*) AS n FROM entities WHERE {where}", *values)[0]["n"]
            rows = self.run(
                f"SELECT * FROM entities WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
                *values,
                page.size,
                (page.page - 1) * page.size,
            )
        return [_entity(row) for row in rows], total

    def children(self, kind: str, parent: str) -> list[Entity]:
        """The rows below another one, in whatever workspace."""
        rows = self.run(
            "SELECT * FROM entities WHERE kind = ? AND parent = ? ORDER BY number", kind, parent
        )
        return [_entity(row) for row in rows]

    def update(self, entity: Entity, data: Json) -> Entity:
        """Write if nobody else has since it was read; equal data moves nothing."""
        text = json.dumps(data)
        with self._database.transaction():
            rows = self.run("SELECT * FROM entities WHERE id = ?", entity.id)
            if not rows or rows[0]["version"] != entity.version:
                raise Stale
            if json.loads(rows[0]["data"]) != json.loads(text):
                self.run(
                    "UPDATE entities SET data = ?, version = version + 1, updated_at = ? "
                    "WHERE id = ?",
                    text,
                    now(),
                    entity.id,
                )
            return _entity(self.run("SELECT * FROM entities WHERE id = ?", entity.id)[0])

    def delete(self, entity: Entity) -> bool:
        """With its children; false where it is gone already."""
        with self._database.transaction():
            rows = self.run("SELECT version FROM entities WHERE id = ?", entity.id)
            if rows and rows[0]["version"] != entity.version:
                raise Stale
            self.run("DELETE FROM entities WHERE id = ? OR parent = ?", entity.id, entity.id)
            return bool(rows)


def check_project(store: Store, workspace: str, project: str | None) -> None:
    """Projects are looked up on every write."""
    if project is not None and store.get("project", workspace, project) is None:
        raise NemoError(
            422,
            f"Project '{project}' does not exist in workspace '{workspace}'. Please create the "
            "project first.",
        )


def check_workspace(store: Store, workspace: str) -> None:
    """A workspace that is written to has to be there, marked for deletion or not."""
    if not _WORKSPACE.fullmatch(workspace):
        raise NemoError(
            400,
            "1 validation error for Model\nworkspace\n  String should match pattern "
            f"'^{_WORKSPACE.pattern}$' [type=string_pattern_mismatch, input_value={workspace!r}, "
            "input_type=str]\n    For further information visit "
            "https://errors.pydantic.dev/2.14/v/string_pattern_mismatch",
        )
    if not store.workspace_exists(workspace):
        raise NemoError(
            422,
            f"Workspace '{workspace}' does not exist. Please create the workspace first.",
        )


def pagination(page: Page, shown: int, total: int) -> Json:
    """The part of a list that says where one is."""
    return {
        "page": page.page,
        "page_size": page.size,
        "current_page_size": shown,
        "total_pages": -(-total // page.size),
        "total_results": total,
    }


def _entity(row: sqlite3.Row) -> Entity:
    return Entity(
        id=row["id"],
        workspace=row["workspace"],
        name=row["name"],
        project=row["project"],
        data=json.loads(row["data"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        parent=row["parent"],
    )

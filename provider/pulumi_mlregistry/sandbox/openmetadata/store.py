"""Entities as JSON documents in SQLite, with their earlier versions."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.openmetadata.failures import exists

Document = dict[str, Any]

_TABLES = (
    """CREATE TABLE IF NOT EXISTS openmetadata_entity (
        id TEXT PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, fqn TEXT NOT NULL,
        parent TEXT, deleted INTEGER NOT NULL, json TEXT NOT NULL, UNIQUE (type, fqn))""",
    "CREATE INDEX IF NOT EXISTS openmetadata_parent ON openmetadata_entity (parent)",
    """CREATE TABLE IF NOT EXISTS openmetadata_version (
        id TEXT NOT NULL, version REAL NOT NULL, json TEXT NOT NULL, PRIMARY KEY (id, version))""",
)
_INCLUDE = {"non-deleted": " AND deleted = 0", "deleted": " AND deleted = 1", "all": ""}
_ORDER = {"asc": (">", "ASC"), "desc": ("<", "DESC")}


class Store:
    """The documents of one server. Callers bracket what belongs together in ``transaction()``."""

    def __init__(self, database: Database) -> None:
        self.transaction = database.transaction
        with self.transaction() as connection:
            for statement in _TABLES:
                connection.execute(statement)

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self.transaction() as connection:
            return connection.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: Any) -> Document | None:
        rows = self._all(sql, *values)
        return json.loads(rows[0]["json"]) if rows else None

    def get(self, kind: str, identity: str, include: str = "all") -> Document | None:
        """The entity of this id."""
        where = "WHERE type = ? AND id = ?" + _INCLUDE[include]
        return self._one(f"SELECT json FROM openmetadata_entity {where}", kind, identity)

    def named(self, kind: str, fqn: str, include: str = "all") -> Document | None:
        """The entity of this fully qualified name."""
        where = "WHERE type = ? AND fqn = ?" + _INCLUDE[include]
        return self._one(f"SELECT json FROM openmetadata_entity {where}", kind, fqn)

    def insert(self, kind: str, document: Document, parent: str | None = None) -> None:
        """A new entity; a taken name is a conflict."""
        values = (
            document["id"],
            kind,
            document["name"],
            document["fullyQualifiedName"],
            parent,
            bool(document.get("deleted")),
            json.dumps(document),
        )
        with self.transaction() as connection:
            try:
                connection.execute(
                    "INSERT INTO openmetadata_entity VALUES (?, ?, ?, ?, ?, ?, ?)", values
                )
            except sqlite3.IntegrityError as error:
                raise exists() from error

    def save(self, document: Document) -> None:
        """The entity's new state."""
        self._all(
            "UPDATE openmetadata_entity SET deleted = ?, json = ? WHERE id = ?",
            bool(document.get("deleted")),
            json.dumps(document),
            document["id"],
        )

    def remove(self, identity: str) -> None:
        """The entity and its history, for good."""
        self._all("DELETE FROM openmetadata_entity WHERE id = ?", identity)
        self._all("DELETE FROM openmetadata_version WHERE id = ?", identity)

    def children(self, identity: str) -> list[tuple[str, Document]]:
        """What lives below an entity, soft-deleted ones included."""
        rows = self._all(
            "SELECT type, json FROM openmetadata_entity WHERE parent = ? ORDER BY name", identity
        )
        return [(row["type"], json.loads(row["json"])) for row in rows]

    def count(self, kind: str, include: str, parent: str | None) -> int:
        """How many there are."""
        where, values = self._scope(kind, include, parent)
        rows = self._all(f"SELECT count(*) AS n FROM openmetadata_entity {where}", *values)
        return int(rows[0]["n"])

    def page(
        self,
        kind: str,
        include: str,
        parent: str | None,
        *,
        beyond: tuple[str, str] | None,
        order: str,
        limit: int,
    ) -> list[Document]:
        """Up to `limit` entities by name; ``beyond`` is the name and id to go on from."""
        where, values = self._scope(kind, include, parent)
        sign, direction = _ORDER[order]
        if beyond is not None:
            where += f" AND (name, id) {sign} (?, ?)"
            values += beyond
        rows = self._all(
            f"SELECT json FROM openmetadata_entity {where} "
            f"ORDER BY name {direction}, id {direction} LIMIT ?",
            *values,
            limit,
        )
        return [json.loads(row["json"]) for row in rows]

    @staticmethod
    def _scope(kind: str, include: str, parent: str | None) -> tuple[str, tuple[str, ...]]:
        where = "WHERE type = ?" + _INCLUDE[include]
        return (where, (kind,)) if parent is None else (f"{where} AND parent = ?", (kind, parent))

    def remember(self, document: Document) -> None:
        """Keep a version that is about to be replaced."""
        self._all(
            "INSERT OR REPLACE INTO openmetadata_version VALUES (?, ?, ?)",
            document["id"],
            document["version"],
            json.dumps(document),
        )

    def remembered(self, identity: str, version: float) -> Document | None:
        """An earlier version."""
        return self._one(
            "SELECT json FROM openmetadata_version WHERE id = ? AND version = ?", identity, version
        )

    def forget(self, identity: str, version: float) -> None:
        """Drop an earlier version and all after it."""
        self._all(
            "DELETE FROM openmetadata_version WHERE id = ? AND version >= ?", identity, version
        )

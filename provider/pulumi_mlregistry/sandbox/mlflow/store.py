"""Registered models and versions in SQLite, with MLflow's rules of what moves with what."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.mlflow import names, search
from pulumi_mlregistry.sandbox.mlflow.errors import exists, internal, invalid, missing

_TABLES = """
CREATE TABLE IF NOT EXISTS models (
  name TEXT PRIMARY KEY, created INTEGER, updated INTEGER, description TEXT);
CREATE TABLE IF NOT EXISTS model_tags (
  name TEXT REFERENCES models ON UPDATE CASCADE ON DELETE CASCADE, key TEXT, value TEXT,
  PRIMARY KEY (name, key));
CREATE TABLE IF NOT EXISTS aliases (
  name TEXT REFERENCES models ON UPDATE CASCADE ON DELETE CASCADE, alias TEXT, version INTEGER,
  PRIMARY KEY (name, alias));
CREATE TABLE IF NOT EXISTS versions (
  name TEXT REFERENCES models ON UPDATE CASCADE ON DELETE CASCADE, version INTEGER,
  created INTEGER, updated INTEGER, description TEXT, stage TEXT DEFAULT 'None',
  source TEXT, storage TEXT, run_id TEXT, run_link TEXT, PRIMARY KEY (name, version));
CREATE TABLE IF NOT EXISTS version_tags (
  name TEXT, version INTEGER, key TEXT, value TEXT, PRIMARY KEY (name, version, key),
  FOREIGN KEY (name, version) REFERENCES versions ON UPDATE CASCADE ON DELETE CASCADE);
"""
_STAGES = ("None", "Staging", "Production", "Archived")
_DELETED = "Deleted_Internal"

Json = dict[str, Any]


def _now() -> int:
    return int(time.time() * 1000)


def stage(name: str) -> str:
    """A stage as MLflow spells it."""
    found = {each.lower(): each for each in _STAGES}.get(name.lower())
    if found is None:
        raise invalid(
            f"Invalid Model Version stage: {name}. Value must be one of {', '.join(_STAGES)}."
        )
    return found


class Store:
    """The tables and what is done with them; every method is one transaction or part of one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.transaction() as connection:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
        with database.transaction() as connection:
            connection.execute("PRAGMA case_sensitive_like = ON")

    def _run(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        with self._database.transaction() as connection:
            return connection.execute(statement, values).fetchall()

    # models

    def create_model(self, name: str, tags: Sequence[Mapping[str, str]], description: str) -> Json:
        """A new model."""
        names.model_name(name)
        values = names.tags(tags)
        with self._database.transaction() as connection:
            try:
                connection.execute(
                    "INSERT INTO models VALUES (?, ?, ?, ?)",
                    (name, now := _now(), now, description),
                )
            except sqlite3.IntegrityError:
                raise exists(f"Registered Model (name={name}) already exists.") from None
            rows = [(name, key, value) for key, value in values.items()]
            connection.executemany("INSERT INTO model_tags VALUES (?, ?, ?)", rows)
            return self.model(name)

    def _model_row(self, name: str) -> sqlite3.Row:
        names.model_name(name)
        rows = self._run("SELECT * FROM models WHERE name = ?", name)
        if not rows:
            raise missing(f"Registered Model with name={name} not found")
        return rows[0]

    def model(self, name: str) -> Json:
        """A model as it is answered."""
        with self._database.transaction():
            row = self._model_row(name)
            return self._model(row)

    def _model(self, row: sqlite3.Row) -> Json:
        name = row["name"]
        aliases = self._run("SELECT alias, version FROM aliases WHERE name = ?", name)
        found: Json = {
            "name": name,
            "creation_timestamp": row["created"],
            "last_updated_timestamp": row["updated"],
            "description": row["description"],
            "latest_versions": [self._version(each) for each in self._latest_rows(name)],
            "tags": _tags(self._run("SELECT key, value FROM model_tags WHERE name = ?", name)),
            "aliases": [{"alias": a["alias"], "version": str(a["version"])} for a in aliases],
        }
        return {key: value for key, value in found.items() if value}

    def update_model(self, name: str, description: str) -> Json:
        """Another description; an empty one clears it."""
        with self._database.transaction():
            self._model_row(name)
            self._run(
                "UPDATE models SET description = ?, updated = ? WHERE name = ?",
                description,
                _now(),
                name,
            )
            return self.model(name)

    def rename_model(self, name: str, new: str) -> Json:
        """The same model, versions, tags and aliases under another name."""
        names.model_name(new, "new_name")
        with self._database.transaction():
            self._model_row(name)
            try:
                self._run(
                    "UPDATE models SET name = ?, updated = ? WHERE name = ?", new, _now(), name
                )
            except sqlite3.IntegrityError as error:
                raise exists(
                    f"Registered Model (name={new}) already exists. Error: {error}"
                ) from None
            self._run("UPDATE versions SET updated = ? WHERE name = ?", _now(), new)
            return self.model(new)

    def delete_model(self, name: str) -> None:
        """With all its versions, unasked."""
        with self._database.transaction():
            self._model_row(name)
            self._run("DELETE FROM models WHERE name = ?", name)

    def set_model_tag(self, name: str, key: str, value: str) -> None:
        """Set it; no time stamp moves."""
        names.model_name(name)
        names.tags([{"key": key, "value": value}])
        with self._database.transaction():
            self._model_row(name)
            self._run("INSERT OR REPLACE INTO model_tags VALUES (?, ?, ?)", name, key, value)

    def delete_model_tag(self, name: str, key: str) -> None:
        """Whether it is there or not."""
        names.model_name(name)
        names.tag_key(key)
        with self._database.transaction():
            self._model_row(name)
            self._run("DELETE FROM model_tags WHERE name = ? AND key = ?", name, key)

    def search_models(
        self, text: str, most: int, orders: Sequence[str], token: str | None
    ) -> tuple[list[Json], str | None]:
        """A page of models, and the token of the next."""
        with self._database.transaction():
            rows, more = self._search(search.MODELS, text, most, orders, token)
            return [self._model(row) for row in rows], more

    def _search(
        self, kind: search.Kind, text: str, most: int, orders: Sequence[str], token: str | None
    ) -> tuple[list[sqlite3.Row], str | None]:
        where = search.where(kind, text)
        order, offset = search.order(kind, orders), search.offset(token)
        if kind is search.VERSIONS:
            where.add("stage != ?", _DELETED)
        query = f"SELECT * FROM {kind.table} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        rows = self._run(query, *where.values, most + 1, offset)
        more = search.token(offset + most) if len(rows) == most + 1 else None
        return rows[:most], more

    # versions

    def create_version(
        self, name: str, values: Mapping[str, str], tags: Sequence[Mapping[str, str]]
    ) -> Json:
        """A new version under the next number; ``values`` are its columns."""
        names.model_name(name)
        keyed = names.tags(tags)
        with self._database.transaction() as connection:
            self._model_row(name)
            last = self._run("SELECT max(version) AS last FROM versions WHERE name = ?", name)
            number, now = (last[0]["last"] or 0) + 1, _now()
            self._run("UPDATE models SET updated = ? WHERE name = ?", now, name)
            row = {"name": name, "version": number, "created": now, "updated": now, **values}
            columns = ", ".join(row)
            marks = ", ".join("?" * len(row))
            self._run(f"INSERT INTO versions ({columns}) VALUES ({marks})", *row.values())
            rows = [(name, number, key, value) for key, value in keyed.items()]
            connection.executemany("INSERT INTO version_tags VALUES (?, ?, ?, ?)", rows)
            return self.version(name, str(number))

    def version_row(self, name: str, version: str) -> sqlite3.Row:
        """A version's columns; it may not be deleted."""
        names.model_name(name)
        number = names.version(version)
        rows = self._run(
            "SELECT * FROM versions WHERE name = ? AND version = ? AND stage != ?",
            name,
            number,
            _DELETED,
        )
        if not rows:
            raise missing(f"Model Version (name={name}, version={number}) not found")
        return rows[0]

    def version(self, name: str, version: str) -> Json:
        """A version as it is answered, with its aliases."""
        with self._database.transaction():
            return self._with_aliases(self.version_row(name, version))

    def _with_aliases(self, row: sqlite3.Row) -> Json:
        aliases = self._run(
            "SELECT alias FROM aliases WHERE name = ? AND version = ?", row["name"], row["version"]
        )
        more = {"aliases": [each["alias"] for each in aliases]} if aliases else {}
        return {**self._version(row), **more}

    def _version(self, row: sqlite3.Row) -> Json:
        """Without aliases, as lists of versions have them."""
        tags = self._run(
            "SELECT key, value FROM version_tags WHERE name = ? AND version = ?",
            row["name"],
            row["version"],
        )
        found: Json = {
            "name": row["name"],
            "version": str(row["version"]),
            "creation_timestamp": row["created"],
            "last_updated_timestamp": row["updated"],
            "current_stage": row["stage"],
            "description": row["description"],
            "source": row["source"],
            "run_id": row["run_id"],
            "status": "READY",
            "tags": _tags(tags) or None,
            "run_link": row["run_link"],
        }
        return {key: value for key, value in found.items() if value is not None}

    def update_version(self, name: str, version: str, description: str | None) -> Json:
        """Another description, or none where none was said."""
        with self._database.transaction():
            row = self.version_row(name, version)
            self._change(row, "description = ?", description)
            return self.version(name, version)

    def _change(self, row: sqlite3.Row, assignment: str, *values: Any) -> None:
        statement = f"UPDATE versions SET {assignment}, updated = ? WHERE name = ? AND version = ?"
        self._run(statement, *values, _now(), row["name"], row["version"])

    def transition(self, name: str, version: str, to: str, *, archive: bool) -> Json:
        """Another stage; with ``archive`` for this version alone."""
        canonical = stage(to)
        if archive and canonical not in ("Staging", "Production"):
            raise internal(
                "Model version transition cannot archive existing model versions because "
                f"'{to}' is not an Active stage. Valid stages are ['Staging', 'Production']"
            )
        with self._database.transaction():
            row = self.version_row(name, version)
            if archive:
                self._run(
                    "UPDATE versions SET stage = 'Archived', updated = ? "
                    "WHERE name = ? AND version != ? AND stage = ?",
                    _now(),
                    name,
                    row["version"],
                    canonical,
                )
            self._change(row, "stage = ?", canonical)
            self._run("UPDATE models SET updated = ? WHERE name = ?", _now(), name)
            return self.version(name, version)

    def delete_version(self, name: str, version: str) -> None:
        """Keep the number, drop the aliases that point to it."""
        with self._database.transaction():
            row = self.version_row(name, version)
            number = row["version"]
            self._run("DELETE FROM aliases WHERE name = ? AND version = ?", name, number)
            self._run("UPDATE models SET updated = ? WHERE name = ?", _now(), name)
            self._change(row, "stage = ?, description = NULL, source = NULL", _DELETED)

    def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        """Set it; no time stamp moves."""
        names.model_name(name)
        number = names.version(version)
        names.tags([{"key": key, "value": value}])
        with self._database.transaction():
            self.version_row(name, version)
            self._run(
                "INSERT OR REPLACE INTO version_tags VALUES (?, ?, ?, ?)", name, number, key, value
            )

    def delete_version_tag(self, name: str, version: str, key: str) -> None:
        """Whether it is there or not."""
        names.model_name(name)
        number = names.version(version)
        names.tag_key(key)
        with self._database.transaction():
            self.version_row(name, version)
            self._run(
                "DELETE FROM version_tags WHERE name = ? AND version = ? AND key = ?",
                name,
                number,
                key,
            )

    def search_versions(
        self, text: str, most: int, orders: Sequence[str], token: str | None
    ) -> tuple[list[Json], str | None]:
        """A page of versions, and the token of the next."""
        if most < 1:
            raise invalid(
                f"Invalid value for max_results. It must be a positive integer, but got {most}"
            )
        usual = ("last_updated_timestamp DESC", "name ASC", "version_number DESC")
        with self._database.transaction():
            rows, more = self._search(search.VERSIONS, text, most, orders or usual, token)
            return [self._version(row) for row in rows], more

    # latest versions and aliases

    def _latest_rows(self, name: str) -> list[sqlite3.Row]:
        """The newest version of each stage."""
        return self._run(
            "SELECT *, max(version) FROM versions WHERE name = ? AND stage != ? "
            "GROUP BY stage ORDER BY version",
            name,
            _DELETED,
        )

    def latest(self, name: str, stages: Sequence[str]) -> list[Json]:
        """The newest version of each of the stages, or of all."""
        with self._database.transaction():
            self._model_row(name)
            wanted = {stage(each) for each in stages or _STAGES}
            rows = [row for row in self._latest_rows(name) if row["stage"] in wanted]
            return [self._with_aliases(row) for row in rows]

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Let the alias point to a version, wherever it pointed before."""
        names.model_name(name)
        names.alias(alias)
        names.free_alias(alias)
        number = names.version(version)
        with self._database.transaction():
            self.version_row(name, version)
            self._run("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?)", name, alias, number)

    def delete_alias(self, name: str, alias: str) -> None:
        """Whether it is there or not."""
        names.model_name(name)
        names.alias(alias)
        with self._database.transaction():
            self._model_row(name)
            self._run("DELETE FROM aliases WHERE name = ? AND alias = ?", name, alias)

    def by_alias(self, name: str, alias: str) -> Json:
        """The version that an alias points to; ``latest`` is the one with the highest number."""
        names.model_name(name)
        names.alias(alias)
        with self._database.transaction():
            if alias.lower() == "latest":
                versions = self.latest(name, ())
                if not versions:
                    raise missing(f"Latest version not found for model {name}.")
                return max(versions, key=lambda each: int(each["version"]))
            self._model_row(name)
            found = self._run(
                "SELECT version FROM aliases WHERE name = ? AND alias = ?", name, alias
            )
            if not found:
                raise invalid(f"Registered model alias {alias} not found.")
            return self.version(name, str(found[0]["version"]))


def _tags(rows: Sequence[sqlite3.Row]) -> list[Json]:
    return [{"key": row["key"], "value": row["value"]} for row in rows]

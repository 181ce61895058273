"""Replays recorded exchanges against the sandbox and brings both answers to one form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pulumi_mlregistry.sandbox.database import Database
from pulumi_mlregistry.sandbox.openmetadata import application, tokens
from pulumi_mlregistry.sandbox.openmetadata.seeding import identity
from pulumi_mlregistry.sandbox.openmetadata.store import Store
from sandbox.openmetadata import fixtures
from sandbox.openmetadata.client import Client

FOLDER = Path(__file__).parent / "transcripts"
HOST = "http://127.0.0.1:18585"
HEADERS = ("content-type", "x-openmetadata-change", "www-authenticate", "location")

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_TIME = re.compile(r'(\\*"(?:updatedAt|timestamp)\\*":\s*)\d{13}')
_DATE = re.compile(r'("date":\s*)"[\d-]+"')
_WITHOUT_TOKEN = {"system", "no token"}
_HEADER = {"bad token": "Bearer abc", "no bearer prefix": tokens()["admin"]}

MANUAL = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}


def _feature_tags(body: Any) -> None:
    body["mlFeatures"][0]["tags"] = [{"tagFQN": "C1.t2", **MANUAL}]


def _confirmed(body: Any) -> None:
    body["tags"] = [{"tagFQN": "C1.t1", **MANUAL}]


def _untagged(body: Any) -> None:
    del body["tags"]


AS_SENT = {
    ("08_tags", 33): _confirmed,
    ("08_tags", 36): _feature_tags,
    ("08_tags", 38): _feature_tags,
    ("12_patch_shapes", 2): _untagged,
}
"""The recorder wrote a request down only after its script had changed the same object for the next
one. These requests are put back to what was sent, which their answers show."""


@dataclass(frozen=True)
class Line:
    """One recorded exchange."""

    file: str
    number: int
    label: str | None
    request: dict[str, Any]
    response: dict[str, Any]

    @property
    def name(self) -> str:
        path = urlsplit(self.request["path"]).path.removeprefix("/api/v1/")
        label = self.label or f"{self.request['method']} {path}"
        return f"{self.file}:{self.number} {label}"


def lines() -> Iterator[Line]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines()):
            recorded = json.loads(text)
            if correct := AS_SENT.get((path.stem, number)):
                correct(recorded["request"]["body"])
            yield Line(path.stem, number, **recorded)


@dataclass
class Replay:
    """Plays lines in order; ids of the recording are bound where they first appear."""

    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        database = Database()
        app = application(database, version="1.2.0")
        fixtures.seed(Store(database))
        self.client = Client(app, base_url=HOST)
        self.ids = {old: identity(*what) for old, what in fixtures.RECORDED.items()}

    def play(self, line: Line) -> tuple[dict[str, Any], dict[str, Any]]:
        """What was recorded and what the sandbox answers, in one form."""
        answer = self.client.request(
            line.request["method"],
            self._translated(line.request["path"]),
            headers=line.request["headers"] | self._authorization(line),
            content=self._content(line.request["body"]),
        )
        recorded = line.response
        headers = {k.lower(): v for k, v in recorded["headers"].items()}
        is_json = "json" in answer.headers["content-type"]
        actual = {
            "status": answer.status_code,
            "headers": {k: v for k, v in answer.headers.items() if k in HEADERS},
            "body": answer.json() if is_json else answer.text,
        }
        expected = {"status": recorded["status"], "headers": headers, "body": recorded["body"]}
        self._bind(expected, actual)
        return _timeless(self._translated(json.dumps(expected))), _timeless(json.dumps(actual))

    def _authorization(self, line: Line) -> dict[str, str]:
        label = line.label or ""
        if label in _WITHOUT_TOKEN:
            return {}
        who = "ingestion-bot" if "as bot" in label else "admin"
        return {"Authorization": _HEADER.get(label, f"Bearer {tokens()[who]}")}

    def _content(self, body: Any) -> bytes | None:
        if body is None or isinstance(body, str):
            return body.encode() if body else None
        return self._translated(json.dumps(body)).encode()

    def _translated(self, text: str) -> str:
        return _ID.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def _bind(self, expected: Any, actual: Any) -> None:
        """Walk both: an id that is not known yet is that at the same place."""
        if isinstance(expected, dict) and isinstance(actual, dict):
            for key in expected.keys() & actual.keys():
                self._bind(expected[key], actual[key])
        elif isinstance(expected, list) and isinstance(actual, list):
            for one, other in zip(expected, actual, strict=False):
                self._bind(one, other)
        elif isinstance(expected, str) and isinstance(actual, str):
            for one, other in zip(_ID.findall(expected), _ID.findall(actual), strict=False):
                self.ids.setdefault(one, other)


def _timeless(text: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(_DATE.sub(r'\1"day"', _TIME.sub(r"\g<1>0", text)))
    return result

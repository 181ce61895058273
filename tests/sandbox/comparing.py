"""One request to a real server and to the sandbox, and their answers made comparable."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx

from support.http import local_client

Clean = Callable[[str], str]

#: What each registry answers with 200 once it is up.
ALIVE = {
    "openmetadata": "/api/v1/system/version",
    "nemo": "/health/ready",
    "mlflow": "/api/2.0/mlflow/model-versions/search",
    "oracle": "/api/2.0/mlflow/model-versions/search",
}


class Both:
    """Sends what it is asked to both servers, and holds the sandbox to the real one's answer."""

    def __init__(self, real: str, sandbox: str, clean: Clean, unordered: tuple[str, ...]) -> None:
        self._real, self._sandbox = local_client(real), local_client(sandbox)
        self._clean = clean
        self._unordered = unordered

    def close(self) -> None:
        """Close the connections."""
        self._real.close()
        self._sandbox.close()

    def same(self, method: str, path: str, **more: Any) -> None:
        """Ask both, and compare status and body."""
        expected, found = (self._ask(each, method, path, more) for each in self.clients)
        assert found == expected, f"{method} {path} {more}"

    @property
    def clients(self) -> tuple[httpx.Client, httpx.Client]:
        """The real one's and the sandbox's."""
        return self._real, self._sandbox

    def _ask(
        self, to: httpx.Client, method: str, path: str, more: dict[str, Any]
    ) -> tuple[int, Any]:
        try:
            answer = to.request(method, path, **more)
        except httpx.TransportError:  # a real server may drop the connection after a failure
            answer = to.request(method, path, **more)
        text = self._clean(answer.text)
        try:
            return answer.status_code, self._sorted(json.loads(text))
        except ValueError:
            return answer.status_code, text

    def _sorted(self, value: Any) -> Any:
        if isinstance(value, dict):
            made = {key: self._sorted(each) for key, each in value.items()}
            for key in self._unordered:
                if isinstance(made.get(key), list):
                    made[key].sort(key=lambda each: json.dumps(each, sort_keys=True))
            return made
        return [self._sorted(each) for each in value] if isinstance(value, list) else value


def without_nemos_ids(text: str) -> str:
    """Ids, times and places on disk are each server's own."""
    text = re.sub(r'"id":"(\w+)-[1-9A-Za-z]{18,23}"', r'"id":"\1"', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "TIME", text)
    return re.sub(r'"path":"[^"]*filesets/', '"path":"/filesets/', text)


def without_mlflows_times(text: str) -> str:
    """So are times, the order of Python's sets, and what SQLAlchemy says of a table."""
    text = re.sub(r"\b1[6-9]\d{11}\b", "0", text)
    text = re.sub(r"keys are '\{.*?\}'", "keys are", text)
    return re.sub(r'already exists\. Error: .*?"', 'already exists. Error"', text)

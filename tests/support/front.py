"""The test controls of the Oracle front, as calls."""

from __future__ import annotations

from typing import Any

from support.http import local_client


class FrontControls:
    """Log, faults and registrations of a running ``oracle`` dev server, by its base URL."""

    def __init__(self, url: str) -> None:
        self._http = local_client(url)

    def reset(self) -> None:
        """Empty the log, forget retry tokens, and faults and registrations yet to happen."""
        for path in ("/__log", "/__fault", "/__tokens"):
            self._http.delete(path).raise_for_status()

    def log(self) -> list[dict[str, Any]]:
        """The requests on Oracle's paths, oldest first."""
        entries: list[dict[str, Any]] = self._http.get("/__log").raise_for_status().json()
        return entries

    def writes(self) -> list[dict[str, Any]]:
        """Those of the log that are not GETs."""
        return [entry for entry in self.log() if entry["method"] != "GET"]

    def fault(self, *, mode: str = "before", match: str = "", **fault: Any) -> None:
        """Let the next operation whose name holds ``match`` fail before or after the commit."""
        self._post({"mode": mode, "match": match, **fault})

    def registration(self, **plan: Any) -> None:
        """Let the next version pretend to be pending or failed: ``pending_gets``, ``outcome``."""
        self._post({"mode": "registration", **plan})

    def forget_tokens(self) -> None:
        """Forget the retry tokens, as after 24 hours."""
        self._http.delete("/__tokens").raise_for_status()

    def _post(self, fault: dict[str, Any]) -> None:
        self._http.post("/__fault", json=fault).raise_for_status()

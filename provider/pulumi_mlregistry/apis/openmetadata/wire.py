"""What OpenMetadata's versions differ in: names on the wire, and what an older one cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.reconcile.errors import Rejected

_VERSION = re.compile(r"(\d+)\.(\d+)")
_OWNERS, _DATA_PRODUCTS, _ALGORITHM, _DOMAINS, _ETAGS = (1, 5), (1, 5), (1, 8), (1, 9), (2, 0)
_WITHOUT_VERTEX = (1, 5)
_OTHER_LISTS = (1, 3)
"""First versions with: several owners; data products; a model without an algorithm; several
domains; ETags; lists that are not known to show all of a model. 1.5, 1.8 and 1.9 are read from the
client packages of those versions."""


@dataclass(frozen=True)
class Wire:
    """One server version: ``(major, minor)``."""

    version: tuple[int, int]

    @classmethod
    def of(cls, text: str) -> Wire | None:
        """From a text such as `1.2.0-SNAPSHOT`; None where it is no version."""
        found = _VERSION.match(text)
        return cls((int(found[1]), int(found[2]))) if found else None

    def key(self, name: str) -> str:
        """A field's name on the wire."""
        return name[:-1] if self.is_single(name) else name

    def is_single(self, name: str) -> bool:
        """Whether a field that is a list by now holds one value here."""
        since = {"owners": _OWNERS, "domains": _DOMAINS}.get(name)
        return since is not None and self.version < since

    @property
    def has_etags(self) -> bool:
        """Whether a PATCH can be bound to the version that was read."""
        return self.version >= _ETAGS

    @property
    def marks_inherited(self) -> bool:
        """Whether what a model has from its service is told from its own."""
        return not self.is_single("domains")

    @property
    def lists_whole(self) -> bool:
        """Whether a list shows models as a GET does: 1.2 does (measured), 2.x hides dashboards."""
        return self.version < _OTHER_LISTS

    def fields(self, names: tuple[str, ...]) -> str:
        """The value of ``fields=``: what a GET answers only when it is asked for."""
        return ",".join(self.key(name) for name in names if self._has(name))

    def refuse(self, declared: Mapping[str, Any], *, new_model: bool = False) -> None:
        """Raise `Rejected` where this version cannot hold what is declared; nothing is sent."""
        for path, why in self._cannot_hold(declared, new_model):
            number = ".".join(map(str, self.version))
            raise Rejected(
                f"{path} {why}, and the server is {number}",
                remedy="Nothing was written; change the declaration, or upgrade the server",
            )

    def _cannot_hold(
        self, declared: Mapping[str, Any], new_model: bool
    ) -> Iterator[tuple[str, str]]:
        for name in ("owners", "domains"):
            if self.is_single(name) and len(declared.get(name) or ()) > 1:
                since = _OWNERS if name == "owners" else _DOMAINS
                yield (
                    name,
                    f"would be {len(declared[name])}, which needs OpenMetadata {_text(since)}",
                )
        if declared.get("dataProducts") and not self._has("dataProducts"):
            yield "dataProducts", f"needs OpenMetadata {_text(_DATA_PRODUCTS)}"
        if declared.get("serviceType") == "VertexAI" and self.version <= _WITHOUT_VERTEX:
            yield "serviceType", f"VertexAI is younger than OpenMetadata {_text(_WITHOUT_VERTEX)}"
        if new_model and not declared.get("algorithm") and self.version < _ALGORITHM:
            yield "algorithm", f"may be left out from OpenMetadata {_text(_ALGORITHM)} on"

    def _has(self, name: str) -> bool:
        return name != "dataProducts" or self.version >= _DATA_PRODUCTS


def _text(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))

"""Names that try to leave their place in a path, a query, a quotation or a filter."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from hypothesis import strategies as st

from laws.worlds import NemoWorld, World

SIGNS: Final = (
    "..", ".", "/", "//", "../", "/..", "./", "%2F", "%2f..", "%2e%2e", "%252F", "%00", "\x00", "?",
    "?x=1", "#", ";", "&", "=", "+", "@", ":", "::", "'", '"', '""', "''", "`", "\\", "\\'", "\r\n",
    "\n", "\r", "\t", "\x85", "\u2028", "\x1b", "\x7f", " ", "  ", "' OR '1'='1", "'; --", '" or "',
    "%", "_", "%' OR name LIKE '%", "*", "[a]", "{}", "$or", "(", ")", "\u2215", "\uff0f", "\u2044",
    "\uff0e\uff0e", "\u202e", "\u200b", "\ufeff", "\u0130", "\u00df", "e\u0301", "\U0001f600",
    "x" * 64, "x" * 250, "é" * 200, "-", "--", "~", ",", "<", ">", "|", "^",
)  # fmt: skip


def around(decoy: str) -> st.SearchStrategy[str]:
    """Names around that of another object: never that name itself."""
    sign = st.sampled_from(SIGNS)
    name = st.sampled_from([decoy, decoy.upper(), decoy.title(), decoy[:-1], "x", ""])
    parts = st.one_of(sign, name, st.text(max_size=4))
    built = st.one_of(
        st.lists(parts, min_size=1, max_size=5).map("".join),
        st.tuples(st.just(decoy), sign).map("".join),
        st.tuples(sign, st.just(decoy)).map("".join),
        st.sampled_from([quote(decoy, safe=""), f'"{decoy}', f"'{decoy}'", decoy.upper()]),
    )
    # OpenMetadata takes a name in quotes for the same name.
    return built.filter(lambda made: made.strip('"') != decoy)


def everything(world: World) -> dict[str, str]:
    """All objects at the registry, by what tells one from another: their full names."""
    found: dict[str, str] = {}
    for item in _listed(world):
        full = item.get("fullyQualifiedName") or item["name"]
        found[f"{full}/{item.get('version', '')}"] = repr(item)
    return found


def _listed(world: Any) -> list[dict[str, Any]]:
    if isinstance(world, NemoWorld):
        found: list[dict[str, Any]] = []
        for page in range(1, 100):
            query = {"page_size": "1000", "page": str(page)}
            data = world.http.get(world.models, params=query).raise_for_status().json()["data"]
            found += data
            if len(data) < 1000:
                break
        return found
    if world.kind.startswith("mlflow:"):
        plural = f"{world.thing}s"
        answer = world.call("GET", f"{plural}/search", max_results="1000")
        return list(answer.get(plural.replace("-", "_"), []))
    query = {"limit": "1000", "include": "all"}
    return list(world.call("GET", world.collection, None, **query)["data"])

"""Source that is written is laid out as ruff lays it out, and means what was meant."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_mlregistry.importer.source import Call, statement

LETTERS = "abc XYZ019_-.:/\\'\"\n\t\x07\x7fäßéλЖ中文模型语한글カ\u0301\u200b\ue000🙂"
TEXTS = st.text(LETTERS, max_size=60) | st.sampled_from(["it's", 'say "x"', "a\nb", "\\", "ü" * 40])
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=5)
@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), VALUES, min_size=1), max_size=40))
def test_source_is_what_ruff_would_write(named: list[dict[str, Any]]) -> None:
    calls = [Call("module.Class", ["name"], arguments) for arguments in named]
    text = "".join(f"{statement(call, 'variable')}\n" for call in calls)
    found = [ast.literal_eval(k.value) for s in ast.parse(text).body for k in s.value.keywords]  # type: ignore[attr-defined]
    assert found == [value for arguments in named for value in arguments.values()]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == text

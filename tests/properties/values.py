"""Values of every JSON type that a registry, a quoting or a canonical form may stumble over."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

TEXTS: Final = (
    "", " ", "  two  blanks  ", "\t", "a\nb", "a\r\nb", "\n", "line\u2028separator", "it's",
    'say "hi"', "`code`", "back\\slash", "\\", "100%", "%2F", "%00", "a/b", "~1", "~0", "..", ".",
    "a.b.c", "a:b", "?x=1&y=2#z", "<b>bold</b>", "<script>x</script>", "a < b > c", "<", "&amp;",
    "&lt;b&gt;", "&#39;", "x = 1 & y", "{{ y }}", "<!-- -->", "${x}", "null", "None", "true", "0",
    "1.0", "-0", "NaN", "*********", "[secret]", "größe 模型", "é", "e\u0301", "\U0001f600",
    "👩\u200d👧", "\u202eabc", "שלום", "\ufeffbom", "\u200b", "\ufffd", "\ufb00", "\u0130i", "__x",
    "mlregistry.owner", "; DROP TABLE x --", "2024-01-02", "2024-01-02T03:04:05Z", "{}", "[]",
    "\x00", "a\x00b", "\x1f", "\x7f\x85",
)  # fmt: skip
KEYS: Final = (
    "", "a.b", "a/b", "a~b", "~0", "%41", 'q"uote', "it's", "two\nlines", " ", "größe", "\u00df",
    "0", "-1", "__proto__", "a[0]", "$ref", "x" * 250, "x" * 251,
)  # fmt: skip
NUMBERS: Final = (
    0, -0.0, 1, -1, 0.1, 1.5, 1e-9, 5e-324, 1e21, 1e22, 1.7976931348623157e308, 2**31, -(2**31) - 1,
    2**53 - 1, 2**53, 2**53 + 1, -(2**53), 10**18, 123456789.123456789,
)  # fmt: skip


def texts(least: int = 0, most: int | None = None) -> st.SearchStrategy[str]:
    """Texts of a length: odd ones, any ones, and those at the limit."""
    fits = [t for t in TEXTS if least <= len(t) and (most is None or len(t) <= most)]
    size = 40 if most is None else min(most, 40)
    kinds = [st.text(min_size=min(least, size), max_size=size)]
    if fits:
        kinds.insert(0, st.sampled_from(fits))
    if most is not None and 0 < most <= 100_000:
        kinds.append(st.sampled_from("xé\U0001f600").map(lambda one: one * most))
    return st.one_of(*kinds)


def numbers() -> st.SearchStrategy[float]:
    """Numbers at the edges; Pulumi carries all of them as doubles."""
    return st.one_of(st.sampled_from(NUMBERS), st.integers(), st.floats(allow_nan=False))


def keys() -> st.SearchStrategy[str]:
    """Keys of free mappings."""
    return st.one_of(st.sampled_from(["k1", "k2", "team"]), st.sampled_from(KEYS), st.text())


def leaves() -> st.SearchStrategy[Any]:
    """What holds nothing."""
    return st.one_of(st.none(), st.booleans(), texts(), numbers())


def any_json(leaves_at_most: int = 6) -> st.SearchStrategy[Any]:
    """JSON of any form, with nulls in it."""
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(keys(), inner, max_size=3)
        ),
        max_leaves=leaves_at_most,
    )

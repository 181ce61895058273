"""The table of what 2.x makes of descriptions, measured with the library that it uses."""

from __future__ import annotations

import html

import pytest

from pulumi_mlregistry.sandbox.openmetadata.descriptions import sanitized
from sandbox.openmetadata.registry import MODEL, MODELS, SERVICE, SERVICES, Registry, add

TABLE = {
    "it's": "it&#39;s",
    "x = 1": "x &#61; 1",
    "`code`": "&#96;code&#96;",
    '"hi"': "&#34;hi&#34;",
    "a & b": "a &amp; b",
    "1 < 2 and 1 > 0": "1 &lt; 2 and 1 &gt; 0",
    "x+y": "x&#43;y",
    "u@x.com": "u&#64;x.com",
    "\U0001f600": "&#x1f600;",
    "{{ x }}": "{<!-- -->{ x }}",
    "<script>alert(1)</script>t": "t",
    "<foo>x</foo>": "x",
    "a<br>b": "a<br />b",
    "<p>open": "<p>open</p>",
    "&nbsp;": "\u00a0",
    "a\x00b": "ab",
}
UNCHANGED = [
    "* _ # ~ | [ ] ( ) % \\ / : ; , . ! ? - ^ $",
    "  lines\nand\r\nmore  ",
    "\u00e9\u00fc \u6f22\u5b57",
    "<b>bold</b>",
]


@pytest.mark.parametrize(("sent", "stored"), TABLE.items())
def test_what_is_sent_becomes_what_is_stored(sent: str, stored: str) -> None:
    assert sanitized(sent) == stored


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_starts_nothing_in_html_is_left_alone(text: str) -> None:
    assert sanitized(text) == text


@pytest.mark.parametrize("text", [*TABLE, *UNCHANGED])
def test_a_second_time_changes_nothing(text: str) -> None:
    assert sanitized(sanitized(text)) == sanitized(text)


@pytest.mark.parametrize("text", ["it's {{ x }} & `y`", "1 > 0 + 3 = \U0001f600", "{{{ a }}}"])
def test_text_without_elements_can_be_told_equal(text: str) -> None:
    assert html.unescape(sanitized(text).replace("<!-- -->", "")) == text


def test_create_put_and_patch_of_both_kinds_store_it_so(v2: Registry) -> None:
    body = MODEL | {"name": "n", "description": "it's"}
    assert v2.post(MODELS, body).json()["description"] == "it&#39;s"
    assert v2.put_model(description="a & b").json()["description"] == "a &amp; b"
    v2.patch(add("/description", "`x`"))
    assert v2.model()["description"] == "&#96;x&#96;"
    v2.put(SERVICES, SERVICE | {"description": "x+y"})
    assert v2.service()["description"] == "x&#43;y"

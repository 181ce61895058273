"""Texts of others are data: in a comment and on a page they stay texts."""

from __future__ import annotations

import html
import re

import pytest

from pulumi_mlregistry.review.markdown import MOST, render
from pulumi_mlregistry.review.marks import GATE_FAILED, GATE_PASSED

from .previews import both, digest, entity, review, told

HOSTILE = [
    "@team please merge",
    "a@b.example.com",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</code><h1>big</h1>",
    "`code` and ``more``",
    "a | b | c",
    "one\n\n# two\n- three\n| four | five |\n",
    "[click](javascript:alert(1))",
    "](javascript:alert(1))",
    "![image](https://evil.example.com/x.png)",
    "https://evil.example.com and www.evil.example.com",
    "fixes #12 and GH-12 and owner/repo#3",
    "*bold* _so_ ~~gone~~ $x$ :tada:",
    "\\`escaped\\` &lt;b&gt;",
    "right\u202eleft \x1b[31mred",
    '" onmouseover="alert(1)',
    "<!-- hidden -->",
]
_OURS = re.compile(r"</?(?:code|del|ins|em|details|summary)>|<br>|<!-- -->|&#\d+;|&nbsp;|`[^`\n]+`")
_TABLE = re.compile(r"^\|.*\|$", re.M)


def _everywhere(text: str) -> str:
    """A preview with a text in every place that others can write."""
    steps = [
        entity("update", {"description": "was"}, {"description": text}, "one"),
        entity("update", {"description": text}, {"description": f"{text} and more words"}, "two"),
        entity("update", {"customFields": {"k": "v"}}, {"customFields": {text: text}}, "three"),
        entity("create", None, {"description": text, "customFields": {text: text}}, f"n{text}"),
        {"op": "update", "urn": f"urn:pulumi:dev::models::aws:s3:Bucket::{text}",
         "detailedDiff": {text: {"kind": "update"}}},
    ]  # fmt: skip
    lines = [GATE_PASSED + text, GATE_FAILED + text, f"it exists already ({text})", text]
    stack = {"message": text, "severity": "error"}
    return digest(steps, *(told(line, name="one") for line in lines), stack)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_comment_is_markup_of_others(text: str) -> None:
    markdown, _ = both(_everywhere(text))
    for line in markdown.splitlines():
        assert re.match(r"(\*\*|- |### |\||<|`|Differs at |Stack |$)", line), "no line of others"
        left = _OURS.sub("", line.replace(r"\~", "").replace(r"\+", ""))
        assert not re.search(r"[@<>`\[\]$\\]|www|://|:\w+:", left), left
        cells = re.findall(r"\|", left) if line.startswith("|") else []
        assert len(cells) in (0, 3, 4), line
    assert "#12" not in re.sub(r"<code>.*?</code>|`[^`\n]+`", "", markdown)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_on_the_page_is_markup_of_others(text: str) -> None:
    _, page = both(_everywhere(text))
    body = page.partition("</head>")[2]
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z0-9]+)", body)}
    assert not tags & {"script", "img", "iframe", "object", "form", "style", "link", "base"}
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', body))
    assert all(ref.startswith("#object-") for ref in re.findall(r'href="([^"]*)"', body))
    assert "\u202e" not in page
    assert "\x1b" not in page
    shown = html.unescape(re.sub(r"</?(?:del|ins)[^>]*>", "", body))
    plain = text.replace("\u202e", "\\u202e").replace("\x1b", "\\u001b")
    assert plain in shown


def test_a_mention_stays_the_text_that_it_is() -> None:
    markdown, _ = both(digest([entity("update", {"description": "a"}, {"description": "@team"})]))
    assert "<code>&#64;<!-- -->team</code>" in markdown


def test_a_comment_is_never_too_long_and_says_what_is_left_out() -> None:
    words = " ".join(f"word{n}" for n in range(400))
    many = [
        entity("update", {"description": "x"}, {"description": words}, f"m{n}") for n in range(400)
    ]
    text = render(review(digest(many)))
    assert len(text.encode()) < MOST < 65_536
    assert text.startswith("**400 to update**\n")
    assert re.search(r"Left out for length: the details of \d+ objects", text)
    one = digest([entity("update", {"description": "x"}, {"description": "é|" * 90_000})])
    text = render(review(one))
    assert len(text.encode()) < MOST
    assert "178500 characters more" in text
    errors = [{"message": f"error {n} " + words, "severity": "error"} for n in range(200)]
    text = render(review(digest(many, *errors)))
    assert len(text.encode()) < MOST
    assert "Left out for length: further messages" in text
    assert re.search(r"Left out for length: \d+ more objects", text)

"""An HTTP answer: what an API client may look at, whatever the server sent."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_mlregistry.transport.answer import Answer


def answer(text: str = "", status: int = 200, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


@pytest.mark.parametrize(
    ("text", "body", "as_object"),
    [
        ('{"a": 1}', {"a": 1}, {"a": 1}),
        ("[1]", [1], {}),
        ("null", None, {}),
        ("", None, {}),
        ("<html>", None, {}),
        ('{"a": ', None, {}),
    ],
)
def test_a_body_is_what_its_json_says_and_an_object_only_where_it_is_one(
    text: str, body: Any, as_object: Any
) -> None:
    assert answer(text).json == body
    assert answer(text).object == as_object


@pytest.mark.parametrize(("status", "ok"), [(199, False), (200, True), (299, True), (300, False)])
def test_only_a_status_of_2xx_is_success(status: int, ok: bool) -> None:
    assert answer(status=status).ok is ok


def test_a_page_is_known_by_its_type_or_its_first_character() -> None:
    assert answer(content_type="text/html; charset=utf-8").is_html
    assert answer(" \n<!doctype html>").is_html
    assert not answer('{"a": "<"}', content_type="application/json").is_html
    assert not answer().is_html


def test_the_clock_of_the_server_is_read_where_it_tells_it() -> None:
    assert answer(date="Thu, 01 Jan 1970 00:01:40 GMT").server_time == 100
    assert answer().server_time is None
    assert answer(date="yesterday").server_time is None
    assert answer(date="1 Jan 99999999999999999999 00:00:00").server_time is None

"""The small pure parts: equality, canonical forms, paths, unknowns, redaction, secrets, errors."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pulumi_mlregistry.reconcile import canonical, redaction, secrets
from pulumi_mlregistry.reconcile.behaviour import CANNOT, Behaviour
from pulumi_mlregistry.reconcile.errors import Conflict, Lost, RegistryError
from pulumi_mlregistry.reconcile.nested import merged
from pulumi_mlregistry.reconcile.paths import Path, property_path
from pulumi_mlregistry.reconcile.protocol import Live
from pulumi_mlregistry.reconcile.unknown import UNKNOWN, Unknown, has_unknown

SAME: list[tuple[Any, Any]] = [
    (1, 1.0),
    ("a", "a"),
    (None, None),
    (True, True),
    ({"a": 1, "b": [1, 2]}, {"b": (1.0, 2), "a": 1}),
    ([], ()),
]
NOT_SAME: list[tuple[Any, Any]] = [
    (True, 1),
    (1, True),
    (0, False),
    ("1", 1),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, {"a": 2}),
    ({"a": True}, {"a": 1}),
    ({"a": 1}, {"a": 1, "b": 1}),
    ([1], [1, 1]),
    ([1, 1], [1]),
    ([1, 2], [2, 1]),
    ([True], [1]),
    ({}, []),
    (UNKNOWN, UNKNOWN),
    (UNKNOWN, 1),
    (1, UNKNOWN),
    ({"a": UNKNOWN}, {"a": UNKNOWN}),
    ([], None),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_equal_is_what_means_the_same(left: Any, right: Any) -> None:
    assert canonical.same(left, right) is True


@pytest.mark.parametrize(("left", "right"), NOT_SAME)
def test_different_is_what_means_something_else(left: Any, right: Any) -> None:
    assert canonical.same(left, right) is False


PLAIN: list[tuple[Any, Any]] = [
    (2.0, 2),
    (-2.0, -2),
    (2.5, 2.5),
    (2.0**53, 2.0**53),
    (2.0**53 - 1, 2**53 - 1),
    ((1.0, [2.0]), [1, [2]]),
    ({1: 2.0}, {"1": 2}),
    ("1.0", "1.0"),
    (None, None),
    (float("inf"), float("inf")),
]


@pytest.mark.parametrize(("value", "expected"), PLAIN)
def test_whole_floats_are_integers_while_they_are_exact(value: Any, expected: Any) -> None:
    found = canonical.plain(value)
    assert found == expected
    assert type(found) is type(expected)
    assert str(found) == str(expected)


def test_nested_nulls_are_absent() -> None:
    value = {"a": None, "b": {"c": None, "d": 0}, "e": [{"f": None}], "g": ({"h": None},)}
    assert canonical.without_nulls(value) == {"b": {"d": 0}, "e": [{}], "g": [{}]}


def test_the_empty_text_is_none() -> None:
    assert canonical.text("") is None
    assert canonical.text(" ") == " "


AS_TEXT: list[tuple[Any, Any]] = [
    (True, "true"),
    (False, "false"),
    (5, "5"),
    (2.0, "2"),
    (0.5, "0.5"),
    (2**53 - 1, "9007199254740991"),
    (2**53, 2**53),
    (-(2**53), -(2**53)),
    ("x", "x"),
    (None, None),
    ([1], [1]),
]


@pytest.mark.parametrize(("value", "expected"), AS_TEXT)
def test_numbers_become_texts_while_they_are_exact(value: Any, expected: Any) -> None:
    assert canonical.as_text(value) == expected
    assert canonical.values_as_text({"k": value}) == {"k": expected}


def test_what_is_no_mapping_stays_for_check_to_refuse() -> None:
    assert canonical.values_as_text([1]) == [1]
    assert canonical.unique("aa") == "aa"
    assert canonical.unique(["a", 1, "a"]) == ["a", 1, "a"]


def test_a_list_keeps_its_first_order_without_repetitions() -> None:
    assert canonical.unique(["b", "a", "b"]) == ["b", "a"]


def test_false_may_be_absent() -> None:
    assert canonical.false_is_absent(False) is None
    assert canonical.false_is_absent(True) is True


def test_a_chain_takes_one_step_after_the_other() -> None:
    assert canonical.chain(canonical.plain, str, len)(10.0) == 2


def test_a_digest_is_that_of_the_meaning() -> None:
    one = canonical.digest({"a": 1, "b": "é"})
    assert one == canonical.digest({"b": "é", "a": 1.0})
    assert one == "72098b2a2208bcd8", "states hold it"
    assert one != canonical.digest({"a": 1, "b": "e"})
    assert len(canonical.digest("\ud800")) == 16
    assert canonical.digest(UNKNOWN) == canonical.digest("(known after apply)")


def test_an_unknown_is_one_and_survives_copies() -> None:
    assert Unknown() is UNKNOWN
    assert copy.copy(UNKNOWN) is UNKNOWN
    assert copy.deepcopy({"a": UNKNOWN})["a"] is UNKNOWN
    assert repr(UNKNOWN) == "(known after apply)"


@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN], (1, UNKNOWN), {"a": [{"b": UNKNOWN}]}])
def test_an_unknown_is_found_at_any_depth(value: Any) -> None:
    assert has_unknown(value) is True


@pytest.mark.parametrize("value", [None, "", [], {}, {"a": [1, (2,)]}])
def test_no_unknown_is_found_where_there_is_none(value: Any) -> None:
    assert has_unknown(value) is False


PATHS: list[tuple[tuple[str, ...], str, str]] = [
    (("tags",), "tags", "tags"),
    (("tags", "team"), "tags.team", "tags/team"),
    (("tags", "_a1"), "tags._a1", "tags/_a1"),
    (("tags", "1a"), 'tags["1a"]', "tags/1a"),
    (("tags", "a b"), 'tags["a b"]', "tags/a b"),
    (("tags", "a\n"), 'tags["a\\n"]', "tags/a\n"),
    (("tags", 'q"'), 'tags["q\\""]', 'tags/q"'),
    (("tags", "a/b~c"), 'tags["a/b~c"]', "tags/a~1b~0c"),
    (("tags", "~1"), 'tags["~1"]', "tags/~01"),
    (("tags", ""), 'tags[""]', "tags/"),
]


@pytest.mark.parametrize(("parts", "shown", "pointer"), PATHS)
def test_a_path_is_shown_as_pulumi_does_and_stored_as_a_pointer(
    parts: tuple[str, ...], shown: str, pointer: str
) -> None:
    path = Path.of(*parts)
    assert str(path) == shown
    assert path.pointer == pointer
    assert Path.parse(pointer) == path
    assert path.field == "tags"
    assert path.child("x") == Path.of(*parts, "x")


def test_a_place_in_a_list_is_shown_by_its_number() -> None:
    assert property_path("parts", [0, "madeOf"]) == "parts[0].madeOf"


def test_cannot_says_its_name() -> None:
    assert repr(CANNOT) == "CANNOT"


def test_a_known_secret_is_masked_in_every_form() -> None:
    secret = 'a"b\\é c'
    for form in ('a"b\\é c', 'a\\"b\\\\é c', 'a\\"b\\\\\\u00e9 c', 'a"b\\\\é c'):
        assert redaction.redact(f"x {form} y", [secret]) == "x [secret] y"
    assert redaction.redact("one two", ["one   two"]) == "[secret]"


def test_the_longest_secret_is_masked_first_and_short_ones_not() -> None:
    assert redaction.redact("abcdef abc ab", ["abc", "abcdef", "ab", ""]) == "[secret] [secret] ab"


def test_a_secret_of_many_lines_is_masked_line_by_line() -> None:
    key = "-----BEGIN KEY-----\n  0123456789abcde \nshort\n"
    said = redaction.redact("0123456789abcde, short, -----BEGIN KEY-----", [key])
    assert said == "[secret], short, [secret]"
    assert redaction.redact("0123456789abcdef", ["0123456789abcde\nshort"]) == "0123456789abcdef"


def test_a_long_text_is_cut() -> None:
    assert redaction.shortened("x" * 1000) == "x" * 1000
    assert redaction.shortened("x" * 1001) == "x" * 1000 + "..."


def test_the_texts_of_a_value_are_all_of_them_and_the_credentials_in_addresses() -> None:
    value = {"a": ["b", ("c", {"d": "e"})], "n": 5}
    assert list(redaction.texts(value)) == ["b", "c", "e"]
    address = "s3://user:p%40ss@host/path?key=k%2Fv&other=o"
    assert set(redaction.texts(address)) == {address, "p%40ss", "p@ss", "k%2Fv", "k/v", "o"}
    assert set(redaction.texts("https://host/p?a=b=c")) == {"https://host/p?a=b=c", "b=c"}
    assert set(redaction.texts("https://host:80/p:w@x")) == {"https://host:80/p:w@x", ""}


NESTED = Behaviour(secret=("a.b", "c"))
PUBLIC = Behaviour(public=("a.b", "c"))
WHOLE = Behaviour(secret=("",))


@pytest.mark.parametrize(
    ("behaviour", "inside", "expected"),
    [
        (NESTED, (), True),
        (NESTED, ("a",), True),
        (NESTED, ("a", "b"), True),
        (NESTED, ("a", "b", "x"), True),
        (NESTED, ("a", "x"), False),
        (NESTED, ("x",), False),
        (PUBLIC, (), True),
        (PUBLIC, ("a",), True),
        (PUBLIC, ("a", "b"), False),
        (PUBLIC, ("c", "x"), False),
        (PUBLIC, ("x",), True),
        (WHOLE, (), True),
        (WHOLE, ("x",), True),
        (Behaviour(), (), False),
    ],
)
def test_a_part_is_secret_where_it_is_named_or_holds_what_is(
    behaviour: Behaviour, inside: tuple[str, ...], expected: bool
) -> None:
    assert secrets.is_secret(behaviour, inside) is expected


VALUE = {"a": {"b": 1, "x": 2}, "c": {"y": 3}, "x": 4, "n": None}


@pytest.mark.parametrize(
    ("behaviour", "parts", "wrapped"),
    [
        (NESTED, [1, {"y": 3}], {"a": {"b": [1], "x": 2}, "c": [{"y": 3}], "x": 4, "n": None}),
        (PUBLIC, [2, 4], {"a": {"b": 1, "x": [2]}, "c": {"y": 3}, "x": [4], "n": None}),
        (WHOLE, [VALUE], [VALUE]),
        (Behaviour(), [], VALUE),
    ],
)
def test_only_the_secret_parts_are_wrapped(
    behaviour: Behaviour, parts: list[Any], wrapped: Any
) -> None:
    assert list(secrets.parts(behaviour, VALUE)) == parts
    assert secrets.wrapped(behaviour, VALUE, lambda part: [part]) == wrapped


def test_a_value_is_secret_whole_where_the_secret_keys_go_deeper() -> None:
    assert list(secrets.parts(NESTED, "text")) == ["text"]
    assert secrets.wrapped(NESTED, "text", lambda part: [part]) == ["text"]
    assert list(secrets.parts(WHOLE, None)) == []


def test_an_error_is_one_line_of_what_where_why_remedy_and_request() -> None:
    error = RegistryError(
        "it is\n so.", remedy="Do this", what="create m", where="https://r", request_id="7"
    )
    assert str(error) == "create m at https://r: it is so. Do this (request id 7)"
    assert str(RegistryError("why")) == "why"
    assert str(RegistryError("why", where="here")) == "here: why"
    assert str(RegistryError("why", what="read m")) == "read m: why"
    assert str(RegistryError("why?", remedy="Do")) == "why?. Do"


def test_an_error_keeps_the_first_word_on_where_it_came_from() -> None:
    error = Lost("why").at("read m", "https://r")
    assert isinstance(error, Lost)
    assert str(error.at("update x", "https://s")) == "read m at https://r: why"
    error = Conflict("canary")
    error.why = "told"
    assert error.why == "told"
    assert error.args == ("told",)


def test_the_last_change_is_told_as_far_as_it_is_known() -> None:
    assert Live("i", {}).last_change == ""
    assert Live("i", {}, changed_by="ann").last_change == ""
    assert Live("i", {}, changed_at="noon").last_change == "last changed noon"
    assert Live("i", {}, changed_at="noon", changed_by="ann").last_change == (
        "last changed noon by ann"
    )


def test_a_new_value_keeps_what_the_answer_has_beside_what_is_said() -> None:
    answered = {"a": [{"id": 1, "x": 2}], "b": 1, "c": {"id": 5, "n": "c"}, "theirs": 3}
    said = {"a": [{"id": 1}], "b": 1, "c": "c"}
    new = {"a": [{"id": 1}], "b": 2, "c": "c", "d": 4}
    assert merged(answered, said, new) == {**answered, "b": 2, "d": 4}
    assert merged(answered, said, {"a": [{"id": 2}], "c": "d"}) == {
        "a": [{"id": 2}], "c": "d", "theirs": 3,
    }  # fmt: skip
    assert merged(answered, None, {"b": 2}) == {**answered, "b": 2}
    assert merged([1], [2], [2]) == [1]
    assert merged("answered", "said", "said") == "said"
    assert merged({"a": 1}, "said", "new") == "new"

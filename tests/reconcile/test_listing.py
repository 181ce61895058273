"""Lists: how many reads it takes until they are asked for, and what they may answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from pulumi_mlregistry import patience
from pulumi_mlregistry.reconcile.errors import NotAllowed
from pulumi_mlregistry.reconcile.listing import Listing, Listings
from pulumi_mlregistry.reconcile.protocol import Live, Page
from reconcile.program import Program
from reconcile.registry import Registry
from reconcile.tables import Version

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def listing(names: Sequence[str], size: int, *, counts: bool = True) -> tuple[Listing, list[int]]:
    """A list of objects, and the sizes of the pages that were asked for."""
    asked: list[int] = []

    def pages() -> Iterator[Page]:
        for start in range(0, len(names), size):
            page = [Live(name, {}) for name in names[start : start + size]]
            asked.append(len(page))
            yield Page(page, len(names) if counts else None)

    return Listing(pages(), lambda live: live.id), asked


def taken(of: Listing, names: Sequence[str]) -> list[str]:
    """What the list says of each: its id, ALONE or MISSED."""
    answers = [of.take(name) for name in names]
    return [a.id if isinstance(a, Live) else a.name for a in answers]


def test_the_first_three_are_read_alone_and_the_others_by_one_page() -> None:
    of, asked = listing(LETTERS, 100)
    assert taken(of, LETTERS) == ["ALONE", "ALONE", "ALONE", *LETTERS[3:]]
    assert asked == [26]


def test_further_pages_are_asked_for_where_one_is_missed() -> None:
    of, asked = listing(LETTERS, 13)
    assert taken(of, [*LETTERS[:3], "z", "d"]) == ["ALONE", "ALONE", "ALONE", "z", "d"]
    assert asked == [13, 13]


def test_an_object_is_answered_once_and_then_read_anew() -> None:
    of, asked = listing(LETTERS, 100)
    assert taken(of, "abcdd") == ["ALONE", "ALONE", "ALONE", "d", "ALONE"]
    assert asked == [26]


def test_what_no_page_has_is_missed_once_all_were_read() -> None:
    of, _ = listing(LETTERS, 13)
    assert taken(of, "abc?") == ["ALONE", "ALONE", "ALONE", "ABSENT"]


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
def test_a_long_list_is_read_as_far_as_the_reads_are_worth_it(counts: bool) -> None:
    names = [f"n{number:04}" for number in range(1000)]
    of, asked = listing(names, 100, counts=counts)
    last = taken(of, names[-20:])
    # Eight are read alone before a few are enough for what only looks ahead.
    assert last == ["ALONE"] * 8 + ["MISSED"] * 12
    assert len(asked) == (1 if counts else 2)
    assert "ABSENT" in taken(of, ["x"] * 300), "by now they are worth all pages"
    assert len(asked) == 10


def test_a_list_that_fails_is_not_asked_for_again() -> None:
    asked = []

    def pages() -> Iterator[Page]:
        asked.append(1)
        raise NotAllowed("no", remedy="Ask")
        yield Page([])

    of = Listing(pages(), lambda live: live.id)
    assert taken(of, LETTERS) == ["ALONE"] * 26
    assert asked == [1]


def test_a_list_that_shows_nothing_for_three_pages_is_given_up() -> None:
    asked = []

    def pages() -> Iterator[Page]:
        while True:
            asked.append(1)
            yield Page([])

    of = Listing(pages(), lambda live: live.id)
    assert taken(of, ["x"] * 200)[-1] == "ALONE"
    assert len(asked) == 3


def test_a_short_last_page_does_not_make_a_list_longer() -> None:
    of, asked = listing(LETTERS[:11], 5)
    assert taken(of, "abc" + "?" * 25)[-1] == "ABSENT"
    assert asked == [5, 5, 1]


def test_a_page_takes_no_more_than_half_of_what_a_read_has_left() -> None:
    left: list[float] = []

    def pages() -> Iterator[Page]:
        left.append(patience.seconds(99))
        yield Page([Live(name, {}) for name in LETTERS])

    of = Listing(pages(), lambda live: live.id)
    taken(of, "abc")
    with patience.lasting(10, threading.Event()):
        assert taken(of, "d") == ["d"]
    assert 4 < left[0] <= 5


def test_those_that_ask_at_once_wait_for_the_one_page() -> None:
    began, go_on = threading.Event(), threading.Event()
    asked = []

    def pages() -> Iterator[Page]:
        asked.append(1)
        began.set()
        assert go_on.wait(10)
        yield Page([Live(name, {}) for name in LETTERS])

    of = Listing(pages(), lambda live: live.id)
    taken(of, "abc")
    found: list[str] = []
    readers = [threading.Thread(target=lambda n=n: found.extend(taken(of, n))) for n in "defg"]
    for reader in readers:
        reader.start()
    assert began.wait(10)
    go_on.set()
    for reader in readers:
        reader.join(10)
    assert (sorted(found), asked) == (list("defg"), [1])


def test_who_would_wait_too_long_for_a_page_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    of, _ = listing(LETTERS, 100)
    taken(of, "abc")
    monkeypatch.setattr("pulumi_mlregistry.reconcile.listing._LONGEST_PAGE", 0.01)
    with of._fetching:
        assert taken(of, "d") == ["ALONE"]
    assert taken(of, "d") == ["d"]


def crew(server: Registry, count: int = 8, **declared: Any) -> list[Program]:
    """Models that one program has created; each step of all of them is one run."""
    programs = [Program(server, owner=f"p/dev/toy/{n}") for n in LETTERS[:count]]
    for name, program in zip(LETTERS, programs, strict=False):
        program.up(name=name, size=1, **declared)
    return programs


def refresh(programs: Sequence[Program]) -> list[str]:
    """One run that reads them all; the requests."""
    run, sent = Listings(), []
    for program in programs:
        program.listings = run
        program.refresh()
        sent += program.requests
        program.listings = None
    return sent


def test_a_refresh_by_lists_is_what_a_refresh_of_each_is() -> None:
    programs = crew(Registry(), tags={"a": "1"})
    before = [(p.outputs, p.inputs) for p in programs]
    assert refresh(programs) == ["read", "read", "read", "list"]
    assert [(p.outputs, p.inputs) for p in programs] == before


def test_drift_that_a_list_shows_is_read_alone_before_it_is_told() -> None:
    programs = crew(Registry())
    programs[-1].server.edit("main/h", size=2)()
    assert refresh(programs) == ["read", "read", "read", "list", "read"]
    assert programs[-1].log[0].startswith("model main/h was changed outside: size")


def test_what_had_drifted_before_is_read_alone() -> None:
    programs = crew(Registry())
    programs[-1].server.edit("main/h", size=2)()
    refresh(programs)
    programs[-1].server.edit("main/h", size=3)()
    assert refresh(programs) == ["read", "read", "read", "list", "read"]
    assert programs[-1].outputs["size"] == 3


def test_another_object_of_the_name_is_not_taken_for_ours() -> None:
    programs = crew(Registry())
    programs[-1].id = "main/other"
    assert refresh(programs)[-1] == "read"
    assert programs[-1].id == ""


def test_what_a_list_hides_is_read_alone_where_it_is_ours() -> None:
    server = Registry(unlisted=frozenset({"size"}))
    programs = crew(server)
    assert refresh(programs) == ["read"] * 3 + ["list"] + ["read"] * 5


def test_what_a_list_hides_of_others_is_no_reason_to_read_alone() -> None:
    server = Registry(unlisted=frozenset({"region"}))
    programs = crew(server)
    assert refresh(programs) == ["read"] * 3 + ["list"]


@pytest.mark.parametrize("how", ["deleted", "anew", "trashed"])
def test_what_is_gone_is_gone_only_by_a_read_of_its_own(how: str) -> None:
    server = Registry()
    programs = crew(server)
    if how == "trashed":
        server.objects["main/h"].trashed = True
    else:
        del server.objects["main/h"]
    if how == "anew":
        server.put("main/h", {"name": "h", "shelf": "main"})
    assert refresh(programs) == ["read", "read", "read", "list", "read"]
    assert [p.id for p in programs] == [*(f"main/{n}" for n in "abcdefg"), ""]


def test_an_import_is_read_alone() -> None:
    server = Registry()
    programs = crew(server)
    for program in programs:
        program.outputs = {}
    assert refresh(programs) == ["read"] * 8


def test_a_write_ends_the_lists_of_the_run() -> None:
    programs = crew(Registry())
    run = Listings()
    for program in programs:
        program.listings = run
    for program in programs[:5]:
        program.refresh()
    programs[0].up(name="a", size=2)
    programs[6].refresh()
    assert programs[6].requests == ["read"]


def test_a_state_without_its_place_is_looked_for_in_all_places() -> None:
    programs = crew(Registry())
    for program in programs:
        program.outputs = {k: v for k, v in program.outputs.items() if k != "region"}
        program.outputs["shelf"] = ""
    assert "list" in refresh(programs)


def versions(server: Registry) -> list[Program]:
    """Versions of one model, whose etags only a read of each tells."""
    programs = [Program(server, table=Version, owner=f"p/dev/toy/{n}") for n in range(6)]
    for program in programs:
        program.up(name="m", source=program.owner)
        program.refresh()
    return programs


def test_what_a_list_hides_of_the_servers_own_is_kept_while_nothing_changed() -> None:
    server = Registry(seals=True, unlisted=frozenset({"etag"}))
    programs = versions(server)
    before = [p.outputs for p in programs]
    assert before[0]["etag"] == "e1"
    assert refresh(programs) == ["read", "read", "read", "list"]
    assert [p.outputs for p in programs] == before
    server.edit("m/6", tags={"theirs": "1"})()
    assert refresh(programs) == ["read", "read", "read", "list", "read"]
    assert programs[-1].outputs["etag"] == "e2"


def foreseen(server: Registry, names: str) -> tuple[list[str], list[str]]:
    """One preview of new models: its lines and its requests."""
    run = Listings()
    program = Program(server, listings=run)
    lines: list[str] = []
    sent: list[str] = []
    for name in names:
        inputs = program.check({"name": name, "size": 1}).inputs
        program.core.foresee(inputs)
    lines += program.log
    sent += program.requests
    return lines, sent


def test_a_preview_of_many_new_models_looks_at_a_list() -> None:
    server = Registry()
    server.put("main/z", {"name": "z", "shelf": "main"})
    server.requests.clear()
    lines, sent = foreseen(server, LETTERS)
    assert sent == ["find", "find", "find", "list"]
    assert [line.partition(":")[0] for line in lines] == ["model main/z"]


def test_a_preview_looks_alone_where_a_list_hides_what_is_declared() -> None:
    server = Registry(unlisted=frozenset({"size"}))
    server.put("main/z", {"name": "z", "shelf": "main", "size": 1})
    server.requests.clear()
    lines, sent = foreseen(server, LETTERS)
    assert sent == ["find", "find", "find", "list", "find"]
    assert "changes: nothing" in lines[0]

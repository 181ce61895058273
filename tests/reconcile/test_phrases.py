"""What is told of objects, and how a review recognises it again."""

from __future__ import annotations

from pulumi_mlregistry.reconcile import phrases
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, Kind, policies_changed, same_name

from .tables import Model


def test_what_exists_is_an_adoption_only_where_nothing_refuses_it() -> None:
    taken = f"{phrases.EXISTS} and is {phrases.TAKEN_OVER} (changes: nothing)"
    assert phrases.is_met(taken)
    assert phrases.is_adoption(taken)
    for refusal in (phrases.NOT_OURS, phrases.NOT_ADOPTABLE, phrases.DIFFERS):
        told = f"{phrases.EXISTS}{refusal}'{phrases.TAKEN_OVER}'"
        assert phrases.is_met(told)
        assert not phrases.is_adoption(told)
    assert phrases.is_met(f"{phrases.NAME_TAKEN}, soft-deleted; up will leave it as it is")
    assert not phrases.is_met(f"description: {phrases.EXISTS}")


def test_a_hidden_change_is_found_again_by_its_path() -> None:
    assert phrases.hidden_path(phrases.hidden_change(Path.of("api", "key"))) == "api.key"
    assert phrases.hidden_path("api.key is wrong") == ""
    assert phrases.hidden_path("one changes; two changes") == ""


def test_reasons_that_are_known_are_taken_out_of_a_line_whatever_is_in_them() -> None:
    reasons = {"name: cannot be renamed; it starts anew", "name: cannot be renamed"}
    line = phrases.explanation(reasons | {"key changes"})
    assert phrases.unexplained(line, reasons) == ["key changes"]
    assert phrases.unexplained("something else", reasons) == ["something else"]


def test_what_was_changed_outside_is_said_with_its_paths() -> None:
    told = phrases.changed_outside([Path.of("a"), Path.of("t", "k")], " (last changed 1)")
    assert told == "was changed outside: a, t.k (last changed 1)"
    assert Change(Path.of("a"), 1, 2, Kind.CONFLICT, phrases.DRIFTED).reason == phrases.DRIFTED


def test_policies_and_names_are_compared() -> None:
    assert policies_changed(Model, {}, {"deletePolicy": "retain"}) == ("deletePolicy",)
    assert policies_changed(Model, {"release": ["a"]}, {"release": ["a"]}) == ()
    assert same_name(Model, {"name": "a"}, {"name": "a"})
    assert not same_name(Model, {"name": "a"}, {"name": "b"})

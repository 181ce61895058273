"""Update: the smallest write; others' work survives; what we own and they changed is told."""

from __future__ import annotations

import pytest

from laws.stacks import CheckFailed, Stack
from laws.titles import ALL, ANY, ANY_NAMED, ENTITY, MODELS, PLAIN, VERSIONS, law
from laws.worlds import NemoWorld, VersionWorld, World
from pulumi_mlregistry.reconcile.errors import Conflict, NotApplied, RegistryError, Rejected


def stacked(world: World, **more: object) -> tuple[Stack, str, dict[str, object]]:
    """A stack with one resource ``m`` as declared; its id and its declaration."""
    stack = Stack(world)
    declared = world.declare(world.name(), **more)
    stack.up({"m": declared})
    world.sent()
    return stack, stack["m"].id, declared


@law(8, 17, on=ALL)
def test_keys_of_others_survive_create_update_clear_and_release(world: World) -> None:
    stack, id_, declared = stacked(world)
    world.edit(id_, other="theirs")
    keyed = world.keyed
    stack.up({"m": {**declared, keyed: {"team": "fraud", "tier": "gold"}}})
    assert world.keys(id_) == {"team": "fraud", "tier": "gold", "other": "theirs"}
    stack.up({"m": {**declared, keyed: {"tier": "gold"}}})
    assert world.keys(id_) == {"tier": "gold", "other": "theirs"}
    stack.up({"m": {k: v for k, v in declared.items() if k != keyed}})
    assert world.keys(id_) == {"other": "theirs"}


@law(8, 24, on=ALL)
def test_what_others_add_is_neither_planned_nor_told(world: World) -> None:
    stack = Stack(world)
    name = world.name()
    declared = {k: v for k, v in world.declare(name).items() if k != "description"}
    stack.up({"m": declared})
    world.edit(stack["m"].id, "theirs", other="theirs")
    stack.refresh()
    assert stack.log == []
    assert not stack.preview("m", declared).any
    assert stack.up({"m": declared}) == ["same m"]
    assert world.description(stack["m"].id) == "theirs"
    assert "theirs" not in str(stack["m"].outputs), "what is not declared is not in the state"


@law(9, on=ANY)
def test_a_description_that_is_no_longer_declared_is_cleared(world: World) -> None:
    stack, id_, declared = stacked(world)
    without = {k: v for k, v in declared.items() if k != "description"}
    assert stack.plans("m", without, "description")
    stack.up({"m": without})
    assert world.description(id_) == ""
    stack.refresh()
    assert stack.up({"m": without}) == ["same m"]


@law(33, 9, on=ALL)
def test_release_gives_a_field_up_without_clearing_it(world: World) -> None:
    stack, id_, declared = stacked(world)
    given_up = {k: v for k, v in declared.items() if k not in ("description", world.keyed)}
    stack.up({"m": {**given_up, "release": ["description", world.keyed]}})
    assert world.description(id_) == "first"
    assert world.keys(id_) == {"team": "risk", "tier": "gold"}
    world.edit(id_, "theirs", team="theirs")
    stack.up({"m": given_up})
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": given_up}) == ["same m"]
    assert world.description(id_) == "theirs"
    assert world.keys(id_)["team"] == "theirs"


@law(17, 29, on=ALL)
def test_a_value_that_others_changed_is_a_conflict_that_shows_both(world: World) -> None:
    stack, id_, declared = stacked(world)
    world.edit(id_, team="theirs")
    with pytest.raises(Conflict) as caught:
        stack.up({"m": {**declared, "description": "second", world.keyed: {"team": "ours"}}})
    message = str(caught.value)
    assert f"{world.keyed}.team" in message
    for value in ("risk", "theirs", "ours", "refresh"):
        assert value in message
    assert "last changed 20" in message
    assert world.keys(id_) == {"team": "theirs", "tier": "gold"}
    assert world.description(id_) == "first", "nothing at all was written"


@law(17, 24, on=ALL)
def test_after_a_refresh_the_conflict_is_shown_and_up_makes_it_true(world: World) -> None:
    stack, id_, declared = stacked(world)
    world.edit(id_, "edited", team="theirs", tier=None)
    stack.refresh()
    assert len(stack.log) == 1
    for path in ("description", f"{world.keyed}.team", f"{world.keyed}.tier", "last changed 20"):
        assert path in stack.log[0]
    paths = ("description", f"{world.keyed}.team", f"{world.keyed}.tier")
    assert stack.plans("m", declared, *paths)
    assert stack.shown("m", declared).count("changed outside") == 3
    stack.up({"m": declared})
    assert world.keys(id_) == {"team": "risk", "tier": "gold"}
    assert world.description(id_) == "first"
    stack.refresh()
    assert stack.up({"m": declared}) == ["same m"]


@law(17, on=ALL)
def test_others_who_made_the_same_change_are_no_conflict(world: World) -> None:
    stack, id_, declared = stacked(world)
    world.edit(id_, "second", team="fraud")
    changed = {**declared, "description": "second", world.keyed: {"team": "fraud", "tier": "gold"}}
    assert stack.up({"m": changed}) == ["update m"]
    assert world.proxy.writes() == []
    assert stack.up({"m": changed}) == ["same m"]


@law(17, on=ALL)
def test_a_newly_declared_key_that_holds_anothers_value_is_a_conflict(world: World) -> None:
    stack, id_, declared = stacked(world, **{world.keyed: {"team": "risk"}})
    world.edit(id_, other="theirs")
    wider = {**declared, world.keyed: {"team": "risk", "other": "ours"}}
    with pytest.raises(Conflict, match=r"other.*theirs.*never declared.*ours"):
        stack.up({"m": wider})
    assert world.keys(id_)["other"] == "theirs"
    stack.refresh()
    with pytest.raises(Conflict):
        stack.up({"m": wider})
    stack.up({"m": {**wider, "onConflict": "adopt"}})
    assert world.keys(id_) == {"team": "risk", "other": "ours"}


@law(17, on=ANY)
def test_a_newly_declared_field_that_holds_anothers_value_is_a_conflict(world: World) -> None:
    stack = Stack(world)
    declared = {k: v for k, v in world.declare(world.name()).items() if k != "description"}
    stack.up({"m": declared})
    world.edit(stack["m"].id, "theirs")
    with pytest.raises(Conflict, match=r"description is 'theirs'"):
        stack.up({"m": {**declared, "description": "ours"}})
    assert world.description(stack["m"].id) == "theirs"
    assert stack.up({"m": {**declared, "description": "theirs"}}) == ["update m"]


@law(17, on=ALL)
def test_a_change_by_others_between_read_and_write_is_not_lost(world: World) -> None:
    stack, id_, declared = stacked(world)
    world.proxy.fault(kind="pass", method="GET", after=lambda _r: world.edit(id_, late="theirs"))
    stack.up({"m": {**declared, "description": "second"}})
    assert world.keys(id_)["late"] == "theirs"
    assert world.description(id_) == "second"


@law(33, 9, 17, on=ALL)
def test_exclusive_claims_all_keys_and_deletes_those_of_others(world: World) -> None:
    stack, id_, declared = stacked(world)
    world.edit(id_, other="theirs")
    claimed = {**declared, "exclusive": [world.keyed]}
    stack.up({"m": claimed})
    assert world.keys(id_) == {"team": "risk", "tier": "gold"}
    world.edit(id_, again="theirs")
    stack.refresh()
    assert any("again" in line for line in stack.log)
    assert stack.plans("m", claimed, f"{world.keyed}.again")
    stack.up({"m": claimed})
    assert world.keys(id_) == {"team": "risk", "tier": "gold"}
    assert stack.up({"m": claimed}) == ["same m"]


@law(33, 9, 17, on=ALL)
def test_exclusive_without_keys_clears_them_all_and_giving_it_up_clears_none(
    world: World,
) -> None:
    stack, id_, declared = stacked(world)
    world.edit(id_, other="theirs")
    bare = {k: v for k, v in declared.items() if k != world.keyed}
    stack.up({"m": {**bare, "exclusive": [world.keyed]}})
    assert world.keys(id_) == {}
    world.edit(id_, other="theirs")
    stack.up({"m": bare})
    assert world.keys(id_) == {"other": "theirs"}
    assert stack.up({"m": bare}) == ["same m"]


@law(33, 17, 8, on=ALL)
def test_giving_exclusive_up_after_a_refresh_leaves_what_others_added(world: World) -> None:
    stack, id_, declared = stacked(world)
    stack.up({"m": {**declared, "exclusive": [world.keyed]}})
    world.edit(id_, colleague="theirs")
    stack.refresh()
    stack.up({"m": declared})
    assert world.keys(id_)["colleague"] == "theirs"
    assert stack.up({"m": declared}) == ["same m"]


@law(16, 29, on=ANY)
def test_a_write_that_did_not_take_is_an_error_that_names_the_field(world: World) -> None:
    stack, id_, declared = stacked(world)

    def undo(_request: object) -> None:
        world.edit(id_, "undone")

    if world.kind == "nemo:ModelEntity":
        answer = world.look(id_)
        assert answer is not None
        answer.pop("keys")
        world.proxy.fault(method="PATCH", kind="answer", status=200, body=answer)
    else:
        patched = world.kind.startswith("openmetadata:")
        method, path = ("PATCH", "/") if patched else (None, "/update")
        world.proxy.fault(method=method, path=path, kind="pass", after=undo)
    with pytest.raises(NotApplied, match=r"did not keep description"):
        stack.up({"m": {**declared, "description": "second"}})
    assert stack["m"].outputs["description"] == "first", "the state keeps what was true"


@law(18, on=PLAIN)
def test_a_partly_failed_update_says_what_was_done_and_the_next_run_finishes(
    world: World,
) -> None:
    stack, id_, declared = stacked(world)
    body = {"error_code": "INVALID_PARAMETER_VALUE", "message": "no such tag"}
    changed = {**declared, "description": "second", "tags": {"team": "fraud"}}
    world.proxy.fault(path="/set-tag", kind="answer", status=400, body=body)
    with pytest.raises(Rejected, match=r"done: description; not done: tags\.team, tags\.tier"):
        stack.up({"m": changed})
    assert world.description(id_) == "second"
    assert stack.up({"m": changed}) == ["update m"]
    assert world.keys(id_) == {"team": "fraud"}
    assert stack.up({"m": changed}) == ["same m"]


@law(18, on=PLAIN)
def test_a_server_that_keeps_failing_half_way_is_told_in_the_same_words(world: World) -> None:
    stack, id_, declared = stacked(world)
    changed = {**declared, "description": "second", "tags": {"team": "fraud"}}
    world.proxy.fault(path="/set-tag", kind="answer", status=500, body="{}", times=99)
    with pytest.raises(RegistryError, match=r"done: description; not done: tags\.team, tags\.tier"):
        stack.up({"m": changed})
    world.proxy.clear()
    stack.up({"m": changed})
    assert world.keys(id_) == {"team": "fraud"}


@law(17, on=ENTITY)
def test_two_programs_that_write_at_the_same_moment_both_succeed(world: NemoWorld) -> None:
    stack, id_, declared = stacked(world)
    body = {"detail": "Failed to update model entity"}
    world.proxy.fault(
        method="PATCH",
        kind="answer",
        status=500,
        body=body,
        before=lambda _r: world.edit(id_, other="theirs"),
    )
    stack.up({"m": {**declared, "customFields": {"team": "fraud", "tier": "gold"}}})
    assert world.keys(id_) == {"team": "fraud", "tier": "gold", "other": "theirs"}


@law(7, 29, on=ANY_NAMED)
def test_a_change_of_name_creates_the_new_one_and_deletes_the_old(world: World) -> None:
    stack, id_, declared = stacked(world)
    renamed = {**declared, "name": world.name()}
    diff = stack.preview("m", renamed)
    assert diff.replaces == ["name"]
    assert not diff.delete_before_replace
    assert "cannot be changed after creation" in stack.shown("m", renamed)
    stack.up({"m": renamed})
    assert world.look(stack["m"].id) is not None
    assert world.look(id_) is None, "the old one is no longer declared by anybody"


@law(7, on=VERSIONS)
def test_a_change_of_source_is_a_replacement_with_its_reason(world: VersionWorld) -> None:
    stack, _, declared = stacked(world)
    moved = {**declared, "source": "oci://bucket@ns/b"}
    diff = stack.preview("m", moved)
    assert diff.replaces == ["source"]
    assert not diff.delete_before_replace
    assert "at creation only" in stack.shown("m", moved)


@law(1, 7, on=MODELS)
def test_tags_of_the_providers_own_name_are_refused(world: World) -> None:
    with pytest.raises(CheckFailed, match=r"mlregistry\.owner"):
        Stack(world).up({"m": world.declare(world.name(), tags={"mlregistry.owner": "me"})})
    assert world.sent() == []

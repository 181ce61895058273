"""Two stacks, or two people, at one object at once: none of them loses anything without a word.

OpenMetadata 2.x takes a write only for the version that was read. The others have no lock: there a
write by another is overwritten where it comes between our read and our write, and nowhere else.
`_overwrites` says where and what, and docs/at-once.md says the same to users.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from laws.openmetadata_worlds import MlServiceWorld
from laws.stacks import Stack
from laws.titles import CORE_ONLY, law
from laws.together import EVERYTHING, Meeting, Pair, Shared, attempt, meetings
from laws.worlds import ModelWorld, VersionWorld, World
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    Gone,
    HasChildren,
    NotApplied,
    Stale,
)

MODELS = ("mlmodel-om2", "mlmodel-om12")
BOXES = ("entity-nemobox", "model-mlflowbox", *MODELS)
# What the sandbox imitates of the real servers is proved there by few; all of it in the long form.
REAL = ("entity-nemo", "model-mlflow") if EVERYTHING else ()
NAMED = (*BOXES, *REAL)
KEYED = (*NAMED, *(("version-oraclebox", "version-mlflow") if EVERYTHING else ()))


def _locks(world: World) -> bool:
    """Whether a write can be bound to what was read."""
    return world.target == "om2"


def _overwrites(met: Meeting[Pair], *, keys: bool = False) -> bool:
    """Whether what they wrote goes without a word: between our read and our write, and unlocked.

    ``keys``: of a map whose keys belong to several; MLflow has a call for each tag.
    """
    world = met.pair.world
    by_key = keys and world.kind.startswith("mlflow:")
    return met.before_a_write and not met.held and not _locks(world) and not by_key


class OneField(Shared):
    def we(self) -> object:
        return self.ours_says(description="ours")

    def they(self) -> object:
        return self.theirs_says(description="theirs")


class OneStage(Shared):
    def we(self) -> object:
        return self.ours_says(stage="Production")

    def they(self) -> object:
        return self.theirs_says(stage="Staging")


class Apart(Shared):
    """They declare only a key of their own."""

    def prepare(self) -> None:
        super().prepare()
        self.least = self.world.least(self.name)
        given_up = ["description", self.world.keyed]
        self.theirs.up({"theirs": {**self.least, "release": given_up}})

    def they(self) -> object:
        return self.theirs.up({"theirs": {**self.least, self.world.keyed: {"side": "theirs"}}})


class TwoKeys(Apart):
    def we(self) -> object:
        return self.ours_says(**{self.world.keyed: {"team": "fraud", "tier": "gold"}})


class TwoFields(Apart):
    def we(self) -> object:
        return self.ours_says(description="ours")


@law(41, 17, on=(*KEYED, "mlservice-om2"), doors=CORE_ONLY)
def test_of_two_that_change_a_field_the_later_is_told_both_values(world: World) -> None:
    for met in meetings(world, OneField):
        told = met.our_error or met.their_error
        now = world.description(met.pair.id)
        if met.held:
            assert now == ("theirs" if met.their_error is None else "ours")
        elif _overwrites(met):
            assert told is None
            assert now == "ours"
        else:
            assert isinstance(told, Conflict)
            assert "description was 'first'" in str(told)
            assert "'ours'" in str(told)
            assert "'theirs'" in str(told)
            assert now == ("theirs" if told is met.our_error else "ours")
        _next_run_tells(met)


def _next_run_tells(met: Meeting[OneField]) -> None:
    """Whose description was overwritten hears of it at the next refresh."""
    pair = met.pair
    now = pair.world.description(pair.id)
    for word, stack in (("ours", pair.ours), ("theirs", pair.theirs)):
        if met.errors[word] is None and now != word:
            stack.refresh()
            assert any("description" in line for line in stack.log), stack.log


@law(41, 17, on=("version-mlflowbox",), doors=CORE_ONLY)
def test_of_two_that_move_a_stage_the_later_is_told(world: VersionWorld) -> None:
    for met in meetings(world, OneStage):
        stage = (world.look(met.pair.id) or {})["current_stage"]
        told = met.our_error or met.their_error
        if not (met.held or _overwrites(met)):
            assert isinstance(told, Conflict)
            assert "stage" in str(told)
        if not met.held:
            assert stage == ("Staging" if met.our_error else "Production")


@law(41, 17, on=tuple(dict.fromkeys((*KEYED, "entity-nemo", "version-oraclebox"))), doors=CORE_ONLY)
def test_two_that_change_keys_of_their_own_keep_both(world: World) -> None:
    for met in meetings(world, TwoKeys):
        if met.held and isinstance(met.their_error, NotApplied) and not _locks(world):
            assert "side" in str(met.their_error), "what we overwrote they do not find"
            continue
        assert (met.our_error, met.their_error) == (None, None), met
        expected = {"team": "fraud", "tier": "gold", "side": "theirs"}
        if _overwrites(met, keys=True):
            del expected["side"]
        if not met.held or _locks(world):
            assert world.keys(met.pair.id) == expected, met.at


@law(41, 17, on=KEYED, doors=CORE_ONLY)
def test_two_that_change_fields_of_their_own_keep_both_at_every_registry(world: World) -> None:
    for met in meetings(world, TwoFields):
        assert (met.our_error, met.their_error) == (None, None), met
        assert world.description(met.pair.id) == "ours"
        keys = {"team": "risk", "tier": "gold", "side": "theirs"}
        assert world.keys(met.pair.id) == keys, met.at


class DeleteMeanwhile(Shared):
    def we(self) -> object:
        return self.ours_says(description="ours")

    def they(self) -> object:
        return self.theirs.destroy()


class DeletesBoth(DeleteMeanwhile):
    def we(self) -> object:
        return self.ours.destroy()


class UpdateMeanwhile(DeletesBoth):
    def they(self) -> object:
        return self.theirs_says(description="theirs")


@law(41, 19, 29, on=KEYED, doors=CORE_ONLY)
def test_an_update_of_what_another_deletes_says_that_it_is_gone(world: World) -> None:
    for met in meetings(world, DeleteMeanwhile):
        assert met.their_error is None
        assert world.look(met.pair.id) is None, "an update never brings it back"
        if not met.held:
            assert isinstance(met.our_error, Gone), met
            assert "it was deleted since the last update" in str(met.our_error)
            met.pair.ours.refresh()
            assert met.pair.ours.resources == {}


@law(41, 19, on=KEYED, doors=CORE_ONLY)
@pytest.mark.parametrize("make", [DeletesBoth, UpdateMeanwhile])
def test_a_delete_is_done_whatever_another_does_meanwhile(world: World, make: type[Shared]) -> None:
    for met in meetings(world, make):
        assert met.our_error is None, met
        assert met.their_error is None or isinstance(met.their_error, Gone)
        assert world.look(met.pair.id) is None


class Creates(Pair):
    how = "fail"

    def we(self) -> object:
        return self.ours.up({"ours": self.declared("ours")})

    def they(self) -> object:
        return self.theirs.up({"theirs": self.declared("theirs")})

    def declared(self, description: str) -> dict[str, object]:
        keys = {self.world.keyed: {description: "1"}}
        more = {"description": description, "onConflict": self.how, **keys}
        return self.world.declare(self.name, **more)


class Adopts(Creates):
    how = "adopt"

    def prepare(self) -> None:
        self.world.make(self.name)


@law(41, 11, on=NAMED, doors=CORE_ONLY)
def test_of_two_creates_one_makes_it_and_the_other_is_told_and_touches_nothing(
    world: World,
) -> None:
    for met in meetings(world, Creates):
        (winner,) = [n for n, e in met.errors.items() if e is None]
        (told,) = [e for e in met.errors.values() if e is not None]
        assert isinstance(told, AlreadyExists)
        assert "left as it is" in str(told)
        id_ = world.id_of(met.pair.name)
        assert world.description(id_) == winner
        assert world.keys(id_) == {winner: "1"}


class Leaves(Creates):
    """They delete what is in our way."""

    def prepare(self) -> None:
        self.theirs.up({"theirs": {**self.declared("theirs"), "deletePolicy": "hard"}})

    def they(self) -> object:
        return self.theirs.destroy()


class AdoptsLeaving(Leaves):
    how = "adopt"


@law(41, 11, 14, on=NAMED, doors=CORE_ONLY)
@pytest.mark.parametrize("make", [Leaves, AdoptsLeaving])
def test_a_create_beside_a_delete_makes_it_or_says_why_not(
    world: World, make: type[Leaves]
) -> None:
    for met in meetings(world, make):
        assert met.their_error is None
        if met.held:
            assert world.count(met.pair.name) == 0, "they came later"
        elif met.our_error is None:
            assert world.description(met.pair.ours["ours"].id) == "ours"
        else:
            assert isinstance(met.our_error, Gone | NotApplied), met
            assert "ours" not in met.pair.ours.resources
            assert world.count(met.pair.name) == 0
            met.pair.we()


@law(41, 13, on=("version-mlflowbox", "version-oraclebox", "version-mlflow"), doors=CORE_ONLY)
def test_two_creates_below_one_parent_make_a_version_each(world: VersionWorld) -> None:
    for met in meetings(world, Creates):
        assert (met.our_error, met.their_error) == (None, None)
        assert world.versions(met.pair.name) == ["1", "2"]
        for stack, word in ((met.pair.ours, "ours"), (met.pair.theirs, "theirs")):
            assert world.description(stack[word].id) == word
            assert world.keys(stack[word].id) == {word: "1"}


@law(41, 11, 17, on=NAMED, doors=CORE_ONLY)
def test_of_two_adoptions_the_later_holds_and_keys_of_both_stay(world: World) -> None:
    for met in meetings(world, Adopts):
        ends = met.errors
        id_ = world.id_of(met.pair.name)
        now = world.description(id_)
        assert ends[now] is None, "what stands there is what its program was told"
        for word, error in ends.items():
            if error is not None:
                assert isinstance(error, NotApplied | Stale)
                assert word != now
        if met.last and not (met.before_a_write or met.held):
            assert now == "theirs", "what was written is not taken back from who came later"
        if not _overwrites(met, keys=True) and not met.held:
            assert world.keys(id_) == {"ours": "1", "theirs": "1"}, met.at


class Anew(DeleteMeanwhile):
    """They delete it and create another under its name."""

    more: ClassVar[dict[str, Any]] = {"deletePolicy": "hard"}

    def they(self) -> object:
        self.theirs.destroy()
        return self.theirs.up({"theirs": self.declared})


class DeletesAnew(Anew):
    def we(self) -> object:
        return self.ours.destroy()


@law(41, 19, on=NAMED, doors=CORE_ONLY)
def test_an_update_is_never_taken_for_one_of_another_object_of_the_name(world: World) -> None:
    for met in meetings(world, Anew):
        if met.held:
            continue
        assert isinstance(met.our_error, Gone), met
        there = world.description(met.pair.theirs["theirs"].id)
        by_id = world.kind.startswith("openmetadata:")
        assert there == ("ours" if _overwrites(met) and not by_id else "first"), met.at


@law(41, 19, on=NAMED, doors=CORE_ONLY)
def test_a_delete_spares_another_object_of_the_name(world: World) -> None:
    for met in meetings(world, DeletesAnew):
        if met.held:
            continue
        assert met.our_error is None
        there = world.look(met.pair.theirs["theirs"].id)
        by_id = world.kind.startswith("openmetadata:")
        looked = met.at in ("DELETE models/NAME", "GET model-versions/search")
        lost = (met.before_a_write or looked) and not by_id
        assert (there is None) == lost, met.at


class Refreshes(Shared):
    def we(self) -> object:
        return self.ours.refresh()

    def they(self) -> object:
        return self.theirs_says(description="theirs")


@law(41, 24, on=BOXES, doors=CORE_ONLY)
def test_a_refresh_beside_an_update_takes_what_is_there_for_what_it_is(world: World) -> None:
    for met in meetings(world, Refreshes):
        pair = met.pair
        assert (met.our_error, met.their_error) == (None, None)
        seen = any("description" in line for line in pair.ours.log)
        assert seen == (pair.ours["ours"].outputs["description"] == "theirs")
        error = attempt(lambda p=pair: p.ours_says(description="ours"))
        assert (error is None) == seen, "what was not seen is a conflict"


class ChildMeanwhile(Pair):
    """They put something into what we delete."""

    def prepare(self) -> None:
        self.ours.up({"ours": self.world.declare(self.name, deletePolicy="hard")})
        self.id = self.ours["ours"].id

    def we(self) -> object:
        return self.ours.destroy()

    def they(self) -> object:
        if isinstance(self.world, MlServiceWorld):
            return self.world.model(self.name, "child")
        assert isinstance(self.world, ModelWorld)
        return self.world.call("POST", "model-versions/create", name=self.name, source="s3://b/a")


@law(41, 21, on=("model-mlflowbox", "mlservice-om2", "mlservice-om12"), doors=CORE_ONLY)
def test_a_delete_spares_what_others_put_into_the_object_meanwhile(world: World) -> None:
    for met in meetings(world, ChildMeanwhile):
        assert met.their_error is None
        if met.before_a_write and not isinstance(world, MlServiceWorld):
            assert met.our_error is None, "MLflow deletes a model with all its versions, unasked"
        else:
            assert isinstance(met.our_error, HasChildren), met
            assert world.look(met.pair.id) is not None


class Restores(Adopts):
    """Both adopt what is soft-deleted."""

    def prepare(self) -> None:
        before = Stack(self.world)
        before.up({"before": self.declared("before")})
        before.destroy()


@law(41, 11, 21, on=MODELS, doors=CORE_ONLY)
def test_of_two_that_restore_one_object_the_first_may_delete_it_again(world: World) -> None:
    for met in meetings(world, Restores):
        now = world.description(world.id_of(met.pair.name))
        assert met.errors[now] is None
        assert all(e is None or isinstance(e, NotApplied) for e in met.errors.values()), met
        restored = [
            word
            for word, stack in (("ours", met.pair.ours), ("theirs", met.pair.theirs))
            if stack.resources and stack[word].outputs["__adopted"] == "restored"
        ]
        assert len(restored) <= 1

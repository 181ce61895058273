"""What a stack made alone goes with it: replaced versions; and nothing that others made."""

from __future__ import annotations

from typing import Any

import pytest

from laws.stacks import Stack
from laws.titles import VERSIONS, law
from laws.worlds import ModelWorld, VersionWorld, make_world
from pulumi_mlregistry.reconcile.errors import HasChildren


class Both:
    """A registered model and a version of it, each in one run of its own, of one stack."""

    def __init__(self, world: VersionWorld) -> None:
        self.world = world
        model = make_world("model", world.target, world.server, world.proxy, world.door)
        assert isinstance(model, ModelWorld)
        self.name = model.name()
        world.names.append(self.name)
        self.model = Stack(model)
        self.version = Stack(world, identity=self.model.identity)

    def up(self, source: str, **more: Any) -> None:
        """The model, and its version of a source."""
        self.model.up({"m": {"name": self.name}})
        self.version.up({"v": self.declared(source, **more)})

    def declared(self, source: str, **more: Any) -> dict[str, Any]:
        """The declaration of a version."""
        return {"name": self.name, "source": f"oci://bucket@ns/{source}", **more}

    def destroy(self) -> None:
        """As an engine does: what depends on the other goes first."""
        self.version.destroy()
        self.model.destroy()


@law(22, 34, 52, on=VERSIONS)
def test_a_model_goes_with_the_versions_that_its_stack_has_replaced(world: VersionWorld) -> None:
    both = Both(world)
    for source in ("a", "b", "c"):
        both.up(source)
    assert world.versions(both.name) == ["1", "2", "3"]
    both.destroy()
    assert both.model.world.look(both.name) is None
    (line,) = both.model.log
    assert line.endswith("takes along version 2, version 1, which this stack made")


@law(34, 29, 52, on=VERSIONS)
def test_a_version_of_others_keeps_the_model_and_is_named(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a")
    both.up("b")
    theirs = world.make(both.name)
    both.version.destroy()
    with pytest.raises(HasChildren, match=r"it has version 3, which would be deleted with it"):
        both.model.destroy()
    assert world.look(theirs) is not None
    assert world.look(f"{both.name}/1") is not None


@law(34, 52, on=VERSIONS)
def test_versions_that_another_checkout_has_replaced_keep_the_model(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a")
    other = Stack(world)
    other.up({"v": both.declared("b")})
    other.up({"v": both.declared("c")})
    both.version.destroy()
    with pytest.raises(HasChildren, match=r"it has version 3, version 2, which"):
        both.model.destroy()


@law(21, 22, 34, on=VERSIONS)
def test_what_was_retained_keeps_the_model(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a", deletePolicy="retain")
    both.up("b", deletePolicy="retain")
    both.version.destroy()
    assert world.versions(both.name) == ["1", "2"]
    with pytest.raises(HasChildren, match=r"it has version 2, version 1, which"):
        both.model.destroy()


@law(22, 49, on=VERSIONS)
def test_a_replaced_version_stays_though_it_is_deleted_first(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a")
    changed = both.declared("b")
    with both.version.running() as run:
        old = both.version["v"]
        inputs = both.version.check(run, "v", changed, old.inputs)
        assert run.core.diff(old.id, old.outputs, inputs).replaces == ["source"]
        both.version.check(run, "v", changed, {})
        run.core.delete(old.id, old.outputs)  # as delete_before_replace has it
        assert both.version.log[-1:] == [] or "it is being replaced" in both.version.log[-1]
    assert world.versions(both.name) == ["1"]


@law(22, 34, 49, on=VERSIONS)
def test_a_version_that_goes_with_its_model_goes_with_it_alone(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a", __deletedWith=True)
    both.model.destroy()  # Pulumi asks nothing of what goes with another resource
    assert both.model.world.look(both.name) is None


@law(49, 22, 15, on=VERSIONS)
def test_whether_a_version_goes_with_its_model_can_be_changed(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a", __deletedWith=True)
    assert both.version.up({"v": both.declared("a")}) == ["update v"]
    assert both.version.up({"v": both.declared("a")}) == ["same v"]
    with pytest.raises(HasChildren, match=r"it has version 1"):
        both.model.destroy()
    both.version.up({"v": both.declared("a", __deletedWith=True)})
    both.model.destroy()
    assert both.model.world.look(both.name) is None


def is_made_a_prompt(world: VersionWorld, id_: str) -> None:
    """Somebody tags a version, which hides all versions of its model from a search."""
    tag = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    world.call("POST", "model-versions/set-tag", **world.ident(id_), **tag)
    assert world.versions(id_.rpartition("/")[0]) == []


PLAIN_VERSIONS = ("version-mlflow", "version-mlflowbox")


@law(13, 52, on=PLAIN_VERSIONS)
@pytest.mark.parametrize("which", ["theirs", "ours", "between"])
def test_a_killed_run_is_found_again_though_a_search_hides_it(
    world: VersionWorld, which: str
) -> None:
    name = world.name()
    stack = Stack(world)
    before = world.make(name) if which == "between" else ""
    first = stack.killed_while_creating("v", world.declare(name))
    theirs = world.make(name)
    is_made_a_prompt(world, {"theirs": theirs, "ours": first, "between": before}[which])
    assert stack.up({"v": world.declare(name)}) == ["create v"]
    assert stack["v"].id == first


@law(34, 19, on=PLAIN_VERSIONS)
def test_versions_that_a_search_hides_keep_the_model(world: VersionWorld) -> None:
    both = Both(world)
    both.up("a")
    both.up("b")
    theirs = world.make(both.name)
    is_made_a_prompt(world, f"{both.name}/1")
    both.version.destroy()
    with pytest.raises(HasChildren, match=r"it has version 3, which would be deleted with it"):
        both.model.destroy()
    world.remove(theirs)
    both.model.destroy()
    assert both.model.world.look(both.name) is None


@law(49, 22, 34, on=VERSIONS)
def test_a_version_from_before_identities_goes_with_its_model_once_the_program_says_so(
    world: VersionWorld,
) -> None:
    both = Both(world)
    both.version.identity = ""
    both.up("a")
    with pytest.raises(HasChildren, match=r"it has version 1"):
        both.model.destroy()
    both.version.identity = both.model.identity
    both.up("a", __deletedWith=True)
    both.model.destroy()
    assert both.model.world.look(both.name) is None


@law(22, 34, 52, on=VERSIONS)
def test_a_replaced_version_from_before_identities_goes_with_its_model(world: VersionWorld) -> None:
    both = Both(world)
    both.version.identity = ""
    both.up("a")
    both.version.identity = both.model.identity
    both.up("b")
    assert world.versions(both.name) == ["1", "2"]
    both.destroy()
    assert both.model.world.look(both.name) is None


@law(49, 34, 52, on=VERSIONS)
@pytest.mark.parametrize("policy", ["hard", None])
def test_an_imported_version_goes_with_its_model_only_if_its_delete_is_allowed(
    world: VersionWorld, policy: str | None
) -> None:
    both = Both(world)
    both.model.up({"m": {"name": both.name}})
    theirs = world.make(both.name)
    both.version.take("v", theirs)
    source = both.version["v"].inputs["source"]
    declared = {"name": both.name, "source": source, "__deletedWith": True}
    both.version.up({"v": declared | ({"deletePolicy": policy} if policy else {})})
    if policy is None:
        with pytest.raises(HasChildren, match=r"it has version 1"):
            both.model.destroy()
        assert world.look(theirs) is not None
    else:
        both.model.destroy()
        assert both.model.world.look(both.name) is None


@law(22, 34, 52, on=VERSIONS)
def test_a_stack_with_another_provider_knows_what_it_made_with_the_former_one(
    world: VersionWorld,
) -> None:
    both = Both(world)
    both.up("a")
    both.up("b")
    both.model.identity = both.version.identity = "another provider"
    both.up("c")
    both.destroy()
    assert both.model.world.look(both.name) is None

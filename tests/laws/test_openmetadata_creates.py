"""Creates of OpenMetadata that fail half way, and places that the server gives only once."""

from __future__ import annotations

from typing import Any

import pytest

from laws.openmetadata_stacks import seen, stacked
from laws.openmetadata_worlds import SERVICE, MlModelWorld, MlServiceWorld
from laws.stacks import CheckFailed, Stack
from laws.titles import MLMODELS, MLSERVICES, law
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    HasChildren,
    RegistryError,
    Rejected,
)

NEW, OLD = ("mlmodel-om2",), ("mlmodel-om12",)


@law(13, 14, 29, on=MLMODELS)
@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_create_that_cannot_be_read_back_leaves_nothing_or_says_where_it_is(
    world: MlModelWorld, status: int
) -> None:
    name = world.name()
    body = {"code": status, "message": "Not here"}
    for times in (1, 99):
        stack = Stack(world, keys={"timeoutSeconds": "1"})
        world.proxy.fault(
            kind="answer", method="GET", path="/api/v1/mlmodels/", times=times, status=status,
            body=body,
        )  # fmt: skip
        try:
            stack.up({"m": world.declare(name)})
        except RegistryError as error:
            message = str(error)
            world.proxy.clear()
            if world.count(name):
                assert f"It was created (id {world.id_of(name)}) and stays" in message
                stack.up({"m": world.declare(name, onConflict="adopt")})
            else:
                stack.up({"m": world.declare(name)})
        world.proxy.clear()
        assert stack["m"].id == world.id_of(name)
        world.remove(stack["m"].id)


@law(13, 14, on=("mlservice-om12",))
def test_tags_that_cannot_be_attached_leave_no_service_behind(world: MlServiceWorld) -> None:
    declared = world.declare(world.name(), tags=["Nope.Nope"])
    stack = Stack(world)
    with pytest.raises(Rejected, match=r"tag instance for Nope\.Nope"):
        stack.up({"m": declared})
    assert world.count(declared["name"]) == 0
    for fault in ({"kind": "lost"}, {"kind": "cut"}, {"kind": "answer", "status": 500}):
        fine = world.declare(world.name(), tags=["Stage.Draft"])
        world.proxy.fault(method="PATCH", **fault)  # type: ignore[arg-type]
        stack = Stack(world)
        stack.up({"m": fine})
        assert stack.up({"m": fine}) == ["same m"]


@law(17, 13, on=MLMODELS)
def test_what_a_colleague_wrote_to_right_after_our_create_is_not_removed(
    world: MlModelWorld,
) -> None:
    name = world.name()
    world.proxy.fault(
        kind="pass", method="POST", path=world.create,
        after=lambda _r: world.edit(world.id_of(name), "theirs"),
    )  # fmt: skip
    stack = Stack(world)
    stack.up({"m": world.declare(name)})
    assert world.description(stack["m"].id) == "theirs"
    assert any("changed by others right after" in line and "bob" in line for line in stack.log)
    assert stack.plans("m", world.declare(name), "description")
    stack.up({"m": world.declare(name)})
    assert world.description(stack["m"].id) == "first"


@law(34, 21, 17, on=MLSERVICES)
def test_allow_recreate_alone_takes_no_colleagues_model_along(world: MlServiceWorld) -> None:
    declared = world.declare(world.name())
    stack = Stack(world)
    stack.up({"m": declared})
    model = world.model(declared["name"], "theirs")
    anew = {**declared, "serviceType": "Sklearn", "allowRecreate": True}
    with pytest.raises(HasChildren, match=r"theirs.*set recursive=True$"):
        stack.up({"m": anew})
    assert world.http.get(f"/api/v1/mlmodels/{model}").status_code == 200
    stack.up({"m": {**anew, "recursive": True}})
    assert world.http.get(f"/api/v1/mlmodels/{model}").status_code == 404


@law(19, on=MLMODELS)
def test_a_404_about_another_thing_is_not_gone(world: MlModelWorld) -> None:
    stack, id_, _ = stacked(world)
    for message in ("user instance for x not found", "HTTP 404 Not Found", "domain instance for"):
        for step in (stack.refresh, stack.destroy):
            body = {"code": 404, "message": message}
            world.proxy.fault(kind="answer", path=id_, status=404, body=body)
            with pytest.raises(RegistryError):
                step()
            assert list(stack.resources) == ["m"]
            world.proxy.clear()
    assert world.look(id_) is not None


@law(11, 16, on=MLMODELS)
def test_adoption_writes_what_merely_resembles_the_declared(world: MlModelWorld) -> None:
    for theirs, ours in (
        ({"extension": {"costCenter": "dept-1"}}, {"extension": {"costCenter": "cc-1"}}),
        ({"description": ""}, {"description": "<b>Hello</b> world"}),
        ({"description": "NOT"}, {"description": "<p>DO NOT USE</p>"}),
    ):
        name = world.name()
        id_ = world.call("POST", "mlmodels", {**world.least(name), **theirs})["id"]
        declared = {**world.least(name), **ours}
        with pytest.raises(AlreadyExists, match="differs"):
            Stack(world).up({"m": {**declared, "onConflict": "adopt_if_equal"}})
        stack = Stack(world)
        stack.up({"m": {**declared, "onConflict": "adopt"}})
        assert stack["m"].id == id_
        found = seen(world, id_)
        field = next(iter(ours))
        assert world.meant(str(found[field])) == str(ours[field])  # type: ignore[index]


@law(17, 9, on=NEW)
def test_a_displaced_domain_or_tier_is_taken_back_after_a_refresh(world: MlModelWorld) -> None:
    marketing = {"id": world.call("GET", "domains/name/Marketing")["id"], "type": "domain"}
    for field, value, theirs in (
        ("domains", ["Risk"], {"op": "add", "path": "/domains", "value": [marketing]}),
        ("tags", ["Tier.Tier1"], {"op": "add", "path": "/tags",
                                  "value": [{"tagFQN": "Tier.Tier2"}, {"tagFQN": "PII.None"}]}),
    ):  # fmt: skip
        stack, id_, declared = stacked(world, **{field: value})
        world.patch(id_, theirs)
        stack.refresh()
        stack.up({"m": declared})
        found = seen(world, id_)
        held = found["domains"] if field == "domains" else sorted(found["labels"])
        assert held == (["Risk"] if field == "domains" else ["PII.None", "Tier.Tier1"])


@law(29, on=NEW)
def test_a_program_that_contradicts_itself_is_told_by_the_server(world: MlModelWorld) -> None:
    stack, _, declared = stacked(world)
    for more, words in (
        ({"tags": ["Tier.Tier1", "Tier.Tier2"]}, "mutually exclusive"),
        ({"domains": ["Risk", "Marketing"]}, "Multiple Domains"),
    ):
        for policy in ("fail", "adopt"):
            with pytest.raises(Rejected, match=words):
                stack.up({"m": {**declared, **more, "onConflict": policy}})


@law(36, 21, 11, on=MLMODELS)
def test_what_was_restored_goes_back_to_the_trash_with_its_stack(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world)
    for _ in range(2):
        stack.destroy()
        assert world.look(id_) is None
        stack.up({"m": {**declared, "onConflict": "adopt"}})
        assert stack["m"].id == id_


@law(5, 25, on=MLMODELS)
def test_a_list_declared_empty_stays_so(world: MlModelWorld) -> None:
    empty = {"owners": [], "tags": [], "extension": {}, "mlFeatures": []}
    stack, id_, declared = stacked(world, **empty)
    before = stack["m"].inputs
    world.edit(id_, other="theirs")
    stack.refresh()
    assert stack["m"].inputs == before
    assert stack.up({"m": declared}) == ["same m"]


@law(1, 29, on=MLSERVICES)
def test_a_misspelled_key_of_a_connection_is_told_with_the_one_meant(
    world: MlServiceWorld,
) -> None:
    config = {"awsConfig": {"awsRegion": "r", "awsSecretAccesKey": "s"}}
    declared = world.declare("n", serviceType="SageMaker", connection={"config": config})
    with pytest.raises(CheckFailed, match=r"awsSecretAccesKey: .*did you mean awsSecretAccessKey"):
        Stack(world).up({"m": declared})


@law(17, 29, on=MLMODELS)
def test_a_place_that_a_colleague_holds_is_a_conflict_until_the_program_adopts(
    world: MlModelWorld,
) -> None:
    stack, id_, declared = stacked(world)
    tier = [{"tagFQN": "Tier.Tier2"}]
    world.patch(id_, {"op": "add", "path": "/tags", "value": tier})
    wanted = {**declared, "tags": ["Tier.Tier1"]}
    with pytest.raises(Conflict, match=r"tags holds Tier\.Tier2.*by bob.*Tier\.Tier1.*adopt"):
        stack.up({"m": wanted})
    assert set(seen(world, id_)["labels"]) == {"Tier.Tier2"}
    stack.up({"m": {**wanted, "onConflict": "adopt"}})
    assert set(seen(world, id_)["labels"]) == {"Tier.Tier1"}


@law(17, 29, on=OLD)
def test_the_one_owner_of_an_old_server_is_not_taken_from_a_colleague(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world)
    bob = {"id": world.call("GET", "users/name/bob")["id"], "type": "user"}
    world.patch(id_, {"op": "add", "path": "/owner", "value": bob})
    ours = {**declared, "owners": [{"type": "user", "name": "alice"}]}
    with pytest.raises(Conflict, match=r"owners holds user bob.*user alice"):
        stack.up({"m": ours})
    stack.up({"m": {**ours, "onConflict": "adopt"}})
    assert seen(world, id_)["owners"] == ["alice"]
    world.patch(id_, {"op": "add", "path": "/owner", "value": bob})
    stack.refresh()
    stack.up({"m": ours})
    assert seen(world, id_)["owners"] == ["alice"]


@law(9, 16, on=MLMODELS)
def test_a_declared_tag_that_was_derived_outlives_its_term(world: MlModelWorld) -> None:
    term = {"tagFQN": "Business.Churn", "source": "Glossary"}
    stack, id_, declared = stacked(world, tags=[term])
    stack.up({"m": {**declared, "tags": [term, "PII.Sensitive"]}})
    stack.up({"m": {**declared, "tags": ["PII.Sensitive"]}})
    assert set(seen(world, id_)["labels"]) == {"PII.Sensitive"}
    stack.refresh()
    assert stack.log == []


@law(5, 7, on=MLMODELS)
def test_one_thing_in_two_spellings_is_one_thing(world: MlModelWorld) -> None:
    service = f"a.b-{world.name()}"
    world.call("POST", "services/mlmodelServices",
               {"name": service, "serviceType": "CustomMlModel"})  # fmt: skip
    declared = {**world.least(world.name()), "service": service, "dashboard": "looker.churn"}
    stack = Stack(world)
    stack.up({"m": declared})
    id_ = stack["m"].id
    by_id = {"id": seen(world, id_)["dashboard"]["id"].upper(), "type": "dashboard"}
    world.sent()
    respelled = {**declared, "service": f'"{service}"', "dashboard": by_id}
    assert stack.up({"m": respelled}) == ["update m"]
    assert stack["m"].id == id_
    assert world.proxy.writes() == []
    assert stack.up({"m": respelled}) == ["same m"]


@law(17, 8, on=MLMODELS)
def test_a_part_declared_later_is_compared_with_what_others_have_there(
    world: MlModelWorld,
) -> None:
    stack, id_, declared = stacked(world, mlFeatures=[{"name": "a", "dataType": "numerical"}])
    theirs = [{"name": "a", "dataType": "numerical", "description": "theirs"}]
    world.patch(id_, {"op": "add", "path": "/mlFeatures", "value": theirs})
    ours = {**declared, "mlFeatures": [{**theirs[0], "description": "ours"}]}
    with pytest.raises(Conflict, match=r"theirs.*never declared.*ours.*adopt"):
        stack.up({"m": ours})
    assert seen(world, id_)["mlFeatures"][0]["description"] == "theirs"
    stack.up({"m": {**ours, "onConflict": "adopt"}})
    assert seen(world, id_)["mlFeatures"][0]["description"] == "ours"


@law(1, 29, on=MLMODELS)
def test_an_owner_given_twice_is_told_so(world: MlModelWorld) -> None:
    alice = world.call("GET", "users/name/alice")["id"]
    both: list[dict[str, Any]] = [{"type": "user", "name": "alice"}, {"type": "user", "id": alice}]
    if world.old:
        with pytest.raises(Rejected, match=r"owners would be 2"):
            Stack(world).up({"m": {**world.least(world.name()), "owners": both}})
        return
    with pytest.raises(Rejected, match=r"twice, by id and by name"):
        Stack(world).up({"m": {**world.least(world.name()), "owners": both}})
    assert world.count(world.names[-1]) == 0


@law(9, 5, on=MLMODELS)
def test_an_empty_store_is_none(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, mlStore={"storage": "a"})
    stack.up({"m": {**declared, "mlStore": {}}})
    assert not seen(world, id_).get("mlStore")
    assert stack.up({"m": {**declared, "mlStore": {}}}) == ["same m"]
    stack.up({"m": declared})
    assert declared["service"] == SERVICE


@law(1, on=MLMODELS)
def test_a_number_that_pulumi_rounds_is_refused(world: MlModelWorld) -> None:
    parameters = [{"name": "seed", "value": 12345678901234567}]
    with pytest.raises(CheckFailed, match=r"mlHyperParameters\[0\]\.value: .*give it as a text"):
        Stack(world).up({"m": world.declare(world.name(), mlHyperParameters=parameters)})

"""OpenMetadata's models: every field, what others attach, and what the server does on its own."""

from __future__ import annotations

from typing import Any

import pytest

from laws.openmetadata_stacks import FULL, seen, stacked
from laws.openmetadata_worlds import SERVICE, MlModelWorld
from laws.stacks import CheckFailed, Stack
from laws.test_nothing_planned import settle
from laws.titles import MLMODELS, law
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    Gone,
    RegistryError,
    Rejected,
    Stale,
)

NEW, OLD = ("mlmodel-om2",), ("mlmodel-om12",)


@law(5, 15, on=MLMODELS)
def test_a_model_with_everything_set_plans_nothing(world: MlModelWorld) -> None:
    settle(world, {**world.least(world.name()), **FULL})


@law(24, 6, 17, on=MLMODELS)
def test_drift_of_each_field_is_shown_and_taken_back(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, **FULL)
    edits: dict[str, Any] = {
        "displayName": "Theirs", "description": "theirs", "target": "theirs",
        "server": "http://theirs.example", "sourceUrl": "http://theirs",
        "algorithm": "theirs", "mlStore": {"storage": "x"},
        "extension": {"costCenter": "theirs", "riskScore": 3},
        "mlHyperParameters": [{"name": "k", "value": "6"}, {"name": "deep", "value": "true"}],
        "tags": [{"tagFQN": "Tier.Tier1"}],
    }  # fmt: skip
    world.patch(id_, *({"op": "add", "path": f"/{k}", "value": v} for k, v in edits.items()))
    stack.refresh()
    (line,) = stack.log
    told = {*edits} - {"extension", "mlHyperParameters", "tags"}
    told |= {"extension.costCenter", "mlHyperParameters.k", 'tags["Glossary:Business.Churn"]'}
    assert all(path in line for path in told), line
    assert "by bob" in line
    assert "riskScore" not in line
    paths = told - {"mlStore"} | {"mlStore.storage", "mlStore.imageRepository"}
    assert stack.plans("m", declared, *paths)
    stack.up({"m": declared})
    assert seen(world, id_)["algorithm"] == "KMeans"
    stack.refresh()
    assert stack.up({"m": declared}) == ["same m"]


@law(9, 17, on=MLMODELS)
def test_removing_a_tag_leaves_those_of_others(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, tags=["Tier.Tier1", "Stage.Draft"])
    labels = [{"tagFQN": t} for t in ("Tier.Tier1", "Stage.Draft", "PII.None")]
    world.patch(id_, {"op": "add", "path": "/tags", "value": labels})
    stack.up({"m": {**declared, "tags": ["Tier.Tier1"]}})
    assert seen(world, id_)["labels"] == {"Tier.Tier1": "Manual", "PII.None": "Manual"}


@law(9, 15, on=MLMODELS)
def test_one_tag_is_swapped_for_another_that_excludes_it(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, tags=["Tier.Tier1", "Stage.Draft"])
    stack.up({"m": {**declared, "tags": ["Stage.Draft", "Tier.Tier2"]}})
    assert seen(world, id_)["labels"] == {"Tier.Tier2": "Manual", "Stage.Draft": "Manual"}
    assert len(world.proxy.writes()) == 1


@law(5, 8, 9, on=MLMODELS)
def test_tags_derived_from_a_glossary_term_are_the_servers(world: MlModelWorld) -> None:
    term = {"tagFQN": "Business.Churn", "source": "Glossary"}
    stack, id_, declared = stacked(world, tags=[term])
    assert seen(world, id_)["labels"]["PII.Sensitive"] == "Derived"
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": declared}) == ["same m"]
    stack.up({"m": {**declared, "tags": [term, "Stage.Draft"]}})
    assert seen(world, id_)["labels"]["PII.Sensitive"] == "Derived"


CLEARED: dict[str, tuple[str, Any]] = {
    "owners": ("owners", []),
    "domain": ("domains", []),
    "tags": ("labels", {}),
    "displayName": ("displayName", None),
    "target": ("target", None),
    "server": ("server", None),
    "sourceUrl": ("sourceUrl", None),
    "mlStore": ("mlStore", None),
    "mlFeatures": ("mlFeatures", None),
    "mlHyperParameters": ("mlHyperParameters", None),
    "extension": ("extension", None),
}


@law(9, on=MLMODELS)
def test_each_field_that_is_no_longer_declared_is_cleared(world: MlModelWorld) -> None:
    for field, (name, empty) in CLEARED.items():
        stack, id_, declared = stacked(world, **{field: FULL[field]})
        assert seen(world, id_).get(name), field
        stack.up({"m": {k: v for k, v in declared.items() if k != field}})
        assert (seen(world, id_).get(name) or empty) == empty, field
        stack.refresh()
        assert stack.log == [], field


@law(9, 8, on=MLMODELS)
def test_one_custom_property_is_cleared_and_that_of_others_stays(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, extension={"costCenter": "c", "riskScore": 1})
    theirs = {"costCenter": "c", "riskScore": 1, "notes": "theirs"}
    world.patch(id_, {"op": "add", "path": "/extension", "value": theirs})
    stack.up({"m": {**declared, "extension": {"riskScore": 2}}})
    assert seen(world, id_)["extension"] == {"riskScore": 2, "notes": "theirs"}


@law(8, 17, on=MLMODELS)
def test_what_others_add_to_features_and_lists_survives(world: MlModelWorld) -> None:
    features = [{"name": "a", "dataType": "numerical"}]
    stack, id_, declared = stacked(world, mlFeatures=features)
    theirs = [
        {"name": "theirs", "dataType": "categorical"},
        {"name": "a", "dataType": "numerical", "description": "theirs",
         "tags": [{"tagFQN": "PII.None"}]},
    ]  # fmt: skip
    world.patch(id_, {"op": "add", "path": "/mlFeatures", "value": theirs})
    stack.refresh()
    assert stack.log == []
    assert stack.up({"m": declared}) == ["same m"]
    changed = [{"name": "a", "dataType": "categorical"}, {"name": "b", "dataType": "numerical"}]
    stack.up({"m": {**declared, "mlFeatures": changed}})
    found = {f["name"]: f for f in seen(world, id_)["mlFeatures"]}
    assert set(found) == {"theirs", "a", "b"}
    assert found["a"]["dataType"] == "categorical"
    assert found["a"]["description"] == "theirs"
    assert [t["tagFQN"] for t in found["a"]["tags"]] == ["PII.None"]


@law(8, 17, on=NEW)
def test_owners_of_others_survive_and_ids_and_names_are_one(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, owners=[{"type": "user", "name": "alice"}])
    bob = world.call("GET", "users/name/bob")["id"]
    alice = world.call("GET", "users/name/alice")["id"]
    both = [{"id": i, "type": "user"} for i in (alice, bob)]
    world.patch(id_, {"op": "add", "path": "/owners", "value": both})
    by_id = {**declared, "owners": [{"id": alice, "type": "user"}]}
    assert stack.up({"m": by_id}) == ["update m"]
    assert world.proxy.writes() == []
    assert stack.up({"m": by_id}) == ["same m"]
    team = [{"type": "team", "name": "ml-platform"}]
    stack.up({"m": {**declared, "owners": team}})
    assert sorted(seen(world, id_)["owners"]) == ["bob", "ml-platform"]


@law(47, 15, on=MLMODELS)
def test_an_owner_is_looked_up_once_in_a_run(world: MlModelWorld) -> None:
    run = world.run()
    for _ in range(2):
        declared = {**world.least(world.name()), "owners": [{"type": "user", "name": "alice"}]}
        run.core.create(run.core.check(declared, {}).inputs)
    assert sum("users/name/alice" in r.path for r in world.proxy.requests) == 1


@law(38, 29, on=MLMODELS)
def test_things_referred_to_that_do_not_exist_are_named(world: MlModelWorld) -> None:
    for more, words in (
        ({"owners": [{"type": "user", "name": "nobody"}]}, "user instance for nobody"),
        ({"tags": ["Nope.x"]}, "tag instance for Nope.x"),
        ({"domain": "Nowhere"}, "domain instance for Nowhere"),
        ({"dashboard": "no.dash"}, "dashboard instance for no.dash"),
        ({"service": "no-service"}, "mlmodelService instance for no-service"),
    ):
        name = world.name()
        with pytest.raises((Rejected, Gone), match=words) as caught:
            Stack(world).up({"m": {**world.least(name), **more}})
        assert "reate it first" in str(caught.value)
        assert world.count(name) == 0


@law(5, 8, on=MLMODELS)
def test_what_a_model_has_from_its_service_is_not_its_own(world: MlModelWorld) -> None:
    owner = world.call("GET", "teams/name/risk")["id"]
    domain = world.call("GET", "domains/name/Risk")["id"]
    service = f"inheriting-{world.name()}"
    made = world.call("POST", "services/mlmodelServices",
                      {"name": service, "serviceType": "CustomMlModel"})  # fmt: skip
    links = {"owner": {"id": owner, "type": "team"}, "domain": {"id": domain, "type": "domain"}}
    world.call("PATCH", f"services/mlmodelServices/{made['id']}", [
        {"op": "add", "path": f"/{k}" if world.old else f"/{k}s", "value": v if world.old else [v]}
        for k, v in links.items()
    ])  # fmt: skip
    stack = Stack(world)
    declared = {**world.least(world.name()), "service": service, "domain": "Marketing"}
    stack.up({"m": declared})
    id_ = stack["m"].id
    assert seen(world, id_)["domains"] == ["Marketing"]
    without = {k: v for k, v in declared.items() if k != "domain"}
    stack.up({"m": without})
    assert seen(world, id_)["domains"] == ["Risk"], "inherited"
    stack.refresh()
    assert stack.log == []
    assert "domains" not in stack["m"].outputs
    assert stack.up({"m": without}) == ["same m"]
    imported = Stack(world)
    imported.take("m", id_)
    assert "domains" not in imported["m"].inputs
    assert "owners" not in imported["m"].inputs


@law(7, 29, on=MLMODELS)
def test_a_dashboard_can_be_set_later_and_never_changed(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world)
    with_one = {**declared, "dashboard": "looker.churn"}
    stack.up({"m": with_one})
    assert seen(world, id_)["dashboard"]["fullyQualifiedName"] == "looker.churn"
    by_id = {"id": seen(world, id_)["dashboard"]["id"], "type": "dashboard"}
    for changed in ({**declared, "dashboard": "looker.fraud"}, declared):
        with pytest.raises(CheckFailed, match=r"dashboard: cannot be .* once set.*keeps the first"):
            stack.up({"m": changed})
    other = Stack(world)
    same = {**world.least(world.name()), "dashboard": by_id}
    other.up({"m": same})
    other.refresh()
    assert other.up({"m": same}) == ["same m"]


@law(17, 13, on=NEW)
def test_a_writer_between_our_read_and_our_write_loses_nothing(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, tags=["Stage.Draft"], target="t")
    theirs = [{"tagFQN": t} for t in ("Stage.Draft", "PII.None")]
    world.proxy.fault(kind="pass", method="PATCH", before=lambda _r: world.patch(
        id_, {"op": "add", "path": "/tags", "value": theirs}))  # fmt: skip
    stack.up({"m": {**declared, "tags": ["Stage.Validated"]}})
    assert set(seen(world, id_)["labels"]) == {"Stage.Validated", "PII.None"}
    world.proxy.fault(kind="pass", method="PATCH", before=lambda _r: world.patch(
        id_, {"op": "add", "path": "/target", "value": "theirs"}))  # fmt: skip
    with pytest.raises(Conflict, match=r"target was 't'.*'theirs'.*'ours'.*by bob"):
        stack.up({"m": {**declared, "tags": ["Stage.Validated"], "target": "ours"}})


@law(13, 16, on=MLMODELS)
def test_a_patch_whose_reply_is_lost_is_found_to_have_happened(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, tags=["Tier.Tier1"])
    version = seen(world, id_)["version"]
    world.proxy.fault(kind="cut", method="PATCH")
    stack.up({"m": {**declared, "tags": ["Tier.Tier2"]}})
    assert set(seen(world, id_)["labels"]) == {"Tier.Tier2"}
    assert seen(world, id_)["version"] == pytest.approx(version + 0.1)


@law(46, 1, 29, on=OLD)
def test_what_an_older_server_cannot_hold_is_refused_before_the_write(
    world: MlModelWorld,
) -> None:
    people = [{"type": "user", "name": n} for n in ("alice", "bob")]
    name = world.name()
    without = {k: v for k, v in world.least(name).items() if k != "algorithm"}
    for declared, words in (
        ({**world.least(name), "owners": people}, r"owners .*2.* 1\.5"),
        ({**world.least(name), "domains": ["Risk", "Marketing"]}, r"domains .*2.* 1\.9"),
        ({**world.least(name), "dataProducts": ["Fraud Watch"]}, r"dataProducts .* 1\.5"),
        (without, r"algorithm .* 1\.8"),
    ):
        with pytest.raises(Rejected, match=rf"{words}.*server is 1\.2"):
            Stack(world).up({"m": declared})
    assert world.proxy.writes() == []


@law(5, on=NEW)
def test_the_algorithm_may_be_left_out(world: MlModelWorld) -> None:
    declared = {"name": world.name(), "service": SERVICE}
    stack = settle_without_import(world, declared)
    stack.up({"m": {**declared, "algorithm": "KMeans"}})
    stack.up({"m": declared})
    assert seen(world, stack["m"].id)["algorithm"] == "mlmodel"


def settle_without_import(world: MlModelWorld, declared: dict[str, Any]) -> Stack:
    """Create, and plan nothing at once and after a read."""
    stack = Stack(world)
    stack.up({"m": declared})
    stack.refresh()
    assert stack.up({"m": declared}) == ["same m"]
    return stack


@law(5, 8, on=NEW)
def test_data_products_need_a_domain_and_keep_to_the_declared(world: MlModelWorld) -> None:
    declared = {**world.least(world.name()), "domain": "Risk", "dataProducts": ["Fraud Watch"]}
    stack = settle(world, declared)
    stack.up({"m": {k: v for k, v in declared.items() if k != "dataProducts"}})
    assert stack["m"].outputs.get("dataProducts") is None
    with pytest.raises(Rejected, match=r"Domain cannot be empty"):
        Stack(world).up({"m": {**world.least(world.name()), "dataProducts": ["Fraud Watch"]}})


@law(16, 13, on=MLMODELS)
def test_an_answer_from_before_the_write_is_read_again(world: MlModelWorld) -> None:
    stack, id_, declared = stacked(world, target="t")
    before = world.http.get(f"/api/v1/mlmodels/{id_}").json()
    for times in (1, 2):
        target = f"t{times}"
        world.proxy.fault(
            kind="answer", method="GET", path=id_, nth=2, times=times, status=200, body=before
        )
        stack.up({"m": {**declared, "target": target}})
        assert stack["m"].outputs["target"] == target


@law(13, on=MLMODELS)
def test_a_lost_reply_of_a_create_with_tags_is_found_again(world: MlModelWorld) -> None:
    name = world.name()
    declared = {**world.least(name), "tags": ["Stage.Draft"]}
    world.proxy.fault(kind="lost", method="POST", path=world.create)
    stack = Stack(world)
    stack.up({"m": declared})
    assert "__adopted" not in stack["m"].outputs
    assert set(seen(world, stack["m"].id)["labels"]) == {"Stage.Draft"}


@law(13, 11, on=MLMODELS)
def test_an_object_that_others_have_changed_is_no_lost_create_of_ours(world: MlModelWorld) -> None:
    name = world.name()
    declared = {**world.least(name), "target": "t"}

    def theirs(_request: object) -> None:
        id_ = world.call("POST", "mlmodels", world.least(name))["id"]
        world.patch(id_, {"op": "add", "path": "/target", "value": "t"})

    world.proxy.fault(kind="cut", method="POST", path=world.create, before=theirs)
    with pytest.raises(AlreadyExists):
        Stack(world).up({"m": declared})


@law(29, 11, on=MLMODELS)
def test_a_parent_that_is_being_deleted_is_not_an_existing_model(world: MlModelWorld) -> None:
    said = "Cannot create or modify entity 'm' because parent 's' is being deleted"
    body = {"code": 409, "message": said}
    world.proxy.fault(kind="answer", method="POST", status=409, body=body, times=9)
    declared = world.least(world.name())
    with pytest.raises(Stale, match=r"is being deleted.*Run up again"):
        Stack(world).up({"m": declared})
    world.proxy.clear()
    world.proxy.fault(kind="answer", method="POST", status=409, body=body)
    Stack(world).up({"m": declared})  # it was gone by the second try


@law(21, 19, on=MLMODELS)
def test_a_delete_whose_reply_is_lost_is_looked_up(world: MlModelWorld) -> None:
    stack, id_, _ = stacked(world, deletePolicy="hard")
    world.proxy.fault(kind="lost", method="DELETE")
    stack.destroy()
    assert world.count(world.names[-1]) == 0
    (delete,) = world.proxy.writes()
    assert "hardDelete=true" in delete.path
    assert "recursive=true" in delete.path, "a model's data contract goes with it"
    stack, id_, _ = stacked(world)
    world.proxy.fault(kind="cut", method="DELETE", times=9)
    with pytest.raises(RegistryError, match="reply was lost"):
        stack.destroy()
    assert world.look(id_) is not None
    assert list(stack.resources) == ["m"]


@law(5, 8, on=MLMODELS)
def test_the_order_of_tags_and_what_terms_derive_in_features_is_no_drift(
    world: MlModelWorld,
) -> None:
    term = {"tagFQN": "Business.Churn", "source": "Glossary"}
    tags = [term, "Stage.Validated", "Stage.Draft"]
    stack = settle_without_import(
        world, {**world.least(world.name()), "mlFeatures": [{"name": "a", "tags": tags}]}
    )
    stack.up({"m": {**stack["m"].inputs, "target": "t"}})
    assert stack.log == []


@law(5, on=NEW)
def test_the_order_of_a_property_of_several_values_is_no_drift(world: MlModelWorld) -> None:
    extension = {"environments": ["staging", "dev"], "reviewedOn": "2026-11-02"}
    settle(world, {**world.least(world.name()), "extension": extension})


@law(15, 17, on=MLMODELS)
def test_labels_that_the_server_derived_are_not_sent_back(world: MlModelWorld) -> None:
    term = {"tagFQN": "Business.Churn", "source": "Glossary"}
    stack, _, declared = stacked(world, tags=[term])
    stack.up({"m": {**declared, "tags": [term, "Stage.Draft"]}})
    (write,) = world.proxy.writes()
    assert "PII.Sensitive" not in str(write.json)

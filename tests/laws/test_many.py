"""Many objects of one place: their lists are asked for, and tell what a read of each would."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from laws.crowd import Crowd
from laws.openmetadata_worlds import SERVICE
from laws.titles import CORE_ONLY, MLMODELS, MLSERVICES, law
from laws.worlds import make_world
from pulumi_mlregistry.sandbox import start
from support.proxy import Proxy

BOXES = ("entity-nemobox", "model-mlflowbox", "version-mlflowbox", "model-oraclebox",
         "version-oraclebox", *MLMODELS, *MLSERVICES)  # fmt: skip
TARGETS = {"nemobox": "nemo", "mlflowbox": "mlflow", "oraclebox": "oracle"}
VERSIONS_OF = {"om2": "2.0.7", "om12": "1.2.0"}
MANY = 30
AT_MOST = 12
"""Requests that a refresh, or a preview of new ones, may take however many objects there are."""


@contextlib.contextmanager
def crowd_of(kind: str) -> Iterator[Crowd]:
    """Objects at a registry that nobody else uses."""
    resource, target = kind.split("-")
    registry = TARGETS.get(target, "openmetadata")
    version = VERSIONS_OF.get(target, "2.0.7")
    with start(registries=(registry,), openmetadata=version) as sandbox:
        server = sandbox.servers[registry]
        with Proxy(server.url) as proxy:
            world = make_world(resource, target.removesuffix("box"), server, proxy)
            yield Crowd(world)
            world.close()


@pytest.fixture(params=BOXES)
def crowd(request: pytest.FixtureRequest) -> Iterator[Crowd]:
    """Of every resource."""
    with crowd_of(request.param) as made:
        yield made


@pytest.fixture
def models() -> Iterator[Crowd]:
    """Models of OpenMetadata."""
    with crowd_of("mlmodel-om2") as made:
        yield made


@pytest.fixture
def versions() -> Iterator[Crowd]:
    """Versions at a plain MLflow server."""
    with crowd_of("version-mlflowbox") as made:
        yield made


@law(48, 15, 24, 25, on=BOXES, doors=CORE_ONLY)
def test_a_refresh_of_many_asks_for_lists_and_answers_what_a_read_of_each_would(
    crowd: Crowd,
) -> None:
    ids = crowd.make(MANY)
    assert crowd.read(ids) == crowd.states
    assert len(crowd.world.sent()) <= AT_MOST
    assert crowd.log == []


@law(48, 24, 23, on=BOXES, doors=CORE_ONLY)
def test_drift_and_what_is_gone_are_told_of_many_as_of_one(crowd: Crowd) -> None:
    ids = crowd.make(MANY)
    drifted, gone = ids[7], ids[MANY - 3]
    crowd.world.edit(drifted, description="by a colleague")
    crowd.world.remove(gone)
    alone = crowd.session()
    core = alone.reconciler(crowd.world.kind)
    said_alone = [core.read(id_, crowd.states[id_].outputs) for id_ in (drifted, gone)]
    lines = list(crowd.log)
    crowd.world.sent()
    found = crowd.read(ids)
    assert [found[drifted], found[gone]] == said_alone
    assert crowd.log == lines
    assert len(lines) == 1
    assert (said_alone[0].outputs["description"], said_alone[1].id) == ("by a colleague", "")
    assert {id_: r for id_, r in found.items() if id_ not in (drifted, gone)} == {
        id_: r for id_, r in crowd.states.items() if id_ not in (drifted, gone)
    }


@law(48, 35, on=BOXES, doors=CORE_ONLY)
def test_what_others_made_anew_under_the_name_is_not_taken_for_ours(crowd: Crowd) -> None:
    ids = crowd.make(MANY)
    name = crowd.world.names[-1]
    crowd.world.remove(ids[-1])
    time.sleep(0.002)  # models of MLflow are told apart by milliseconds
    crowd.world.make(name)
    found = crowd.read(ids)
    assert found[ids[-1]].id == ""
    assert [found[id_].id for id_ in ids[:-1]] == ids[:-1]


@law(48, 19, on=BOXES, doors=CORE_ONLY)
def test_where_no_list_may_be_read_each_object_is(crowd: Crowd) -> None:
    ids = crowd.make(MANY)

    def is_list(request: object) -> bool:
        path = str(getattr(request, "path", ""))
        return "search" in path or "limit=" in path or "page_size=" in path

    crowd.world.proxy.fault(kind="answer", status=403, times=99, when=is_list)
    assert crowd.read(ids) == crowd.states
    assert len(crowd.world.sent()) >= MANY


@law(48, 17, on=("mlmodel-om2",), doors=CORE_ONLY)
def test_once_a_run_has_written_each_object_is_read_by_itself(models: Crowd) -> None:
    ids = models.make(MANY)
    session = models.session()
    models.read(ids[:10], session)
    core = session.reconciler(models.world.kind)
    state = models.states[ids[0]]
    core.update(ids[0], state.outputs, {**state.inputs, "description": "ours"})
    models.world.edit(ids[-1], description="a moment later")
    models.world.sent()
    found = models.read(ids[10:], session)
    assert found[ids[-1]].outputs["description"] == "a moment later"
    assert len(models.world.sent()) == MANY - 10


@law(48, 24, on=("mlmodel-om2",), doors=CORE_ONLY)
def test_a_dashboard_that_lists_hide_is_read_where_it_is_declared(models: Crowd) -> None:
    dashboard = models.world.server.plant("dashboard", "board", "boards")  # type: ignore[attr-defined]
    ids = models.make(MANY)
    with_it = ids[-1]
    reference = {"id": dashboard, "type": "dashboard"}
    models.world.patch(with_it, {"op": "add", "path": "/dashboard", "value": reference})  # type: ignore[attr-defined]
    models.states[with_it] = models.session().reconciler(models.world.kind).read(with_it, {})
    assert models.states[with_it].outputs["dashboard"]
    models.world.sent()
    found = models.read([*ids[:5], with_it])
    assert found[with_it] == models.states[with_it]
    assert f"GET mlmodels/{with_it}" in [
        f"{r.method} {r.path.split('?')[0].removeprefix('/api/v1/')}"
        for r in models.world.proxy.requests
    ]


@law(48, 24, on=("version-mlflowbox",), doors=CORE_ONLY)
@pytest.mark.parametrize("one_model", [True, False], ids=["of one model", "of many"])
def test_aliases_are_shown_of_many_versions(versions: Crowd, one_model: bool) -> None:
    ids = versions.make_of_one(MANY) if one_model else versions.make(MANY)
    name, _, number = ids[-2].rpartition("/")
    versions.world.alias(name, "champion", number)  # type: ignore[attr-defined]
    versions.world.sent()
    found = versions.read(ids)
    assert found[ids[-2]].outputs["currentAliases"] == ["champion"]
    assert [id_ for id_ in ids if found[id_].outputs.get("currentAliases")] == [ids[-2]]
    assert len(versions.world.sent()) <= AT_MOST


@law(48, 15, on=("mlmodel-om2",), doors=CORE_ONLY)
def test_a_thousand_models_are_refreshed_and_previewed_in_a_dozen_requests(models: Crowd) -> None:
    models.make_in_bulk(1000)
    session = models.session()
    core = session.reconciler(models.world.kind)
    api = core.connect()
    lives = [live for page in core.walk(api, {"service": [SERVICE]}) for live in page.lives]
    assert len(lives) == 1000
    declared = [{**models.body(n), "deletePolicy": "hard"} for n in range(1000)]
    models.world.sent()
    told = models.preview(declared)
    assert len([line for line in told if "exists already" in line]) == 1000
    assert len(models.world.sent()) <= AT_MOST
    new = [{**each, "name": f"new-{each['name']}"} for each in declared]
    assert models.preview(new) == []
    assert len(models.world.sent()) <= AT_MOST
    for live in lives[:3]:
        models.states[live.id] = core.read(live.id, {})
    first = models.states[lives[0].id]
    own = {"name", "fullyQualifiedName", "href"}
    for live in lives[3:]:  # alike but for what is each one's own
        outputs = {
            **first.outputs,
            "name": live.values["name"],
            **{k: live.server[k] for k in ("id", "updatedAt", *own) if k in live.server},
        }
        models.states[live.id] = type(first)(live.id, outputs, first.inputs)
    models.world.sent()
    found = models.read([live.id for live in lives])
    assert {id_: r.outputs for id_, r in found.items()} == {
        id_: r.outputs for id_, r in models.states.items()
    }
    assert models.log == []
    assert len(models.world.sent()) <= AT_MOST


@law(48, 15, on=("mlmodel-om2",), doors=CORE_ONLY)
def test_a_long_list_of_others_is_not_read_for_a_few_of_ours(models: Crowd) -> None:
    ids = models.make(6)
    models.make_in_bulk(1600)
    models.world.sent()
    assert models.read(ids) == models.states
    sent = Counter(line.split("?")[0] for line in models.world.sent())
    assert sent["GET mlmodels"] == 1, "one page tells how long the list is"


@law(48, 12, on=("mlmodel-om2",), doors=CORE_ONLY)
def test_in_a_long_list_few_new_objects_are_looked_for(models: Crowd) -> None:
    models.make_in_bulk(1600)
    declared = [{**models.body(n), "name": f"new-{n}"} for n in range(20)]
    models.world.sent()
    assert models.preview(declared) == []
    assert len(models.world.sent()) <= AT_MOST

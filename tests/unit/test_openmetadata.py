"""OpenMetadata without a server: names, texts, what is declared in which spelling, versions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_mlregistry.apis.openmetadata import slots, text
from pulumi_mlregistry.apis.openmetadata.fields import answered, create_body, patch_operations
from pulumi_mlregistry.apis.openmetadata.names import child, normalised, quoted
from pulumi_mlregistry.apis.openmetadata.wire import Wire
from pulumi_mlregistry.reconcile.errors import Rejected
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.planning import Change, Kind
from pulumi_mlregistry.reconcile.protocol import Live, Patch
from unit.tables import ID, MlModel, MlModelService, checked, failures

BASE = {"name": "m", "service": "s"}


def inputs(**declared: Any) -> dict[str, Any]:
    """What check makes of a model's declaration."""
    result = checked(MlModel, {**BASE, **declared})
    assert result.failures == []
    return result.inputs


@pytest.mark.parametrize(
    ("name", "segment"),
    [("plain", "plain"), ("a.b", '"a.b"'), ('a"b', '"a""b"'), ('"a.b"', '"a.b"'), ('"ab"', "ab"),
     ("a b%", "a b%"), ('"', '""""'), (".", '"."')],
)  # fmt: skip
def test_a_name_is_quoted_where_the_server_quotes_it(name: str, segment: str) -> None:
    assert quoted(name) == segment


@given(st.text(min_size=1).filter(lambda s: "::" not in s))
def test_quoting_what_is_quoted_changes_nothing(name: str) -> None:
    assert quoted(quoted(name)) == quoted(name)
    assert normalised(child(name, "x")) == child(name, "x")


def test_both_spellings_of_a_service_give_one_name() -> None:
    assert child("with.dot", "m") == child('"with.dot"', "m") == '"with.dot".m'
    assert inputs(service="with.dot")["fullyQualifiedName"] == '"with.dot".m'


CHARACTERS = st.characters(
    blacklist_characters="<&",
    blacklist_categories=["Cs", "Cc", "Cn"],
    whitelist_characters="\t\n\r",
)


@given(st.text(alphabet=CHARACTERS))
def test_text_without_markup_means_itself(value: str) -> None:
    assert text.markdown(value) == (value or None)


def test_markup_may_lose_parts_and_gain_none() -> None:
    declared = "<script>evil()</script>see <b>this</b> & that"
    assert text.sanitised(declared, "see <b>this</b> &amp; that")
    assert not text.sanitised(declared, "see that this")
    assert not text.sanitised(declared, "another description")
    assert not text.sanitised("no markup", "no")


def test_a_date_may_be_formatted_anew_and_not_become_another() -> None:
    assert text.custom_property("2026-11-21", "21/11/2026")
    assert not text.custom_property("2026-11-21", "22/11/2026")
    assert not text.custom_property("c-1", "theirs")


def test_keys_are_taken_in_snake_case_and_as_the_api_writes_them() -> None:
    snake = inputs(
        mlFeatures=[
            {"name": "a", "data_type": "numerical", "feature_algorithm": "PCA",
             "feature_sources": [{"name": "c", "data_source": {"id": ID, "type": "table"}}]}
        ],
        mlStore={"storage": "s", "image_repository": "i"},
        tags=[{"tag_fqn": "G.t", "source": "Glossary", "label_type": "Manual"}],
    )  # fmt: skip
    camel = inputs(
        mlFeatures=[
            {"name": "a", "dataType": "numerical", "featureAlgorithm": "PCA",
             "featureSources": [{"name": "c", "dataSource": {"id": ID, "type": "table"}}]}
        ],
        mlStore={"storage": "s", "imageRepository": "i"},
        tags=[{"tagFQN": "G.t", "source": "Glossary", "labelType": "Manual"}],
    )  # fmt: skip
    assert snake == camel


def test_values_become_what_the_api_keeps() -> None:
    given = [{"name": "k", "value": v} for v in (5, 2.0, 0.5, True, "x")]
    for number, item in enumerate(given):
        item["name"] = f"k{number}"
    kept = [p["value"] for p in inputs(mlHyperParameters=given)["mlHyperParameters"]]
    assert kept == ["5", "2", "0.5", "true", "x"]
    assert inputs(domain="Risk")["domains"] == ["Risk"]
    label = {"tagFQN": "T.a", "source": "Classification", "labelType": "Manual"}
    assert inputs(tags=[label, "T.a"])["tags"] == ["T.a"]
    owner = {"type": "user", "id": ID, "name": "alice"}
    assert inputs(owners=[owner])["owners"] == [{"type": "user", "id": ID}]


def test_a_domain_beside_domains_is_refused() -> None:
    assert list(failures(MlModel, {**BASE, "domain": "a", "domains": ["b"]})) == ["domain"]


class Client:
    """Stands in for what a version says and names resolve to; sends nothing."""

    def __init__(self, version: str) -> None:
        wire = Wire.of(version)
        assert wire is not None
        self.wire = wire

    def named(self, collection: str, fqn: str) -> dict[str, Any]:
        """An id that tells what was asked for."""
        return {"id": f"{collection}:{fqn}"}


DECLARED = {"owners": [{"type": "user", "name": "alice"}], "domains": ["Risk"]}
ALICE = {"id": "users:alice", "type": "user"}
RISK = {"id": "domains:Risk", "type": "domain"}


@pytest.mark.parametrize(
    ("version", "body", "paths"),
    [
        ("1.2.0", {"owner": ALICE, "domain": "Risk"}, {"/owner": ALICE, "/domain": RISK}),
        ("1.4.8", {"owner": ALICE, "domain": "Risk"}, {"/owner": ALICE, "/domain": RISK}),
        ("1.5.0", {"owners": [ALICE], "domain": "Risk"}, {"/owners": [ALICE], "/domain": RISK}),
        ("1.8.9", {"owners": [ALICE], "domain": "Risk"}, {"/owners": [ALICE], "/domain": RISK}),
        ("1.9.0", {"owners": [ALICE], "domains": ["Risk"]},
         {"/owners": [ALICE], "/domains": [RISK]}),
        ("2.0.7", {"owners": [ALICE], "domains": ["Risk"]},
         {"/owners": [ALICE], "/domains": [RISK]}),
    ],
)  # fmt: skip
def test_the_wire_follows_the_servers_version(
    version: str, body: dict[str, Any], paths: dict[str, Any]
) -> None:
    client: Any = Client(version)
    assert create_body(client, DECLARED) == body
    operations = patch_operations(client, DECLARED, {})
    assert {o["path"]: o["value"] for o in operations} == paths
    assert {o["op"] for o in operations} == {"add"}
    cleared = patch_operations(client, {"owners": [], "domains": []}, body)
    assert cleared == [{"op": "remove", "path": path} for path in paths]
    assert patch_operations(client, {"owners": [], "domains": []}, {}) == []
    live = answered(client, ["owners", "domains"], {k[1:]: v for k, v in paths.items()})
    assert live == {"owners": [ALICE], "domains": [RISK]}


@pytest.mark.parametrize(
    ("version", "declared", "words"),
    [
        ("1.4.0", {"owners": [1, 2]}, "owners would be 2, which needs OpenMetadata 1.5"),
        ("1.8.0", {"domains": [1, 2]}, "domains would be 2, which needs OpenMetadata 1.9"),
        ("1.4.0", {"dataProducts": ["p"]}, "dataProducts needs OpenMetadata 1.5"),
        ("1.5.0", {"algorithm": None}, "algorithm may be left out from OpenMetadata 1.8 on"),
    ],
)
def test_what_a_version_cannot_hold_is_told_with_the_one_that_can(
    version: str, declared: dict[str, Any], words: str
) -> None:
    wire = Wire.of(version)
    assert wire is not None
    full = {"algorithm": "a", **declared}
    with pytest.raises(Rejected, match=words):
        wire.refuse(full, new_model=True)
    newest = Wire.of("2.0.7")
    assert newest is not None
    newest.refuse(full, new_model=True)


def test_what_is_no_version_is_none() -> None:
    assert Wire.of("latest") is None
    assert Wire.of("1.2.0-SNAPSHOT") == Wire((1, 2))


def test_keys_of_a_connection_are_known_at_their_place_only() -> None:
    google = {
        "gcpConfig": {"type": "service_account", "privateKey": "k"},
        "gcpImpersonateServiceAccount": {"impersonateServiceAccount": "a", "lifetime": 3600},
    }
    config = {"credentials": google, "location": "l", "connectionArguments": {"types": 1}}
    declared = {"name": "s", "serviceType": "VertexAI", "connection": {"config": config}}
    assert failures(MlModelService, declared) == {}
    wrong = {**declared, "connection": {"config": {**config, "locations": "x"}}}
    assert list(failures(MlModelService, wrong)) == ["connection.config.locations"]


def test_a_refusal_about_others_alone_takes_nothing_of_theirs() -> None:
    answered: list[Any] = [{"tagFQN": t} for t in ("E.A", "E.B", "Env.Pro")]
    live = Live("id", {"tags": ["E.A", "E.B", "Env.Pro"]}, answered={"tags": answered})
    gone = Change(Path.of("tags", "Z.Z"), "Z.Z", None, Kind.UPDATE)
    drifted = Change(Path.of("tags", "Env.X"), None, "Env.X", Kind.CONFLICT)
    refusal = "Tag labels {} and {} are mutually exclusive and can't be assigned together"
    for changes, names, whole in (
        ((gone,), ("E.A", "E.B"), answered),
        ((drifted,), ("E.A", "E.B"), [*answered, "Env.X"]),
    ):
        patch = Patch(changes, {"tags": whole}, {"tags": ["Env.X"]}, take=True)
        with pytest.raises(Rejected):
            slots.swap_rivals(MlModel, live, patch, patch.whole, Rejected(refusal.format(*names)))
    patch = Patch((drifted,), {"tags": [*answered, "Env.X"]}, {"tags": ["Env.X"]})
    refused = Rejected(refusal.format("Env.X", "Env.Pro"))
    swapped = slots.swap_rivals(MlModel, live, patch, patch.whole, refused)
    assert swapped["tags"] == [*answered[:2], "Env.X"]

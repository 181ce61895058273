"""The front speaks Oracle's dialect over a real MLflow, as far as that is documented."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from pulumi_mlregistry.devserver import Server
from pulumi_mlregistry.devserver.oci import SESSION_PROFILE
from support.front import FrontControls
from support.http import local_client
from support.signing import OciAuth

SOURCE = "oci://bucket@namespace/path"
PLAIN = "/api/2.0/mlflow"


@pytest.fixture
def controls(oracle_server: Server) -> FrontControls:
    controls = FrontControls(oracle_server.url)
    controls.reset()
    return controls


@pytest.fixture
def auth(oracle_server: Server) -> OciAuth:
    return OciAuth.from_environment(oracle_server.environment)


@pytest.fixture
def base(oracle_server: Server) -> str:
    platform = oracle_server.environment["MLREGISTRY_ORACLE_PLATFORM_ID"]
    return f"{oracle_server.url}/20260430/aiDataPlatforms/{platform}/mlops{PLAIN}"


@pytest.fixture
def client(base: str, auth: OciAuth, controls: FrontControls) -> Iterator[httpx.Client]:
    with local_client(base, auth=auth) as client:
        yield client


@pytest.fixture
def plain(oracle_server: Server) -> Iterator[httpx.Client]:
    with local_client(oracle_server.url + PLAIN) as client:
        yield client


@pytest.fixture
def model(client: httpx.Client, request: pytest.FixtureRequest) -> str:
    name = request.node.name
    client.post("/registered-models/create", json={"name": name}).raise_for_status()
    return str(name)


def create(
    client: httpx.Client, model: str, token: str | None = None, **more: Any
) -> httpx.Response:
    headers = {"opc-retry-token": token} if token else {}
    body = {"name": model, "source": SOURCE, **more}
    return client.post("/model-versions/create", json=body, headers=headers)


def get(client: httpx.Client, model: str, version: str = "1") -> Any:
    answer = client.get("/model-versions/get", params={"name": model, "version": version})
    return answer.raise_for_status().json()["model_version"]


def error(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"code", "message"}
    return answer.status_code, answer.json()["code"]


def test_versions_live_through_oracles_verbs(client: httpx.Client, model: str) -> None:
    created = create(client, model, tags=[{"key": "a", "value": "1"}]).json()["model_version"]
    assert (created["version"], created["status"]) == ("1", "READY")
    target = {"name": model, "version": "1"}
    for operation, body in [
        ("model-versions/update", {"description": "new"}),
        ("model-versions/set-tag", {"key": "b", "value": "2"}),
        ("model-versions/delete-tag", {"key": "a"}),
        ("model-versions/transition-stage", {"stage": "Production"}),
    ]:
        assert client.post(operation, json=target | body).status_code == 200, operation
    changed = get(client, model)
    assert (changed["description"], changed["current_stage"]) == ("new", "Production")
    assert changed["tags"] == [{"key": "b", "value": "2"}]
    found = client.get("/model-versions/search", params={"filter": f"name='{model}'"}).json()
    assert [each["version"] for each in found["model_versions"]] == ["1"]
    assert client.post("/model-versions/delete", json=target).json() == {}
    assert error(client.post("/model-versions/delete", json=target)) == (
        404,
        "NotAuthorizedOrNotFound",
    )


def test_models_live_through_oracles_verbs(client: httpx.Client, model: str) -> None:
    change = {"name": model, "description": "d"}
    assert client.post("/registered-models/update", json=change).status_code == 200
    rename = {"name": model, "new_name": f"{model}-2"}
    assert client.post("/registered-models/rename", json=rename).status_code == 200
    found = client.get("/registered-models/get", params={"name": f"{model}-2"}).json()
    assert found["registered_model"]["description"] == "d"
    gone = client.post("/registered-models/delete", json={"name": f"{model}-2"})
    assert gone.status_code == 200


@pytest.mark.parametrize("kind", ["model-versions", "registered-models"])
def test_several_tags_change_in_one_call(client: httpx.Client, model: str, kind: str) -> None:
    create(client, model)
    target = {"name": model} | ({"version": "1"} if kind == "model-versions" else {})
    for change in (
        {"set_tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]},
        {"set_tags": [{"key": "c", "value": "3"}], "delete_tags": [{"key": "a"}]},
    ):
        client.post(f"/internal/{kind}/update-tags", json=target | change).raise_for_status()
    answer = client.get(f"/{kind}/get", params=target).json()
    (entity,) = answer.values()
    assert {tag["key"]: tag["value"] for tag in entity["tags"]} == {"b": "2", "c": "3"}


def test_a_workspace_may_stand_in_the_path(client: httpx.Client, base: str, model: str) -> None:
    workspace = base.replace("/mlops/", "/workspaces/key/mlops/")
    body = {"name": model, "source": SOURCE}
    assert client.post(f"{workspace}/model-versions/create", json=body).status_code == 200


def test_plain_mlflow_beside_it_shows_and_edits_the_same_registry(
    client: httpx.Client, plain: httpx.Client, model: str, controls: FrontControls
) -> None:
    create(client, model)
    controls.reset()
    edit = {"name": model, "version": "1", "description": "out of band"}
    plain.patch("/model-versions/update", json=edit).raise_for_status()
    assert get(client, model)["description"] == "out of band"
    assert [entry["operation"] for entry in controls.log()] == ["model-versions/get"]
    missing = plain.get("/registered-models/get", params={"name": "none"})
    assert missing.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_errors_have_oracles_body_and_codes(client: httpx.Client, model: str) -> None:
    again = client.post("/registered-models/create", json={"name": model})
    assert error(again) == (409, "Conflict")
    assert error(create(client, "no-such-model")) == (404, "NotAuthorizedOrNotFound")
    assert error(client.patch("/model-versions/update", json={})) == (405, "MethodNotAllowed")
    assert error(client.get("/model-versions/none")) == (404, "NotFound")
    for body in (b"{", b"[]"):
        refused = client.post("/model-versions/create", content=body)
        assert error(refused) == (400, "CannotParseRequest")
    assert error(client.post("/model-versions/create", json={"name": model})) == (
        400,
        "InvalidParameter",
    )


@pytest.mark.parametrize(
    "more",
    [
        {"source": "x" * 501},
        {"run_id": ""},
        {"run_id": "r" * 33},
        {"model_id": "m" * 37},
        {"run_link": "l" * 501},
        {"description": "d" * 5001},
        {"name": "n" * 256},
        {"tags": [{"key": str(n), "value": ""} for n in range(21)]},
        {"tags": [{"key": "k" * 251, "value": ""}]},
        {"tags": [{"key": "", "value": ""}]},
        {"tags": [{"key": "k", "value": "v" * 8001}]},
        {"tags": [{"key": "k", "value": 5}]},
        {"tags": ["k"]},
        {"tags": {"k": "v"}},
    ],
    ids=lambda more: "-".join(more),
)
def test_what_is_beyond_oracles_limits_is_refused(client: httpx.Client, more: Any) -> None:
    assert error(create(client, "any", **more)) == (400, "InvalidParameter")


def test_another_platform_is_not_found(client: httpx.Client, base: str) -> None:
    other = base.replace("devserver", "other")
    answer = client.get(f"{other}/registered-models/get", params={"name": "m"})
    assert error(answer) == (404, "NotAuthorizedOrNotFound")


def test_replies_carry_a_request_id_and_an_etag(client: httpx.Client, model: str) -> None:
    answer = client.get(
        "/registered-models/get", params={"name": model}, headers={"opc-request-id": "mine"}
    )
    assert answer.headers["opc-request-id"] == "mine"
    assert answer.headers["etag"]
    refused = client.get("/model-versions/none")
    assert refused.headers["opc-request-id"]
    assert "etag" not in refused.headers


def test_a_session_token_signs_as_well_as_an_api_key(
    client: httpx.Client, oracle_server: Server, model: str
) -> None:
    session = OciAuth.from_environment(oracle_server.environment, SESSION_PROFILE)
    assert session.key_id.startswith("ST$")
    answer = client.get("/registered-models/get", params={"name": model}, auth=session)
    assert answer.status_code == 200


def test_an_encoded_path_and_query_are_signed_as_sent(client: httpx.Client) -> None:
    answer = client.get("/registered-models/get?name=a%20b&key=%C3%A4")
    assert error(answer) == (404, "NotAuthorizedOrNotFound")


def refusal(answer: httpx.Response) -> str:
    assert error(answer) == (401, "NotAuthenticated")
    return str(answer.json()["message"]).partition(" incorrect. (")[2][:-1]


def test_an_unsigned_request_is_refused(base: str) -> None:
    answer = httpx.get(f"{base}/registered-models/search", trust_env=False)
    assert refusal(answer) == "no Signature authorization header"


@pytest.mark.parametrize("offset", [-400, 400])
def test_a_date_off_by_more_than_five_minutes_is_refused(
    client: httpx.Client, auth: OciAuth, offset: float
) -> None:
    auth.clock = time.time() + offset
    assert "clock skew" in refusal(client.get("/registered-models/search", auth=auth))
    auth.clock = time.time() + offset / 2
    assert client.get("/registered-models/search", auth=auth).status_code == 200


def test_a_foreign_key_or_key_id_is_refused(client: httpx.Client, auth: OciAuth) -> None:
    own = auth.key
    auth.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(client.get("/registered-models/search", auth=auth)) == "signature"
    auth.key, auth.key_id = own, "another/user/fingerprint"
    assert refusal(client.get("/registered-models/search", auth=auth)) == "unknown keyId"


@pytest.mark.parametrize(
    "header", ["date", "(request-target)", "host", "x-content-sha256", "content-length"]
)
def test_a_header_that_is_not_signed_is_refused(
    client: httpx.Client, auth: OciAuth, header: str
) -> None:
    auth.leave_out = frozenset([header])
    answer = client.post("/registered-models/create", json={"name": "x"}, auth=auth)
    assert refusal(answer) == f"not signed: {header}"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"body": b'{"name":"b"}'}, "body hash"),
        ({"query": "?name=b"}, "signature"),
        ({"header": ("x-content-sha256", None)}, "signed but not sent: x-content-sha256"),
        ({"header": ("date", "yesterday")}, "unreadable date"),
        ({"header": ("authorization", 'Signature version="2"')}, "algorithm or version"),
    ],
)
def test_what_changes_after_signing_is_refused(
    client: httpx.Client, auth: OciAuth, base: str, change: dict[str, Any], why: str
) -> None:
    signed = next(
        auth.auth_flow(client.build_request("POST", "/model-versions/delete", json={"name": "a"}))
    )
    headers = dict(signed.headers)
    name, value = change.get("header", ("x-unsigned", "1"))
    headers.pop(name, None)
    if value is not None:
        headers[name] = value
    url = str(signed.url) + change.get("query", "")
    content = change.get("body", signed.content)
    assert refusal(httpx.post(url, content=content, headers=headers, trust_env=False)) == why


def test_eight_calls_with_one_retry_token_make_one_version(
    client: httpx.Client, model: str, controls: FrontControls
) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: create(client, model, "token"), range(8)))
    assert {answer.json()["model_version"]["version"] for answer in answers} == {"1"}
    creates = [entry for entry in controls.log() if entry["operation"] == "model-versions/create"]
    assert sorted(entry["replayed"] for entry in creates) == [False] + [True] * 7
    assert create(client, model).json()["model_version"]["version"] == "2"


def test_a_retry_token_for_another_request_is_final(client: httpx.Client, model: str) -> None:
    create(client, model, "used")
    changed = create(client, model, "used", description="other")
    assert error(changed) == (409, "InvalidatedRetryToken")
    assert error(create(client, model, "t" * 65)) == (400, "InvalidParameter")


def test_a_forgotten_retry_token_makes_a_second_version(
    client: httpx.Client, model: str, controls: FrontControls
) -> None:
    create(client, model, "old")
    controls.forget_tokens()
    assert create(client, model, "old").json()["model_version"]["version"] == "2"


def test_a_fault_before_the_commit_leaves_no_version(
    client: httpx.Client, model: str, controls: FrontControls
) -> None:
    controls.fault(match="model-versions/create", status=429, retry_after=3)
    limited = create(client, model, "t")
    assert error(limited) == (429, "TooManyRequests")
    assert limited.headers["retry-after"] == "3"
    assert limited.headers["opc-request-id"]
    assert create(client, model, "t").json()["model_version"]["version"] == "1"
    assert [entry["fault"] for entry in controls.writes()[1:]] == ["before", None]


@pytest.mark.parametrize("status", [503, 0])
def test_a_reply_lost_after_the_commit_is_replayed_by_its_token(
    client: httpx.Client, model: str, controls: FrontControls, status: int
) -> None:
    controls.fault(mode="after", match="model-versions/create", status=status)
    if status:
        assert error(create(client, model, "t"))[0] == status
    else:
        with pytest.raises(httpx.RemoteProtocolError):
            create(client, model, "t")
    assert create(client, model, "t").json()["model_version"]["version"] == "1"
    assert controls.log()[-1]["replayed"]


def test_a_version_is_pending_for_some_gets_and_then_ready(
    client: httpx.Client, model: str, controls: FrontControls
) -> None:
    controls.registration(name=model, pending_gets=2)
    assert create(client, model).json()["model_version"]["status"] == "PENDING_REGISTRATION"
    found = client.get("/model-versions/search", params={"filter": f"name='{model}'"}).json()
    assert found["model_versions"][0]["status"] == "PENDING_REGISTRATION"
    statuses = [get(client, model)["status"] for _ in range(4)]
    assert statuses == ["PENDING_REGISTRATION"] * 2 + ["READY"] * 2
    assert create(client, model).json()["model_version"]["status"] == "READY"


def test_a_registration_fails_with_its_message(
    client: httpx.Client, model: str, controls: FrontControls
) -> None:
    controls.registration(
        pending_gets=1, outcome="FAILED_REGISTRATION", status_message="no such artifact"
    )
    create(client, model)
    assert get(client, model)["status"] == "PENDING_REGISTRATION"
    failed = get(client, model)
    assert (failed["status"], failed["status_message"]) == (
        "FAILED_REGISTRATION",
        "no such artifact",
    )


def test_the_log_shows_what_was_sent_but_not_the_authorization(
    client: httpx.Client, controls: FrontControls, model: str
) -> None:
    controls.reset()
    create(client, model, "shown")
    (entry,) = controls.log()
    assert (entry["method"], entry["operation"]) == ("POST", "model-versions/create")
    assert json.loads(entry["body"])["name"] == model
    assert entry["headers"]["opc-retry-token"] == "shown"
    assert "authorization" not in entry["headers"]

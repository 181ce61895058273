"""OCI request signing: golden signatures, and the same proved by a verifier written apart."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pulumi_mlregistry.apis.mlflow.oci_signing import OciSignature, signer
from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.settings.settings import Settings

DATE = "Thu, 05 Jan 2034 21:31:40 GMT"
KEY_ID = "ocid1.tenancy/ocid1.user/20:3b"
# A key that signs nothing else: two fixed primes of 512 bits.
P = int(
    "f8e01ea64bbc43877a92815d7dc654c2d23e543c1b26d275aa17c4bbbaeba678"
    "b3a85eb2070f77f0139948a5dc41a1512f2b3af09c9c1736055533ba7275945f",
    16,
)
Q = int(
    "d41bbeaef394faa8152cab266b53d4654a1890a43524dd63dca9bf4885479d12"
    "0289ba55390b0ad38fee76b1f9273d27359a9178b28490157c81bc553e6922d7",
    16,
)
GOLDEN = {
    "GET": "38209ba9206b564cf026a1ae88907ae68c0d47e6ecbe5dc7fba8750a9dc62acf",
    "POST": "f35434475f78ecbc8cb30b9aad9860c71f6aa2fd15d8453e03763eefad23627a",
}


def fixed_key() -> rsa.RSAPrivateKey:
    e = 65537
    d = pow(e, -1, (P - 1) * (Q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=P, q=Q, d=d, dmp1=d % (P - 1), dmq1=d % (Q - 1), iqmp=pow(Q, -1, P),
        public_numbers=rsa.RSAPublicNumbers(e, P * Q),
    )  # fmt: skip
    return numbers.private_key()


def request(method: str) -> httpx.Request:
    url = "https://aidp.example:8443/20260430/x%2Fy/mlflow/model-versions/get?name=a+b%26c&v=1"
    body = None if method in ("GET", "DELETE") else '{"name":"größe","tags":[]}'.encode()
    return httpx.Request(method, url, content=body)


def signed(method: str, key: rsa.RSAPrivateKey | None = None) -> httpx.Request:
    made = request(method)
    OciSignature(lambda: KEY_ID, key or fixed_key()).sign(made, KEY_ID, DATE)
    return made


def parts(made: httpx.Request) -> dict[str, str]:
    return dict(re.findall(r'(\w+)="([^"]*)"', made.headers["authorization"]))


def expected_text(made: httpx.Request) -> str:
    """What the specification says is signed, from the request as it goes out."""
    path = "/20260430/x%2Fy/mlflow/model-versions/get?name=a+b%26c&v=1"
    lines = [
        f"date: {DATE}",
        f"(request-target): {made.method.lower()} {path}",
        "host: aidp.example:8443",
    ]
    if made.method not in ("GET", "DELETE"):
        digest = base64.b64encode(hashlib.sha256(made.content).digest()).decode()
        lines += [
            f"content-length: {len(made.content)}",
            "content-type: application/json",
            f"x-content-sha256: {digest}",
        ]
    return "\n".join(lines)


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "PUT", "PATCH"])
def test_a_signature_verifies_against_the_specified_text(method: str) -> None:
    made = signed(method)
    found = parts(made)
    assert (found["algorithm"], found["keyId"], found["version"]) == ("rsa-sha256", KEY_ID, "1")
    names = "date (request-target) host"
    if method not in ("GET", "DELETE"):
        names += " content-length content-type x-content-sha256"
    assert found["headers"] == names
    raw = base64.b64decode(found["signature"])
    public = fixed_key().public_key()
    text = expected_text(made).encode()
    public.verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(raw, text + b" ", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("method", GOLDEN)
def test_a_signature_is_the_golden_one(method: str) -> None:
    signature = base64.b64decode(parts(signed(method))["signature"])
    assert hashlib.sha256(signature).hexdigest() == GOLDEN[method]


def test_every_attempt_is_signed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    dates = iter(["Thu, 05 Jan 2034 21:31:40 GMT", "Thu, 05 Jan 2034 21:37:40 GMT"])
    monkeypatch.setattr("email.utils.formatdate", lambda **_: next(dates))
    auth = OciSignature(lambda: KEY_ID, fixed_key())
    made = request("POST")
    next(auth.auth_flow(made))
    first = made.headers["authorization"]
    next(auth.auth_flow(made))
    assert made.headers["authorization"] != first
    assert made.headers["date"].endswith("21:37:40 GMT")


def test_a_renewed_security_token_is_used_after_a_401() -> None:
    tokens = iter(["ST$old", "ST$new", "ST$new"])
    auth = OciSignature(lambda: next(tokens), fixed_key())
    made = request("GET")
    flow = auth.auth_flow(made)
    next(flow)
    assert parts(made)["keyId"] == "ST$old"
    flow.send(httpx.Response(401))
    assert parts(made)["keyId"] == "ST$new"


def profile(folder: Path, *, phrase: bytes | None = None, **fields: str) -> dict[str, str]:
    """A configuration file with a profile, and the environment that names it."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if phrase:
        encryption = serialization.BestAvailableEncryption(phrase)
    pem = fixed_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    (folder / "key.pem").write_bytes(pem)
    known = {"user": "u", "tenancy": "t", "fingerprint": "f", "key_file": f"{folder}/key.pem"}
    lines = [f"{key}={value}" for key, value in {**known, **fields}.items() if value]
    (folder / "config").write_text("\n".join(["[DEFAULT]", "region=x", "[P]", *lines]))
    return {"OCI_CLI_CONFIG_FILE": str(folder / "config"), "OCI_CLI_PROFILE": "P"}


def key_id(environment: dict[str, str], **configured: str) -> str:
    settings = Settings({f"mlregistry:{k}": v for k, v in configured.items()}, environment)
    made = request("GET")
    next(signer(settings).auth_flow(made))
    return parts(made)["keyId"]


def test_an_api_key_profile_signs_with_its_three_parts(tmp_path: Path) -> None:
    assert key_id(profile(tmp_path)) == "t/u/f"


def test_variables_of_oracles_cli_count_over_the_profile(tmp_path: Path) -> None:
    assert key_id({**profile(tmp_path), "OCI_CLI_USER": "other"}) == "t/other/f"


def test_a_security_token_file_makes_a_session(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc\n")
    environment = profile(tmp_path, security_token_file=f"{tmp_path}/token")
    assert key_id(environment) == "ST$abc"
    assert key_id(environment, ociAuth="api_key") == "t/u/f"


def test_a_pass_phrase_opens_the_key_and_is_never_shown(tmp_path: Path) -> None:
    environment = profile(tmp_path, phrase=b"canary-phrase", pass_phrase="canary-phrase")
    assert key_id(environment) == "t/u/f"
    with pytest.raises(Misconfigured) as caught:
        key_id({**environment, "OCI_CLI_PASSPHRASE": "canary-wrong"})
    assert "canary" not in str(caught.value)


MISTAKES = {
    "no profile": ({"OCI_CLI_PROFILE": "NOBODY"}, "has no profile NOBODY"),
    "no file": ({"OCI_CLI_CONFIG_FILE": "/nowhere/config"}, "cannot be read"),
    "no key": ({"OCI_CLI_KEY_FILE": "/nowhere/key.pem"}, "cannot be read"),
    "token missing": ({"OCI_CLI_AUTH": "security_token"}, "security_token_file is missing"),
}


@pytest.mark.parametrize(("change", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_profile_that_cannot_sign_says_what_is_missing(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    with pytest.raises(Misconfigured, match=words):
        key_id({**profile(tmp_path), **change})


def test_without_a_profile_no_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".oci").mkdir()
    profile(tmp_path / ".oci")
    with pytest.raises(Misconfigured, match=r"no OCI profile is named"):
        key_id({})


def test_a_file_that_is_no_configuration_is_an_error_of_one_line(tmp_path: Path) -> None:
    environment = profile(tmp_path)
    for text in ("no section", "[P\n", "[P]\n[P]\n", "[P]\nuser\n"):
        (tmp_path / "config").write_text(text)
        with pytest.raises(Misconfigured) as caught:
            key_id(environment)
        assert "\n" not in str(caught.value)

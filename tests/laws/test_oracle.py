"""What only Oracle AI Data Platform does: pending registrations, tokens, limits of its dialect."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from laws.stacks import CheckFailed, Stack
from laws.titles import ORACLE, PLAIN, VERSIONS, law
from laws.worlds import VersionWorld, World
from pulumi_mlregistry.reconcile.errors import Failed, NotAuthenticated, RegistryError

ONLY_VERSION = ("version-oracle",)


@law(16, 30, on=ONLY_VERSION)
def test_a_pending_version_is_waited_for_and_staged_only_when_ready(world: VersionWorld) -> None:
    name = world.name()
    world.front.reset()
    world.front.registration(name=name, pending_gets=2)
    stack = Stack(world)
    stack.up({"v": world.declare(name, stage="Staging")})
    assert stack["v"].outputs["status"] == "READY"
    assert stack["v"].outputs["currentStage"] == "Staging"
    log = [e["operation"] for e in world.front.log()]
    assert log.index("model-versions/transition-stage") > log.index("model-versions/get") + 1


@law(29, 13, on=ONLY_VERSION)
def test_a_failed_registration_says_why_and_makes_no_second_version(world: VersionWorld) -> None:
    name = world.name()
    world.front.registration(
        name=name, pending_gets=1, outcome="FAILED_REGISTRATION", status_message="no such bucket"
    )
    stack = Stack(world)
    for _ in range(2):
        with pytest.raises(Failed, match=rf"{name}/1 failed to register: no such bucket"):
            stack.up({"v": world.declare(name)})
        assert world.versions(name) == ["1"]
    stack.up({"v": world.declare(name, source="oci://bucket@ns/right")})
    assert world.versions(name) == ["1", "2"]


@law(26, 8, on=VERSIONS)
def test_the_providers_marker_is_neither_shown_nor_counted_as_others(world: VersionWorld) -> None:
    name = world.name()
    stack = Stack(world)
    stack.up({"v": world.declare(name)})
    found = world.look(f"{name}/1")
    assert found is not None
    assert found["keys"]["mlregistry.owner"].startswith("project/stack/mlflow:ModelVersion/v ")
    stack.up({"v": world.declare(name, exclusive=["tags"])})
    stack.refresh()
    assert "mlregistry.owner" not in str(stack["v"].outputs["tags"])
    found = world.look(f"{name}/1")
    assert found is not None
    assert "mlregistry.owner" in found["keys"], "exclusive tags are the user's, not the marker"


LIMITS = {
    "name": ("name", "n" * 256),
    "source": ("source", "oci://" + "x" * 500),
    "description": ("description", "d" * 5001),
    "run id": ("runId", "r" * 33),
    "run link": ("runLink", "l" * 501),
    "model id": ("modelId", "m" * 37),
    "tag value": ("tags", {"k": "v" * 8001}),
    "tag count": ("tags", {f"k{n}": "v" for n in range(21)}),
}


@law(46, 1, on=VERSIONS)
@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS.keys())
def test_oracles_limits_hold_in_its_dialect_only(
    world: VersionWorld, limit: tuple[str, object]
) -> None:
    path, value = limit
    declared = {**world.declare("some"), path: value}
    checked = world.run().core.check(declared, {})
    if world.target == "oracle":
        assert [f.path for f in checked.failures] == [path]
        assert any(c.isdigit() for c in checked.failures[0].reason), "the limit is named"
    else:
        assert checked.failures == []
    assert world.sent() == []


@law(1, on=(*PLAIN, *ORACLE))
def test_a_tag_key_that_is_too_long_is_refused_everywhere(world: World) -> None:
    with pytest.raises(CheckFailed) as caught:
        Stack(world).up({"m": world.declare("some", tags={"k" * 251: "v"})})
    assert caught.value.failures[0].path == "tags"
    assert world.sent() == []


@law(27, 29, on=ORACLE)
def test_a_signature_of_another_key_is_refused_and_told_as_such(
    world: World, tmp_path: Path
) -> None:
    name = world.name()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    profile = "user=u\nfingerprint=f\ntenancy=t\n"
    (tmp_path / "config").write_text(f"[OTHER]\n{profile}key_file={tmp_path}/key.pem\n")
    keys = {"ociConfigFile": str(tmp_path / "config"), "ociProfile": "OTHER"}
    with pytest.raises(NotAuthenticated, match=r"not authenticated .*ociProfile"):
        Stack(world, keys=keys).up({"m": world.declare(name)})


@law(13, 29, on=ONLY_VERSION)
def test_twenty_tags_and_a_version_older_than_tokens_is_an_error_not_a_guess(
    world: VersionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    name = world.name()
    declared = world.declare(name, tags={f"t{n}": str(n) for n in range(20)})
    stack = Stack(world)
    stack.killed_while_creating("v", declared)
    world.front.forget_tokens()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 25 * 3600)
    # The signature's date moves as well, so that the search alone is answered by the server.
    monkeypatch.setattr("email.utils.formatdate", _date_of(now))
    with pytest.raises(RegistryError, match=r"older than.*24 hours.*Delete that version"):
        stack.up({"v": declared})
    assert world.versions(name) == ["1"]


def _date_of(now: object) -> object:
    import email.utils

    original = email.utils.formatdate
    return lambda *_args, **kwargs: original(now(), **kwargs)  # type: ignore[operator]

"""Secrets: encrypted in state, plain only to the provider and the program, never displayed."""

from __future__ import annotations

import json
import stat

import pytest

from pulumi_mlregistry.localengine import EngineError, digest, display
from pulumi_mlregistry.localengine.crypto import open_crypter

from .conftest import SALT, Sandbox

# Written, as the salt is, by the pulumi CLI under the passphrase `pw`.
PULUMI_SECRET = "v1:k0KdkBJsTHF6fxh5:dj7f3d9J1az1oIfdhW/UFgkwlw=="

PROGRAM = """
    token = pulumi.Config("toy").require_secret("token")
    a = Toy("a", color="{color}", password=token, deep={{"in": token, "out": "plain"}},
            items=["plain-item", token], seal=True, opts=Opts(additional_secret_outputs=["shout"]))
    pulumi.export("sealed", a.sealed)
"""


def test_a_secret_written_by_pulumi_is_read_and_a_wrong_passphrase_is_not_let_in() -> None:
    crypter = open_crypter("pw", SALT, "Pulumi.dev.yaml")
    assert crypter.decrypt(PULUMI_SECRET) == "abc"
    assert crypter.decrypt(crypter.encrypt("ünïcode")) == "ünïcode"
    with pytest.raises(EngineError, match=r"does not open Pulumi\.dev\.yaml"):
        open_crypter("wrong", SALT, "Pulumi.dev.yaml")
    with pytest.raises(EngineError, match="cannot be decrypted"):
        crypter.decrypt("v1:AAAA:BBBB")


def test_secrets_are_encrypted_in_state_and_never_shown(toys: Sandbox) -> None:
    toys.engine().set_config("toy:token", "hunter2", secret=True)
    assert "hunter2" not in (toys.folder / "Pulumi.dev.yaml").read_text()
    shown: list[str] = []
    toys.program(PROGRAM.format(color="red"))
    results = [toys.engine().preview(), toys.engine().up()]
    toys.program(PROGRAM.format(color="blue").replace("=token)", "='new')"))
    results += [toys.engine().up(), toys.engine().refresh()]
    for result in results:
        assert result.exit_code == 0
        shown.append(json.dumps(digest.as_json(result)))
        shown += display.summary_lines(result)
        for step in result.steps:
            shown += display.step_lines(step, preview=False, full=True)
    text = "\n".join([*shown, toys.state_file().read_text(), json.dumps(toys.engine().export())])
    for secret in ("hunter2", "key of a", '"A"', "plain-item"):
        assert secret not in text.replace('"plain-item", ', "")
    assert "[secret]" in text
    assert toys.engine().outputs() == {"sealed": "[secret]"}
    assert toys.engine().outputs(show_secrets=True) == {"sealed": "key of a"}
    inputs = toys.resources()["a"]["inputs"]
    assert inputs["deep"]["out"] == "plain"
    assert inputs["password"].keys() == {"4dabf18193072939515e22adb298388d", "ciphertext"}
    assert toys.objects()["a"]["password"] == "hunter2"
    assert "hunter2" in json.dumps(toys.engine().export(show_secrets=True))
    path = toys.state_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_unchanged_secret_keeps_its_ciphertext(toys: Sandbox) -> None:
    toys.up('Toy("a", seal=True, password=pulumi.Output.secret("x"))')
    before = toys.resources()
    toys.up('Toy("a", seal=True, password=pulumi.Output.secret("x")); Toy("b")')
    assert toys.resources()["a"]["outputs"] == before["a"]["outputs"]


def test_a_stack_without_a_salt_gets_one_with_its_first_run(toys: Sandbox) -> None:
    file = toys.folder / "Pulumi.dev.yaml"
    file.write_text("# mine\nconfig:\n  toys:x: 1\n")
    toys.preview("pulumi.export('x', pulumi.Output.secret('y'))")
    assert file.read_text().startswith("# mine")
    toys.up()
    salt, rest = file.read_text().split("\n", 1)
    assert rest == "# mine\nconfig:\n  toys:x: 1\n"
    open_crypter("pw", salt.removeprefix("encryptionsalt: "), file.name)


def test_without_a_passphrase_nothing_starts_that_might_have_to_write_a_secret(
    toys: Sandbox,
) -> None:
    passphrase = toys.env.pop("PULUMI_CONFIG_PASSPHRASE")
    toys.program('Toy("a")')
    assert toys.engine().preview().exit_code == 0
    with pytest.raises(EngineError, match="set PULUMI_CONFIG_PASSPHRASE"):
        toys.engine().up()
    assert toys.objects() == {}
    assert toys.calls() == ["check a -"]
    file = toys.folder.parent / "passphrase"
    file.write_text(passphrase + "\n")
    toys.env["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(file)
    toys.engine().set_config("toy:token", "hunter2", secret=True)
    toys.up()
    del toys.env["PULUMI_CONFIG_PASSPHRASE_FILE"]
    with pytest.raises(EngineError, match="configuration of stack dev holds secrets"):
        toys.engine().preview()
    toys.env["PULUMI_CONFIG_PASSPHRASE"] = "wrong"
    with pytest.raises(EngineError, match="does not open"):
        toys.engine().up()


def test_configuration_reaches_the_program_and_the_provider(toys: Sandbox) -> None:
    engine = toys.engine()
    engine.set_config("toy:token", "hunter2", secret=True)
    engine.set_config("toy:url", "http://here")
    path = toys.folder / "Pulumi.dev.yaml"
    path.write_text(path.read_text() + "  count: 3\n  flag: true\n  nested: {a: [1, {b: c}]}\n")
    (toys.folder / "Pulumi.yaml").write_text(
        "name: toys\nruntime: python\nconfig: {declared: {default: from-project}}\n"
    )
    result = toys.up("""
        config = pulumi.Config()
        pulumi.export("all", [config.require_int("count"), config.require_bool("flag"),
                              config.require_object("nested"), config.require("declared"),
                              pulumi.get_stack(), pulumi.get_project()])
        Toy("a")
    """)
    assert result.outputs["all"] == [3, True, {"a": [1, {"b": "c"}]}, "from-project", "dev", "toys"]
    assert "configure hunter2 http://here" in toys.calls_file.read_text()

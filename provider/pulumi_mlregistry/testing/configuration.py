"""A stack's configuration in a test: the file's, the test's own, and the sandbox's addresses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from pulumi_mlregistry.localengine.crypto import Crypter
from pulumi_mlregistry.localengine.project import (
    ConfigValue,
    Project,
    StackFile,
    qualified_key,
    read_yaml,
    resolve_config,
    write_atomically,
)
from pulumi_mlregistry.settings.keys import BY_NAME, KEYS, NAMESPACE

TEST_SECRET: Final = "a-secret-of-a-test"
"""What stands for a secret of the configuration: a test has no passphrase to read it with."""

_STRAY: Final = ("PULUMI_", "MLREGISTRY_", "OPENMETADATA_", "NMP_", "NEMO_", "MLFLOW_", "OCI_")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_DOOR: Final = f"{NAMESPACE}:plugin"
Point = Callable[[Mapping[str, str]], dict[str, str]]


def environment(passphrase: str) -> dict[str, str]:
    """This process's variables without those of registries, proxies and Pulumi itself."""
    named = {variable for key in KEYS for variable in key.environment}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in named and not name.startswith(_STRAY) and name.upper() not in _PROXIES
    }
    return kept | {"PULUMI_CONFIG_PASSPHRASE": passphrase}


class Configuration:
    """The configuration of one stack; ``notes`` says what a test has in the place of what."""

    def __init__(self, project: Project, stack: str) -> None:
        self._project = project
        path = project.root / f"Pulumi.{stack}.yaml"
        self._data = read_yaml(path) if path.exists() else {}
        self._file = path
        self.notes: list[str] = []
        if self._data.get("environment"):
            self.notes.append(
                f"`environment` (Pulumi ESC) in {path.name} is not read in a test: give the "
                "values that the program needs by `config`"
            )

    def resolved(self, given: Mapping[str, Any]) -> dict[str, ConfigValue]:
        """The file's values and ``given`` ones before them; raises `EngineError`."""
        found = self._data.get("config")
        config = dict(found) if isinstance(found, dict) else {}
        own = {qualified_key(str(key), self._project): value for key, value in config.items()}
        set_here = {qualified_key(key, self._project): value for key, value in given.items()}
        file = StackFile(self._file, {"config": own | set_here})
        values = resolve_config(self._project, file, lambda sealed: TEST_SECRET)
        secret = {key for key, value in own.items() if _is_secure(value)}
        self._tell_of(secret - set(set_here))
        return {k: ConfigValue(v.text, v.secret or k in secret) for k, v in values.items()}

    def write(
        self, folder: Path, stack: str, given: Mapping[str, Any], point: Point, crypter: Crypter
    ) -> None:
        """Write Pulumi.<stack>.yaml into a test's folder."""
        values = self.resolved(given)
        if values.get(_DOOR, ConfigValue("false")).text == "true":
            self._note(f"{_DOOR} is false in a test: the program runs by dynamic resources")
        ours = {k: v.text for k, v in values.items() if k.startswith(f"{NAMESPACE}:")}
        pointed = {k: ConfigValue(v, _is_credential(k)) for k, v in point(ours).items()}
        config = {
            key: {"secure": crypter.encrypt(value.text)} if value.secret else value.text
            for key, value in ({k: v for k, v in values.items() if k not in ours} | pointed).items()
        }
        data = {"encryptionsalt": crypter.state, "config": config}
        text = yaml.safe_dump(data, sort_keys=True, allow_unicode=True)
        write_atomically(folder / f"Pulumi.{stack}.yaml", text, 0o600)

    def _tell_of(self, secret: set[str]) -> None:
        for key in sorted(each for each in secret if not each.startswith(f"{NAMESPACE}:")):
            self._note(
                f"configuration {key} is a secret, which a test does not decrypt: its value here "
                f"is {TEST_SECRET!r}; `config` gives another one"
            )

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _is_credential(key: str) -> bool:
    return BY_NAME[key.removeprefix(f"{NAMESPACE}:")].secret


def _is_secure(value: object) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"secure"} or any(_is_secure(each) for each in value.values())
    return isinstance(value, list) and any(_is_secure(each) for each in value)

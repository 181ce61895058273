"""A stack's configuration of one namespace, for who reads it without running the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_mlregistry.localengine.crypto import open_crypter, read_passphrase
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.project import (
    Decrypt,
    config_value,
    declared_default,
    mapping,
    qualified,
    read_project,
    read_yaml,
    stack_file_name,
)


@dataclass
class Readable:
    """Values by ``namespace:key``, why a secret could not be opened by key, and what was left."""

    values: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_namespace(root: Path, stack: str, env: Mapping[str, str], namespace: str) -> Readable:
    """The namespace's keys of a project of any runtime; one closed secret leaves the others.

    Raises `EngineError` where the folder is no project, or the stack has no file and no keys.
    """
    path, name, data = read_project(root)
    folder = root / str(data.get("stackConfigDir") or ".")
    file = folder / stack_file_name(stack)
    stacked = read_yaml(file) if file.exists() else {}
    found = Readable()
    if not file.exists():
        found.notes.append(f"there is no {file}: only {path.name} and the environment count")
    if stacked.get("environment"):
        found.notes.append(f"`environment` (Pulumi ESC) in {file} is not read")
    defaults = {k: declared_default(v) for k, v in mapping(data.get("config")).items()}
    keys = {
        qualified(str(k), name): v
        for k, v in {**defaults, **mapping(stacked.get("config"))}.items()
    }
    decrypt = _decrypter(stacked, file, env)
    for key, value in keys.items():
        space, _, bare = key.partition(":")
        if space == namespace and value is not None:
            try:
                found.values[key] = config_value(value, decrypt).text
            except EngineError as error:
                found.sealed[bare] = str(error)
    return found


def _decrypter(stacked: Mapping[str, object], file: Path, env: Mapping[str, str]) -> Decrypt:
    """Opens secrets with the stack's passphrase, which is asked for where there is a secret."""

    def decrypt(text: str) -> str:
        provider = stacked.get("secretsprovider")
        if stacked.get("encryptedkey") or provider not in (None, "", "passphrase", "default"):
            raise EngineError(
                f"{provider or 'a key of its own'} opens it, and not a passphrase: give the value "
                "by the environment instead"
            )
        passphrase, salt = read_passphrase(env), stacked.get("encryptionsalt")
        if passphrase is None:
            raise EngineError("set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE")
        if not isinstance(salt, str) or not salt:
            raise EngineError(f"{file.name} has no encryptionsalt")
        return open_crypter(passphrase, salt, file.name).decrypt(text)

    return decrypt

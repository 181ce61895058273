"""Secrets at rest, in the form of Pulumi's passphrase secrets manager."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pulumi_mlregistry.localengine.errors import EngineError

_ITERATIONS = 1_000_000
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 8
_PROBE = "pulumi"
_HOW_TO_SET = "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"


@lru_cache(maxsize=16)
def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ITERATIONS, _KEY_BYTES)


class Crypter:
    """AES-256-GCM under a key derived from a passphrase and a stack's salt."""

    def __init__(self, key: bytes, state: str) -> None:
        self._cipher = AESGCM(key)
        self.state = state
        """The stack's ``encryptionsalt``: salt and a probe that proves the passphrase."""

    def encrypt(self, text: str) -> str:
        """Encrypt under a fresh nonce: ``v1:nonce:ciphertext`` in base64."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), None)
        return f"v1:{_b64(nonce)}:{_b64(sealed)}"

    def decrypt(self, text: str) -> str:
        """Decrypt ``v1:nonce:ciphertext``; raises `EngineError` if it is not of this key."""
        try:
            version, nonce, sealed = text.split(":")
            if version != "v1":
                raise ValueError(version)
            plain = self._cipher.decrypt(
                base64.b64decode(nonce, validate=True),
                base64.b64decode(sealed, validate=True),
                None,
            )
        except (ValueError, binascii.Error, InvalidTag):
            raise EngineError(
                "a secret cannot be decrypted: it was written under another passphrase or salt, "
                "or is damaged; use the passphrase and the Pulumi.<stack>.yaml it was written with"
            ) from None
        return plain.decode()


def read_passphrase(env: Mapping[str, str]) -> str | None:
    """The passphrase from the environment, or None; an empty one counts as set.

    Raises `EngineError` when PULUMI_CONFIG_PASSPHRASE_FILE names a file that cannot be read.
    """
    if "PULUMI_CONFIG_PASSPHRASE" in env:
        return env["PULUMI_CONFIG_PASSPHRASE"]
    path = env.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise EngineError(
            f"the passphrase file {path} cannot be read: {error.strerror}; {_HOW_TO_SET}"
        ) from None


def new_crypter(passphrase: str) -> Crypter:
    """A crypter under a new random salt."""
    salt = os.urandom(_SALT_BYTES)
    key = _key(passphrase, salt)
    probe = Crypter(key, "").encrypt(_PROBE)
    return Crypter(key, f"v1:{_b64(salt)}:{probe}")


def open_crypter(passphrase: str, state: str, where: str) -> Crypter:
    """The crypter of a stack's ``encryptionsalt``; raises `EngineError` on a wrong passphrase."""
    version, _, rest = state.partition(":")
    salt, _, probe = rest.partition(":")
    try:
        raw = base64.b64decode(salt, validate=True)
    except binascii.Error:
        raw = b""
    if version != "v1" or not raw or not probe:
        raise EngineError(f"encryptionsalt in {where} is not one that Pulumi writes: restore it")
    crypter = Crypter(_key(passphrase, raw), state)
    try:
        right = crypter.decrypt(probe) == _PROBE
    except EngineError:
        right = False
    if not right:
        raise EngineError(f"the passphrase does not open {where}: {_HOW_TO_SET} to the right one")
    return crypter


def missing_passphrase(why: str) -> EngineError:
    """The error for a run that needs a passphrase and has none."""
    return EngineError(f"{why}, and there is no passphrase: {_HOW_TO_SET} (it may be empty)")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")

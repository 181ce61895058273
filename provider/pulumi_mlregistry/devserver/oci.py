"""An API key and an OCI configuration file with which a client can sign for the Oracle front."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PROFILE = "DEVSERVER"
SESSION_PROFILE = "DEVSERVER_SESSION"

_TENANCY = "ocid1.tenancy.oc1..devserver"
_USER = "ocid1.user.oc1..devserver"
_SESSION_TOKEN = "devserver-session-token"
_CONFIG = """[{profile}]
user={user}
fingerprint={fingerprint}
tenancy={tenancy}
region=us-ashburn-1
key_file={key}

[{session}]
fingerprint={fingerprint}
tenancy={tenancy}
region=us-ashburn-1
key_file={key}
security_token_file={token}
"""


@dataclass(frozen=True)
class Identity:
    """Where the configuration file and the public key are, and the key ids that are let in."""

    config_file: Path
    public_key: Path
    key_ids: tuple[str, ...]


def identity(folder: Path) -> Identity:
    """The identity kept in ``folder``, made there the first time.

    Profile ``DEVSERVER`` signs with an API key, ``DEVSERVER_SESSION`` with a security token.
    """
    config, public = folder / "config", folder / "public.pem"
    key, token = folder / "key.pem", folder / "token"
    if not config.exists():
        # Here, so that to install a server takes nothing but Python.
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
            PublicFormat,
        )

        folder.mkdir(parents=True, exist_ok=True)
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write(key, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _write(token, _SESSION_TOKEN.encode())
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _write(public, pem)
        der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        fingerprint = hashlib.md5(der, usedforsecurity=False).hexdigest()
        text = _CONFIG.format(
            profile=PROFILE,
            session=SESSION_PROFILE,
            user=_USER,
            tenancy=_TENANCY,
            fingerprint=":".join(fingerprint[i : i + 2] for i in range(0, 32, 2)),
            key=key,
            token=token,
        )
        _write(config, text.encode())
    return Identity(config, public, (_api_key_id(config), f"ST${_SESSION_TOKEN}"))


def _api_key_id(config: Path) -> str:
    lines = config.read_text().splitlines()
    fingerprint = next(line for line in lines if line.startswith("fingerprint=")).split("=")[1]
    return f"{_TENANCY}/{_USER}/{fingerprint}"


def _write(path: Path, data: bytes) -> None:
    """Readable by the owner alone from the first byte on, as OCI's tools demand of keys."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)

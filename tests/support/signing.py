"""Signs requests as OCI's SDKs do, written apart from the provider's own signing."""

from __future__ import annotations

import base64
import configparser
import hashlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_OF_ALL = ("date", "(request-target)", "host")
_OF_BODY = ("content-length", "content-type", "x-content-sha256")


@dataclass
class OciAuth(httpx.Auth):
    """Signs with a profile; the fields are there to be set wrong.

    ``clock``: the Unix time to sign with (default: now). ``leave_out``: headers not to sign.
    """

    key: rsa.RSAPrivateKey
    key_id: str
    clock: float | None = None
    leave_out: frozenset[str] = field(default_factory=frozenset)
    requires_request_body = True

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], profile: str | None = None
    ) -> OciAuth:
        """The profile that a dev server's ``environment`` names."""
        parser = configparser.ConfigParser()
        parser.read(environment["OCI_CLI_CONFIG_FILE"])
        entry = parser[profile or environment["OCI_CLI_PROFILE"]]
        key = load_pem_private_key(Path(entry["key_file"]).read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        if token_file := entry.get("security_token_file"):
            return cls(key, "ST$" + Path(token_file).read_text().strip())
        return cls(key, "/".join(entry[part] for part in ("tenancy", "user", "fingerprint")))

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign every attempt anew, because a date is part of it."""
        request.headers["date"] = formatdate(self.clock, usegmt=True)
        names = list(_OF_ALL)
        if request.method in ("POST", "PUT", "PATCH"):
            digest = hashlib.sha256(request.content).digest()
            request.headers["x-content-sha256"] = base64.b64encode(digest).decode()
            request.headers.setdefault("content-type", "application/json")
            names += _OF_BODY
        names = [name for name in names if name not in self.leave_out]
        request.headers["authorization"] = self._authorization(request, names)
        yield request

    def _authorization(self, request: httpx.Request, names: list[str]) -> str:
        target = f"{request.method.lower()} {request.url.raw_path.decode()}"
        lines = [
            f"{name}: {target if name == '(request-target)' else request.headers[name]}"
            for name in names
        ]
        text = "\n".join(lines).encode()
        signature = base64.b64encode(self.key.sign(text, padding.PKCS1v15(), hashes.SHA256()))
        return (
            f'Signature algorithm="rsa-sha256",headers="{" ".join(names)}",'
            f'keyId="{self.key_id}",signature="{signature.decode()}",version="1"'
        )

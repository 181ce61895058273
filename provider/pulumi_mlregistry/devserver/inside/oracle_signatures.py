"""Verifies OCI request signatures: version 1, draft-cavage-http-signatures-08, RSA-SHA256."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import re
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_CLOCK_SKEW_SECONDS = 300
_OF_BODY = ("content-length", "content-type", "x-content-sha256")
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class Refused(Exception):
    """The signature is not accepted; the text says why."""


class Verifier:
    """Accepts what one key signed under one of the known key ids."""

    def __init__(self, public_key: bytes, key_ids: frozenset[str]) -> None:
        key = load_pem_public_key(public_key)
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("the public key is not an RSA key")
        self._key = key
        self._key_ids = key_ids

    def check(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Refused` unless the request is signed; header names are in lower case."""
        authorization = headers.get("authorization", "")
        if not authorization.startswith("Signature "):
            raise Refused("no Signature authorization header")
        said = dict(_PARAMETER.findall(authorization))
        if said.get("algorithm") != "rsa-sha256" or said.get("version") != "1":
            raise Refused("algorithm or version")
        if said.get("keyId") not in self._key_ids:
            raise Refused("unknown keyId")
        names = said.get("headers", "").split()
        _check_signed(method, names, headers)
        _check_date(headers.get("x-date") if "x-date" in names else headers["date"])
        if "x-content-sha256" in names:
            _check_body(headers["x-content-sha256"], body)
        request_target = f"{method.lower()} {target}"
        lines = (
            f"{name}: {request_target if name == '(request-target)' else headers[name]}"
            for name in names
        )
        self._check_signature(said.get("signature", ""), "\n".join(lines).encode())

    def _check_signature(self, signature: str, text: bytes) -> None:
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature):
            raise Refused("signature") from None


def _check_signed(method: str, names: list[str], headers: Mapping[str, str]) -> None:
    needed = ["(request-target)", "host", *(_OF_BODY if method in ("POST", "PUT", "PATCH") else ())]
    missing = [name for name in needed if name not in names]
    if not {"date", "x-date"} & set(names):
        missing.append("date")
    if missing:
        raise Refused(f"not signed: {', '.join(missing)}")
    absent = [n for n in names if n != "(request-target)" and n not in headers]
    if absent:
        raise Refused(f"signed but not sent: {', '.join(absent)}")


def _check_date(text: str | None) -> None:
    try:
        when = email.utils.parsedate_to_datetime(text or "").timestamp()
    except ValueError:
        raise Refused("unreadable date") from None
    if abs(time.time() - when) > _CLOCK_SKEW_SECONDS:
        raise Refused("clock skew of more than 5 minutes")


def _check_body(declared: str, body: bytes) -> None:
    if declared != base64.b64encode(hashlib.sha256(body).digest()).decode():
        raise Refused("body hash")

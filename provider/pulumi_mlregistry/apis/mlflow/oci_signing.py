"""OCI request signing (version 1, RSA-SHA256) as an httpx.Auth: API keys and security tokens."""

from __future__ import annotations

import base64
import configparser
import email.utils
import hashlib
import importlib
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.settings.settings import Settings

_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_EXTRA = "pip install 'pulumi-mlregistry[oci]'"


class OciSignature(httpx.Auth):
    """Signs each attempt anew, as a signature older than five minutes is refused.

    `key_id` is asked per request, so that a renewed security token is used without a restart.
    """

    requires_request_body = True

    def __init__(self, key_id: Callable[[], str], key: RSAPrivateKey) -> None:
        self._key_id = key_id
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign; once more after a 401 if the token on disk is another by then."""
        used = self._key_id()
        self.sign(request, used)
        response = yield request
        if response.status_code == 401 and self._key_id() != used:
            self.sign(request, self._key_id())
            yield request

    @property
    def key_id(self) -> str:
        """Whose key it is; of a security token, ``ST$`` and the token itself."""
        return self._key_id()

    def sign(self, request: httpx.Request, key_id: str, date: str | None = None) -> None:
        """Add the date, the body's digest and the Authorization header."""
        headers = request.headers
        headers["date"] = date or email.utils.formatdate(usegmt=True)
        target = request.url.raw_path.decode()
        lines = {
            "date": headers["date"],
            "(request-target)": f"{request.method.lower()} {target}",
            "host": headers["host"],
        }
        if request.method in _BODY_METHODS:
            headers["content-type"] = headers.get("content-type", "application/json")
            headers["content-length"] = str(len(request.content))
            sha = hashlib.sha256(request.content).digest()
            headers["x-content-sha256"] = base64.b64encode(sha).decode()
            for name in ("content-length", "content-type", "x-content-sha256"):
                lines[name] = headers[name]
        text = "\n".join(f"{name}: {value}" for name, value in lines.items())
        raw = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        headers["authorization"] = (
            f'Signature algorithm="rsa-sha256",headers="{" ".join(lines)}",keyId="{key_id}",'
            f'signature="{base64.b64encode(raw).decode()}",version="1"'
        )


def signer(settings: Settings) -> httpx.Auth:
    """Request signing as configured; raises `Misconfigured`."""
    mode = settings.get("ociAuth") or ""
    if mode in ("instance_principal", "resource_principal"):
        return _principal(mode)
    profile = _profile(settings)
    key = _private_key(profile)
    token_file = profile.get("security_token_file")
    if mode == "security_token" or (token_file and mode != "api_key"):
        path = Path(_needed(profile, "security_token_file")).expanduser()
        return OciSignature(lambda: f"ST${_read(path).strip()}", key)
    parts = [_needed(profile, name) for name in ("tenancy", "user", "fingerprint")]
    key_id = "/".join(parts)
    return OciSignature(lambda: key_id, key)


def _profile(settings: Settings) -> dict[str, str]:
    """The named profile, with the variables of Oracle's CLI over it; no file without a name."""
    values: dict[str, str] = {}
    name = settings.get("ociProfile")
    if name:
        path = Path(settings.get("ociConfigFile") or "~/.oci/config").expanduser()
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(_read(path))
        except configparser.Error:
            raise Misconfigured(
                f"OCI's configuration file {path} is not in the form of an INI file",
                remedy="Correct it, or name another with mlregistry:ociConfigFile",
            ) from None
        if name != "DEFAULT" and not parser.has_section(name):
            raise Misconfigured(
                f"OCI's configuration file {path} has no profile {name}",
                remedy="Name one that it has with mlregistry:ociProfile",
            )
        values.update(parser[name])
    for field in ("user", "tenancy", "fingerprint", "key_file", "key_content", "passphrase",
                  "security_token_file"):  # fmt: skip
        if value := settings.environment.get(f"OCI_CLI_{field.upper()}"):
            values["pass_phrase" if field == "passphrase" else field] = value
    if not values:
        raise Misconfigured(
            "nothing to sign requests with: no OCI profile is named and no OCI_CLI_* variable set",
            remedy="Set mlregistry:ociProfile, or OCI_CLI_USER, OCI_CLI_TENANCY, "
            "OCI_CLI_FINGERPRINT and OCI_CLI_KEY_FILE",
        )
    return values


def _private_key(profile: Mapping[str, str]) -> RSAPrivateKey:
    pem = profile.get("key_content") or _read(Path(_needed(profile, "key_file")).expanduser())
    phrase = profile.get("pass_phrase")
    try:
        key = serialization.load_pem_private_key(pem.encode(), phrase.encode() if phrase else None)
    except (ValueError, TypeError):
        raise Misconfigured(
            "the OCI private key cannot be read: not a PEM key, or its pass phrase is wrong",
            remedy="Check key_file and pass_phrase of the profile",
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("the OCI private key is not an RSA key", remedy="OCI signs with RSA")
    return key


def _needed(profile: Mapping[str, str], name: str) -> str:
    value = profile.get(name)
    if not value:
        raise Misconfigured(
            f"{name} is missing for signing OCI requests",
            remedy=f"Give it in the profile, or set OCI_CLI_{name.upper()}",
        )
    return value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be read: {error.strerror}", remedy="Check the OCI configuration"
        ) from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} is not UTF-8 text", remedy="Check that file") from None


def _principal(mode: str) -> httpx.Auth:
    try:
        package = importlib.import_module("oci_genai_auth")
    except ImportError:
        raise Misconfigured(
            f"mlregistry:ociAuth {mode} needs Oracle's own package", remedy=f"Run {_EXTRA}"
        ) from None
    name = "OciInstancePrincipalAuth" if mode.startswith("inst") else "OciResourcePrincipalAuth"
    auth: httpx.Auth = getattr(package, name)()
    return auth

"""One reader for configuration: an instance's or the stack's values before the environment's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.settings.keys import BY_NAME, KEYS, NAMESPACE, Key
from pulumi_mlregistry.transport.options import Options, unusable

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Address:
    """A base URL taken apart: never holds credentials."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Settings:
    """Reads keys when they are used. `configured` maps ``mlregistry:<key>`` to its value."""

    configured: Mapping[str, str]
    environment: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """A key's value, or None; a credential never reaches an address it was not given for."""
        key = BY_NAME[name]
        value = self._find(key)[0]
        if key.choices and value is not None and value not in key.choices:
            raise Misconfigured(
                f"{NAMESPACE}:{name} is {value!r}", remedy=f"It is one of {', '.join(key.choices)}"
            )
        return value

    def environment_value(self, name: str) -> str | None:
        """What the environment says of a key, whatever is configured."""
        found = (self.environment.get(variable) for variable in BY_NAME[name].environment)
        return next(filter(None, found), None)

    def source(self, name: str) -> str:
        """Where a key's value comes from: ``mlregistry:<key>`` or a variable; empty for nowhere."""
        place = self._find(BY_NAME[name], meant=False)[1]
        return f"{NAMESPACE}:{name}" if place == "configured" else place

    def require(self, name: str) -> str:
        """A key's value; `Misconfigured` says how to give one."""
        value = self.get(name)
        if value is None:
            raise Misconfigured(f"{NAMESPACE}:{name} is not set", remedy=how_to_set(name))
        return value

    def address(self, name: str) -> Address:
        """An address key's value, checked; ``user:password@`` in it becomes credentials."""
        text = self.require(name).strip()
        parts = _split(text)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            # What stands before an @ may be a password, wherever a missing scheme puts it.
            shown = text.rpartition("@")[2]
            raise Misconfigured(
                f"{NAMESPACE}:{name} is {shown!r}, which is not an http or https URL",
                remedy=how_to_set(name),
            )
        if parts.query or parts.fragment:
            raise Misconfigured(
                f"{NAMESPACE}:{name} has a query or fragment", remedy="Give the base URL only"
            )
        return Address(_clean(parts), unquote(parts.username or ""), unquote(parts.password or ""))

    def number(self, name: str, default: float) -> float:
        """A numeric key's value, positive."""
        text = self.get(name)
        try:
            value = default if text is None else float(text)
        except ValueError:
            value = 0
        if not 0 < value < float("inf"):
            raise Misconfigured(
                f"{NAMESPACE}:{name} is {text!r}, not a number above 0", remedy=how_to_set(name)
            )
        return value

    def options(self) -> Options:
        """How to reach servers."""
        options = Options(
            timeout=self.number("timeoutSeconds", 60.0),
            max_connections=max(1, int(self.number("maxConcurrency", 64))),
            ca_bundle=self.get("caBundle") or "",
            client_certificate=self.get("clientCertificate") or "",
        )
        for name, files in (
            ("caBundle", Options(ca_bundle=options.ca_bundle)),
            ("clientCertificate", Options(client_certificate=options.client_certificate)),
        ):
            if self.get(name) and (why := unusable(files)):
                raise Misconfigured(
                    f"{NAMESPACE}:{name} is {self.get(name)!r}, which cannot be used: {why}",
                    remedy=how_to_set(name),
                )
        return options

    def moved_from(self) -> frozenset[str]:
        """Former addresses of registries that moved."""
        said = (self.get("movedFrom"), self.environment_value("movedFrom"))
        listed = ",".join(filter(None, said)).split(",")
        return frozenset(part.strip().rstrip("/") for part in listed if part.strip())

    def secrets(self) -> list[str]:
        """All configured credentials: what no text may ever show."""
        found = [self._find(key, meant=False)[0] for key in KEYS if key.secret]
        for key in KEYS:
            if key.address and (parts := _split(self._find(key)[0] or "")):
                found += [parts.password, unquote(parts.password or "")]
        return [value for value in found if value]

    def _find(self, key: Key, *, meant: bool = True) -> tuple[str | None, str]:
        """The value and where it stands: ``configured``, a variable's name, or nowhere.

        ``meant``: whether it is to be used, so that a credential must be for its address.
        """
        value = self.configured.get(f"{NAMESPACE}:{key.name}")
        if value not in (None, ""):
            return str(value), "configured"
        for variable in key.environment:
            if self.environment.get(variable):
                if meant:
                    self._refuse_stray(key, variable)
                return self.environment[variable], variable
        return None, ""

    def _refuse_stray(self, key: Key, variable: str) -> None:
        """Stop a credential of the environment from going to an address it was not set for."""
        if not key.secret or not key.server:
            return
        address = next(k for k in KEYS if k.server == key.server and k.address)
        url, source = self._find(address)
        meant = next(
            (self.environment[v] for v in address.environment if self.environment.get(v)), ""
        )
        if source == "configured" and url and meant and _origin(url) != _origin(meant):
            raise Misconfigured(
                f"{variable} is set beside {address.environment[0]}={_origin(meant)}, and "
                f"{NAMESPACE}:{address.name} is {_origin(url)}: the credential was not sent there",
                remedy=f"Set {NAMESPACE}:{key.name} as a secret, or unset the variables",
            )


def how_to_set(name: str) -> str:
    """The commands that give a key its value."""
    key = BY_NAME[name]
    secret = "--secret " if key.secret else ""
    variable = f", or {key.environment[0]} in the environment" if key.environment else ""
    return f"Set it with `pulumi config set {secret}{NAMESPACE}:{name} ...`{variable}"


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def _clean(parts: SplitResult) -> str:
    host = parts.hostname or ""
    netloc = f"[{host}]" if ":" in host else host
    standard = {"http": 80, "https": 443}[parts.scheme]
    if parts.port is not None and parts.port != standard:
        netloc += f":{parts.port}"
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"


def _split(url: str) -> SplitResult | None:
    """A URL's parts; None where it is none, by its port or brackets too."""
    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def _origin(url: str) -> str:
    parts = _split(url)
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        return url.rpartition("@")[2]
    return _clean(parts._replace(path=""))

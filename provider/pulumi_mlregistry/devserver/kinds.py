"""The three kinds of dev server: what each runs with, when it is ready, what its users export."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_mlregistry.devserver import oci

PLATFORM_ID = "ocid1.aidataplatform.oc1.iad.devserver"
ADMIN = "admin@example.com"
USER = "user@example.com"

#: Asks the server for a path with some headers and returns the status, 0 where nobody answers.
Ask = Callable[[str, Mapping[str, str]], int]


@dataclass(frozen=True)
class Options:
    """What the caller of ``start`` chose."""

    files: bool = False
    auth: bool = False
    platform_ids: tuple[str, ...] = (PLATFORM_ID,)


def unsigned_token(email: str, *, seconds: int = 24 * 3600, **claims: Any) -> str:
    """A JWT without a signature, as the NeMo dev server takes with ``auth=True``.

    ``admin@example.com`` is its administrator. ``seconds``: how long the token is valid. Further
    claims, such as ``scope="models:read"``, are put in as they are.
    """
    now = int(time.time())
    body = {"sub": email, "email": email, "iat": now, "exp": now + seconds, **claims}
    parts = ({"alg": "none", "typ": "JWT"}, body)
    return ".".join(_base64url(json.dumps(part).encode()) for part in parts) + "."


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Kind:
    """One kind of server; a subclass each. ``packages`` is the pinned list it is made of."""

    name: str
    packages: str
    database: str

    def variables(self, data: Path, options: Options) -> dict[str, str]:
        """The environment variables that the server itself is run with."""
        raise NotImplementedError

    def settings(self, data: Path, options: Options) -> dict[str, Any]:
        """What the code inside the server's environment is told."""
        return {}

    def ready(self, ask: Ask, options: Options) -> bool:
        """Whether the server does real work by now."""
        raise NotImplementedError

    def exports(self, url: str, data: Path, options: Options) -> dict[str, str]:
        """The variables that a user of the server exports."""
        raise NotImplementedError


class Nemo(Kind):
    """NeMo Platform with its models, entities and auth services over SQLite."""

    name = packages = "nemo"
    database = "nmp-platform.db"

    def variables(self, data: Path, options: Options) -> dict[str, str]:
        """Its data, state and configuration all go below the data folder."""
        plain = {
            "NMP_DATA_DIR": str(data),
            "XDG_STATE_HOME": str(data / "state"),
            "XDG_CONFIG_HOME": str(data / "config"),
            "NEMO_TELEMETRY_ENABLED": "false",
            # An empty list: with plugin discovery on, the auth policy never loads.
            "NEMO_PLUGIN_ALLOWLIST": "",
            "HF_HUB_OFFLINE": "1",
            "OTEL_SDK_DISABLED": "true",
            "NMP_CONFIG_WARNINGS_DISABLED": "1",
            "NMP_SECRETS_ALLOW_KEY_CREATION": "true",
            # It makes an HTTP client for each request, and reading the usual certificates for one
            # takes longer than all the rest; a folder without any is as good on loopback.
            "SSL_CERT_DIR": str(data),
        }
        if not options.auth:
            return plain
        return plain | {
            "NMP_AUTH_ENABLED": "true",
            "NMP_AUTH_ADMIN_EMAIL": ADMIN,
            "NMP_AUTH_ALLOW_UNSIGNED_JWT": "true",
            "NMP_AUTH_POLICY_DATA_REFRESH_INTERVAL": "1",
            "NMP_AUTH_BUNDLE_CACHE_SECONDS": "1",
            # The seed holds the role bindings; without it everybody is forbidden everything.
            "NMP_SEED_ON_STARTUP": "true",
            "NMP_PLATFORM_SEED_GUARDRAILS_ENABLED": "false",
            "NMP_PLATFORM_SEED_MODEL_PROVIDER_ENABLED": "false",
            "NMP_PLATFORM_SEED_WAIT_FOR_READY_ENABLED": "false",
        }

    def settings(self, data: Path, options: Options) -> dict[str, Any]:
        """The services to run."""
        more = ["files", "secrets"] if options.files else []
        return {"services": ["models", "entities", "auth", *more]}

    def ready(self, ask: Ask, options: Options) -> bool:
        """Roles apply about a second after the server calls itself ready, so both are asked."""
        if ask("/health/ready", {}) != 200:
            return False
        models = "/apis/models/v2/workspaces/default/models"
        people = (ADMIN, USER) if options.auth else (None,)
        return all(ask(models, _bearer(person)) == 200 for person in people)

    def exports(self, url: str, data: Path, options: Options) -> dict[str, str]:
        """With authorization on, the token is the administrator's and lasts a day."""
        token = {"NEMO_TOKEN": unsigned_token(ADMIN)} if options.auth else {}
        return {"NMP_BASE_URL": url, **token}


def _bearer(person: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {unsigned_token(person)}"} if person else {}


class Mlflow(Kind):
    """A plain MLflow server over SQLite, in one process."""

    name = packages = "mlflow"
    database = "mlflow.db"

    def variables(self, data: Path, options: Options) -> dict[str, str]:
        """The two variables by which MLflow's own command line hands over to its server."""
        return {
            "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{data / self.database}",
            "_MLFLOW_SERVER_ARTIFACT_ROOT": str(data / "artifacts"),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
        }

    def ready(self, ask: Ask, options: Options) -> bool:
        """An API call: ``/health`` answers before the database is open."""
        return ask("/api/2.0/mlflow/model-versions/search?max_results=1", {}) == 200

    def exports(self, url: str, data: Path, options: Options) -> dict[str, str]:
        """What MLflow's own clients read."""
        return {"MLFLOW_TRACKING_URI": url}


class Oracle(Mlflow):
    """The same MLflow behind a front that speaks Oracle AI Data Platform's dialect."""

    name = "oracle"

    def settings(self, data: Path, options: Options) -> dict[str, Any]:
        """Whose signatures the front accepts, and for which platforms."""
        identity = oci.identity(data / "oci")
        return {
            "public_key": str(identity.public_key),
            "key_ids": list(identity.key_ids),
            "platform_ids": list(options.platform_ids),
        }

    def exports(self, url: str, data: Path, options: Options) -> dict[str, str]:
        """The provider's settings, and the OCI profile to sign with."""
        return {
            "MLREGISTRY_ORACLE_URL": url,
            "MLREGISTRY_ORACLE_PLATFORM_ID": options.platform_ids[0],
            "OCI_CLI_CONFIG_FILE": str(oci.identity(data / "oci").config_file),
            "OCI_CLI_PROFILE": oci.PROFILE,
        }


KINDS: dict[str, Kind] = {kind.name: kind for kind in (Nemo(), Mlflow(), Oracle())}

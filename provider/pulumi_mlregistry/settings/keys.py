"""Every configuration key in one table; the Provider class, schema.json and docs come from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "mlregistry"
TRACEBACKS: Final = "MLREGISTRY_TRACEBACK"
"""The variable that shows where an error comes from."""


@dataclass(frozen=True)
class Key:
    """One key: its name in ``mlregistry:<name>``, the environment variables that stand in, a doc.

    ``server`` groups what belongs to one server: its address and its credentials.
    """

    name: str
    doc: str
    environment: tuple[str, ...] = ()
    secret: bool = False
    server: str = ""
    address: bool = False
    """Whether this is the server's address: the credentials beside it go nowhere else."""
    common: bool = False
    """A default for all resources rather than a server's setting."""
    program: bool = False
    """Read by the classes of a Python program, and by no provider."""
    number: bool = False
    """Whether its value is a number above 0."""
    choices: tuple[str, ...] = ()
    """The values it may have, where they are a fixed set."""


KEYS: Final = (
    Key("openmetadataUrl", "Base URL of OpenMetadata, without `/api/v1`.", ("OPENMETADATA_URL",),
        server="openmetadata", address=True),
    Key("openmetadataToken", "JWT for OpenMetadata, of a user or a bot.", ("OPENMETADATA_TOKEN",),
        secret=True, server="openmetadata"),
    Key("nemoUrl", "Base URL of the NeMo Platform, without `/apis`.", ("NMP_BASE_URL",),
        server="nemo", address=True),
    Key("nemoToken", "Bearer token for the NeMo Platform.", ("NEMO_TOKEN",),
        secret=True, server="nemo"),
    Key("nemoWorkspace", "Workspace of entities that name none; `default` if not set.",
        ("NEMO_WORKSPACE",)),
    Key("mlflowUrl", "Base URL of an MLflow tracking server, without `/api/2.0`.",
        ("MLFLOW_TRACKING_URI",), server="mlflow", address=True),
    Key("mlflowToken", "Bearer token for MLflow.", ("MLFLOW_TRACKING_TOKEN",),
        secret=True, server="mlflow"),
    Key("mlflowUsername", "User name for MLflow's basic authentication.",
        ("MLFLOW_TRACKING_USERNAME",), server="mlflow"),
    Key("mlflowPassword", "Password for MLflow's basic authentication.",
        ("MLFLOW_TRACKING_PASSWORD",), secret=True, server="mlflow"),
    Key("oracleUrl", "Base URL of Oracle AI Data Platform, before `/20260430`; https only, "
        "except on loopback.", ("MLREGISTRY_ORACLE_URL",), server="oracle", address=True),
    Key("oracleRegion", "OCI region, from which the base URL follows where none is given.",
        ("MLREGISTRY_ORACLE_REGION", "OCI_CLI_REGION"), server="oracle"),
    Key("oraclePlatformId", "OCID of the AI Data Platform instance.",
        ("MLREGISTRY_ORACLE_PLATFORM_ID",)),
    Key("oracleWorkspaceKey", "Workspace in which versions are created; none if not set.",
        ("MLREGISTRY_ORACLE_WORKSPACE_KEY",)),
    Key("oracleUserPrincipal", "Value of the `dh-user-principal` header; not sent if not set.",
        ("MLREGISTRY_ORACLE_USER_PRINCIPAL",)),
    Key("ociProfile", "Profile of OCI's configuration file to sign with; only then is it read.",
        ("OCI_CLI_PROFILE",)),
    Key("ociConfigFile", "Path of OCI's configuration file; `~/.oci/config` if not set.",
        ("OCI_CLI_CONFIG_FILE",)),
    Key("ociAuth", "How to sign: `api_key`, `security_token`, `instance_principal` or "
        "`resource_principal` (the last two need the extra `oci`).", ("OCI_CLI_AUTH",),
        choices=("api_key", "security_token", "instance_principal", "resource_principal")),
    Key("mlflowDialect", "`oracle` or `mlflow`; needed only where both are configured.",
        ("MLREGISTRY_MLFLOW_DIALECT",), choices=("oracle", "mlflow")),
    Key("plugin", "Whether Python programs use the plugin, `true`, or dynamic resources, `false` "
        "(default): a stack moves from one to the other without a request.",
        ("MLREGISTRY_PLUGIN",), program=True, choices=("true", "false")),
    Key("onConflict", "Default of every resource's `on_conflict`: `fail`, `adopt` or "
        "`adopt_if_equal`.", common=True, choices=("fail", "adopt", "adopt_if_equal")),
    Key("deletePolicy", "Default of every resource's `delete_policy`: `soft`, `hard` or `retain`; "
        "`soft` counts at OpenMetadata alone.", ("MLREGISTRY_DELETE_POLICY",), common=True,
        choices=("soft", "hard", "retain")),
    Key("previewLookups", "Whether a preview looks for objects that exist already under the names "
        "of new resources, `true` (default) or `false`.", common=True, choices=("true", "false")),
    Key("refreshBeforeUpdate", "Whether every preview and up reads the live objects first, `true` "
        "or `false` (default); the plugin's alone.", common=True, choices=("true", "false")),
    Key("timeoutSeconds", "Seconds for one call with all its retries; 60 if not set. A wait for "
        "one's turn does not count as long as the server answers others.", common=True,
        number=True),
    Key("maxConcurrency", "Requests to one server at a time; 64 if not set. They become fewer for "
        "as long as the server asks to slow down.", common=True, number=True),
    Key("caBundle", "Path of a PEM file with the certificate authorities to trust.", common=True),
    Key("clientCertificate", "Path of a PEM file with a client certificate and its key.",
        common=True),
    Key("movedFrom", "Former addresses of registries that moved, comma-separated, as the state "
        "names them.", ("MLREGISTRY_MOVED_FROM",), common=True),
)  # fmt: skip

PROVIDER_KEYS: Final = tuple(key for key in KEYS if not key.program)
"""The keys that a provider instance takes."""

BY_NAME: Final[Mapping[str, Key]] = {key.name: key for key in KEYS}

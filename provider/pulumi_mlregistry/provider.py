"""Where the registries are and who asks, for two endpoints in one program.

Generated from the field tables by scripts/generate: change the tables instead.
"""

from __future__ import annotations

import pulumi

from pulumi_mlregistry.program.explicit import ExplicitProvider

__all__ = ["Provider"]


class Provider(ExplicitProvider):
    """An explicit provider: pass it as `pulumi.ResourceOptions(provider=...)`.

    It uses what it is given and the environment, and nothing of the stack's configuration. A
    credential of the environment is not sent to another address than the one it is set beside.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        openmetadata_url: pulumi.Input[str] | None = None,
        openmetadata_token: pulumi.Input[str] | None = None,
        nemo_url: pulumi.Input[str] | None = None,
        nemo_token: pulumi.Input[str] | None = None,
        nemo_workspace: pulumi.Input[str] | None = None,
        mlflow_url: pulumi.Input[str] | None = None,
        mlflow_token: pulumi.Input[str] | None = None,
        mlflow_username: pulumi.Input[str] | None = None,
        mlflow_password: pulumi.Input[str] | None = None,
        oracle_url: pulumi.Input[str] | None = None,
        oracle_region: pulumi.Input[str] | None = None,
        oracle_platform_id: pulumi.Input[str] | None = None,
        oracle_workspace_key: pulumi.Input[str] | None = None,
        oracle_user_principal: pulumi.Input[str] | None = None,
        oci_profile: pulumi.Input[str] | None = None,
        oci_config_file: pulumi.Input[str] | None = None,
        oci_auth: pulumi.Input[str] | None = None,
        mlflow_dialect: pulumi.Input[str] | None = None,
        on_conflict: pulumi.Input[str] | None = None,
        delete_policy: pulumi.Input[str] | None = None,
        preview_lookups: pulumi.Input[str] | None = None,
        refresh_before_update: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[str] | None = None,
        max_concurrency: pulumi.Input[str] | None = None,
        ca_bundle: pulumi.Input[str] | None = None,
        client_certificate: pulumi.Input[str] | None = None,
        moved_from: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Configure a provider.

        :param openmetadata_url: Base URL of OpenMetadata, without `/api/v1`.
        :param openmetadata_token: JWT for OpenMetadata, of a user or a bot.
        :param nemo_url: Base URL of the NeMo Platform, without `/apis`.
        :param nemo_token: Bearer token for the NeMo Platform.
        :param nemo_workspace: Workspace of entities that name none; `default` if not set.
        :param mlflow_url: Base URL of an MLflow tracking server, without `/api/2.0`.
        :param mlflow_token: Bearer token for MLflow.
        :param mlflow_username: User name for MLflow's basic authentication.
        :param mlflow_password: Password for MLflow's basic authentication.
        :param oracle_url: Base URL of Oracle AI Data Platform, before `/20260430`; https only,
            except on loopback.
        :param oracle_region: OCI region, from which the base URL follows where none is given.
        :param oracle_platform_id: OCID of the AI Data Platform instance.
        :param oracle_workspace_key: Workspace in which versions are created; none if not set.
        :param oracle_user_principal: Value of the `dh-user-principal` header; not sent if not set.
        :param oci_profile: Profile of OCI's configuration file to sign with; only then is it read.
        :param oci_config_file: Path of OCI's configuration file; `~/.oci/config` if not set.
        :param oci_auth: How to sign: `api_key`, `security_token`, `instance_principal` or
            `resource_principal` (the last two need the extra `oci`).
        :param mlflow_dialect: `oracle` or `mlflow`; needed only where both are configured.
        :param on_conflict: Default of every resource's `on_conflict`: `fail`, `adopt` or
            `adopt_if_equal`.
        :param delete_policy: Default of every resource's `delete_policy`: `soft`, `hard` or
            `retain`; `soft` counts at OpenMetadata alone.
        :param preview_lookups: Whether a preview looks for objects that exist already under the
            names of new resources, `true` (default) or `false`.
        :param refresh_before_update: Whether every preview and up reads the live objects first,
            `true` or `false` (default); the plugin's alone.
        :param timeout_seconds: Seconds for one call with all its retries; 60 if not set. A wait
            for one's turn does not count as long as the server answers others.
        :param max_concurrency: Requests to one server at a time; 64 if not set. They become fewer
            for as long as the server asks to slow down.
        :param ca_bundle: Path of a PEM file with the certificate authorities to trust.
        :param client_certificate: Path of a PEM file with a client certificate and its key.
        :param moved_from: Former addresses of registries that moved, comma-separated, as the state
            names them.
        """
        super().__init__(
            resource_name,
            {
                "openmetadataUrl": openmetadata_url,
                "openmetadataToken": openmetadata_token,
                "nemoUrl": nemo_url,
                "nemoToken": nemo_token,
                "nemoWorkspace": nemo_workspace,
                "mlflowUrl": mlflow_url,
                "mlflowToken": mlflow_token,
                "mlflowUsername": mlflow_username,
                "mlflowPassword": mlflow_password,
                "oracleUrl": oracle_url,
                "oracleRegion": oracle_region,
                "oraclePlatformId": oracle_platform_id,
                "oracleWorkspaceKey": oracle_workspace_key,
                "oracleUserPrincipal": oracle_user_principal,
                "ociProfile": oci_profile,
                "ociConfigFile": oci_config_file,
                "ociAuth": oci_auth,
                "mlflowDialect": mlflow_dialect,
                "onConflict": on_conflict,
                "deletePolicy": delete_policy,
                "previewLookups": preview_lookups,
                "refreshBeforeUpdate": refresh_before_update,
                "timeoutSeconds": timeout_seconds,
                "maxConcurrency": max_concurrency,
                "caBundle": ca_bundle,
                "clientCertificate": client_certificate,
                "movedFrom": moved_from,
            },
            opts,
        )

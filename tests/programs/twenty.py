"""A program of twenty resources of all five kinds, and what the registries must hold after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

from pulumi_mlregistry.sandbox import Registry
from support.proxy import Proxy

KINDS: Final = ("openmetadata", "nemo", "mlflow")
PROGRAM: Final = """
    prefix = "{prefix}"
    services = [
        openmetadata.MlModelService(f"service{{i}}", name=f"{{prefix}}-s{{i}}",
            service_type="Sklearn", description="d")
        for i in range(2)
    ]
    models = [
        mlflow.RegisteredModel(f"model{{i}}", name=f"{{prefix}}-m{{i}}", tags={{"team": "risk"}})
        for i in range(4)
    ]
    versions = [
        mlflow.ModelVersion(f"version{{i}}", name=models[i % 4].name, source=f"oci://b@n/{{i}}",
            tags={{"n": i}}, stage="Staging" if i == 0 else None)
        for i in range(5)
    ]
    for i in range(4):
        nemo.ModelEntity(f"entity{{i}}", name=f"{{prefix}}-e{{i}}", description="d",
            custom_fields={{"version": versions[i].version}})
    for i in range(5):
        openmetadata.MlModel(f"entry{{i}}", name=f"{{prefix}}-o{{i}}", algorithm="KMeans",
            service=services[i % 2].fully_qualified_name, tags=["Tier.Tier1"],
            ml_hyper_parameters=[{{"name": "version", "value": versions[i].version}}])
"""
NUMBER: Final = 20


class Twenty:
    """The registries behind proxies, and what they hold of one program."""

    def __init__(self, servers: dict[str, Registry], proxies: dict[str, Proxy]) -> None:
        self._servers = servers
        self.by_kind = proxies
        self.proxies = list(proxies.values())

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which the program reaches them."""
        return {
            "OPENMETADATA_URL": self.by_kind["openmetadata"].url,
            "OPENMETADATA_TOKEN": self._servers["openmetadata"].tokens["admin"],
            "NMP_BASE_URL": self.by_kind["nemo"].url,
            "MLFLOW_TRACKING_URI": self.by_kind["mlflow"].url,
        }

    def held(self, prefix: str) -> list[str]:
        """One line an object, soft-deleted ones included."""
        openmetadata = {"include": "all", "limit": 1000}
        catalog = [
            f"{o['fullyQualifiedName']}{' deleted' if o['deleted'] else ''}"
            for path in ("services/mlmodelServices", "mlmodels")
            for o in self._get("openmetadata", f"api/v1/{path}", **openmetadata)["data"]
        ]
        path = "apis/models/v2/workspaces/default/models"
        entities = [o["name"] for o in self._get("nemo", path, page_size=1000)["data"]]
        base = "api/2.0/mlflow"
        models = self._get("mlflow", f"{base}/registered-models/search", max_results=1000)
        versions = self._get("mlflow", f"{base}/model-versions/search", max_results=10000)
        found = [
            *catalog,
            *entities,
            *(m["name"] for m in models.get("registered_models") or []),
            *(
                f"{v['name']} {v['source']} {v['current_stage']}"
                for v in versions.get("model_versions") or []
            ),
        ]
        return sorted(line for line in found if line.startswith(prefix))

    def _get(self, kind: str, path: str, **query: Any) -> dict[str, Any]:
        server = self._servers[kind]
        token = server.tokens.get("admin", "")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = httpx.get(f"{server.url}/{path}", params=query, headers=headers)
        body: dict[str, Any] = answer.raise_for_status().json()
        return body


def complete(prefix: str) -> list[str]:
    """What `Twenty.held` must answer once the program is true."""
    stages = ["Staging", "None", "None", "None", "None"]
    return sorted(
        [
            *(f"{prefix}-s{i}" for i in range(2)),
            *(f"{prefix}-m{i}" for i in range(4)),
            *(f"{prefix}-m{i % 4} oci://b@n/{i} {stages[i]}" for i in range(5)),
            *(f"{prefix}-e{i}" for i in range(4)),
            *(f"{prefix}-s{i % 2}.{prefix}-o{i}" for i in range(5)),
        ]
    )


@contextmanager
def behind_proxies(servers: dict[str, Registry]) -> Iterator[Twenty]:
    """The three registries of a sandbox, each behind a proxy of its own."""
    proxies = {kind: Proxy(servers[kind].url) for kind in KINDS}
    try:
        yield Twenty(servers, proxies)
    finally:
        for proxy in proxies.values():
            proxy.close()

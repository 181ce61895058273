"""`mlflow.RegisteredModel`: the parent under which versions are registered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from pulumi_mlregistry.apis import times
from pulumi_mlregistry.apis.caller import Log, is_gone
from pulumi_mlregistry.apis.mlflow import values as shared
from pulumi_mlregistry.apis.mlflow.client import MlflowClient
from pulumi_mlregistry.apis.mlflow.markers import Marker
from pulumi_mlregistry.apis.mlflow.versions import newest_first
from pulumi_mlregistry.reconcile import canonical
from pulumi_mlregistry.reconcile.behaviour import Behaviour, Shape
from pulumi_mlregistry.reconcile.errors import Gone, InvalidAnswer, Lost
from pulumi_mlregistry.reconcile.protocol import Api, Child, Claim, Live, Patch
from pulumi_mlregistry.reconcile.table import POLICY, AsText, Table
from pulumi_mlregistry.transport.answer import Answer


class RegisteredModel(Table):
    """A registered model of an MLflow registry, plain or Oracle's: the name under which versions
    are registered."""

    kind: ClassVar[str] = "mlflow:RegisteredModel"
    system: ClassVar[str] = "MLflow"
    title: ClassVar[str] = "registered model"
    last_change: ClassVar[tuple[str, ...]] = ("lastUpdatedTimestamp",)
    imported_by: ClassVar[str] = "its name"
    loses: ClassVar[str] = "its versions"
    identified: ClassVar[bool] = True

    name: Annotated[
        str,
        Field(min_length=1, pattern=r"^[^/:]+$"),
        Behaviour(
            key=True,
            create_only=True,
            dialects={"oracle": (Field(max_length=255),)},
            reasons="a renamed model would take the versions of others along",
        ),
    ]
    """Name of the model: case-sensitive, without `/` and `:`; at Oracle at most 255 characters."""

    description: Annotated[
        str | None,
        Behaviour(
            canonical=canonical.text, clear="", dialects={"oracle": (Field(max_length=5000),)}
        ),
    ] = None
    """Free text; at Oracle at most 5000 characters."""

    tags: Annotated[
        dict[str, AsText] | None,
        AfterValidator(shared.judge_tags(entries=None, value=100_000)),
        Behaviour(
            shape=Shape.MAP,
            prepare=canonical.values_as_text,
            dialects={
                "mlflow": (AfterValidator(shared.judge_keys),),
                "oracle": (AfterValidator(shared.judge_tags(entries=None, value=8000)),),
            },
        ),
    ] = None
    """Tags; numbers and booleans become texts. Keys of 1 to 250 characters, values of at most
    100000, at Oracle 8000. Only declared keys are this program's."""

    recursive: Annotated[bool | None, POLICY] = None
    """Whether a delete may take the model's versions along. Default false: they are named in an
    error and nothing is deleted."""

    creation_timestamp: Annotated[int | None, Behaviour(server=True, identity=True)] = None
    """When it was created, in milliseconds since 1970; it tells models of one name apart."""

    last_updated_timestamp: Annotated[int | None, Behaviour(server=True)] = None
    """When it was last changed, in milliseconds since 1970; tags do not count."""


@dataclass
class RegisteredModelApi(Api):
    """The calls of a registered model."""

    client: MlflowClient
    registry: str
    table: type[Table] = RegisteredModel
    repeatable: bool = True

    def locate(self, declared: Mapping[str, Any]) -> str:
        """Its name."""
        return str(declared.get("name") or "")

    def find(self, declared: Mapping[str, Any], claim: Claim) -> Live | None:
        """By name."""
        del claim
        return self.read(self.locate(declared))

    def read(self, id_: str) -> Live | None:
        """GET by name."""
        answer = self.client.get("registered-models/get", name=id_)
        return None if answer is None else _live(answer)

    def create(self, declared: Mapping[str, Any], claim: Claim) -> Live:
        """POST; a second one of the same name is refused by the registry."""
        del claim
        body = {k: declared[k] for k in ("name", "description") if declared.get(k) is not None}
        if declared.get("tags"):
            body["tags"] = shared.tag_list(declared["tags"])
        return _live(self.client.request("POST", "registered-models/create", body=body))

    def patch(self, live: Live, patch: Patch) -> Live | None:
        """The description by an update, tags by tag calls; neither answers the stored state."""
        ident = {"name": live.id}
        steps = shared.Steps()
        if "description" in patch.whole:
            body = {**ident, "description": patch.whole["description"]}
            verb = self.client.dialect.update
            steps.add(
                "description",
                lambda: self.client.request(verb, "registered-models/update", body=body),
            )
        shared.update_tags_step(steps, self.client, "registered-models", ident, patch)
        steps.run()
        return None

    def delete(self, live: Live, *, hard: bool, recursive: bool) -> None:
        """DELETE takes all versions along without asking; gone already is done."""
        del hard, recursive
        try:
            self.client.delete("registered-models", {"name": live.id})
        except (Gone, Lost) as error:
            if not is_gone(self.read, live.id, error):
                raise

    def children(self, live: Live, *, hard: bool, stacks: Collection[str]) -> Iterator[Child]:
        """Its versions, the newest first."""
        del hard
        for version in newest_first(self.client, live.id, live.newest):
            marker = Marker.read(version)
            yield Child(f"version {version['version']}", marker.goes and marker.is_of_stack(stacks))


def _live(answer: Answer) -> Live:
    return shown(answer.object.get("registered_model"), answer.server_time)


def shown(body: Any, now: float | None) -> Live:
    """What a read or a search answers; ``now`` is the server's clock."""
    if not isinstance(body, dict) or not body.get("name"):
        raise InvalidAnswer(
            "the answer holds no registered_model", remedy="Is the base URL an MLflow registry's?"
        )
    created = body.get("creation_timestamp")
    return Live(
        id=str(body["name"]),
        values=shared.without_absent(
            {
                "name": body["name"],
                "description": body.get("description"),
                "tags": shared.tag_map(body.get("tags")),
            }
        ),
        server={
            "creationTimestamp": created,
            "lastUpdatedTimestamp": body.get("last_updated_timestamp"),
        },
        changed_at=times.moment(body.get("last_updated_timestamp")),
        age=times.age(created, now),
        newest=body.get("latest_versions") or [],
    )


def make_api(client: MlflowClient, log: Log) -> RegisteredModelApi:
    """The calls of one operation."""
    del log
    return RegisteredModelApi(client, client.registry)

"""The gRPC services a program and a provider host talk to: resource monitor and engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeAlias, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from pulumi.runtime.proto import engine_pb2, provider_pb2, resource_pb2

from pulumi_mlregistry.localengine.context import Context
from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.goals import read_goal
from pulumi_mlregistry.localengine.host import CHANNEL_OPTIONS
from pulumi_mlregistry.localengine.project import ConfigValue
from pulumi_mlregistry.localengine.registrar import Registrar
from pulumi_mlregistry.localengine.urns import make_urn
from pulumi_mlregistry.localengine.values import (
    Properties,
    Secret,
    Value,
    from_struct,
    to_struct,
)

ORGANIZATION = "organization"
STACK_REFERENCE = "pulumi:pulumi:StackReference"
Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
Methods: TypeAlias = "dict[str, grpc.RpcMethodHandler[Any, Any]]"
Handlers: TypeAlias = "grpc.GenericRpcHandler[Any, Any]"
# What is implemented, and nothing else: the SDK refuses the rest with an error of its own.
_FEATURES = ("secrets", "aliasSpecs", "deletedWith")
_FEATURE_NUMBERS = {
    "secrets": "RESOURCE_MONITOR_FEATURE_SECRETS",
    "aliasSpecs": "RESOURCE_MONITOR_FEATURE_ALIAS_SPECS",
    "deletedWith": "RESOURCE_MONITOR_FEATURE_DELETED_WITH",
}
_SEVERITIES = {
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


class MonitorService:
    """Answers the program's registrations."""

    def __init__(
        self,
        context: Context,
        registrar: Registrar,
        config: dict[str, ConfigValue],
        outputs_of: Callable[[str], Properties | None],
    ) -> None:
        self._context = context
        self._registrar = registrar
        self._config = config
        self._outputs_of = outputs_of

    def handlers(self) -> Handlers:
        """The service for a gRPC server."""
        methods: Methods = {
            "SupportsFeature": _unary(self._supports_feature, resource_pb2.SupportsFeatureRequest),
            "RegisterResource": _unary(self._register, resource_pb2.RegisterResourceRequest),
            "RegisterResourceOutputs": _unary(
                self._set_outputs, resource_pb2.RegisterResourceOutputsRequest
            ),
            "SignalAndWaitForShutdown": _unary(_let_end, Empty),
            "ReadResource": _unary(self._read, resource_pb2.ReadResourceRequest),
            "Invoke": _unary(_refuse_invoke, resource_pb2.ResourceInvokeRequest),
            "Call": _unary(_refuse_call, resource_pb2.ResourceCallRequest),
        }
        # Older SDKs have no such message, and ask by SupportsFeature.
        if hasattr(resource_pb2, "DeploymentInfo"):
            methods["GetDeploymentInfo"] = _unary(self._deployment_info, Empty)
        return grpc.method_handlers_generic_handler("pulumirpc.ResourceMonitor", methods)

    def _deployment_info(
        self, request: Empty, call: grpc.ServicerContext
    ) -> resource_pb2.DeploymentInfo:
        return resource_pb2.DeploymentInfo(
            project=self._context.project,
            stack=self._context.stack,
            organization=ORGANIZATION,
            config={key: value.text for key, value in self._config.items()},
            configSecretKeys=[key for key, value in self._config.items() if value.secret],
            dryRun=self._context.dry_run,
            parallel=self._context.parallel,
            supportedFeatures=[getattr(resource_pb2, _FEATURE_NUMBERS[f]) for f in _FEATURES],
        )

    def _supports_feature(
        self, request: resource_pb2.SupportsFeatureRequest, call: grpc.ServicerContext
    ) -> resource_pb2.SupportsFeatureResponse:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURES)

    def _register(
        self, request: resource_pb2.RegisterResourceRequest, call: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        try:
            done = self._registrar.register(read_goal(request))
        except Refused as error:
            done = self._registrar.refuse(request.type, request.name, request.parent, error)
        return resource_pb2.RegisterResourceResponse(
            urn=done.urn,
            id=done.id,
            object=to_struct(done.outputs, keep_secrets=request.acceptSecrets),
            result=resource_pb2.SUCCESS if done.ok else resource_pb2.FAIL,
        )

    def _read(
        self, request: resource_pb2.ReadResourceRequest, call: grpc.ServicerContext
    ) -> resource_pb2.ReadResourceResponse:
        outputs = None
        if request.type == STACK_REFERENCE:
            try:
                outputs = self._outputs_of(request.id)
            except EngineError as error:
                call.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        if outputs is None:
            return _refuse_read(request, call)
        secret = [key for key, value in outputs.items() if isinstance(value, Secret)]
        answer: Properties = {"name": request.id, "outputs": {**outputs}}
        answer["secretOutputNames"] = list[Value](secret)
        context = self._context
        return resource_pb2.ReadResourceResponse(
            urn=make_urn(
                context.stack, context.project, request.parent, request.type, request.name
            ),
            properties=to_struct(answer, keep_secrets=request.acceptSecrets),
        )

    def _set_outputs(
        self, request: resource_pb2.RegisterResourceOutputsRequest, call: grpc.ServicerContext
    ) -> Empty:
        try:
            self._registrar.set_outputs(request.urn, from_struct(request.outputs))
        except EngineError as error:
            self._context.fail(str(error), request.urn)
        return Empty()


def _unary(
    answer: Callable[[Q, grpc.ServicerContext], R], request: type[Q]
) -> grpc.RpcMethodHandler[Q, R]:
    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=request.FromString,
        response_serializer=lambda response: response.SerializeToString(),
    )


def _let_end(request: Empty, call: grpc.ServicerContext) -> Empty:
    # The deletions that follow do not need the program.
    return Empty()


def _refuse_read(
    request: resource_pb2.ReadResourceRequest, call: grpc.ServicerContext
) -> resource_pb2.ReadResourceResponse:
    if request.type == STACK_REFERENCE:
        _refuse(call, f"StackReference {request.id}")
    _refuse(call, f"looking up {request.type} {request.name} by its id (`get`, `opts.id`)")


def _refuse_invoke(
    request: resource_pb2.ResourceInvokeRequest, call: grpc.ServicerContext
) -> resource_pb2.ResourceInvokeResponse:
    _refuse(call, f"the function {request.tok}")


def _refuse_call(
    request: resource_pb2.ResourceCallRequest, call: grpc.ServicerContext
) -> provider_pb2.CallResponse:
    _refuse(call, f"the method {request.tok}")


def _refuse(call: grpc.ServicerContext, what: str) -> NoReturn:
    call.abort(
        grpc.StatusCode.UNIMPLEMENTED, f"{what} is not supported by mlregistry's local engine"
    )
    raise AssertionError


class EngineService:
    """Takes log messages from programs and provider hosts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def handlers(self) -> Handlers:
        """The service for a gRPC server."""
        methods: Methods = {"Log": _unary(self._log, engine_pb2.LogRequest)}
        # Older SDKs have no such message, and never ask.
        if hasattr(engine_pb2, "RequirePulumiVersionRequest"):
            methods["RequirePulumiVersion"] = _unary(
                _refuse_version, engine_pb2.RequirePulumiVersionRequest
            )
        return grpc.method_handlers_generic_handler("pulumirpc.Engine", methods)

    def _log(self, request: engine_pb2.LogRequest, call: grpc.ServicerContext) -> Empty:
        severity = _SEVERITIES.get(request.severity)
        if severity is not None and not request.ephemeral:
            self._context.recorder.tell(severity, request.message, request.urn)
            if severity == "error":
                self._context.failed.set()
        return Empty()


def _refuse_version(
    request: engine_pb2.RequirePulumiVersionRequest, call: grpc.ServicerContext
) -> engine_pb2.RequirePulumiVersionResponse:
    _refuse(call, f"requiring a version of the Pulumi CLI ({request.pulumi_version_range})")


class Server:
    """gRPC services on one port of 127.0.0.1 that the system chooses."""

    def __init__(self, handlers: list[Handlers], threads: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads)
        self._server = grpc.server(self._pool, options=CHANNEL_OPTIONS)
        self._server.add_generic_rpc_handlers(tuple(handlers))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        """Stop listening and end the threads."""
        self._server.stop(grace=None).wait()
        self._pool.shutdown(wait=True)

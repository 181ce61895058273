"""The local engine: runs Pulumi programs of dynamic resources where there is no pulumi CLI."""

from pulumi_mlregistry.localengine.engine import Engine
from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.report import Diagnostic, Result, Step

__all__ = ["Diagnostic", "Engine", "EngineError", "Refused", "Result", "Step"]

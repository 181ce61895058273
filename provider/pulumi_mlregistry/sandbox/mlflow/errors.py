"""MLflow's errors: a code, from which status, SQL state and class follow."""

from __future__ import annotations

from pulumi_mlregistry.sandbox.service import Reply, json_reply

_CODES = {
    "INVALID_PARAMETER_VALUE": (400, "KAM00", "INVALID_PARAMETER_VALUE"),
    "RESOURCE_ALREADY_EXISTS": (400, "KAM00", "RESOURCE_ALREADY_EXISTS"),
    "RESOURCE_DOES_NOT_EXIST": (404, "KAM00", "RESOURCE_NOT_FOUND"),
    "INTERNAL_ERROR": (500, "XXM00", "CLIENT_INTERNAL_ERROR"),
}


class MlflowError(Exception):
    """An error that is answered."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def reply(self) -> Reply:
        """The error as MLflow answers it."""
        status, state, kind = _CODES[self.code]
        return json_reply(
            status,
            {
                "error_code": self.code,
                "message": str(self),
                "sqlstate": state,
                "error_class": kind,
            },
        )


def invalid(message: str) -> MlflowError:
    """A value that is refused."""
    return MlflowError("INVALID_PARAMETER_VALUE", message)


def missing(message: str) -> MlflowError:
    """An object that is not there."""
    return MlflowError("RESOURCE_DOES_NOT_EXIST", message)


def exists(message: str) -> MlflowError:
    """A name that is taken."""
    return MlflowError("RESOURCE_ALREADY_EXISTS", message)


def internal(message: str) -> MlflowError:
    """What MLflow forgot to give a code."""
    return MlflowError("INTERNAL_ERROR", message)

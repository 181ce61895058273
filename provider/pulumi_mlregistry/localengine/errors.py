"""The one error the local engine raises for anything a user can put right."""

from __future__ import annotations


class EngineError(Exception):
    """A run that cannot start or go on; the message is one line: what, where, why, what to do."""


class Refused(EngineError):
    """Something the program asks for that the local engine does not do; it is never ignored."""

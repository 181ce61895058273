"""How long an operation may take and how much it may send, from the policy of retries alone.

One call of `transport.Http` ends within ``timeoutSeconds``, with all its retries, where no other is
answered meanwhile; a pause before the n-th retry is at least half of ``first * 2 ** (n - 1)``, so
that the tries of one call are bounded too. The core goes around again a fixed number of times where
a write's outcome is unknown. A fault of one request makes one call slow, and the operation goes
around at most once more, with a few reads to find out what became of a write; where all fail, every
round does.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_mlregistry.reconcile import creating, updating
from pulumi_mlregistry.transport import http, pacing

PROOFS = 4
"""Reads and deletes that find out what a write did, or undo it."""
BUSY, PROCESSES = 6.0, 60.0
"""Seconds by which a busy machine may be slower, and for the processes of an engine."""
ROUNDS = max(updating._ATTEMPTS, creating._ATTEMPTS)


def tries(seconds: float) -> int:
    """The most requests that one call makes of one."""
    count, waited = 1, 0.0
    while True:
        waited += min(pacing.LONGEST_PAUSE, pacing.FIRST_PAUSE * 2.0 ** (count - 1)) / 2
        if waited > seconds:
            return max(count, http._CONNECT_TRIES)
        count += 1


@dataclass(frozen=True)
class Budget:
    """What a run may cost at most."""

    requests: int
    seconds: float

    @classmethod
    def of(cls, usual: int, usual_seconds: float, timeout: float, *, lasts: bool) -> Budget:
        """For an operation that sends ``usual`` requests when nothing fails."""
        looks = sum(creating._LOOKS)
        if lasts:
            calls = usual * ROUNDS + PROOFS
            return cls(calls * tries(timeout), calls * timeout + looks + BUSY)
        requests = 2 * usual + tries(timeout) - 1 + PROOFS
        return cls(requests, 2 * usual_seconds + timeout + looks + BUSY)

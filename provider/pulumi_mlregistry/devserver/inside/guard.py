"""Ends a server process when the process that started it is gone, however that ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 5


def end_with_parent(parent: int, *, by_signal: bool, remove: str | None) -> None:
    """Watch standard input, a pipe that the parent holds open; ``remove`` is deleted at its end.

    ``by_signal``: on Linux also ask the kernel for SIGTERM, because another child of the parent's
    may have inherited the other end of the pipe and keep it open.
    """
    threading.Thread(target=_watch, args=(remove,), daemon=True).start()
    if by_signal and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone before the kernel was asked
            os.kill(os.getpid(), signal.SIGTERM)


def _watch(remove: str | None) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    if remove is None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_SECONDS)
    else:
        shutil.rmtree(remove, ignore_errors=True)
    os._exit(1)

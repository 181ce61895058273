"""Holds a process to the addresses it is told: a test's program reaches the sandbox alone.

Standard library only, as all that runs in a child. Two bars, as one alone has gaps: an audit hook,
which names the refused address but sees Python's sockets only, and where the kernel has it (Linux
6.7 or newer) Landlock, which also holds C libraries and what the process starts, by port.
"""

import ctypes
import os
import struct
import sys
from typing import Any

_CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_LOCAL = ("", "localhost", "127.0.0.1", "::1")
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _NET_PORT, _CONNECT_TCP = 1, 2, 2
_ABI_WITH_PORTS = 4
_PR_SET_NO_NEW_PRIVS = 38


def confine(reachable: str, engine: str) -> None:
    """Let this process connect to these addresses and to the engine; it cannot be undone.

    ``reachable``: each ``host:port``, separated by blanks.
    """
    allowed = {_parsed(each) for each in [*reachable.split(), engine]}
    sys.addaudithook(lambda event, args: _judge(event, args, allowed))
    if sys.platform == "linux" and kernel_can():
        _landlock({port for _, port in allowed})


def _parsed(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def _judge(event: str, args: tuple[Any, ...], allowed: set[tuple[str, int]]) -> None:
    if event in _CONNECTS:
        address = args[1]
        # A path is a socket of this machine; None is one that was connected, and judged, before.
        if isinstance(address, tuple) and address[:2] not in allowed:
            raise _refusal(f"{address[0]}:{address[1]}")
    elif event in _LOOKUPS:
        host = args[0].decode(errors="replace") if isinstance(args[0], bytes) else args[0]
        if host is not None and host not in _LOCAL:
            raise _refusal(str(host))


def _refusal(where: str) -> OSError:
    return PermissionError(f"a test reaches the sandbox's registries only, and not {where}")


def kernel_can() -> bool:
    """Whether the kernel holds what the process starts, too."""
    try:
        return _syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG) >= _ABI_WITH_PORTS
    except OSError:
        return False


def _landlock(ports: set[int]) -> None:
    handled = struct.pack("QQ", 0, _CONNECT_TCP)  # no rights to files, one to the network
    ruleset = _syscall(_CREATE_RULESET, handled, len(handled), 0)
    for port in ports:
        _syscall(_ADD_RULE, ruleset, _NET_PORT, struct.pack("QQ", _CONNECT_TCP, port), 0)
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    answer = int(ctypes.CDLL(None, use_errno=True).syscall(number, *words))
    if answer < 0:
        raise OSError(ctypes.get_errno(), "Landlock is not to be had here")
    return answer

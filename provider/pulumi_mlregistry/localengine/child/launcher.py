"""Runs in a child process: ties its life to the engine's, then becomes program or provider host.

It is started by path with the interpreter of the user's program, which need not have this
package installed, so it imports nothing but the standard library and the Pulumi SDK.
"""

import asyncio
import json
import logging
import os
import runpy
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_REACHABLE = "MLREGISTRY_REACHABLE"
_SHOWN = 32
"""Exit code of a program that failed after its error was reported to the engine."""


def tie_to_parent(parent: int) -> bool:
    """End this process when the engine ends, however it ends; True if that survives an exec."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        return True
    threading.Thread(target=_exit_with_stdin, daemon=True).start()
    return False


def _exit_with_stdin() -> None:
    # The engine holds the other end of stdin and never writes: the end of it is the engine's.
    while os.read(0, 4096):
        pass
    os._exit(1)


def become_host(engine: str, may_exec: bool) -> None:
    """Become the SDK's own dynamic provider host."""
    if may_exec:
        os.execv(sys.executable, [sys.executable, "-u", "-m", "pulumi.dynamic", engine])
    sys.argv = ["pulumi.dynamic", engine]
    sys.path.insert(0, os.getcwd())
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


def run_program(program: str, monitor: str, engine: str) -> int:
    """Run the program under the SDK; the exit code is 0, 1 or 32 (an error was reported)."""
    try:
        import pulumi
        import pulumi.runtime
    except ImportError:
        traceback.print_exc()
        print("The pulumi package is not installed for " + sys.executable, file=sys.stderr)
        return 1
    secret_keys = json.loads(os.environ["PULUMI_CONFIG_SECRET_KEYS"])
    pulumi.runtime.set_all_config(json.loads(os.environ["PULUMI_CONFIG"]), secret_keys)
    settings = pulumi.runtime.Settings(
        monitor=monitor,
        engine=engine,
        project=os.environ["PULUMI_PROJECT"],
        stack=os.environ["PULUMI_STACK"],
        organization=os.environ["PULUMI_ORGANIZATION"],
        root_directory=os.environ["PULUMI_ROOT_DIRECTORY"],
        parallel=int(os.environ["PULUMI_PARALLEL"]),
        dry_run=os.environ["PULUMI_DRY_RUN"] == "true",
    )
    pulumi.runtime.configure(settings)
    sys.argv = [program]
    return _run_to_the_end(program, int(os.environ["PULUMI_PARALLEL"]))


def _run_to_the_end(program: str, parallel: int) -> int:
    import pulumi

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Every registration blocks a thread until its resource is done.
    executor = ThreadPoolExecutor(max_workers=parallel * 4)
    loop.set_default_executor(executor)
    # A failed program leaves futures behind that nobody awaits; asyncio would report each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_path(program)))
        return 0
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return _SHOWN
    except Exception:
        pulumi.log.error(
            "Program failed with an unhandled exception:\n" + _trimmed_traceback(program)
        )
        return _SHOWN
    finally:
        executor.shutdown(wait=True)
        loop.close()


def _run_path(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _trimmed_traceback(program: str) -> str:
    """The traceback from the user's first frame on."""
    folder = os.path.abspath(program if os.path.isdir(program) else os.path.dirname(program))
    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        if os.path.abspath(frame.filename).startswith(folder + os.sep):
            return traceback.format_exc(limit=-(len(frames) - index))
    return traceback.format_exc()


def main(arguments: list[str], *, forked: bool = False) -> int:
    """Become what is asked for: a role, the parent's process number, the role's arguments."""
    role, parent, *rest = arguments
    may_exec = tie_to_parent(int(parent)) and not forked
    reachable = os.environ.pop(_REACHABLE, None)
    if reachable is not None:
        # By its path, as a program may have a module of any name.
        confine = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confine.py")
        runpy.run_path(confine)["confine"](reachable, rest[-1])
        may_exec = False  # a fresh interpreter would be free again
    if role == "host":
        become_host(rest[0], may_exec)
        return 0
    return run_program(*rest)


if __name__ == "__main__":
    # The folder of this file must not stand on the program's import path.
    del sys.path[0]
    sys.exit(main(sys.argv[1:]))

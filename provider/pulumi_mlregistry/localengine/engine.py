"""The engine: runs one command on one stack and says what happened."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from pulumi_mlregistry.localengine.changes import property_changes, visible
from pulumi_mlregistry.localengine.context import Context
from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.host import Host
from pulumi_mlregistry.localengine.hosts import HostPool
from pulumi_mlregistry.localengine.importing import imported
from pulumi_mlregistry.localengine.journal import Journal
from pulumi_mlregistry.localengine.monitor import (
    ORGANIZATION,
    EngineService,
    MonitorService,
    Server,
)
from pulumi_mlregistry.localengine.processes import Child
from pulumi_mlregistry.localengine.project import Project, provider_inputs, qualified_key
from pulumi_mlregistry.localengine.refresh import Refresher
from pulumi_mlregistry.localengine.registrar import Registrar
from pulumi_mlregistry.localengine.report import Recorder, Result, Step
from pulumi_mlregistry.localengine.siblings import outputs_of, stack_outputs
from pulumi_mlregistry.localengine.stack import Stack
from pulumi_mlregistry.localengine.state import Deployment
from pulumi_mlregistry.localengine.store import StackLock
from pulumi_mlregistry.localengine.surroundings import Surroundings
from pulumi_mlregistry.localengine.sweep import Sweeper
from pulumi_mlregistry.localengine.urns import DYNAMIC_PREFIX
from pulumi_mlregistry.localengine.values import Properties, revealed

DEFAULT_PARALLEL = 16
_POLL_SECONDS = 0.05
_IDLE_SECONDS = 5.0
_REACHABLE = "MLREGISTRY_REACHABLE"  # read by the launcher, which imports nothing of this


class Engine:
    """Runs an unmodified Pulumi Python program against the SDK's own dynamic provider host.

    ``project_dir`` holds Pulumi.yaml; ``env`` replaces the environment of the engine and its
    children (default: the process's own); ``on_step`` is called as each step ends;
    ``surroundings`` are a test's. A run that cannot start raises `EngineError`; one that fails
    returns a `Result` with exit code 1.
    """

    def __init__(
        self,
        project_dir: str | Path,
        stack: str = "dev",
        *,
        env: Mapping[str, str] | None = None,
        parallel: int = DEFAULT_PARALLEL,
        on_step: Callable[[Step], None] | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self._root = Path(project_dir).resolve()
        self.surroundings = surroundings or Surroundings()
        self._stack_name = stack
        self._env = dict(os.environ if env is None else env)
        self._parallel = parallel
        self._on_step = on_step

    def preview(self, *, refresh: bool = False) -> Result:
        """Show what `up` would do; changes nothing, neither objects nor files."""
        return self._run("preview", dry_run=True, refresh=refresh)

    def up(self, *, refresh: bool = False) -> Result:
        """Bring the stack to what the program declares."""
        return self._run("up", dry_run=False, refresh=refresh)

    def refresh(self) -> Result:
        """Read every recorded object and take over what is found; the program is not run."""
        return self._run("refresh", dry_run=False, refresh=True)

    def destroy(self) -> Result:
        """Delete every recorded object; the program is not run."""
        return self._run("destroy", dry_run=False, refresh=False)

    def export(self, *, show_secrets: bool = False) -> dict[str, object]:
        """The stack's deployment for `pulumi stack import`, secrets encrypted unless shown."""
        return self._open().export(reveal=show_secrets)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, object]:
        """The stack outputs of the last `up`; secrets read ``[secret]`` unless shown."""
        found = stack_outputs(self._open().deployment().resources)
        if show_secrets:
            return {key: revealed(value) for key, value in found.items()}
        return visible(found)

    def set_config(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set one configuration value in Pulumi.<stack>.yaml, encrypted if ``secret``."""
        stack = self._open(for_writing=secret)
        set_to: object = {"secure": stack.encrypt(value)} if secret else value
        stack.file.set_config(qualified_key(key, stack.project), set_to)

    def configured(self, namespace: str) -> dict[str, str]:
        """The stack's configuration values of one namespace, ``namespace:key`` to plain text."""
        found = self._open().config
        return {k: v.text for k, v in found.items() if k.startswith(f"{namespace}:")}

    def take_over(self, file: str | Path) -> int:
        """Add what an import file holds to the stack's state; how many resources that are.

        No object is read or written. Raises `EngineError` where nothing was taken over.
        """
        with ExitStack() as cleanup:
            self._lock(cleanup)
            stack = self._open(for_writing=True)
            taken = imported(Path(file), stack, self._stack_name)
            stack.save(lambda: Deployment([*stack.deployment().resources, *taken]))
        return sum(state.type.startswith(DYNAMIC_PREFIX) for state in taken)

    def _lock(self, cleanup: ExitStack) -> None:
        """Hold the stack until ``cleanup`` ends."""
        self._root_must_exist()
        stack_store = Stack.store_of(self._root, self._stack_name, self._home)
        stack_store.prepare()
        cleanup.enter_context(StackLock(stack_store.path.with_suffix(".lock")))

    def _open(self, *, for_writing: bool = False) -> Stack:
        if sys.platform == "win32":
            raise Refused("the local engine runs on Linux and macOS only")
        return Stack.open(
            self._root, self._stack_name, self._env, self._home, for_writing=for_writing
        )

    def outputs_of(self, name: str) -> Properties | None:
        """The outputs of a stack that a StackReference names; None where it is not known here."""
        given = self.surroundings.outputs_of(name)
        return given if given is not None else outputs_of(name, self._root, self._home, self._env)

    @property
    def _home(self) -> Path:
        return self.surroundings.home or self._root

    def _run(self, command: str, *, dry_run: bool, refresh: bool) -> Result:
        start = time.monotonic()
        with ExitStack() as cleanup:
            if not dry_run:
                self._lock(cleanup)
            stack = self._open(for_writing=not dry_run)
            refresh = refresh or (stack.project.refresh_always and command in ("preview", "up"))
            run = _Run(self, stack, dry_run, refresh, cleanup)
            with _stopping_on_signals(run.context):
                run.carry_out(command)
            return run.result(command, time.monotonic() - start)

    def _root_must_exist(self) -> None:
        if not self._root.is_dir():
            raise EngineError(f"{self._root} is not a folder: name a program folder with -C")

    def child_env(self, project: Project) -> dict[str, str]:
        """The environment of a provider host, and the base of a program's."""
        reachable = self.surroundings.reachable
        return {
            **self._env,
            **({_REACHABLE: " ".join(reachable())} if reachable else {}),
            "PULUMI_PROJECT": project.name,
            "PULUMI_CONFIG": "{}",
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def parallel(self) -> int:
        """How many steps may run at once."""
        return self._parallel

    @property
    def stack_name(self) -> str:
        """The stack's name."""
        return self._stack_name

    @property
    def on_step(self) -> Callable[[Step], None] | None:
        """What is called as each step ends."""
        return self._on_step


class _Run:
    """One command from its start to its result."""

    def __init__(
        self, engine: Engine, stack: Stack, dry_run: bool, refresh: bool, cleanup: ExitStack
    ) -> None:
        self._engine = engine
        self._stack = stack
        base = stack.deployment()
        self._old_outputs = stack_outputs(base.resources)
        recorder = Recorder(engine.on_step)
        journal = Journal(base)
        if not dry_run:
            journal.save = lambda: stack.save(journal.snapshot)
        old_providers = {s.urn: s for s in base.resources if not s.delete}
        hosts = HostPool(self._start_host, old_providers.get, engine.surroundings.configured)
        cleanup.callback(hosts.stop)
        self.context = Context(
            project=stack.project.name,
            stack=engine.stack_name,
            dry_run=dry_run,
            refresh=refresh,
            parallel=engine.parallel,
            config=provider_inputs(stack.config),
            journal=journal,
            recorder=recorder,
            hosts=hosts,
        )
        self._registrar = Registrar(self.context)
        monitor = MonitorService(self.context, self._registrar, stack.config, engine.outputs_of)
        handlers = [monitor.handlers(), EngineService(self.context).handlers()]
        # A registration holds its thread until the resource is done.
        self._server = Server(handlers, threads=engine.parallel * 4 + 16)
        cleanup.callback(self._server.stop)
        for warning in stack.project.warnings:
            recorder.tell("warning", warning)

    def carry_out(self, command: str) -> None:
        """Do the command's work; whatever happens is recorded."""
        context = self.context
        self._warn_of_interrupted()
        try:
            if command == "refresh":
                Refresher(context).refresh_all()
            elif command == "destroy":
                Sweeper(context, set()).sweep()
            else:
                self._run_program()
                self._finish_update()
        except EngineError as error:
            context.fail(str(error))
        finally:
            if not context.failed.is_set() and command in ("up", "destroy"):
                context.journal.drop_pending()
            context.journal.save()

    def _finish_update(self) -> None:
        context = self.context
        if context.failed.is_set() and not context.dry_run:
            return
        if context.refresh:
            Refresher(context).refresh_all()
        # A preview that failed half way would show deletions of what it did not get to.
        if not context.failed.is_set() and not context.stopping.is_set():
            Sweeper(context, self._registrar.planner.deleted).sweep()

    def _warn_of_interrupted(self) -> None:
        for operation in self._stack.deployment().pending:
            self.context.recorder.tell(
                "warning",
                f"an earlier run was interrupted while {operation.kind} this resource: the object "
                "may or may not be as recorded; `refresh` reads it, and `up` goes on",
                operation.state.urn,
            )

    def _run_program(self) -> None:
        project, context = self._stack.project, self.context
        config = self._stack.config
        env = self._engine.child_env(project) | {
            "PULUMI_STACK": context.stack,
            "PULUMI_ORGANIZATION": ORGANIZATION,
            "PULUMI_ROOT_DIRECTORY": str(project.root),
            "PULUMI_PARALLEL": str(context.parallel),
            "PULUMI_DRY_RUN": "true" if context.dry_run else "false",
            "PULUMI_CONFIG": json.dumps({key: value.text for key, value in config.items()}),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps([k for k, v in config.items() if v.secret]),
        }
        program = "." if project.program.is_dir() else project.program.name
        child = Child(
            "program",
            [program, self._server.address, self._server.address],
            python=project.python,
            cwd=project.workdir,
            env=env,
            on_line=self._tell,
        )
        try:
            code = self._wait(child)
        finally:
            child.stop()
        if code != 0 and not context.failed.is_set():
            context.fail(f"the program ended with exit code {code}")

    def _wait(self, child: Child) -> int:
        while (code := child.wait(_POLL_SECONDS)) is None:
            if self.context.stopping.is_set() and self._registrar.idle_for(_IDLE_SECONDS):
                # Nothing is under way any more and the program does not end by itself.
                return 1
        return code

    def _start_host(self) -> Host:
        project = self._stack.project
        return Host(
            python=project.python,
            cwd=project.workdir,
            env=self._engine.child_env(project),
            engine_address=self._server.address,
            on_line=self._tell,
        )

    def _tell(self, line: str) -> None:
        self.context.recorder.tell("info", line)

    def result(self, command: str, seconds: float) -> Result:
        """What happened, for display and for tests."""
        context = self.context
        outputs = stack_outputs(context.journal.snapshot().resources)
        steps = context.recorder.steps()
        interrupted = context.stopping.is_set() and not context.failed.is_set()
        if interrupted:
            context.recorder.tell(
                "error", "the run was interrupted; the state says how far it came"
            )
        return Result(
            command=command,
            steps=steps,
            diagnostics=context.recorder.diagnostics(),
            outputs=visible(outputs),
            exit_code=1 if context.failed.is_set() or interrupted else 0,
            output_changes=property_changes(self._old_outputs, outputs),
            seconds=seconds,
        )


@contextmanager
def _stopping_on_signals(context: Context) -> Iterator[None]:
    """Ctrl-C begins no new step and waits for the running ones; a second one ends at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if context.stopping.is_set():
            raise KeyboardInterrupt
        context.recorder.tell("warning", "stopping: waiting for the steps that are under way")
        context.stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

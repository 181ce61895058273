"""Neither a program nor its providers, nor what they start, reach anything but the sandbox."""

from __future__ import annotations

from pulumi_mlregistry.localengine.child import confine

from .conftest import Repository

PROGRAM = """
    import subprocess
    import sys

    import pulumi
    from pulumi_mlregistry import mlflow

    from elsewhere import Elsewhere, tried

    port = pulumi.Config().require_int("port")
    command = f"import elsewhere; sys.exit(elsewhere.tried({port}))"
    child = subprocess.run([sys.executable, "-c", f"import sys; {command}"], stderr=-1, text=True)
    mlflow.RegisteredModel("fraud")
    pulumi.export("program", tried(port))
    pulumi.export("provider", Elsewhere("there", port).answer)
    pulumi.export("child", child.stderr.strip())
    """
ELSEWHERE = """
    import socket

    import pulumi
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider


    def tried(port):
        said = []
        for host in ("127.0.0.1", "registry.example.com"):
            try:
                socket.create_connection((host, port), 5).close()
                said.append("reached")
            except OSError as error:
                said.append(str(error))
        return "; ".join(said)


    class Provider(ResourceProvider):
        def create(self, props):
            return CreateResult("1", {"answer": tried(int(props["port"]))})


    class Elsewhere(Resource):
        answer: pulumi.Output[str]

        def __init__(self, name, port):
            super().__init__(Provider(), name, {"port": port, "answer": None})
    """
TESTS = """
    import socket
    import pytest

    @pytest.mark.parametrize("fresh", [False, True])
    def test_elsewhere(mlregistry_stack, monkeypatch, fresh):
        if fresh:
            monkeypatch.setenv("PYTHONUTF8", "1")  # a fork would not obey it
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        port = listener.getsockname()[1]
        mlregistry_stack.config["port"] = port
        outputs = mlregistry_stack.up().outputs
        for who in ("program", "provider"):
            here, there = outputs[who].split("; ")
            assert here.endswith(f"the sandbox's registries only, and not 127.0.0.1:{port}")
            assert there.endswith("and not registry.example.com")
        assert KERNEL is False or outputs["child"].startswith("[Errno 13]")
        if KERNEL:
            with pytest.raises(BlockingIOError):
                listener.accept()
    """


def test_a_program_and_its_providers_reach_the_sandbox_alone(repository: Repository):
    repository.file("Pulumi.yaml", "name: toys\nruntime: python\n")
    repository.file("__main__.py", PROGRAM)
    repository.file("elsewhere.py", ELSEWHERE)
    repository.file("test_elsewhere.py", f"    KERNEL = {confine.kernel_can()}\n" + TESTS)
    repository.run().assert_outcomes(passed=2)

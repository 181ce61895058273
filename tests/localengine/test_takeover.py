"""The real CLI takes a stack over, gives it back, and makes the same provider calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from .conftest import Pulumi, Sandbox

PROGRAM = """
    cfg = pulumi.Config()
    a = Toy("a", color="red", tags={"x": "1", "list": [1, 2.5, {"deep": True}]},
            token=cfg.get_secret("token"), seal=True)
    class Box(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("toys:index:Box", name, {"size": 3})
            self.b = Toy("b", base=a.shout, opts=Opts(parent=self, protect=False,
                         additional_secret_outputs=["shout"], retain_on_delete=True))
            self.register_outputs({"shout": self.b.shout})
    box = Box("box")
    own = pulumi.ProviderResource("pulumi-python", "own", {"toy:url": "http://own"})
    c = Toy("c", opts=Opts(provider=own, depends_on=[box], ignore_changes=["color"]))
    pulumi.export("shout", a.shout)
    pulumi.export("sealed", a.sealed)
"""


def test_pulumi_takes_a_local_stack_over_and_gives_it_back(
    toys: Sandbox, pulumi_for: Callable[[Sandbox], Pulumi], tmp_path: Path
) -> None:
    pulumi = pulumi_for(toys)
    toys.engine().set_config("token", "t0ken", secret=True)
    toys.up(PROGRAM)
    export = tmp_path / "export.json"
    export.write_text(json.dumps(toys.engine().export()))
    pulumi("stack", "init", "dev")
    pulumi("stack", "import", "--file", str(export))
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi("preview", "--expect-no-changes")
    toys.state_file().write_text(pulumi("stack", "export"))
    again = toys.preview()
    assert again.planned == []
    assert [s.op for s in again.steps] == ["same"] * 6
    assert toys.engine().outputs(show_secrets=True)["sealed"] == "key of a"


STAGES = {
    "create": 'a = Toy("a"); b = Toy("b", base=a.shout); Toy("c", opts=Opts(depends_on=[b]))',
    "no-op": 'a = Toy("a"); b = Toy("b", base=a.shout); Toy("c", opts=Opts(depends_on=[b]))',
    "update": 'a = Toy("a", color="red"); b = Toy("b", base=a.shout); '
    'Toy("c", opts=Opts(depends_on=[b]))',
    "replace, create first": 'a = Toy("a", name="a2", color="red"); b = Toy("b", base=a.shout); '
    'Toy("c", opts=Opts(depends_on=[b]))',
    "replace, delete first": 'a = Toy("a", name="a3", opts=Opts('
    'delete_before_replace=True)); b = Toy("b", base=a.shout); '
    'Toy("c", opts=Opts(depends_on=[b]))',
    "delete": 'a = Toy("a", name="a3")',
}
PREVIEWED = {"replace, delete first"}


def test_both_engines_make_the_same_provider_calls_in_the_same_order(
    tmp_path: Path, pulumi_for: Callable[[Sandbox], Pulumi]
) -> None:
    local, real = Sandbox(tmp_path / "local"), Sandbox(tmp_path / "real")
    pulumi = pulumi_for(real)
    pulumi("stack", "init", "dev")
    for stage, source in STAGES.items():
        for sandbox in (local, real):
            sandbox.program(source)
        if stage in PREVIEWED:
            local.preview()
            pulumi("preview")
            assert local.calls() == real.calls(), f"preview of {stage}"
        local.up()
        pulumi("up", "--yes", "--skip-preview")
        assert local.calls() == real.calls(), stage
        assert local.objects() == real.objects(), stage
    real.set_object("a3", {"name": "a3", "color": "blue"})
    local.set_object("a3", {"name": "a3", "color": "blue"})
    for command in ("refresh", "destroy"):
        getattr(local.engine(), command)()
        pulumi(command, "--yes", "--skip-preview")
        assert local.calls() == real.calls(), command

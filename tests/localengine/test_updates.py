"""What preview, up, refresh and destroy do to toy objects."""

from __future__ import annotations

import json

from .conftest import Sandbox

CHAIN = """
    a = Toy("a", color="{color}", tags={{"x": {{"y": 1, "z": 2}}}})
    class Box(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("toys:index:Box", name)
            self.b = Toy("b", text=a.color, opts=Opts(parent=self))
            self.register_outputs({{"shout": self.b.shout}})
    box = Box("box")
    pulumi.export("shout", a.shout)
    pulumi.log.info("from the program")
    print("a line of the program")
"""


def test_a_preview_of_a_new_stack_plans_creations_and_leaves_no_trace(toys: Sandbox) -> None:
    result = toys.preview(CHAIN.format(color="red"))
    assert {s.name: s.op for s in result.planned} == {
        "toys-dev": "create",
        "a": "create",
        "box": "create",
        "b": "create",
    }
    assert result.outputs == {"shout": "[unknown]"}
    assert toys.objects() == {}
    assert not (toys.folder / ".mlregistry").exists()


def test_up_creates_then_plans_nothing_then_updates_and_deletes_in_reverse(toys: Sandbox) -> None:
    first = toys.up(CHAIN.format(color="red"))
    assert first.outputs == {"shout": "A"}
    assert toys.calls() == ["check a -", "create a", "check b -", "create b"]
    messages = [d.message for d in first.diagnostics]
    assert "from the program" in messages
    assert "a line of the program" in messages
    assert "making a" in messages
    assert toys.resources()["box"]["outputs"] == {"shout": "B"}

    saved = toys.resources()
    assert toys.up().planned == []
    assert toys.calls() == ["check a olds", "diff a a", "check b olds", "diff b b"]
    assert toys.resources() == saved

    preview = toys.preview(CHAIN.format(color="blue"))
    change = preview.step("a").changes[0]
    assert (change.path, change.kind, change.old, change.new) == ("color", "update", "red", "blue")
    assert preview.step("b").changes[0].new == "blue"
    toys.up()
    assert toys.objects()["b"]["text"] == "blue"

    toys.calls()
    destroyed = toys.engine().destroy()
    assert [s.name for s in destroyed.planned] == ["b", "box", "a", "toys-dev"]
    assert toys.calls() == ["delete b", "delete a"]
    assert toys.resources() == {}


def test_what_only_an_update_can_tell_is_unknown_to_dependents_in_a_preview(toys: Sandbox) -> None:
    source = 'a = Toy("a", color="{}"); Toy("b", text=a.shout, ref=a.id)'
    toys.up(source.format("red"))
    preview = toys.preview(source.format("blue"))
    assert [(c.path, c.new) for c in preview.step("b").changes] == [("text", "[unknown]")]


def test_a_replacement_creates_first_and_deletes_the_old_object_at_the_end(toys: Sandbox) -> None:
    toys.up('a = Toy("a"); Toy("b", text=a.shout)')
    toys.calls()
    result = toys.up('a = Toy("a", name="a2"); Toy("b", text=a.shout)')
    assert toys.calls() == [
        *("check a2 olds", "diff a a2", "check a2 -", "create a2"),
        *("check b olds", "diff b b", "update b", "delete a"),
    ]
    step = result.step("a")
    assert (step.op, step.delete_first) == ("replace", False)
    assert step.changes[0].replaces
    assert {s.name: s.op for s in result.planned} == {"a": "replace", "b": "update"}
    assert toys.objects().keys() == {"a2", "b"}


def test_an_old_object_that_cannot_be_deleted_stays_recorded_beside_the_new_one(
    toys: Sandbox,
) -> None:
    toys.up('Toy("a", stuck=True)')
    toys.program('Toy("a", name="a2")')
    for _ in range(2):
        assert toys.engine().up().exit_code == 1
        states = json.loads(toys.state_file().read_text())["deployment"]["resources"]
        toy_states = [
            (s["id"], s.get("delete", False))
            for s in states
            if "$" in s["urn"] or "Toy" in s["urn"]
        ]
        assert toy_states == [("a2", False), ("a", True)]


def test_a_replacement_that_deletes_first_takes_the_dependents_that_fall_with_it_before(
    toys: Sandbox,
) -> None:
    source = """
        a = Toy("a", name="{name}", dbr=True)
        b = Toy("b", base=a.shout)
        Toy("c", base=b.shout)
        Toy("d", text=a.shout)
    """
    toys.up(source.format(name="a"))
    toys.calls()
    result = toys.up(source.format(name="a2"))
    calls = toys.calls()
    assert calls[:3] == ["check a2 olds", "diff a a2", "check a2 -"]
    assert set(calls[3:6]) == {"diff b b", "diff c c", "diff d d"}
    assert calls[6:10] == ["delete c", "delete b", "delete a", "create a2"]
    assert {"create b", "create c", "update d"} <= set(calls[10:])
    assert {s.name: s.op for s in result.planned} == {
        "a": "replace",
        "b": "replace",
        "c": "replace",
        "d": "update",
    }


def test_an_interrupted_delete_first_replacement_is_finished_by_the_next_up(toys: Sandbox) -> None:
    toys.up('Toy("a")')
    toys.program('Toy("a", name="a2", dbr=True, color="broken")')
    assert toys.engine().up().exit_code == 1
    assert toys.resources()["a"]["pendingReplacement"] is True
    toys.up('Toy("a", name="a2", dbr=True)')
    assert toys.objects().keys() == {"a2"}
    assert "pendingReplacement" not in toys.resources()["a"]


def test_refresh_takes_over_drift_and_forgets_what_is_gone(toys: Sandbox) -> None:
    toys.up('a = Toy("a", color="red"); b = Toy("b", text=a.shout)')
    assert toys.engine().refresh().planned == []
    toys.set_object("a", {"name": "a", "color": "green"})
    toys.set_object("b", None)
    result = toys.engine().refresh()
    assert {s.name: s.op for s in result.planned} == {"a": "refresh", "b": "gone"}
    assert result.step("a").changes[0].new == "green"
    assert toys.resources()["a"]["inputs"]["color"] == "green"
    assert "b" not in toys.resources()
    assert {s.name: s.op for s in toys.up().planned} == {"a": "update", "b": "create"}


def test_a_preview_with_refresh_plans_against_the_live_objects_and_saves_nothing(
    toys: Sandbox,
) -> None:
    toys.up('Toy("a", color="red"); Toy("b")')
    toys.set_object("a", {"name": "a", "color": "green"})
    toys.set_object("b", None)
    assert toys.preview().planned == []
    saved = toys.state_file().read_text()
    assert {s.name: s.op for s in toys.preview(refresh=True).planned} == {
        "a": "update",
        "b": "create",
    }
    assert toys.state_file().read_text() == saved
    (toys.folder / "Pulumi.yaml").write_text(
        "name: toys\nruntime: {name: python}\noptions: {refresh: always}\n"
    )
    toys.up()
    assert toys.objects()["a"]["color"] == "red"
    assert "b" in toys.objects()


def test_a_failed_resource_stops_its_dependents_and_keeps_what_succeeded(toys: Sandbox) -> None:
    toys.program("""
        good = Toy("good")
        bad = Toy("bad", color="broken", text=good.shout)
        after = Toy("after", text=bad.shout)
        pulumi.export("shout", after.shout)
    """)
    result = toys.engine().up()
    assert result.exit_code == 1
    assert toys.objects().keys() == {"good"}
    assert "good" in toys.resources()
    assert "bad" not in toys.resources()
    assert result.step("bad").failed
    assert "the paint is out" in result.errors[0]
    assert len(result.errors) == 1
    assert "pending_operations" not in toys.state_file().read_text()
    toys.up('good = Toy("good"); Toy("bad", text=good.shout)')


def test_nothing_is_deleted_after_a_failure(toys: Sandbox) -> None:
    toys.up('Toy("old")')
    toys.program('Toy("bad", color="broken")')
    assert toys.engine().up().exit_code == 1
    assert toys.objects().keys() == {"old"}


def test_a_failed_delete_keeps_the_resource_and_what_it_depends_on(toys: Sandbox) -> None:
    toys.up('a = Toy("a"); Toy("b", stuck=True, text=a.shout)')
    result = toys.engine().destroy()
    assert result.exit_code == 1
    assert {"a", "b"} <= toys.resources().keys()
    assert "it is stuck" in result.errors[0]


def test_each_refused_property_is_an_error_of_its_own(toys: Sandbox) -> None:
    result = toys.preview('Toy("a", color="bad"); Toy("b")')
    assert result.exit_code == 1
    prefix = "pulumi-python:dynamic/toy:Toy resource 'a': "
    assert result.errors == [
        f"{prefix}property color value bad has a problem: no such color",
        f"{prefix}has a problem: nothing is right",
    ]
    assert result.step("b").op == "create"


def test_an_exception_of_the_program_is_shown_from_the_users_first_line_on(toys: Sandbox) -> None:
    result = toys.preview('Toy("a")\nraise ValueError("no luck")')
    assert result.exit_code == 1
    assert "ValueError: no luck" in result.errors[0]
    assert "__main__.py" in result.errors[0]
    assert "launcher.py" not in result.errors[0]


def test_independent_resources_are_created_at_the_same_time(toys: Sandbox) -> None:
    # Each waits in its creation for the other three.
    toys.up('for i in range(4): Toy(f"t{i}", together=True)')
    assert len(toys.objects()) == 4


def test_a_provider_that_cannot_say_is_judged_by_the_inputs(toys: Sandbox) -> None:
    toys.up('Toy("a", vague=True, color="red")')
    assert toys.preview().planned == []
    assert [s.op for s in toys.preview('Toy("a", vague=True, color="blue")').planned] == ["update"]

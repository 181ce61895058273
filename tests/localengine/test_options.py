"""Resource options, explicit providers, and what is refused."""

from __future__ import annotations

import pytest

from pulumi_mlregistry.localengine import EngineError, Refused

from .conftest import Sandbox


def test_a_protected_resource_is_neither_deleted_nor_replaced(toys: Sandbox) -> None:
    toys.up('Toy("a", opts=Opts(protect=True)); Toy("b")')
    destroyed = toys.engine().destroy()
    assert destroyed.exit_code == 1
    assert "protected" in destroyed.errors[0]
    toys.program('Toy("a", name="a2", opts=Opts(protect=True))')
    assert "must be replaced (name), and it is protected" in toys.engine().preview().errors[0]
    assert toys.engine().up().exit_code == 1
    assert toys.objects().keys() == {"a", "b"}
    toys.up('Toy("a", name="a2")')
    assert toys.objects().keys() == {"a2"}


def test_what_is_retained_or_deleted_with_another_is_not_deleted_by_its_provider(
    toys: Sandbox,
) -> None:
    toys.up("""
        a = Toy("a")
        Toy("kept", opts=Opts(retain_on_delete=True))
        Toy("along", opts=Opts(deleted_with=a))
    """)
    toys.calls()
    assert toys.engine().destroy().exit_code == 0
    assert toys.calls() == ["delete a"]
    assert toys.objects().keys() == {"kept", "along"}
    assert toys.resources() == {}


def test_ignored_changes_reach_into_nested_values(toys: Sandbox) -> None:
    source = """
        Toy("a", color="{0}", tags={{"x": {{"in": "{0}", "out": "{1}"}}}}, items=["{0}", "{1}"],
            opts=Opts(ignore_changes=["color", "tags.x.in", "items[0]"]))
    """
    toys.up(source.format("1", "1"))
    assert toys.preview(source.format("2", "1")).planned == []
    step = toys.up(source.format("2", "2")).step("a")
    assert [c.path for c in step.changes] == ["items[1]", "tags.x.out"]
    assert toys.objects()["a"]["tags"] == {"x": {"in": "1", "out": "2"}}


def test_aliases_of_every_form_keep_the_object(toys: Sandbox) -> None:
    box = """
        class Box(pulumi.ComponentResource):
            def __init__(self, kind, name, **opts):
                super().__init__(kind, name, None, Opts(**opts))
                self.child = Toy(name + "-toy", name="toy", opts=Opts(parent=self))
                self.register_outputs({})
    """
    toys.up(
        box
        + """
        Toy("n1", name="n"); Toy("t1", name="t"); Toy("u1", name="u"); Toy("p1", name="p")
        Box("toys:index:Box", "box")
    """
    )
    urn = "urn:pulumi:dev::toys::pulumi-python:dynamic/toy:Toy::u1"
    result = toys.up(
        box
        + f"""
        Toy("n2", name="n", opts=Opts(aliases=["n1", pulumi.Alias(name="n1")][1:]))
        OtherToy("t1", name="t", opts=Opts(aliases=[
            pulumi.Alias(type_="pulumi-python:dynamic/toy:Toy")]))
        Toy("u2", name="u", opts=Opts(aliases=["{urn}"]))
        class Group(pulumi.ComponentResource):
            def __init__(self):
                super().__init__("toys:index:Group", "group")
                Toy("p1", name="p", opts=Opts(parent=self, aliases=[
                    pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))
        Group()
        Box("toys:index:NewBox", "newbox", aliases=[
            pulumi.Alias(name="box", type_="toys:index:Box")])
    """
    )
    assert [s.name for s in result.planned] == ["group"]
    assert toys.objects().keys() == {"n", "t", "u", "p", "toy"}
    assert "newbox-toy" in toys.resources()
    assert toys.up().planned == []


def test_two_resources_of_one_name_are_an_error(toys: Sandbox) -> None:
    assert "declared twice" in toys.preview('Toy("a"); Toy("a")').errors[0]


def test_an_explicit_provider_gets_its_own_configuration_only(toys: Sandbox) -> None:
    toys.engine().set_config("other", "stack-value")
    toys.up("""
        own = pulumi.ProviderResource("pulumi-python", "own", {"toy:url": "http://own"})
        Toy("a", opts=Opts(provider=own))
        Toy("b")
    """)
    configured = [
        line for line in toys.calls_file.read_text().splitlines() if line.startswith("configure")
    ]
    assert sorted(configured) == ["configure - -", "configure - http://own"]
    assert toys.resources()["own"]["inputs"] == {"toy:url": "http://own"}
    assert toys.resources()["default"]["inputs"] == {"toys:other": "stack-value"}
    assert toys.up().planned == []
    assert toys.engine().destroy().exit_code == 0
    assert toys.objects() == {}


REFUSED = {
    'pulumi.CustomResource("aws:s3:Bucket", "r1")': "needs a provider plugin",
    'pulumi.ProviderResource("aws", "r2")': "is a provider plugin",
    'Toy("r3", opts=Opts(import_="x"))': "import_",
    'Toy("r4", text=pulumi.StringAsset("x"))': "assets and archives",
    'Toy("r5", opts=Opts(replacement_trigger="x"))': "replacement_trigger",
    'Toy("r6", opts=Opts(version="1.0.0"))': "version",
}
REFUSED_AT_ONCE = {
    'pulumi.StackReference("org/other/dev")': "StackReference org/other/dev",
    'Toy("a", opts=Opts(id="x"))': "by its id",
    'pulumi.runtime.invoke("aws:index:getRegion", {})': "aws:index:getRegion",
    'Toy("a", opts=Opts(transforms=[lambda args: None]))': "does not support transforms",
}


def test_what_cannot_be_registered_is_refused_by_name(toys: Sandbox) -> None:
    result = toys.preview("\n".join(REFUSED))
    assert result.exit_code == 1
    assert len(result.errors) == len(REFUSED)
    for words in REFUSED.values():
        assert any(words in error for error in result.errors), words
    assert toys.calls() == []


@pytest.mark.parametrize("source", REFUSED_AT_ONCE)
def test_what_is_not_supported_ends_the_program_and_is_named(toys: Sandbox, source: str) -> None:
    result = toys.preview(source)
    assert result.exit_code == 1
    assert any(REFUSED_AT_ONCE[source] in error for error in result.errors), result.errors
    assert toys.calls() == []


def test_replace_on_changes_is_honoured_or_refused_but_never_ignored(toys: Sandbox) -> None:
    source = 'Toy("a", vague={}, color="{}", opts=Opts(replace_on_changes=["color"]))'
    toys.up(source.format(True, "red"))
    assert toys.preview(source.format(True, "blue")).step("a").op == "replace"
    refused = toys.preview('Toy("a", color="blue", opts=Opts(replace_on_changes=["color"]))')
    assert "cannot be honoured" in refused.errors[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: toys\nruntime: nodejs\n", "runtime nodejs"),
        ("name: toys\n", "no runtime"),
        ("runtime: python\n", "no project name"),
        ("name: [\n", "cannot be read as YAML at line 2"),
        ("name: toys\nruntime: python\nmain: nowhere\n", "does not exist"),
        ("name: toys\nruntime: python\nconfig: {url: {type: string}}\n", "toys:url is declared"),
    ],
)
def test_a_project_file_that_cannot_be_used_says_why(toys: Sandbox, text: str, words: str) -> None:
    (toys.folder / "Pulumi.yaml").write_text(text)
    with pytest.raises(EngineError, match=words):
        toys.engine().preview()


def test_another_secrets_provider_is_refused(toys: Sandbox) -> None:
    (toys.folder / "Pulumi.dev.yaml").write_text("secretsprovider: awskms://x\n")
    with pytest.raises(Refused, match="secrets provider"):
        toys.engine().preview()

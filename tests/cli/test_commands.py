"""The other commands: version, help, rule, explain, new-rule."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lambdalint import __version__
from lambdalint.findings import Contract, Severity
from lambdalint.registry import Registry, RegistryError, load_rules
from lambdalint.rule import SECTIONS, Rule
from lambdalint.settings import Settings
from lambdalint.skeleton import SkeletonError, write

from .conftest import BAD, Folder, Ran


def test_version(folder: Folder) -> None:
    assert folder.run("--version") == Ran(0, f"lambdalint {__version__}\n", "")


@pytest.mark.parametrize("arguments", [("-h",), ("check", "-h"), ("rule", "--help"), ("explain", "-h")])
def test_help(folder: Folder, arguments: tuple[str, ...]) -> None:
    ran = folder.run(*arguments)
    assert ran.code == 0
    assert ran.out.startswith("Usage: lambdalint")


def test_an_unknown_option_exits_with_2(folder: Folder) -> None:
    ran = folder.run("check", "--selct", "LL101")
    assert ran.code == 2
    assert "No such option" in ran.err
    assert ran.out == ""


def test_a_crash_of_the_tool_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lambdalint import cli

    def crash(*_: object) -> Settings:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(cli, "_load", crash)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["check", "."])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith("error: internal error: ZeroDivisionError: boom\n")


def test_broken_rules_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lambdalint import cli

    def broken() -> Registry:
        raise RegistryError("the built-in rules are not installed")

    monkeypatch.setattr("lambdalint.registry.load_rules", broken)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["check", "--no-cache", "."])
    assert stopped.value.code == 2
    assert capsys.readouterr().err == "error: the built-in rules are not installed\n"


def test_rule_prints_a_page(folder: Folder) -> None:
    ran = folder.run("rule", "LL101")
    assert ran.code == 0
    assert ran.out.startswith("# batch-axis-reduction (LL101)\n\nerror; contract 1: per-sample\n\n")
    assert "## What it does" in ran.out
    assert folder.run("rule", "batch-axis-reduction") == ran


def test_rule_is_formatted_on_a_terminal(in_terminal: Callable[..., Ran]) -> None:
    ran = in_terminal("rule", "LL101")
    assert ran.code == 0
    assert "\x1b[" in ran.out
    assert "## What it does" not in ran.out
    assert "What it does" in ran.out


def test_rule_as_json(folder: Folder) -> None:
    one = json.loads(folder.run("rule", "LL101", "--output-format", "json").out)
    assert (one["code"], one["severity"], one["contract"]) == ("LL101", "error", "per-sample")
    every = json.loads(folder.run("rule", "--all", "--output-format", "json").out)
    assert [rule["code"] for rule in every] == list(load_rules().rules)
    assert one in every


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("LL1O1",), "unknown rule 'LL1O1' (did you mean 'LL101'?)"),
        (("LL1",), "'LL1' stands for several rules"),
        ((), "give a rule or --all"),
        (("LL101", "--all"), "give a rule or --all"),
    ],
)
def test_rule_wants_one_rule(folder: Folder, arguments: tuple[str, ...], message: str) -> None:
    ran = folder.run("rule", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_explain_says_something_of_the_layer(folder: Folder) -> None:
    folder.write("a.py", BAD)
    ran = folder.run("explain", "a.py:5")
    assert (ran.code, ran.err) == (0, "")
    assert "sum" in ran.out
    assert folder.run("explain", "a.py:5:22") == ran


def test_explain_finds_the_layer_that_runs_a_row(folder: Folder) -> None:
    folder.write(
        "helpers.py", "from keras import backend as K\n\n\ndef spread(t):\n    return K.max(t, axis=0)\n"
    )
    folder.write(
        "net.py",
        "from helpers import spread\nfrom keras.layers import Input, Lambda\n\n\n"
        "def twice(t):\n    return 2 * spread(t)\n\n\ny = Lambda(twice)(Input((3,)))\n",
    )
    ran = folder.run("explain", "net.py:9")
    assert (ran.code, ran.err) == (0, "")
    assert folder.run("explain", "net.py:6") == ran
    elsewhere = folder.run("explain", "helpers.py:5")
    assert elsewhere.code == 0
    assert "net.py:9:5  Lambda(twice)" in elsewhere.out
    nothing = folder.run("explain", "helpers.py:1")
    assert nothing.err == "error: helpers.py: no Lambda or merge layer in this file\n"


def test_explain_draws_a_picture(folder: Folder) -> None:
    folder.write("a.py", BAD)
    ran = folder.run("explain", "a.py:5", "--output-format", "svg")
    root = ElementTree.fromstring(ran.out)
    assert root.tag.endswith("svg")
    kinds = [node.get("class") for node in root.iter() if node.tag.endswith("rect")]
    assert "batch" in kinds
    assert "mixed" in kinds
    refused = folder.run("explain", "a.py:1", "--output-format", "svg")
    assert refused.code == 2
    assert "no Lambda or merge layer at row 1" in refused.err


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("a.py", "'a.py' is not of the form FILE:LINE"),
        ("gone.py:3", "gone.py: does not exist"),
        ("none.py:1", "none.py: no Lambda or merge layer in this file"),
        ("nb.ipynb:1", "is a notebook: give the cell"),
        ("nb.ipynb:cell 7:1", "nb.ipynb: no code cell 7"),
        ("a.py:1", "error: a.py: no Lambda or merge layer at row 1; there are layers at rows 5\n"),
    ],
)
def test_explain_says_why_not(folder: Folder, place: str, message: str) -> None:
    folder.write("none.py", "x = 1\n")
    folder.write("a.py", BAD)
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": BAD,
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    folder.write("nb.ipynb", json.dumps(notebook))
    ran = folder.run("explain", place)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


@pytest.mark.parametrize("output_format", ["text", "json", "svg"])
def test_explain_of_a_long_expression(folder: Folder, output_format: str) -> None:
    folder.write("a.py", BAD.replace("ops.sum(t, axis=0)", "t" + " + t" * 900))
    ran = folder.run("explain", "a.py:5", "--output-format", output_format)
    assert (ran.code, ran.err) == (0, "")
    assert {"text": "…", "json": "\\u2026", "svg": "&#8230;"}[output_format] in ran.out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_explain_in_an_encoding_of_few_characters(folder: Folder, encoding: str) -> None:
    code = BAD.replace("ops.sum(t, axis=0)", "breite + t" + " + t" * 99).replace("breite", "größe")
    folder.write("a.py", code.replace("x =", "größe = 2\nx ="))

    def explained(output_format: str) -> str:
        arguments = ("explain", "a.py:6", "--output-format", output_format)
        ran = subprocess.run(
            folder.command(*arguments),
            cwd=folder.path,
            capture_output=True,
            env=folder.environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0"),
            check=True,
        )
        return ran.stdout.decode(encoding)

    assert "----" in explained("text")
    assert "\\u" not in explained("text")
    assert "größe" in json.loads(explained("json"))[0]["function"]
    svg = explained("svg")
    assert svg.isascii()
    assert "größe" in "".join(ElementTree.fromstring(svg).itertext())


ATTENTION = """\
from keras import backend as K
from keras.layers import Input, Lambda
q = Input((8, 16))
def attend(inputs):
    a, b = inputs
    scores = K.batch_dot(a, b, axes=[2, 2])
    return scores / K.sum(scores)
Lambda(attend)([q, q])
"""


def test_explain_draws_a_table(folder: Folder) -> None:
    folder.write("attention.py", ATTENTION)
    ran = folder.run("explain", "attention.py:8")
    assert (
        ran.out
        == """\
attention.py:8:1  Lambda(attend)
  dialect   keras2
            `keras.backend.batch_dot` in row 6
  function  attend()

  row 8: called on [(B*, 8, 16), (B*, 8, 16)]

  row   expression             shape                      what happens
  ──────────────────────────────────────────────────────────────────────────────
    6   K.batch_dot(a, b,      (B*, 8, 8)
        axes=[2, 2])
    7   K.sum(scores)          ()  samples mixed          reduces every axis,
                                                          the batch axis too:
                                                          samples are mixed
    7   scores /               (B, 8, 8)  samples mixed   takes in mixed samples
        K.sum(scores)
        returns                (B, 8, 8)  samples mixed
"""
    )


def test_explain_as_json(folder: Folder) -> None:
    folder.write("attention.py", ATTENTION)
    (layer,) = json.loads(folder.run("explain", "attention.py:8", "--output-format", "json").out)
    assert (layer["filename"], layer["location"], layer["cell"]) == (
        "attention.py",
        {"row": 8, "column": 1},
        None,
    )
    (use,) = layer["uses"]
    assert [(step["shape"], step["batch"], step["state"]) for step in use["steps"]] == [
        (["B", "8", "8"], 0, "per-sample"),
        ([], None, "mixed"),
        (["B", "8", "8"], None, "mixed"),
    ]


def test_explain_finds_the_cell(folder: Folder) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": BAD.lstrip(),
    }
    folder.write(
        "nb.ipynb", json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    ran = folder.run("explain", "nb.ipynb:cell 1:5")
    assert (ran.code, ran.err) == (0, "")
    assert folder.run("explain", "nb.ipynb:5", "--cell", "1") == ran


@pytest.fixture
def checkout(folder: Folder) -> Folder:
    folder.write("pyproject.toml", "")
    folder.write("rules/__init__.py", '"""Rules."""\n')
    return folder


def test_new_rule_writes_a_rule_that_passes_ruff(checkout: Folder) -> None:
    ran = checkout.run("new-rule", "LL199", "some-pattern")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "wrote rules/per_sample/__init__.py",
        "wrote rules/per_sample/ll199_some_pattern.py",
        "wrote fixtures/rules/some-pattern/bad.py",
        "wrote fixtures/rules/some-pattern/good.py",
    ]
    own = Path(__file__).parents[2] / "pyproject.toml"
    for verb in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *verb, "--no-cache", "--config", str(own), "rules"]
        done = subprocess.run(command, cwd=checkout.path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert "# expect: LL199" in (checkout.path / "fixtures/rules/some-pattern/bad.py").read_text()


def test_the_new_rule_has_every_section_and_two_examples(checkout: Folder) -> None:
    paths = write("LL899", "some-pattern", Registry({}), checkout.path)
    namespace: dict[str, object] = {"__name__": "new_rule"}
    source = paths[1].read_text(encoding="utf-8")
    exec(compile(source, str(paths[1]), "exec"), namespace)
    made = namespace["RULE"]
    assert isinstance(made, Rule)
    assert made.contract is Contract.MIGRATION
    page = Rule("LL899", "x", made.contract, Severity.ERROR, doc=str(namespace["__doc__"]))
    assert tuple(page.sections)[1:] == SECTIONS
    assert [example.bad for example in page.examples] == [True, False]


def test_new_rule_joins_the_folder_of_its_contract(checkout: Folder) -> None:
    checkout.write("rules/anything/__init__.py", "")
    checkout.write("rules/anything/ll201_missing_output_shape.py", "")
    paths = write("LL299", "some-pattern", Registry({}), checkout.path)
    assert paths[0] == checkout.path / "rules/anything/ll299_some_pattern.py"


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("LL19", "some-pattern", "'LL19' is not a code"),
        ("LL901", "some-pattern", "'LL901' is not a code"),
        ("LL199", "Some", "'Some' is not a pattern in kebab case"),
        ("LL150", "some-pattern", "LL150 known-rule exists"),
        ("LL199", "known-rule", "LL150 known-rule exists"),
    ],
)
def test_new_rule_refuses_what_is_wrong_or_taken(
    checkout: Folder, code: str, name: str, message: str
) -> None:
    known = Rule("LL150", "known-rule", Contract.PER_SAMPLE, Severity.ERROR, doc="A rule.")
    with pytest.raises(SkeletonError, match=message):
        write(code, name, Registry({"LL150": known}), checkout.path)
    assert not (checkout.path / "fixtures").exists()


def test_new_rule_overwrites_nothing(checkout: Folder) -> None:
    checkout.write("fixtures/rules/some-pattern/good.py", "mine = 1\n")
    ran = checkout.run("new-rule", "LL199", "some-pattern")
    assert ran.code == 2
    assert "good.py exists" in ran.err
    assert not (checkout.path / "rules/per_sample").exists()


def test_new_rule_wants_a_checkout(folder: Folder) -> None:
    ran = folder.run("new-rule", "LL199", "some-pattern")
    assert ran.code == 2
    assert "run this in a checkout" in ran.err

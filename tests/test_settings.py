"""Settings: where they are read from, how selectors combine, and what an error says."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from lambdalint import settings
from lambdalint.findings import Contract, Severity
from lambdalint.rule import Rule
from lambdalint.selectors import Choice, UnknownRule, enabled, resolve
from lambdalint.settings import Overrides, Settings, SettingsError, load


def make(code: str, name: str, default: bool = True) -> Rule:
    return Rule(code, name, Contract.SAVING, Severity.ERROR, default=default, doc="A rule.")


RULES = {
    rule.code: rule
    for rule in (
        make("LL101", "batch-axis-reduction"),
        make("LL102", "whole-batch-reduction"),
        make("LL301", "unserializable-capture"),
        make("LL305", "lambda-bytecode", default=False),
        make("XYZ101", "from-another-pack"),
    )
}
DEFAULTS = {"LL101", "LL102", "LL301", "XYZ101"}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def read(folder: Path, text: str, name: str = "lambdalint.toml", **overrides: object) -> Settings:
    write(folder, name, text)
    return load(RULES, cwd=str(folder), overrides=Overrides(**overrides))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("LL101", {"LL101"}),
        ("LL1", {"LL101", "LL102"}),
        ("LL10", {"LL101", "LL102"}),
        ("LL", {"LL101", "LL102", "LL301"}),
        ("LL3", {"LL301"}),
        ("LL305", {"LL305"}),
        ("lambda-bytecode", {"LL305"}),
        ("batch-axis-reduction", {"LL101"}),
        ("ALL", set(RULES)),
    ],
)
def test_a_word_selects(word: str, codes: set[str]) -> None:
    assert resolve(word, RULES).codes == codes


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("LL1O1", "LL101"),
        ("batch-axis-reductions", "batch-axis-reduction"),
        ("all", "ALL"),
        ("ll101", "LL101"),
    ],
)
def test_an_unknown_word_proposes_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(UnknownRule, match=f"unknown rule '{word}' \\(did you mean '{hint}'\\?\\)"):
        resolve(word, RULES)


def test_an_empty_word_is_unknown() -> None:
    with pytest.raises(UnknownRule):
        resolve("", RULES)


@pytest.mark.parametrize(
    ("choices", "codes"),
    [
        ([], DEFAULTS),
        ([Choice()], DEFAULTS),
        ([Choice(select=("LL1",), ignore=("LL102",))], {"LL101"}),
        # The more specific word wins, whichever side it stands on.
        ([Choice(select=("LL101",), ignore=("LL1",))], {"LL101"}),
        ([Choice(select=("ALL",), ignore=("LL",))], {"LL305", "XYZ101"}),
        ([Choice(extend_select=("LL305",))], DEFAULTS | {"LL305"}),
        ([Choice(select=())], set()),
        # The command line's select replaces the file's.
        ([Choice(select=("LL1",)), Choice(select=("LL301",))], {"LL301"}),
        ([Choice(select=("LL1",), ignore=("LL102",)), Choice(select=("LL1",))], {"LL101", "LL102"}),
        # A file that only ignores is still respected.
        ([Choice(ignore=("LL102",)), Choice(select=("LL1",))], {"LL101"}),
        ([Choice(select=("LL1",)), Choice(ignore=("LL101",))], {"LL102"}),
        ([Choice(select=("LL1",)), Choice(extend_select=("LL301",))], {"LL101", "LL102", "LL301"}),
    ],
)
def test_choices_combine_as_in_ruff(choices: list[Choice], codes: set[str]) -> None:
    assert enabled(choices, RULES) == codes


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(RULES, cwd=str(tmp_path))
    assert settings.codes == DEFAULTS
    assert (settings.target, settings.output_format, settings.jobs) == ("auto", "text", 0)
    assert settings.root == str(tmp_path)


def test_every_option_of_a_file_is_read(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
        select = ["LL1"]
        ignore = ["whole-batch-reduction"]
        extend-select = ["LL305"]
        exclude = ["old/*"]
        extend-exclude = ["vendor"]
        respect-gitignore = false
        target = "keras3"
        output-format = "json"
        max-file-size = 2.5
        jobs = 3
        [per-file-ignores]
        "tests/*" = ["LL101"]
        """,
    )
    assert settings == Settings(
        root=str(tmp_path),
        codes=frozenset({"LL101", "LL305"}),
        per_file_ignores=(("tests/*", frozenset({"LL101"})),),
        exclude=("old/*", "vendor"),
        respect_gitignore=False,
        target="keras3",
        output_format="json",
        max_file_size=2.5,
        jobs=3,
        source=str(tmp_path / "lambdalint.toml"),
        cache_dir=str(tmp_path / ".lambdalint_cache"),
    )


def test_the_command_line_wins(tmp_path: Path) -> None:
    text = 'target = "keras1"\noutput-format = "json"\njobs = 4\nselect = ["LL1"]\n'
    settings = read(
        tmp_path,
        text,
        target="keras3",
        output_format="text",
        jobs=0,
        choice=Choice(select=("LL301",)),
    )
    assert (settings.target, settings.output_format, settings.jobs) == ("keras3", "text", 0)
    assert settings.codes == {"LL301"}


def test_the_nearest_file_upward_is_used(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", '[tool.lambdalint]\ntarget = "keras1"\n')
    write(tmp_path, "a/pyproject.toml", "[tool.other]\ntarget = 3\n")
    write(tmp_path, "a/b/c/empty.txt", "")
    settings = load(RULES, cwd=str(tmp_path / "a/b/c"))
    assert settings.target == "keras1"
    assert settings.root == str(tmp_path)
    write(tmp_path, "a/b/lambdalint.toml", 'target = "keras3"\n')
    assert load(RULES, cwd=str(tmp_path / "a/b/c")).target == "keras3"


def test_the_hidden_file_comes_before_the_others_of_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", '[tool.lambdalint]\ntarget = "keras1"\n')
    write(tmp_path, "lambdalint.toml", 'target = "keras2"\n')
    assert load(RULES, cwd=str(tmp_path)).target == "keras2"
    write(tmp_path, ".lambdalint.toml", 'target = "keras3"\n')
    assert load(RULES, cwd=str(tmp_path)).target == "keras3"


def test_config_overrides_and_its_patterns_hang_on_the_current_folder(tmp_path: Path) -> None:
    write(tmp_path, "lambdalint.toml", 'target = "keras1"\n')
    other = write(tmp_path, "conf/my.toml", 'target = "keras3"\n')
    settings = load(RULES, cwd=str(tmp_path), config=str(other))
    assert settings.target == "keras3"
    assert settings.root == str(tmp_path)


def test_a_broken_pyproject_without_our_table_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.other\nx = \n")
    assert load(RULES, cwd=str(tmp_path)).codes == DEFAULTS


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ('\nselct = ["LL1"]', 2, "unknown option 'selct' (did you mean 'select'?)"),
        ('target = "keras4"', 1, "target must be one of keras1, keras2, keras3, auto, not 'keras4'"),
        ('output-format = "jsn"', 1, "not 'jsn' (did you mean 'json'?)"),
        ("jobs = true", 1, "jobs must be a number of processes, or 0 for automatic, not True"),
        ("jobs = -1", 1, "not -1"),
        ("max-file-size = 0", 1, "max-file-size must be a number of megabytes above 0, not 0"),
        ('select = "LL1"', 1, "select must be a list of strings, not 'LL1'"),
        ("select = [1]", 1, "select must be a list of strings, not [1]"),
        ('respect-gitignore = "no"', 1, "respect-gitignore must be true or false, not 'no'"),
        ('select = [\n  "LL1",\n  "LL1O1",\n]', 3, "unknown rule 'LL1O1' (did you mean 'LL101'?)"),
        ('[per-file-ignores]\n"a.py" = ["LL1"]\n"b.py" = [\'LL9\']', 3, "unknown rule 'LL9'"),
        (
            "[tool.lambdalint]",
            1,
            "unknown option 'tool': outside of pyproject.toml",
        ),
        ("[per-file-ignores]\nx = 3", 1, "per-file-ignores must be a table of globs"),
    ],
)
def test_an_error_names_the_file_and_the_line(tmp_path: Path, text: str, row: int, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'lambdalint.toml'}:{row}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_line_is_looked_for_in_our_table_only(tmp_path: Path) -> None:
    text = '[tool.other]\nselct = 1\n\n[tool.lambdalint]\nselct = ["LL1"]\n'
    with pytest.raises(SettingsError, match=r"pyproject\.toml:5: unknown option 'selct'"):
        read(tmp_path, text, name="pyproject.toml")


def test_broken_toml_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"lambdalint\.toml: is not valid TOML: \S+"):
        read(tmp_path, "select = [")


@pytest.mark.parametrize("text", ["[[tool.lambdalint]]\nselect = []\n", "[tool]\nlambdalint = 3\n"])
def test_a_table_of_the_wrong_shape_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"pyproject\.toml"):
        read(tmp_path, text, name="pyproject.toml")


def test_a_missing_config_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        load(RULES, cwd=str(tmp_path), config=str(tmp_path / "nowhere.toml"))


def test_an_unknown_rule_on_the_command_line_is_an_error(tmp_path: Path) -> None:
    overrides = Overrides(Choice(select=("LL1O1",)))
    with pytest.raises(SettingsError, match=r"\Aunknown rule 'LL1O1' \(did you mean 'LL101'\?\)"):
        load(RULES, cwd=str(tmp_path), overrides=overrides)


@pytest.mark.parametrize(
    ("glob", "path", "hit"),
    [
        ("train.py", "a/b/train.py", True),
        ("tests/*", "tests/a/b.py", True),
        ("tests/*", "src/tests.py", False),
        ("tests/**/x.py", "tests/x.py", True),
        ("tests/**/x.py", "tests/a/b/x.py", True),
        ("*.ipynb", "a/n.ipynb", True),
        ("{a,b}/*.py", "b/x.py", True),
        ("{a,b}/*.py", "c/x.py", False),
        ("a/[xy].py", "a/y.py", True),
        ("a/[!xy].py", "a/y.py", False),
        ("!src/*", "tests/a.py", True),
        ("!src/*", "src/a.py", False),
        ("a.py", "aXpy", False),
        ("a?.py", "ab.py", True),
        ("[z-a].py", "a.py", False),
        ("[z-a].py", "[z-a].py", True),
    ],
)
@pytest.mark.parametrize("folder", ["plain", "run[1]", "{a,b}", "a*?"])
def test_per_file_ignores_match_as_in_ruff(
    tmp_path: Path, folder: str, glob: str, path: str, hit: bool
) -> None:
    root = tmp_path / folder
    settings = Settings(str(root), frozenset(), per_file_ignores=((glob, frozenset({"LL101"})),))
    assert (settings.ignored_in(str(root / path)) == {"LL101"}) is hit


def test_the_readme_lists_every_key() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| `")]
    assert [key for key in settings._KEYS if not any(f"`{key}`" in row for row in rows)] == []

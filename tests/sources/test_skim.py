"""The quick look at a text agrees with the tokenizer."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest

from lambdalint.sources.skim import has_word, joined_rows

WORDS = frozenset(("Lambda", "merge", "Merge"))
RULES = Path(__file__).parents[2] / "rules"


@pytest.mark.parametrize(
    "text",
    [
        "Lambda(f)",
        "x = layers.Lambda\n",
        "from keras.layers import merge as join",
        "s = 'it''s' + Lambda",
        "s = '''a 'quoted' word''' or Lambda",
        'f"{Lambda(f)}"',
        'rf"{Lambda(f)}"',
        "f'{ {'a': 1}['a'] + Lambda(f) }'",
        '"""open to the end: Lambda(f)',
        "x = 'open\nLambda(f)",
        "'a\\\\' + Lambda('b')",
    ],
)
def test_words_that_may_be_code(text: str) -> None:
    assert has_word(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "# a Lambda layer\nx = 1",
        "'''Lambda'''",
        '"""A "Lambda" layer\n\nLambda(f)\n"""\nx = 1',
        "LambdaCallback(f)",
        "my_Lambda(f), éLambda(f), Lambda2(f), merged, remerge",
        "x = 'a \\' Lambda'",
        "x = 'a \\\nLambda'",
        "'' + \"\" + 'Lambda'",
        'f"{x} {{y}}" + "Lambda"',
    ],
)
def test_words_that_are_none_of_the_code(text: str) -> None:
    assert not has_word(text, WORDS)


def test_only_the_words_asked_for() -> None:
    assert not has_word("pd.merge(a, b)", frozenset(("Lambda",)))


def _joined(text: str) -> set[tuple[int, int]]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {(t.start[0], t.end[0]) for t in tokens if t.type == tokenize.STRING and t.end[0] > t.start[0]}


def test_rows_of_strings_agree_with_the_tokenizer() -> None:
    compared = 0
    for path in RULES.rglob("*.py"):
        try:
            text = path.read_text("utf-8")
            wanted = _joined(text)
        except (UnicodeDecodeError, SyntaxError, tokenize.TokenError):
            continue
        found = joined_rows(text)
        assert found is not None, path
        assert wanted <= set(found), path
        compared += bool(wanted)
    assert compared > 20


def test_joined_rows() -> None:
    assert joined_rows("x = 1 + \\\n    2\ny = '''a\n\nb'''\n# '''\n") == [(1, 2), (3, 5)]
    assert joined_rows('x = """open\n') is None
    assert joined_rows('f"""{x}\n"""') is None

"""Expressions that do not retry match what they matched before, soon."""

from __future__ import annotations

import re
import time
from random import Random

import pytest
from pathspec import GitIgnoreSpec

from lambdalint.sources.globs import sets_within_names, without_retries


def regex_of(line: str) -> str:
    (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    return sets_within_names(str(pattern.regex.pattern)) if pattern.regex else ""


def glob(random: Random) -> str:
    signs = ("a", "b", "*", "*", "?", "[ab]", "[!a]", "[!]]", ".", "\\*", "**")
    parts = ["".join(random.choices(signs, k=random.randint(1, 5))) for _ in range(random.randint(1, 4))]
    parts[random.randrange(len(parts))] = random.choice((parts[0], "**"))
    return random.choice(("", "/")) + "/".join(parts)


def path(random: Random) -> str:
    parts = ("".join(random.choices("aab.*]", k=random.randint(1, 5))) for _ in range(random.randint(1, 5)))
    return "/".join(parts) + random.choice(("", "/"))


def test_the_same_paths_match() -> None:
    random = Random(1)
    changed = matched = 0
    for _ in range(3000):
        before = regex_of(glob(random))
        after = without_retries(before)
        changed += after != before
        for each in (path(random) for _ in range(6)):
            old, new = re.search(before, each), re.search(after, each)
            assert (old and (old.span(), old.groupdict().get("ps_d"))) == (
                new and (new.span(), new.groupdict().get("ps_d"))
            ), (before, each)
            matched += old is not None
    assert changed > 300
    assert matched > 1000


@pytest.mark.parametrize(
    "line", ["*a" * 40 + "z", "**/a/" * 20 + "z", "*" * 3000 + "z", "**/*a*b/" * 20 + "z"]
)
def test_no_path_takes_long(line: str) -> None:
    began = time.process_time()
    compiled = re.compile(without_retries(regex_of(line)))
    for each in ("a" * 255 + ".py", "a/" * 400 + "c", "xab/" * 300 + "c"):
        assert not compiled.search(each)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("before", "after"), [("a[^b]c", "a[^/b]c"), ("[^]a]", "[^]/a]"), (r"\[^a", r"\[^a"), ("[^/]*", "[^/]*")]
)
def test_sets_match_no_slash(before: str, after: str) -> None:
    assert sets_within_names(before) == after

"""Answers are remembered by content, and only what is unchanged is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lambdalint.confirm.interpreter import Interpreter
from lambdalint.confirm.request import Answer, Inputs, Request, Sample
from lambdalint.confirm.verdicts import Verdicts
from tests.confirm.requests import request

HERE = Interpreter("/usr/bin/python3", (3, 11, 7), (("keras", "3.4.1"), ("tensorflow", "2.17.0")))
OTHER = replace(HERE, packages=(("keras", "3.5.0"), ("tensorflow", "2.17.0")))
ANSWER = Answer("confirmed", witness="1.000 against 0.316", seconds=0.2)


def sampled(path: Path) -> Request:
    return request("f = abs", candidates=(Inputs("tensor", (Sample((2,), file=str(path)),)),))


def test_an_answer_is_found_again(tmp_path: Path) -> None:
    asked = request("f = abs")
    first = Verdicts(str(tmp_path / "new" / "confirm"), HERE, "tensorflow")
    assert first.get(first.key(asked)) is None
    first.put(first.key(asked), ANSWER)
    second = Verdicts(str(tmp_path / "new" / "confirm"), HERE, "tensorflow")
    assert second.get(second.key(asked)) == ANSWER


@pytest.mark.parametrize(
    "change",
    [
        lambda r, v, folder: (replace(r, facts={"axis": 1}), v),
        lambda r, v, folder: (replace(r, seconds=1.0), v),
        lambda r, v, folder: (r, Verdicts(str(folder), replace(HERE, version=(3, 12, 0)), "tensorflow")),
        lambda r, v, folder: (
            r,
            Verdicts(str(folder), replace(HERE, packages=(("keras", "3.5"),)), "tensorflow"),
        ),
        lambda r, v, folder: (r, Verdicts(str(folder), HERE, "torch")),
    ],
    ids=["facts", "time", "python", "keras", "backend"],
)
def test_another_question_has_another_answer(
    tmp_path: Path, change: Callable[[Request, Verdicts, Path], tuple[Request, Verdicts]]
) -> None:
    asked, verdicts = request("f = abs"), Verdicts(str(tmp_path), HERE, "tensorflow")
    verdicts.put(verdicts.key(asked), ANSWER)
    other, there = change(asked, verdicts, tmp_path)
    assert there.get(there.key(other)) is None


def test_another_sample_has_another_answer(tmp_path: Path) -> None:
    sample, verdicts = tmp_path / "rows.npy", Verdicts(str(tmp_path / "kept"), HERE, "tensorflow")
    sample.write_bytes(b"one")
    verdicts.put(verdicts.key(sampled(sample)), ANSWER)
    assert verdicts.get(verdicts.key(sampled(sample))) == ANSWER
    sample.write_bytes(b"two")
    assert verdicts.get(verdicts.key(sampled(sample))) is None
    sample.unlink()
    assert verdicts.get(verdicts.key(sampled(sample))) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 0}', "\0" * 9])
def test_a_broken_file_is_no_answer(tmp_path: Path, content: str) -> None:
    asked, verdicts = request("f = abs"), Verdicts(str(tmp_path), HERE, "tensorflow")
    verdicts.put(verdicts.key(asked), ANSWER)
    (path,) = tmp_path.rglob("*.json")
    path.write_text(content)
    assert verdicts.get(verdicts.key(asked)) is None
    verdicts.put(verdicts.key(asked), ANSWER)
    assert verdicts.get(verdicts.key(asked)) == ANSWER
    assert list(tmp_path.rglob("*.*")) == [path]


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    asked, verdicts = request("f = abs"), Verdicts(str(tmp_path / "file" / "confirm"), HERE, "tensorflow")
    verdicts.put(verdicts.key(asked), ANSWER)
    assert verdicts.get(verdicts.key(asked)) is None

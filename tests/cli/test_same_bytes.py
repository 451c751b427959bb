"""The same input gives the same bytes: whatever the processes, the order, the hash seed or the locale."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATHS = ("fixtures/seeds", "fixtures/projects", "fixtures/sources")
COMMAND = ("check", "--output-format", "json", "--show-problems", "--show-unknown")


def report(paths: tuple[str, ...], *more: str, **environment: str) -> tuple[int, bytes, bytes]:
    command = [sys.executable, "-m", "lambdalint", *COMMAND, *more, *paths]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env=os.environ | environment)
    return done.returncode, done.stdout, done.stderr


@cache
def here() -> tuple[str, ...]:
    return tuple(path for path in PATHS if (ROOT / path).exists())


@cache
def plain() -> tuple[int, bytes, bytes]:
    return report(here(), "--no-cache", "--jobs", "1", PYTHONHASHSEED="0")


def test_there_is_something_to_compare() -> None:
    code, out, err = plain()
    assert code in (1, 2)
    assert out.count(b'"code"') > 20
    assert err


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242", "LC_ALL": "C"},
        {"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"},
    ],
    ids=str,
)
def test_hash_seed_and_locale(environment: dict[str, str]) -> None:
    assert report(here(), "--no-cache", "--jobs", "1", **environment) == plain()


def test_processes() -> None:
    assert report(here(), "--no-cache", "--jobs", "3") == plain()


def test_order() -> None:
    assert report(here()[::-1], "--no-cache", "--jobs", "1") == plain()


def test_cache(tmp_path: Path) -> None:
    for _ in range(2):
        assert report(here(), "--cache-dir", str(tmp_path), "--jobs", "2") == plain()

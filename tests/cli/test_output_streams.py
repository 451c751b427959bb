"""Where reports go: full disks and closed streams."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import HEAD, LAYER, ONLY, Folder


def stream_to(folder: Folder, target: Path, *more: str) -> tuple[int, str]:
    with open(target, "wb") as out:
        done = subprocess.run(
            folder.command("check", *ONLY, *more), cwd=folder.path, stdout=out, stderr=subprocess.PIPE,
            env=folder.environment(), check=False, timeout=120,
        )  # fmt: skip
    return done.returncode, done.stderr.decode()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk(bad: Folder) -> None:
    code, err = stream_to(bad, Path("/dev/full"))
    assert (code, err) == (2, "error: the report cannot be written: No space left on device\n")
    ran = bad.run("check", *ONLY, "--output-file", "/dev/full")
    assert (ran.code, ran.err) == (2, "error: /dev/full: cannot be written: No space left on device\n")


def test_a_full_disk_leaves_the_old_report(bad: Folder) -> None:
    bad.write("many.py", HEAD + LAYER * 200)
    bad.write("report.txt", "old\n")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        bad.command("check", *ONLY, "-o", "report.txt"), cwd=bad.path, preexec_fn=limit, capture_output=True,
        env=bad.environment(), check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, b"error: report.txt: cannot be written: File too large\n")
    assert (bad.path / "report.txt").read_text() == "old\n"
    assert not list(bad.path.glob(".lambdalint-*"))


def test_closed_streams(bad: Folder) -> None:
    for closed in (">&-", "2>&-", ">&- 2>&-", "<&-"):
        command = " ".join(bad.command("check", *ONLY)) + f" {closed}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=bad.path,
            env=bad.environment(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in (1, 2)
        assert b"Traceback" not in done.stdout + done.stderr

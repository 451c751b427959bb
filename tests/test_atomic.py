"""Atomic writes: the old content or the new, and everything else about the file as it was."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lambdalint.atomic import PREFIX, Changed, write_atomically

OLD, NEW = b"old\r\n" * 1000, b"new\n" * 3000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_bytes(OLD)
    return path


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(f"{PREFIX}*"))


def test_replaces_the_content(file: Path) -> None:
    write_atomically(str(file), NEW)
    assert file.read_bytes() == NEW
    assert not leftovers(file.parent)


def test_makes_a_file_as_the_mask_says(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_atomically(str(tmp_path / "made"), NEW)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o640


def test_a_relative_name_in_the_current_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    write_atomically("train.py", NEW)
    assert file.read_bytes() == NEW


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomically(str(path), NEW)
    write_atomically(str(path), OLD)
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o4750])
def test_keeps_permissions(file: Path, mode: int) -> None:
    file.chmod(mode)
    write_atomically(str(file), NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_keeps_the_owner_and_the_mode_with_it(file: Path) -> None:
    os.chown(file, 12345, 54321)
    file.chmod(0o4750)
    write_atomically(str(file), NEW)
    found = file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 54321, 0o4750)


def test_keeps_extended_attributes(file: Path) -> None:
    try:
        os.setxattr(file, "user.lambdalint", b"kept")
    except OSError:
        pytest.skip("this file system has none")
    write_atomically(str(file), NEW)
    assert os.getxattr(file, "user.lambdalint") == b"kept"


def test_writes_through_links(file: Path) -> None:
    (file.parent / "sub").mkdir()
    link = file.parent / "sub" / "link.py"
    link.symlink_to("../train.py")
    again = file.parent / "again.py"
    again.symlink_to("sub/link.py")
    write_atomically(str(again), NEW)
    assert again.is_symlink()
    assert os.readlink(link) == "../train.py"
    assert file.read_bytes() == NEW


def test_a_dangling_link_makes_the_file_it_names(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("made")
    write_atomically(str(link), NEW)
    assert link.is_symlink()
    assert (tmp_path / "made").read_bytes() == NEW


def test_a_circular_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        write_atomically(str(tmp_path / "a"), NEW)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_atomically(str(tmp_path), NEW)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(str(tmp_path / "none" / "file"), NEW)


def test_devices_and_pipes_are_written_to(tmp_path: Path) -> None:
    write_atomically(os.devnull, NEW)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        write_atomically(str(pipe), NEW)
        assert reader.communicate()[0] == NEW
    assert pipe.is_fifo()


def test_a_changed_file_is_left_alone(file: Path) -> None:
    write_atomically(str(file), NEW, expected=OLD)
    with pytest.raises(Changed):
        write_atomically(str(file), b"newer", expected=OLD)
    assert file.read_bytes() == NEW
    file.unlink()
    with pytest.raises(Changed):
        write_atomically(str(file), b"newer", expected=NEW)
    assert not list(file.parent.iterdir())


def test_a_failing_rename_leaves_the_old_content(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(PermissionError):
        write_atomically(str(file), NEW)
    assert file.read_bytes() == OLD
    assert not leftovers(file.parent)


def test_a_full_disk_leaves_the_old_content(file: Path) -> None:
    """A limit on the size of files stands for the full disk: the write is cut short, the next one fails."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(NEW) // 2, len(NEW) // 2))

    code = "import sys; from lambdalint.atomic import *; write_atomically(sys.argv[1], b'new\\n' * 3000)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert "File too large" in done.stderr
    assert file.read_bytes() == OLD
    assert not leftovers(file.parent)


_FOR_EVER = """
import os, sys
from lambdalint import atomic
if sys.argv[2] != "0":
    real = os.write
    os.write = lambda descriptor, data: real(descriptor, data[:int(sys.argv[2])])
print("ready", flush=True)
contents = [b"a" * 300_000, b"b" * 200_000]
while True:
    for content in contents:
        atomic.write_atomically(sys.argv[1], content)
"""


@pytest.mark.parametrize("piece", [0, 500, 7000])
def test_a_kill_in_the_middle_leaves_the_old_or_the_new(file: Path, piece: int) -> None:
    """Killed at 12 moments of a loop of writes, some in small pieces, so that most moments are mid-write."""
    for moment in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", _FOR_EVER, str(file), str(piece)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(0.002 + moment * 0.0037)
            writer.kill()
        assert file.read_bytes() in (OLD, b"a" * 300_000, b"b" * 200_000)
    # What the killed ones left behind does not stand in the way.
    write_atomically(str(file), NEW)
    assert file.read_bytes() == NEW

"""Writing files so that whoever looks finds the old content or the new, never a part of it."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress

_ATTEMPTS = 100
PREFIX = ".lambdalint-"
"""How the name of a temporary file begins; only a process that is killed leaves one behind."""


class Changed(Exception):
    """The file no longer holds what it held when it was read; nothing was written."""


def write_atomically(path: str, data: bytes, *, expected: bytes | None = None) -> None:
    """Replace the content of a file, or make the file, in one step.

    The content goes to a temporary file in the same folder, to the disk, and is then renamed.
    Permissions, extended attributes and, where that is allowed, owner and group are kept.  A link
    stays: the file it points to is written.  A device or a pipe is written to directly.

    Args:
        path: the file.
        data: its whole new content.
        expected: what it must still hold just before it is replaced.

    Raises:
        Changed: it holds something other than ``expected``.
        OSError: it cannot be written; the old content is still there.
    """
    target = os.path.realpath(path)
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(21, "Is a directory", path)
    if old is not None and (not stat.S_ISREG(old.st_mode) or _is_stream(path)):
        with open(path, "wb", buffering=0) as stream:
            _write_all(stream.fileno(), data)
        return
    _replace(target, data, old, expected)
    _sync_folder(os.path.dirname(target))


def _replace(target: str, data: bytes, old: os.stat_result | None, expected: bytes | None) -> None:
    """Write a file beside the target and rename it; ``old`` is the status of what is replaced."""
    temporary, descriptor = _create_beside(target, 0o666 if old is None else 0o600)
    try:
        try:
            _write_all(descriptor, data)
            if old is not None:
                _copy_status(target, old, descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if expected is not None:
            _compare(target, expected)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _is_stream(path: str) -> bool:
    """Whether this names what is open already, such as ``/dev/stdout``: a rename would not reach it."""
    return os.path.abspath(path).startswith(("/dev/", "/proc/"))


def _create_beside(target: str, mode: int) -> tuple[str, int]:
    """A new file in the folder of ``target``, and its open descriptor."""
    folder = os.path.dirname(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    for _ in range(_ATTEMPTS):
        temporary = os.path.join(folder, f"{PREFIX}{secrets.token_hex(6)}.tmp")
        with suppress(FileExistsError):
            return temporary, os.open(temporary, flags, mode)
    raise FileExistsError(17, "No unused name for a temporary file", folder)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _copy_status(target: str, old: os.stat_result, descriptor: int) -> None:
    """Give the new file the owner, permissions and extended attributes of the old one."""
    if hasattr(os, "fchown"):
        new = os.fstat(descriptor)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            for uid, gid in ((old.st_uid, old.st_gid), (-1, old.st_gid)):
                try:
                    os.fchown(descriptor, uid, gid)
                    break
                except OSError:
                    continue
    if hasattr(os, "fchmod"):
        # After the owner: a change of owner clears bits of the mode.
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(target, name))


def _compare(target: str, expected: bytes) -> None:
    try:
        with open(target, "rb") as stream:
            unchanged = stream.read(len(expected) + 1) == expected
    except FileNotFoundError:
        unchanged = False
    if not unchanged:
        raise Changed(target)


def _sync_folder(folder: str) -> None:
    """Bring the rename to the disk too, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""The server of a worker takes what its children send and print in whatever order that arrives."""

from __future__ import annotations

import os
import selectors
import socket
from pathlib import Path
from typing import Any

from lambdalint.confirm.worker.channel import frame
from lambdalint.confirm.worker.launch import Child, Surroundings
from lambdalint.confirm.worker.run import Run
from lambdalint.confirm.worker.server import Server

NONCE = "0123456789abcdef"


class Ended(Child):
    """A child that has ended well."""

    def ended(self) -> bool:
        return True

    def end(self, spared: set[int]) -> int:
        return 0


def test_a_result_and_prints_that_arrive_together(tmp_path: Path) -> None:
    (talk, childs_talk), (output, childs_output) = socket.socketpair(), socket.socketpair()
    reading, driver = socket.socketpair()
    server = Server(Surroundings("keras", None, [], [], ""), str(tmp_path), reading, os.dup(1))
    (tmp_path / "run").mkdir()
    for each in (talk, output):
        each.setblocking(False)
    run = Run(Ended(0, talk, output), str(tmp_path / "run"), {"seconds": 5.0, "nonce": NONCE}, True)
    replies: list[dict[str, Any]] = []
    run.done = replies.append
    server.runs.append(run)
    server.selector.register(talk, selectors.EVENT_READ, lambda: server.hear(run))
    server.selector.register(output, selectors.EVENT_READ, lambda: server.listen(run))
    childs_talk.sendall(frame(NONCE.encode(), {"answer": 1}))
    childs_output.sendall(b"printed")
    arrived = server.selector.select(5)
    assert len(arrived) == 2
    for order in (arrived, arrived[::-1]):
        for key, _ in order:
            key.data()
    assert replies == [{"answer": 1, "status": 0}]
    assert run.output == b"printed"
    for each in (childs_talk, childs_output, reading, driver):
        each.close()
    os.close(server.writing)

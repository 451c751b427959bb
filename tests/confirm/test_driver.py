"""The driver and its workers: every request has its answer, whatever the others do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lambdalint.confirm.driver import Driver
from tests.confirm.marks import EVERY_KERAS
from tests.confirm.requests import PACKAGES, request

pytestmark = EVERY_KERAS

WORKS = """
import numpy as np, os, sys, threading
import tensorflow as tf
from {package} import Input, Model, layers, models

def all_of_it():
    x = Input((4,))
    model = Model(x, layers.Lambda(lambda t: t * 2.0, output_shape=(3,))(layers.Dense(3)(x)))
    data = np.ones((2, 4), "float32")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model(data))
    slopes = tape.gradient(total, model.trainable_weights)
    assert [tuple(each.shape) for each in slopes] == [(4, 3), (3,)]
    model.compile("sgd", "mse")
    model.fit(data, np.zeros((2, 3)), verbose=0)
    model.save("model.keras")
    assert model.predict(data, verbose=0).shape == (2, 3)
    assert float(tf.constant([1.0, 2.0])[1]) == 2.0

all_of_it()
other = threading.Thread(target=all_of_it)
other.start()
other.join()
raise ArithmeticError("all of it worked")
"""


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as made:
        yield made


def said(driver: Driver, source: str, **options: object) -> str:
    (answer,) = driver.answers([request(textwrap.dedent(source), **options)])  # type: ignore[arg-type]
    assert answer.status == "unconfirmed"
    return answer.reason


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_works_in_a_forked_child(driver: Driver, package: str) -> None:
    imported = driver.imported
    for _ in range(2):
        assert "ArithmeticError: all of it worked" in said(
            driver, WORKS.format(package=package), package=package
        )
    assert driver.imported == imported + 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="looks at threads as Linux shows them")
@pytest.mark.parametrize("package", PACKAGES)
def test_a_server_has_no_thread_that_its_children_would_lack(driver: Driver, package: str) -> None:
    said(driver, "raise ValueError(1)", package=package)
    servers = [each for each in driver.workers if each.kind.package == package]
    assert [len(os.listdir(f"/proc/{each.pid}/task")) for each in servers] == [1]


def test_answers_come_in_the_order_of_requests() -> None:
    sources = [f"import keras\nraise ValueError('number {n % 3}')" for n in range(7)]
    told: list[tuple[int, int]] = []
    with Driver(jobs=2) as driver:
        answers = driver.answers(
            [request(each) for each in sources], progress=lambda done, all_: told.append((done, all_))
        )
    for number, answer in enumerate(answers):
        assert f"ValueError: number {number % 3}" in answer.reason
    assert told[-1] == (7, 7)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_nothing_of_one_experiment_is_left_for_the_next(driver: Driver) -> None:
    said(driver, "import keras, builtins\nbuiltins.left = 1\nkeras.left = 2\nopen('left', 'w').close()")
    reason = said(
        driver,
        """
        import builtins, keras, os
        raise ValueError(hasattr(builtins, "left"), hasattr(keras, "left"), os.path.exists("left"))
        """,
    )
    assert "ValueError: (False, False, False)" in reason


def test_the_environment_holds_no_secret(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    with Driver() as fresh:
        reason = said(
            fresh,
            "import os\nraise ValueError(os.environ.get('MY_TOKEN'), os.environ['HOME'] == os.getcwd())",
        )
    assert "ValueError: (None, True)" in reason


def test_the_folders_of_experiments_are_removed() -> None:
    with Driver() as driver:
        reason = said(
            driver, "import os\nos.mkdir('deep')\nos.chmod('deep', 0)\nraise ValueError(os.getcwd())"
        )
        folder = reason.partition("ValueError: ")[2].split()[0]
        assert os.path.isabs(folder)
        assert not os.path.exists(folder)
        assert os.path.exists(os.path.dirname(folder))
    assert not os.path.exists(os.path.dirname(folder))


def test_unchanged_findings_need_no_worker(tmp_path: Path) -> None:
    asked = [request(f"import keras\nraise ValueError({n})") for n in range(3)]
    with Driver(cache=str(tmp_path)) as first:
        answers = first.answers(asked)
        assert first.imported == 1
    with Driver(cache=str(tmp_path)) as second:
        assert second.answers(asked) == answers
        assert second.imported == 0
        assert (
            "ValueError: 9"
            in second.answers([*asked, request("import keras\nraise ValueError(9)")])[3].reason
        )
        assert second.imported == 1


def test_what_may_go_better_next_time_is_not_remembered(tmp_path: Path) -> None:
    with Driver(cache=str(tmp_path)) as driver:
        assert said(driver, "import time\ntime.sleep(60)", seconds=1.0) == "ran longer than 1 s"
        assert list(tmp_path.rglob("*.json")) == []


def test_a_server_that_dies_costs_no_finding() -> None:
    with Driver(jobs=2) as driver:
        assert "ValueError: 1" in said(driver, "raise ValueError(1)")
        (worker,) = driver.workers
        threading.Timer(1.0, os.kill, (worker.pid, signal.SIGKILL)).start()
        sources = [f"import time\ntime.sleep(2)\nraise ValueError({n})" for n in range(3)]
        answers = driver.answers([request(each) for each in sources])
        for number, answer in enumerate(answers):
            assert f"ValueError: {number}" in answer.reason
        assert driver.imported > 1


def test_a_request_that_ends_its_servers_costs_one_finding() -> None:
    with Driver() as driver:
        ended = threading.Event()

        def end() -> None:
            while not ended.wait(0.1):
                for worker in driver.workers:
                    if any(name.startswith(f"{worker.pid}-") for name in os.listdir(driver.folder)):
                        os.kill(worker.pid, signal.SIGKILL)

        killer = threading.Thread(target=end)
        killer.start()
        reason = said(driver, "import time\ntime.sleep(15)\nraise ValueError(1)")
        ended.set()
        killer.join()
        assert reason.startswith("the worker ended")
        assert driver.imported == 2
        assert "ValueError: 2" in said(driver, "raise ValueError(2)")


def test_two_experiments_share_a_server() -> None:
    asked = [request(f"import time\ntime.sleep(3)\nraise ValueError({n})") for n in range(2)]
    with Driver(jobs=2) as driver:
        said(driver, "raise ValueError(0)")
        began = time.monotonic()
        answers = driver.answers(asked)
        assert time.monotonic() - began < 6
        assert driver.imported == 1
    assert ["ValueError: 0" in answers[0].reason, "ValueError: 1" in answers[1].reason] == [True, True]


ASKS_FOR_A_SCRIPT = """
import sys
frame = sys._getframe()
while "self" not in frame.f_locals:
    frame = frame.f_back
session = frame.f_locals["self"]
with open("data", "w") as file:
    file.write("seen")
script = "import keras\\nresult = [open('data').read(), keras.ops.ones(2).numpy().tolist()]\\nprint('said')"
fresh = session.fresh(script, ["data"])
assert fresh.value == ["seen", [1.0, 1.0]] and fresh.output == "said\\n" and fresh.code == 0, fresh
assert session.fresh("import sys; sys.exit(1)").code == 1
assert session.fresh("import os; os._exit(7)").code == 7
assert session.fresh("1 / 0").error == "ZeroDivisionError: division by zero"
assert "no attribute 'fresh'" in session.fresh("import main", program=True).error
assert "No module named 'main'" in session.fresh("import main").error
ended = session.fresh("while True: pass", seconds=1)
assert (ended.code, ended.error) == (None, "ran longer than 1 s"), ended
raise ArithmeticError("all of it worked")
"""


def test_an_experiment_can_run_scripts_in_fresh_processes(driver: Driver) -> None:
    assert "ArithmeticError: all of it worked" in said(driver, ASKS_FOR_A_SCRIPT)


def test_without_fork_every_experiment_has_a_process() -> None:
    first = ASKS_FOR_A_SCRIPT.partition("assert session")[0]
    asked = [
        request(first + "raise ArithmeticError('it worked')", seconds=120.0),
        request("while True: pass", seconds=1.0),
    ]
    with Driver(without=("fork",)) as driver:
        works, ends = driver.answers(asked)
    assert "ArithmeticError: it worked" in works.reason
    assert ends.reason == "ran longer than 1 s"


INTERRUPTED = """
import sys, time
from lambdalint.confirm.driver import Driver
from tests.confirm.requests import PACKAGES, request
with Driver(jobs=2) as driver:
    asked = [request("import time\\ntime.sleep(300)", package=each, seconds=300.0) for each in PACKAGES[:2]]
    driver.answers(asked, progress=lambda done, all_: print(driver.folder, flush=True))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_process(tmp_path: Path, number: int) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: len(working_below(tmp_path)) >= 4, 60)
    run.send_signal(number)
    run.wait(20)
    wait_for(lambda: not working_below(tmp_path), 20)
    assert number != signal.SIGINT or list(tmp_path.iterdir()) == []


def working_below(folder: Path) -> list[str]:
    """The processes that work below a folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd").startswith(f"{folder}/"):
                found.append(pid)
    return found


def wait_for(happened: Callable[[], bool], seconds: float) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)

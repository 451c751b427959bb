"""Variables of loops, and what is computed from them: the last value is told from the first."""

from __future__ import annotations

from pathlib import Path

from tests.confirm.test_seeds import confirm, pytestmark

__all__ = ["pytestmark"]

SCRIPT = """
from tensorflow.keras import layers, models

x = layers.Input((32, 6))
outs = []
for h in range(4):
    low, high = h * 4, (h + 1) * 4
    outs.append(layers.Lambda(lambda t: t[:, low:high])(x))  # low is 12 and high is 16
start = 0
for k in range(5):
    size = k + 1
    end = start + size
    outs.append(layers.Lambda(lambda t: t[:, :end])(x))  # end is 5
for k in range(1, 5):
    start = start + k
    outs.append(layers.Lambda(lambda t: t[:, start:])(x))  # start is 10
for k in range(1):
    outs.append(layers.Lambda(lambda t: t[:, k:])(x))  # has its last value


def build():
    for i in range(3):
        a = i * 2
        b = a + 2
        outs.append(layers.Lambda(lambda t: t[:, a:b])(x))  # a is 4 and b is 6
    gain = 2
    outs.append(layers.Lambda(lambda t: t * gain)(x))  # gain is 3
    gain = 3
    place = 0
    while place < 6:
        outs.append(layers.Lambda(lambda t: t[..., place:])(x))  # place is 6
        place += 2


def levels(depth=3):
    return [layers.Lambda(lambda t: t[:, d + 1:])(x)  # d is 2
            for d in range(depth)]


build()
outs += levels()
models.Model(x, outs).save("model.keras")
"""


def test_the_last_values(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT, encoding="utf-8")
    _, findings, _ = confirm("train.py", "--select", "LL303", cwd=tmp_path)
    found = {each["location"]["row"]: each["verdict"] for each in findings}
    for row, line in enumerate(SCRIPT.splitlines(), start=1):
        expected = line.partition("  # ")[2]
        if row not in found:
            assert not expected or "last value" in expected, line
        elif expected.startswith("has"):
            assert found[row]["status"] == "unconfirmed", found[row]
            assert expected in found[row]["reason"]
        else:
            assert found[row]["status"] == "confirmed", found[row]
            assert f"once {expected}" in found[row]["witness"].replace("`", "")

"""The skeleton of a new rule: its module with every section, and a fixture, for ``lambdalint new-rule``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lambdalint.findings import Contract
from lambdalint.rule import SECTIONS

if TYPE_CHECKING:
    from lambdalint.registry import Registry

_CODE = re.compile(r"LL([1-8])\d\d")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")

_MODULE = '''\
"""TODO: one sentence that names the flagged pattern.

{sections}
"""

from __future__ import annotations

from collections.abc import Iterator

from lambdalint.findings import Contract, Severity
from lambdalint.interp.facts import LayerFacts
from lambdalint.rule import Report, Rule


def check(layer: LayerFacts) -> Iterator[Report]:
    """TODO: say which fact of the layer breaks the contract."""
    yield from ()


RULE = Rule("{code}", "{name}", Contract.{contract}, Severity.ERROR, check_layer=check)
'''

_EXAMPLE = """\
```python
from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t)(x)
```"""

_FIXTURE = '''\
"""{title}"""

from keras.layers import Input, Lambda

x = Input(shape=(4,))
y = Lambda(lambda t: t)(x)  # {expectation}
'''


class SkeletonError(Exception):
    """The skeleton cannot be written; the message says why."""


def write(code: str, name: str, registry: Registry, checkout: Path | None = None) -> list[Path]:
    """Write the module and the fixtures of a new rule and return their paths.

    Args:
        code: such as ``LL110``; its first digit says the contract.
        name: the flagged pattern in kebab case.
        registry: the rules there are.
        checkout: the folder that holds ``rules/`` and ``fixtures/``; the current one by default.

    Raises:
        SkeletonError: no checkout, a malformed or taken code or name, or a file that exists.
    """
    root = checkout or Path()
    if not (root / "rules" / "__init__.py").is_file() or not (root / "pyproject.toml").is_file():
        raise SkeletonError("run this in a checkout of lambdalint: there is no rules/ package here")
    contract = _checked(code, name, registry)
    folder = _folder(root / "rules", contract)
    stem = name.replace("-", "_")
    fixtures = root / "fixtures" / "rules" / name
    sections = "\n\n".join(f"## {heading}\n\n{_body(heading)}" for heading in SECTIONS)
    texts = {
        folder / f"{code.lower()}_{stem}.py": _MODULE.format(
            sections=sections, code=code, name=name, contract=contract.name
        ),
        fixtures / "bad.py": _FIXTURE.format(title=f"What {name} reports.", expectation=f"expect: {code}"),
        fixtures / "good.py": _FIXTURE.format(title=f"What {name} is silent about.", expectation="ok"),
    }
    if not (folder / "__init__.py").exists():
        package = f'"""The rules of contract {contract.value}: {contract.title}."""\n'
        texts = {folder / "__init__.py": package, **texts}
    for path in texts:
        if path.exists():
            raise SkeletonError(f"{path} exists")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _checked(code: str, name: str, registry: Registry) -> Contract:
    match = _CODE.fullmatch(code)
    if match is None:
        raise SkeletonError(f"{code!r} is not a code such as LL110, with a contract (1 to 8) as first digit")
    if _NAME.fullmatch(name) is None:
        raise SkeletonError(f"{name!r} is not a pattern in kebab case, such as batch-axis-reduction")
    for rule in registry.rules.values():
        if code == rule.code or name == rule.name:
            raise SkeletonError(f"{rule.code} {rule.name} exists")
    # Codes LL8xx, about simplicity, belong to the seventh contract.
    return Contract(min(int(match[1]), 7))


def _folder(rules: Path, contract: Contract) -> Path:
    """The folder that holds the rules of this contract, else one named after it."""
    for path in sorted(rules.glob("*/ll[0-9]*_*.py")):
        if min(int(path.name[2]), 7) == contract.value:
            return path.parent
    return rules / contract.name.lower()


def _body(heading: str) -> str:
    return _EXAMPLE if heading in ("Bad", "Good") else "TODO"

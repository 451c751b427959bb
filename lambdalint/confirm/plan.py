"""From a finding to a request: the slice of the program, the inputs, and the Keras to run it on.

Nothing is run here.  The facts that a request carries besides, by code:

=====================  ==============================================================================
LL107                  ``rows``: the number of samples that the code writes
LL202, LL203, LL204    ``declared``: the text of the ``output_shape``
LL301 to LL306         ``family``: the package that the code imports Keras from, where that is known
LL302                  ``globals``: the names that the saved function does not carry
LL306                  ``functions``: the functions that are passed
LL302, LL304           ``written``: the source of a function that returns that of the layer; ``captured``:
                       other names that it takes from outside; ``unsliceable``: why there is no program
LL303                  ``variables``: the names that change; ``last``: the expression of their last values
LL403                  ``taken_by``: the layer that gets a returned dict for its tensor
LL408                  ``inputs``: how many the function takes; 1: one tensor, not a list
LL409, LL702, LL704    ``named``: the names of which the exception says one
LL507                  ``active``: it is dropout that is active in predictions, not a draw at tracing
LL701                  ``mode``, ``concat_axis``, ``dot_axes`` of a Keras-1 merge, where they are literals
LL703                  ``renamed``: old arguments with their new names; ``named``: what is gone
LL706                  ``backend``: the one that the function is bound to
LL801, LL802           ``replacement``: the expression that makes the built-in layer
of a statement         ``statement``: its text
any                    ``assumed``: by parameter, the stand-in for a value that is not known;
                       ``probe``: of a live layer, any breach of the contract is looked for
=====================  ==============================================================================

A finding about a statement (a Keras-1 argument, a call of what ``add`` returns, an undefined input) carries
it in ``program.statement``: executing it raises the error that the finding foretells.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from lambdalint.confirm.alone import STORED, bare, written
from lambdalint.confirm.controls import controls, with_function
from lambdalint.confirm.inputs import Given, candidates
from lambdalint.confirm.render import literal
from lambdalint.confirm.request import BACKENDS, Program, Request
from lambdalint.confirm.slice import KERAS, Slicer, refuse
from lambdalint.confirm.stand_in import KINDS, NUMBER
from lambdalint.confirm.statements import COMPOUND, DEFINITIONS, Statements
from lambdalint.confirm.surroundings import FACTORY, is_literal
from lambdalint.confirm.unsliceable import Unsliceable
from lambdalint.findings import Contract, Finding
from lambdalint.interp import events
from lambdalint.interp.facts import FileFacts, LayerFacts
from lambdalint.interp.values import Function
from lambdalint.rule import Report, Rule
from lambdalint.settings import Confirming
from lambdalint.syntax.positions import locate
from lambdalint.syntax.scopes import Binding

_MODES = ("mode", "concat_axis", "dot_axes")
_OF_STATEMENTS = frozenset({"LL409", "LL701", "LL703"})
_SIZE = re.compile(r"dim$|units|filter|size|length|row$|col$|^n$|^p$|rate")
"""Names of arguments of layers that are numbers."""
_TOO_MUCH = "the function needs too much of its program"


def request(
    rule: Rule, report: Report, finding: Finding, subject: LayerFacts | FileFacts, options: Confirming
) -> Request | str:
    """The experiment for a finding at a layer or a statement, or why there can be none."""
    made = _request(rule, report, finding, subject, options, 0)
    if isinstance(made, str) or "assumed" not in made.facts:
        return made
    known = {made.program}
    others: list[Request] = []
    for kind in range(1, KINDS):
        other = _request(rule, report, finding, subject, options, kind)
        if isinstance(other, Request) and other.program not in known:
            known.add(other.program)
            others.append(other)
    return replace(made, others=tuple(others))


def _request(
    rule: Rule,
    report: Report,
    finding: Finding,
    subject: LayerFacts | FileFacts,
    options: Confirming,
    kind: int,
) -> Request | str:
    try:
        if isinstance(subject, FileFacts):
            return _of_statement(rule, report, finding, subject, options, kind)
        if rule.code == "LL701" or (rule.code != "LL408" and not _within(report.at.node, subject)):
            try:
                return _of_statement(rule, report, finding, subject.file, options, kind, subject)
            except Unsliceable:
                if rule.code in _OF_STATEMENTS:
                    raise
        return _of_layer(rule, report, finding, subject, options, kind)
    except Unsliceable as reason:
        return _of_function(rule, report, finding, subject, options, str(reason))
    except RecursionError:
        return _TOO_MUCH


def _within(node: ast.AST, layer: LayerFacts) -> bool:
    """Whether a node belongs to a layer's construction or to a function that it runs."""
    roots: list[ast.AST] = [layer.node]
    for trace in layer.traces:
        if isinstance(trace.function, Function):
            roots.append(trace.function.node)
        roots += [step.at.node for step in trace.steps]
        roots += [event.at.node for event in trace.events]
    return any(each is node for root in roots for each in ast.walk(root))


def _parts(layer: LayerFacts) -> dict[str, ast.expr]:
    """The expressions of a layer's construction that experiments evaluate, by word."""
    nodes = {
        "layer": None if layer.kind in ("merge", "Merge") else layer.node,
        "function": layer.function_node,
        "output_shape": layer.output_shape_node,
        "arguments": layer.arguments_node,
    }
    return {word: node for word, node in nodes.items() if node is not None}


def _facts(rule: Rule, report: Report, layer: LayerFacts) -> dict[str, Any]:
    """What an experiment is told of a layer."""
    facts = {**report.facts, **_declared(layer), **_merge_facts(layer)}
    if rule.contract is Contract.SAVING:
        facts["family"] = layer.site.family
    if rule.code in STORED:
        facts |= written(layer, report)
    return facts


def _of_layer(
    rule: Rule, report: Report, finding: Finding, layer: LayerFacts, options: Confirming, kind: int
) -> Request:
    dialect = _dialect(layer)
    package = _package(layer.site.family, dialect, rule.code)
    frame = layer.frame_for(report.at.node)
    slicer = Slicer(layer.unit, layer.names, layer.file.project, package, frame, layer.node, kind=kind)
    parts = _parts(layer)
    slicer.want(*parts.values())
    last = _last_value(slicer, layer, report) if rule.code == "LL303" else None
    texts = {word: ast.unparse(node) for word, node in parts.items()}
    if last is not None:
        texts["last"] = last
    if rule.code in ("LL307", "LL405") and layer.function_node is not None:
        texts["control"] = ast.unparse(with_function(layer.node, layer.function_node))
    modules = slicer.modules(texts)
    calls = {word: f"{FACTORY}({word!r})" if slicer.around else text for word, text in texts.items()}
    facts = _facts(rule, report, layer)
    if "last" in calls:
        facts["last"] = calls.pop("last")
    if slicer.assumed:
        facts["assumed"] = slicer.assumed
    mended = (calls.pop("control"),) if "control" in calls else ()
    place, around = finding.location, locate(layer.unit, layer.node)
    return Request(
        code=rule.code,
        contract=rule.contract.value,
        package=package,
        dialect=dialect,
        program=Program(
            modules,
            region=(place.filename, place.row, place.end_row),
            around=(around.filename, around.row, around.end_row),
            controls=mended,
            **calls,
        ),
        candidates=candidates(layer, _given(layer, options), report.at.node),
        facts=facts,
        seconds=options.seconds,
        backends=_backends(rule.code, package, report, layer.file),
    )


def _of_function(
    rule: Rule,
    report: Report,
    finding: Finding,
    layer: LayerFacts | FileFacts,
    options: Confirming,
    reason: str,
) -> Request | str:
    """Where a layer cannot be cut out: the request for what its function alone shows, or why not."""
    if rule.code not in STORED or isinstance(layer, FileFacts):
        return reason
    found = written(layer, report)
    if not found:
        return reason
    dialect = _dialect(layer)
    facts = {**report.facts, **found, "family": layer.site.family, "unsliceable": reason}
    return bare(finding, _package(layer.site.family, dialect, rule.code), dialect, facts, options.seconds)


def _of_statement(
    rule: Rule,
    report: Report,
    finding: Finding,
    file: FileFacts,
    options: Confirming,
    kind: int,
    layer: LayerFacts | None = None,
) -> Request:
    """The experiment for a finding about a statement outside of any layer's function."""
    if report.at.unit is not file.unit:
        raise Unsliceable("the finding is about another file")
    statement = _telling(rule.code, report.at.node, Statements(file.tree).of(report.at.node))
    refuse(statement, "what is wrong")
    dialect = layer.dialect if layer is not None else file.dialect.name
    family = layer.site.family if layer is not None else next(iter(file.dialect.families), None)
    package = _package(family, dialect, rule.code)
    frame = None if layer is None else layer.site.frame
    mixed = rule.code == "LL705"
    slicer = Slicer(file.unit, file.names, file.project, package, frame, report.at.node, mixed, kind)
    mended = controls(rule.code, report.at.node, statement, report.facts, KERAS)
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        slicer.want(statement, *mended)
    texts = {f"control {i}": ast.unparse(each) for i, each in enumerate(mended)}
    if isinstance(statement, ast.Expr):
        modules = slicer.modules({"statement": ast.unparse(statement), **texts})
    else:
        modules = slicer.modules(texts, statement)
    text = f"{FACTORY}('statement')" if slicer.around else ast.unparse(statement)
    place = finding.location
    return Request(
        code=rule.code,
        contract=rule.contract.value,
        package=package,
        dialect=dialect,
        program=Program(
            modules,
            statement="\n".join([*slicer.missing, text]),
            region=(place.filename, place.row, place.end_row),
            controls=tuple(f"{FACTORY}({word!r})" if slicer.around else each for word, each in texts.items()),
        ),
        facts={
            **report.facts,
            "statement": ast.unparse(statement),
            **({"assumed": slicer.assumed} if slicer.assumed else {}),
        },
        seconds=options.seconds,
    )


def _telling(code: str, node: ast.AST, statement: ast.stmt | None) -> ast.stmt:
    """The statement that raises the error which a finding foretells, and nothing else if possible."""
    if code == "LL409" and isinstance(node, ast.Name):
        return ast.copy_location(ast.Expr(node), node)
    if statement is None or isinstance(statement, (*COMPOUND, *DEFINITIONS)):
        raise Unsliceable("the finding is not about one statement that could be run")
    if code == "LL407" and isinstance(node, ast.Call):
        added = ast.parse(f"{KERAS}.layers.Activation('linear')", mode="eval").body
        add = ast.Call(node.func, [added], [])
        called = any(isinstance(each, ast.Call) and each.func is node for each in ast.walk(statement))
        made = ast.Expr(ast.Call(add, [], [])) if called else ast.parse(f"assert {ast.unparse(add)}").body[0]
        return ast.fix_missing_locations(ast.copy_location(made, node))
    if code == "LL703" and isinstance(node, ast.Call):
        made = ast.Expr(_with_stand_ins(node))
        return ast.fix_missing_locations(ast.copy_location(made, node))
    if isinstance(statement, ast.Return) and statement.value is not None:
        return ast.copy_location(ast.Expr(statement.value), statement)
    return statement


def _with_stand_ins(call: ast.Call) -> ast.Call:
    """A call whose arguments are literals, in number and name those of the call."""

    def literal_of(name: str, value: ast.expr) -> ast.expr:
        if is_literal(value):
            return value
        return ast.Constant(int(NUMBER) if _SIZE.search(name) else None)

    given = [literal_of("size", each) for each in call.args if not isinstance(each, ast.Starred)]
    named = [ast.keyword(each.arg, literal_of(each.arg, each.value)) for each in call.keywords if each.arg]
    return ast.Call(call.func, given, named)


def _dialect(layer: LayerFacts) -> str:
    """The dialect to run a layer's function in: methods of Theano's tensors are those of Keras 1."""
    methods = layer.happened(events.METHOD)
    if layer.dialect == "unknown" and any(event.data.get("theano") for event in methods):
        return "keras1"
    return layer.dialect


def _package(family: str | None, dialect: str, code: str) -> str:
    """The Keras that shows the defect: that of the code, or Keras 3 where the move to it is judged."""
    if code.startswith("LL7"):
        return "keras"
    if family == "tf_keras" or dialect in ("keras1", "keras2"):
        return "tf_keras"
    return "tensorflow.keras" if family == "tf.keras" else "keras"


def _backends(code: str, package: str, report: Report, file: FileFacts) -> tuple[str, ...]:
    """The backends to run code of Keras 3 on: the one that it names, else any; for what is bound to one,
    another."""
    if code == "LL706":
        return tuple(each for each in BACKENDS if each != report.facts.get("backend", "tensorflow"))
    named = file.dialect.backend
    return (named, "tensorflow") if package == "keras" and named in BACKENDS else ()


def _given(layer: LayerFacts, options: Confirming) -> Given:
    from fnmatch import fnmatch

    name = layer.argument("name")
    for key, file in options.samples:
        if (isinstance(name, ast.Constant) and name.value == key) or fnmatch(layer.unit.path, key):
            return Given(file=file)
    return Given(options.input_shape, options.sample)


def _declared(layer: LayerFacts) -> dict[str, Any]:
    node = layer.output_shape_node
    return {} if node is None else {"declared": ast.unparse(node)}


def _merge_facts(layer: LayerFacts) -> dict[str, Any]:
    if layer.kind not in ("merge", "Merge"):
        return {}
    found = {name: layer.argument(name) for name in _MODES}
    return {name: node.value for name, node in found.items() if isinstance(node, ast.Constant)}


def _last_value(slicer: Slicer, layer: LayerFacts, report: Report) -> str | None:
    """The expression of a dict: the values that the late variables have once everything has run."""
    entries: list[str] = []
    for name in report.facts.get("variables", ()):
        bindings = layer.names.bindings(name, layer.names.scope_of(layer.node))
        text = _last_of(slicer, bindings) or _known_last(layer, name)
        if text is None:
            return None
        entries.append(f"{name!r}: {text}")
    return "{" + ", ".join(entries) + "}" if entries else None


def _known_last(layer: LayerFacts, name: str) -> str | None:
    """The literal of what a variable around the layer holds once everything has run, where that is known."""
    value = None if layer.site.frame is None else layer.site.frame.lookup(name)
    return None if value is None else literal(value)


def _last_of(slicer: Slicer, bindings: list[Binding]) -> str | None:
    last = bindings[-1] if bindings else None
    if last is not None and last.kind in ("loop", "comprehension") and last.value is not None:
        slicer.want(last.value)
        path = "".join(f"[{step}]" for step in last.path)
        return f"list({ast.unparse(last.value)})[-1]{path}"
    if last is None or last.kind != "assignment" or last.value is None:
        return None
    loop = last.in_loop
    if not isinstance(loop, ast.For):
        if last.path:
            return None
        slicer.want(last.value)
        return ast.unparse(last.value)
    steps = _steps(loop, last.name)
    if steps is None:
        return None
    slicer.want(loop.iter, *(value for _, value in steps))
    before = "".join(f" for {ast.unparse(target)} in [{ast.unparse(value)}]" for target, value in steps)
    return f"[{last.name} for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}{before}][-1]"


def _steps(loop: ast.For, name: str) -> list[tuple[ast.expr, ast.expr]] | None:
    """The assignments of each step of a loop that a variable comes from: targets and values, in order.

    ``None`` where a step goes on from the one before it.
    """
    wanted, found = {name}, []
    every: set[str] = set()
    for statement in reversed(loop.body):
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        bound = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
        if bound & wanted:
            wanted -= bound
            every |= bound
            wanted |= {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
            found.append((target, value))
    return None if wanted & every else found[::-1]

"""Contract 4, and all that fails when a layer is called: the exception that Keras hides."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from lambdalint.confirm.experiments import control
from lambdalint.confirm.experiments.arrays import ROWS, SIZES, batch, in_words, series
from lambdalint.confirm.experiments.outcome import Shown, confirmed, refuted, unconfirmed
from lambdalint.confirm.experiments.subject import NotRunnable, Subject
from lambdalint.confirm.request import Answer, Inputs, Sample
from lambdalint.confirm.worker.session import Session

_SYMBOLIC = """
defect = False
try:
    made = make_layer()({symbols})
    print("the layer gives", made)
except Exception as error:
    defect = True
    print(said(error))
"""
FAILS = """
defect = False
try:
    print(flat(make_layer()(given(arrays)))[0].shape)
except Exception as error:
    defect = True
    print(said(error))
"""
_CONSTRUCTED = """
defect = False
try:
    print(make_layer())
except Exception as error:
    defect = True
    print(said(error))
"""
_RETURNS = """
returned = make_function()(given(arrays))
print("the function returns", repr(returned))
defect = returned is None or callable(returned) or isinstance(returned, (str, bytes, dict))
"""
_RUN_ON_NUMBERS = frozenset({"LL401", "LL402", "LL403", "LL503", "LL505"})
"""Rules about functions that run on numbers: what Keras refuses is a symbolic tensor, or what they return."""
_ANY = Inputs("tensor", (Sample((4,), origin="fitted"),))


def run(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """Call the layer on symbolic inputs, then its function on a batch: what fails there is the cause."""
    inputs = candidates[0] if candidates else _ANY
    returned = _returned(subject, inputs)
    if returned is not None:
        return confirmed(subject.session, returned)
    error = _symbolic_error(subject, inputs)
    if error is None:
        return _on_batches(subject, inputs, candidates)
    if inputs.samples[0].origin == "fitted" and _runs_somewhere(subject, candidates):
        return refuted("the layer runs on one of the inputs that were tried")
    eager = _eager_error(subject, inputs)
    other = _unrelated(subject, inputs, error, eager)
    hidden = subject.session.describe(error)
    cause = None if eager is None else subject.session.describe(eager)
    if cause is None:
        witness = f"applied to an Input: {hidden}"
    elif _said(cause) == _said(hidden):
        witness = cause
    else:
        witness = f"{cause}; Keras says: {hidden}" if _is_vague(hidden) else cause
    if inputs.samples[0].origin == "fitted" and about_shapes(cause or hidden):
        return unconfirmed(f"the input shape is not known, and the one tried fails: {cause or hidden}")
    if other is not None:
        return unconfirmed(f"the layer {other}")
    check = _SYMBOLIC.format(symbols=symbols_text(inputs))
    arrays = batch(inputs, ROWS, 0)
    return confirmed(subject.session, Shown(witness, check, inputs, arrays, {"exception": cause or hidden}))


def _unrelated(
    subject: Subject, inputs: Inputs, error: BaseException, eager: BaseException | None
) -> str | None:
    """Why a layer that fails does not fail as the rule foretells; ``None``: it does."""
    session = subject.session
    code, facts = session.request.code, session.request.facts
    if code in _RUN_ON_NUMBERS and eager is None:
        return None
    if code == "LL404" and control.binds(subject.function, getattr(subject.layer, "arguments", None) or {}):
        return f"fails for another reason: {session.describe(eager or error)}"
    if code == "LL408" and eager is not None and _fails_alike(subject, inputs, int(facts["inputs"]), eager):
        return f"fails the same way with the inputs that it takes: {session.describe(eager)}"
    return control.unrelated(session, error if eager is None else eager)


def _fails_alike(subject: Subject, inputs: Inputs, count: int, error: BaseException) -> bool:
    """Whether the function fails in the same way with another number of inputs."""
    sample = inputs.samples[0]
    given = replace(inputs, structure="tensor", samples=(sample,), keys=())
    if count > 1:
        given = replace(inputs, structure="list", samples=(*inputs.samples, *(sample,) * count)[:count])
    told = _eager_error(subject, given)
    return told is not None and control.same(told, error)


def _on_batches(subject: Subject, inputs: Inputs, candidates: tuple[Inputs, ...]) -> Answer:
    """A layer that Keras takes, called on batches: a size that fits one batch does not fit every batch."""
    for rows in SIZES:
        error = _eager_error(subject, inputs, rows)
        if error is None:
            continue
        cause = subject.session.describe(error)
        if inputs.samples[0].origin == "fitted":
            return unconfirmed(f"the input shape is not known, and the one tried fails: {cause}")
        if subject.session.request.code not in ("LL205", "LL404", "LL408"):
            return unconfirmed(f"Keras takes the layer, and a batch of {in_words(rows)} fails: {cause}")
        other = _unrelated(subject, inputs, error, error)
        if other is not None:
            return unconfirmed(f"the layer {other}")
        witness, arrays = f"a batch of {in_words(rows)} fails: {cause}", batch(inputs, rows, 0)
        return confirmed(subject.session, Shown(witness, FAILS, inputs, arrays, {"exception": cause}))
    if subject.session.request.code == "LL408":
        from lambdalint.confirm.experiments import per_sample

        return per_sample.run(subject, candidates)
    if _has_branches(subject):
        returned = _returned_elsewhere(subject, inputs)
        if returned is not None:
            return confirmed(subject.session, returned)
        return unconfirmed("the layer runs here, on one way through its function; others were not taken")
    shape = inputs.samples[0].shape
    where = f"in a model and on batches of {series(SIZES)}"
    return refuted(f"the layer runs on samples of shape {shape}, {where}")


def constructed(session: Session, candidates: tuple[Inputs, ...]) -> Answer:
    """LL307, LL405: the layer cannot be made of what it gets; for LL307, or a model with it not saved."""
    if session.failure is not None:
        return unconfirmed(f"the code around the layer does not run: {session.describe(session.failure)}")
    try:
        session.evaluate(session.request.program.layer or "None")
    except Exception as error:
        other = control.unrelated(session, error)
        if other is not None:
            return unconfirmed(f"making the layer {other}")
        shown = Shown(f"making the layer fails: {session.describe(error)}", _CONSTRUCTED)
        return confirmed(session, shown)
    if session.request.code == "LL307":
        from lambdalint.confirm.experiments import saving

        return saving.run(Subject(session), candidates)
    return unconfirmed(f"the layer can be made in {session.package}; it may fail when it is called")


_SHAPE = """
defect = False
try:
    print(make_layer().compute_output_shape({shapes}))
except NameError as error:
    defect = True
    print(said(error))
"""


def undefined(session: Session, candidates: tuple[Inputs, ...]) -> Answer:
    """LL409: a name is missing where the layer is made, called, or asked for the shape of its output."""
    if session.failure is None:
        try:
            session.evaluate(session.request.program.layer or "None")
        except NameError as error:
            return confirmed(
                session, Shown(f"making the layer fails: {session.describe(error)}", _CONSTRUCTED)
            )
        except Exception as error:
            return unconfirmed(f"the layer cannot be constructed: {session.describe(error)}")
    subject = Subject(session)
    inputs = candidates[0] if candidates else _ANY
    shapes: Any = [(None, *sample.shape) for sample in inputs.samples]
    shapes = shapes[0] if inputs.structure == "tensor" else shapes
    try:
        if subject.layer is not None:
            subject.layer.compute_output_shape(shapes)
    except NameError as error:
        witness = f"computing the shape of the output fails: {session.describe(error)}"
        return confirmed(session, Shown(witness, _SHAPE.format(shapes=repr(shapes))))
    except Exception:
        pass  # What is wrong besides shows, where it matters, when the layer is called.
    return run(Subject(session), candidates)


def elsewhere(subject: Subject, candidates: tuple[Inputs, ...]) -> Answer:
    """LL706: on another backend than that of its code, the layer fails in a model."""
    backend = subject.keras.backend.backend()
    for inputs in candidates:
        error = _symbolic_error(subject, inputs)
        if error is None:
            return refuted(f"the layer runs in a model on {backend}")
        told = subject.session.describe(error)
        if inputs.samples[0].origin != "fitted":
            check = _SYMBOLIC.format(symbols=symbols_text(inputs))
            arrays = batch(inputs, ROWS, 0)
            return confirmed(subject.session, Shown(f"on {backend}: {told}", check, inputs, arrays))
    return unconfirmed("the input shape is not known, and the layer fails for those that were tried")


def _has_branches(subject: Subject) -> bool:
    """Whether the code of the slice chooses: what a finding is about may lie on a way that was not taken."""
    texts = [subject.program.function or "", *(module.source for module in subject.program.modules)]
    kinds = (ast.If, ast.IfExp, ast.Try, ast.While, ast.Match)
    return any(isinstance(node, kinds) for text in texts for node in ast.walk(ast.parse(text)))


def _returned(subject: Subject, inputs: Inputs) -> Shown | None:
    """A function that returns something that is no tensor: another function, a layer, nothing."""
    arrays = batch(inputs, ROWS, 0)
    try:
        value = subject.function(subject.tensors(inputs, arrays))
    except Exception:
        return None
    taken = "taken_by" in subject.session.request.facts
    if value is None or callable(value) or isinstance(value, (str, bytes)) or (taken and type(value) is dict):
        name = getattr(value, "__name__", None)
        what = f"{type(value).__name__} `{name}`" if name else type(value).__name__
        witness = (
            f"called on a batch, the function returns {'None' if value is None else f'a {what}'}, no tensor"
        )
        return Shown(witness, _RETURNS, inputs, arrays, {"returned": type(value).__name__})
    return None


def _returned_elsewhere(subject: Subject, inputs: Inputs) -> Shown | None:
    """What the function returns with the other order of the axes of images, for code that asks for it."""
    settings = subject.keras.backend
    texts = [subject.program.function or "", *(module.source for module in subject.program.modules)]
    if not any("image_data_format" in text for text in texts):
        return None
    now = settings.image_data_format()
    other = "channels_first" if now == "channels_last" else "channels_last"
    settings.set_image_data_format(other)
    shown = _returned(subject, inputs)
    settings.set_image_data_format(now)
    if shown is None:
        return None
    check = f"keras.backend.set_image_data_format({other!r})\n{shown.check}"
    return replace(shown, witness=f"with {other!r} images: {shown.witness}", check=check)


def _symbolic_error(subject: Subject, inputs: Inputs) -> BaseException | None:
    try:
        layer = subject.fresh_layer()
        layer(subject.symbols(inputs))
    except NotRunnable:
        raise
    except Exception as error:
        return error
    return None


def _eager_error(subject: Subject, inputs: Inputs, rows: int = ROWS) -> BaseException | None:
    try:
        subject.outputs(subject.applied(subject.tensors(inputs, batch(inputs, rows, 0))))
    except NotRunnable:
        return None
    except Exception as error:
        return error
    return None


def _runs_somewhere(subject: Subject, candidates: tuple[Inputs, ...]) -> bool:
    return any(_symbolic_error(subject, inputs) is None for inputs in candidates[1:])


def _said(text: str) -> str:
    return text.partition(" (")[0][:80]


def _is_vague(text: str) -> bool:
    return "could not automatically infer" in text or "Exception encountered" in text


def about_shapes(text: str) -> bool:
    """Whether an exception, as described, is about shapes."""
    words = ("shape", "rank", "dimension", "Dimension", "axis", "out of range", "Incompatible")
    return text.startswith(("InvalidArgumentError", "ValueError", "IndexError")) and any(
        w in text for w in words
    )


def symbols_text(inputs: Inputs) -> str:
    """The expression of symbolic inputs, for scripts."""
    made = [f"keras.Input({s.shape!r}, dtype={s.dtype!r})" for s in inputs.samples]
    if inputs.structure == "tensor":
        return made[0]
    if inputs.structure == "dict":
        return "{" + ", ".join(f"{key!r}: {each}" for key, each in zip(inputs.keys, made)) + "}"
    return "[" + ", ".join(made) + "]"

"""What a slice never holds: training, data loading, argument parsing, file access, downloads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_CALLS = {
    "training": {
        "fit", "fit_generator", "train_on_batch", "evaluate", "evaluate_generator", "predict",
        "predict_generator", "predict_on_batch", "compile",
    },
    "argument parsing": {
        "parse_args", "parse_known_args", "ArgumentParser", "OptionParser", "add_argument", "getopt",
        "DEFINE_integer", "DEFINE_string", "DEFINE_float", "DEFINE_boolean", "DEFINE_bool", "DEFINE_enum",
    },
    "the keyboard": {"input", "raw_input", "getpass"},
    "data loading": {
        "load_data", "flow_from_directory", "image_dataset_from_directory", "read_csv", "read_json",
        "read_pickle", "read_excel", "read_hdf", "loadmat", "loadtxt", "genfromtxt", "imread", "from_csv",
    },
    "file access": {
        "open", "load", "save", "savez", "load_weights", "save_weights", "load_model", "makedirs", "mkdir",
        "listdir", "glob", "walk", "remove", "unlink", "rmtree", "system", "popen", "Popen", "run",
        "check_output", "check_call", "File", "copyfile", "rename", "dump", "exists", "isfile", "isdir",
    },
    "a download": {"get_file", "urlopen", "urlretrieve", "download", "get", "post", "from_pretrained"},
    "code that is made at run time": {"exec", "eval", "execfile", "compile_command", "__import__"},
    "a session": {"Session", "InteractiveSession", "get_session"},
}  # fmt: skip
_REASON = {name: reason for reason, names in _CALLS.items() for name in names}
_MODULES_OF_GET = frozenset({"requests", "session", "urllib", "http", "client"})
_MODULES_OF_RUN = frozenset({"subprocess"})
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def harm(node: ast.AST) -> str | None:
    """What a statement or expression would do when it runs that a slice must not; ``None``: nothing.

    Bodies of functions do not run where the function is made.
    """
    for call in _calls(node):
        name, base = _named(call.func)
        if (name == "get" and base not in _MODULES_OF_GET) or (name == "run" and base not in _MODULES_OF_RUN):
            continue
        if name in _REASON:
            return _REASON[name]
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and each.attr in ("argv", "FLAGS"):
            return "argument parsing"
    return None


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _OWN_SCOPE):
            yield from _calls(child)


def _named(function: ast.expr) -> tuple[str, str]:
    if isinstance(function, ast.Attribute):
        base = function.value
        return function.attr, base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
    return (function.id, "") if isinstance(function, ast.Name) else ("", "")

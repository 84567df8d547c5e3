"""The shape of the house: which floor may import which, and what may stand in no file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

from tests.cases import each

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "symgrad"
FILES = sorted(PACKAGE.rglob("*.py"))

FLOORS = [
    {"diagnostics", "notation.source"},
    {"ir"},
    {"notation"},
    {"derive"},
    {"checking", "deriving", "exporting"},
    {"compare"},
    {"api"},
    {"report"},
    {"testing"},
    {"cli"},
    {"__init__", "__main__"},
]
"""From the ground up; a module belongs to the most particular name that fits it."""


def module_name(path: Path) -> str:
    """``ir/nodes.py`` is ``ir.nodes``, ``ir/__init__.py`` is ``ir``, the package's own is ``__init__``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts if len(parts) == 1 or parts[-1] != "__init__" else parts[:-1])


MODULES = {module_name(path): path for path in FILES}


def floor(module: str) -> int:
    best = max(
        (name for names in FLOORS for name in names if module == name or module.startswith(name + ".")),
        key=len,
        default="",
    )
    assert best, f"symgrad.{module} belongs to no floor: name it in FLOORS and in docs/architecture.md"
    return next(level for level, names in enumerate(FLOORS) if best in names)


def imported(path: Path, *, at_load: bool = False) -> set[str]:
    """The dotted names a file imports; ``at_load``: only those outside functions and TYPE_CHECKING."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if at_load:
                return
            case ast.If(test=ast.Name("TYPE_CHECKING")) if at_load:
                return
            case ast.Import():
                found.update(alias.name for alias in node.names)
            case ast.ImportFrom():
                assert not node.level, f"{path}: relative import"
                assert node.module
                for alias in node.names:
                    below = f"{node.module}.{alias.name}"
                    found.add(below if below.removeprefix("symgrad.") in MODULES else node.module)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


def own(names: set[str]) -> set[str]:
    """Those of the names that are modules of symgrad, by their names below it."""
    return {"__init__" if name == "symgrad" else name.removeprefix("symgrad.") for name in names if is_own(name)}


def is_own(name: str) -> bool:
    return name == "symgrad" or name.startswith("symgrad.")


def layer(module: str) -> str:
    """The floor's part a module belongs to, for circles: ``ir``, ``notation``, ``notation.source``, …"""
    return module if module == "notation.source" else module.split(".")[0]


@each("module", MODULES)
def test_no_arrow_points_upwards(module: str) -> None:
    upwards = {name for name in own(imported(MODULES[module])) if floor(name) > floor(module)}
    assert not upwards, f"symgrad.{module} imports from a floor above it: {sorted(upwards)}"


def test_no_circle_between_the_parts() -> None:
    graph: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        graph.setdefault(layer(module), set()).update(
            layer(name) for name in own(imported(path)) if layer(name) != layer(module)
        )
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_circle_between_the_modules_as_they_load() -> None:
    graph = {module: own(imported(path, at_load=True)) - {module} for module, path in MODULES.items()}
    TopologicalSorter(graph).prepare()


@each("module", [name for name in MODULES if layer(name) in {"ir", "derive"}])
def test_calculus_knows_nothing_of_text(module: str) -> None:
    assert not {name for name in own(imported(MODULES[module])) if layer(name) == "notation"}


def reachable(start: str) -> set[str]:
    """Every module of symgrad that a module imports, directly or through others."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        module = todo.pop()
        if module not in seen and module in MODULES:
            seen.add(module)
            todo += own(imported(MODULES[module]))
    return seen


MEANING = {
    f"ir.{name}"
    for name in [
        "evaluate",
        "arithmetic",
        "multiprecision",
        "environment",
        "elementary",
        "places",
        "meaning",
        "tables",
        "digits",
        "spots",
        "certificate",
        "budget",
        "discrete",
    ]
}
MEANING |= {
    f"checking.{name}"
    for name in [
        "refute",
        "draw",
        "compare",
        "shrink",
        "assume",
        "sizes",
        "construct",
        "profile",
        "survey",
        "repair",
        "edits",
        "factors",
    ]
}
"""The evaluator, and what draws, compares and certifies with it."""


def is_rule(module: str) -> bool:
    return layer(module) == "derive" or module == "ir.normal_form" or module.startswith("ir.normal_form.")


def is_meaning(module: str) -> bool:
    return module in MEANING


def test_engines_share_no_rules() -> None:
    """The evaluator and the refuter never see a rule of the normal form, and the rules never see the evaluator."""
    assert set(MODULES) >= MEANING, "a module was renamed: name it in MEANING"
    for module in MODULES:
        if is_meaning(module):
            assert not {name for name in reachable(module) if is_rule(name)}, module
        if is_rule(module):
            assert not {name for name in reachable(module) if is_meaning(name)}, module


FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "parse_latex", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


@each("path", FILES, ids=lambda path: module_name(path))
def test_text_is_never_run(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            assert name not in FORBIDDEN_CALLS, f"{path}:{node.lineno}: {name}"
            assert attribute not in FORBIDDEN_CALLS - {"compile"}, f"{path}:{node.lineno}: {attribute}"
    assert not {name.split(".")[0] for name in imported(path)} & FORBIDDEN_MODULES


LONGER: dict[str, str] = {}
"""Modules of more than 300 lines, each with the reason why cutting it would not help a reader."""


@each("module", MODULES)
def test_a_file_holds_one_idea(module: str) -> None:
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= 300 or module in LONGER, f"symgrad.{module} has {lines} lines: split it by idea"
    assert lines > 300 or module not in LONGER, f"symgrad.{module} needs no exception any more"


TEXT = {".py", ".md", ".tex", ".toml", ".yaml", ".yml", ".json", ".cfg", ".ini", ".sh", ".txt", ""}
MACHINE = re.compile(r"(?<![\w.~/:-])/(?:home|root|Users|work|tmp|mnt|srv|opt)/\w|\b[A-Z]:\\\\?Users")


def test_no_path_of_one_machine() -> None:
    folders = ["symgrad", "derivations", "docs", "tests", ".ci"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    for path in files:
        if path.suffix in TEXT and "__pycache__" not in path.parts:
            found = MACHINE.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{path.relative_to(ROOT)} names {found and found.group()!r}"


@each("arguments", [["--help"], ["check", "--help"], ["explain", "SG105"]])
def test_answers_that_need_no_engine_load_none(arguments: list[str]) -> None:
    """``--help`` and ``explain`` must not wait for SymPy or NumPy."""
    program = (
        "import sys; from symgrad.cli import main; status = main(sys.argv[1:]);"
        "print('\\nLOADED', status, sorted({'sympy', 'numpy', 'mpmath'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "LOADED 0 []", run.stdout + run.stderr


def test_numpy_and_sympy_stand_where_they_belong() -> None:
    """Loaded late: reading, printing and the command line import neither at the top of a file."""
    for module, path in MODULES.items():
        if layer(module) in {"cli", "report", "diagnostics", "notation", "notation.source", "__init__", "__main__"}:
            heavy = {name.split(".")[0] for name in imported(path, at_load=True)} & {"sympy", "numpy", "mpmath"}
            assert not heavy, f"symgrad.{module} imports {sorted(heavy)} at its top"

"""The shape of the house: which floor may import which, and what no file may contain."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

from tests.cases import each

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "symgrad"
FILES = sorted(PACKAGE.rglob("*.py"))

FLOORS = [
    {"text"},
    {"core"},
    {"evaluating", "proving", "calculus"},
    {"writing", "sympy_door"},
    {"reading"},
    {"gradients"},
    {"checking"},
    {"exporting"},
    {"comparing"},
    {"report", "sympy_costs"},
    {"page"},
    {"api"},
    {"testing", "serving", "language_server", "model_tools", "notebook", "batch"},
    {"cli", "pytest_plugin"},
    {"__init__", "__main__"},
]
"""From the ground up. A room imports from floors below it and from itself, never from a room on its own floor."""


def module_name(path: Path) -> str:
    """``core/nodes.py`` is ``core.nodes``, ``core/__init__.py`` is ``core``, the package's own is ``__init__``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts if len(parts) == 1 or parts[-1] != "__init__" else parts[:-1])


MODULES = {module_name(path): path for path in FILES}


def room(module: str) -> str:
    return module.split(".")[0]


def floor(module: str) -> int:
    levels = [level for level, rooms in enumerate(FLOORS) if room(module) in rooms]
    assert levels, f"symgrad.{module} is on no floor: add its room to FLOORS and to docs/explanation/architecture.md"
    return levels[0]


def imported(path: Path, *, at_load: bool = False) -> set[str]:
    """The dotted names a file imports, at any depth; ``at_load``: without functions and TYPE_CHECKING."""
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


IMPORTS = {module: own(imported(path)) - {module} for module, path in MODULES.items()}
"""What each module imports from symgrad, in functions and for type checkers too."""


def test_no_arrow_points_upwards() -> None:
    upwards = [
        f"symgrad.{module} imports symgrad.{name}"
        for module, names in IMPORTS.items()
        for name in sorted(names)
        if floor(name) > floor(module) or (floor(name) == floor(module) and room(name) != room(module))
    ]
    assert not upwards, "\n".join(upwards)


def test_no_circle() -> None:
    """Between modules, counting every import; so there is none between rooms either."""
    TopologicalSorter(IMPORTS).prepare()  # raises CycleError, which names the circle


def test_packages_run_no_code_when_they_are_entered() -> None:
    """An import in an ``__init__`` is an arrow from every module of the package that nobody wrote down."""
    for module, path in MODULES.items():
        if path.name == "__init__.py" and module not in {"__init__", "cli"}:
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert [type(node) for node in body] == [ast.Expr], f"symgrad.{module}: want a docstring, no more"


def test_one_door_to_expressions() -> None:
    behind = {"core.kinds", "core.algebra", "core.traverse"}
    for module, names in IMPORTS.items():
        assert room(module) == "core" or not names & behind, f"symgrad.{module}: import from symgrad.core.nodes"


def test_one_name_means_one_file_and_one_class() -> None:
    files: dict[str, list[str]] = defaultdict(list)
    classes: dict[str, list[str]] = defaultdict(list)
    for module, path in MODULES.items():
        if path.name != "__init__.py":
            files[path.name].append(module)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(module)
    twice = {name: where for found in (files, classes) for name, where in found.items() if len(where) > 1}
    assert not twice


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"symgrad.{module}.{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= 60
    ]
    assert not long, "\n".join(long)


def reachable(start: str) -> set[str]:
    """Every module of symgrad that a module imports, directly or through others."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        module = todo.pop()
        if module not in seen and module in MODULES:
            seen.add(module)
            todo += IMPORTS[module]
    return seen


def test_the_engines_share_no_rule() -> None:
    """Neither engine reaches the other, and what refutes by evaluation reaches no rule of proof or calculus."""
    rooms = {module: {room(name) for name in reachable(module)} for module in MODULES}
    for module in MODULES:
        match room(module):
            case "evaluating":
                assert not rooms[module] & {"proving", "calculus"}, module
            case "proving" | "calculus":
                assert "evaluating" not in rooms[module], module
    for name in ("refute", "draw", "sides", "shrink", "assumption_holds", "sample_sizes", "construct", "repair"):
        assert not rooms[f"checking.{name}"] & {"proving", "calculus"}, name


FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "parse_latex", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


def test_text_is_never_run() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                assert name not in FORBIDDEN_CALLS, f"{path}:{node.lineno}: {name}"
                assert attribute not in FORBIDDEN_CALLS - {"compile"}, f"{path}:{node.lineno}: {attribute}"
        assert not {name.split(".")[0] for name in imported(path)} & FORBIDDEN_MODULES, path


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


@each("arguments", [["--help"], ["check", "--help"], ["explain"], ["explain", "SG105"]])
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
        if room(module) in {"cli", "report", "text", "reading", "writing", "__init__", "__main__"}:
            heavy = {name.split(".")[0] for name in imported(path, at_load=True)} & {"sympy", "numpy", "mpmath"}
            assert not heavy, f"symgrad.{module} imports {sorted(heavy)} at its top"

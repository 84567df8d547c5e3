"""The server of the Model Context Protocol: names, arguments and descriptions of the tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from symgrad.model_tools.limited_tools import Kind, LimitedTools
from symgrad.text.diagnostic import SymgradError
from symgrad.text.version import installed_version

INSTRUCTIONS = """\
symgrad rules on every equals sign of a derivation in LaTeX: proved, agrees (no difference found, no proof), refuted
(with a witness), or unreadable (with the place and a remedy). Write the derivation as Markdown: declare names in the
text (`Let $U \\in \\mathbb{R}^{W \\times D}$`), define the cost in a display, and write one step a line. Repair what is
refuted or unreadable with `witness`, `difference` and `repairs`, and check again until `status` is 0."""
T = TypeVar("T")


def _answered(work: Callable[[], T]) -> T:
    """The result of a tool; an error of use becomes one that the model can read."""
    try:
        return work()
    except SymgradError as error:
        raise ToolError(str(error)) from error


def make_mcp_server(root: Path | None = None, seconds: float | None = None) -> MCPServer[Any]:
    """The server. root: the folder below which documents may be read; without one, no tool reads a file."""
    tools = LimitedTools(root) if seconds is None else LimitedTools(root, seconds)
    server: MCPServer[Any] = MCPServer("symgrad", instructions=INSTRUCTIONS, version=installed_version())

    @server.tool()
    def check_derivation(text: str, declarations: str = "", kind: Kind = "markdown") -> dict[str, Any]:
        """Rule on every step of a derivation given as Markdown or TeX.

        `declarations`: further declarations, one formula a line, for names that the text does not declare. The result
        has `status` (0 where all is proved or agrees), `steps` with `verdict`, `line`, `difference`, `witness`,
        `repairs` and `diagnostic`, `diagnostics` of what stands outside of steps, and the `declarations` inferred.
        """
        return _answered(lambda: tools.check_derivation(text, declarations, kind))

    @server.tool()
    def differentiate(
        text: str,
        of: str = "",
        wrt: list[str] | None = None,
        declarations: str = "",
        steps: bool = False,
        kind: Kind = "markdown",
    ) -> dict[str, Any]:
        """Derive gradients of costs that a text declares and defines, as LaTeX displays that `check_derivation` proves.

        `of`: a cost, by default every one; `wrt`: arrays, slices `V_{:c}` or entries `V_{ic}`, by default every array;
        `steps`: the whole derivation, one rule a line.
        """
        return _answered(lambda: tools.differentiate(text, of, wrt or [], declarations, steps, kind))

    @server.tool()
    def export(
        text: str,
        target: str = "numpy",
        of: list[str] | None = None,
        declarations: str = "",
        kind: Kind = "markdown",
    ) -> dict[str, Any]:
        """The source of a Python module with the costs of a text and their gradients. `target`: numpy, jax or torch."""
        return _answered(lambda: tools.export(text, target, of or [], declarations, kind))

    @server.tool()
    def explain(code: str = "") -> dict[str, Any]:
        """What a diagnostic such as SG105 means, with a remedy, a wrong and a right example; all codes without one."""
        return _answered(lambda: tools.explain(code))

    if root is not None:

        @server.tool()
        def check_file(path: str) -> dict[str, Any]:
            """Rule on every step of a document below the root of this server, as `check_derivation` does."""
            return _answered(lambda: tools.check_file(path))

    return server

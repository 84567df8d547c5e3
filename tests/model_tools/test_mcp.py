"""The tools for language models, called by the client of the official SDK."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")

COST = "Let $A \\in \\mathbb{R}^{N \\times N}$, $x \\in \\mathbb{R}^{N}$.\n\n$$ J = x^\\top A x $$\n\n"
WRONG = f"{COST}$$ \\nabla_x J = 2 A x $$\n"
RIGHT = f"{COST}$$ \\nabla_x J = (A + A^\\top) x $$\n"


async def called(client: Any, name: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


async def refused(client: Any, name: str, **arguments: Any) -> str:
    result = await client.call_tool(name, arguments)
    assert result.is_error
    return str(result.content[0].text)


def test_every_tool_over_standard_input_and_output(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "a.tex").write_text("\\input{../other.tex}\n", encoding="utf-8")
    (tmp_path.parent / "other.tex").write_text("secret", encoding="utf-8")

    async def talk() -> None:
        command = ["-m", "symgrad", "mcp", "--root", str(tmp_path)]
        async with mcp.Client(mcp.StdioServerParameters(command=sys.executable, args=command)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"check_derivation", "differentiate", "export", "explain", "check_file"}
            assert all(tool.description for tool in tools.values())

            found = await called(client, "check_derivation", text=WRONG)
            assert (found["status"], found["summary"]["refuted"]) == (1, 1)
            step = found["steps"][0]
            assert step["verdict"] == "refuted"
            assert step["witness"]["left"] != step["witness"]["right"]
            assert step["difference"]
            assert (await called(client, "check_derivation", text=RIGHT))["status"] == 0

            found = await called(client, "check_derivation", text="$$ z = q $$\n\n$$ 2 z = q + q $$")
            assert found["declarations"]
            declared = {"text": "$$ \\sum_i q_i q_i = \\sum_i q_i^2 $$", "declarations": "$q \\in \\mathbb{R}^N$"}
            assert (await called(client, "check_derivation", **declared))["declarations"] == []

            found = await called(client, "differentiate", text=COST, of="J", wrt=["x"])
            assert len(found["displays"]) == 1
            assert (await called(client, "check_derivation", text=COST + found["displays"][0]))["status"] == 0
            assert "def J_value_and_grad" in (await called(client, "export", text=COST))["module"]
            assert (await called(client, "explain", code="SG105"))["remedy"]
            assert "SG301" in (await called(client, "explain"))["codes"]

            assert (await called(client, "check_file", path="a.md"))["status"] == 0
            for path in ("../other.tex", "/etc/hostname"):
                assert "not below the root" in await refused(client, "check_file", path=path)
            assert "secret" not in str(await called(client, "check_file", path="a.tex"))

    asyncio.run(asyncio.wait_for(talk(), 120))


def test_limits_and_errors_that_a_model_can_read() -> None:
    from symgrad.model_tools.mcp_server import make_mcp_server

    async def talk() -> None:
        async with mcp.Client(make_mcp_server(seconds=0.001)) as client:
            assert "check_file" not in {tool.name for tool in (await client.list_tools()).tools}
            assert "more than 100000" in await refused(client, "check_derivation", text="x" * 100_001)
            assert "SG999" in await refused(client, "explain", code="SG999")
            assert "processor time" in await refused(client, "check_derivation", text=RIGHT * 20)
            assert "processor time" in await refused(client, "differentiate", text=COST * 3)

    asyncio.run(asyncio.wait_for(talk(), 60))

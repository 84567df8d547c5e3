"""The formats that list problems: their lines parsed, their files validated against the published schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import numpy as np

from symgrad.api import check_document, read_document
from symgrad.checking.verdict import DocumentReport, Report
from symgrad.comparing.findings import Comparison
from symgrad.report.formats import FORMATS
from symgrad.report.json_format import comparison as json_comparison
from symgrad.report.problems import edit_of, problems_of
from symgrad.report.report_format import ReportStyle
from symgrad.testing import compare_gradient
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span, Stretch
from tests.cases import each, facts
from tests.report import samples

SCHEMAS = Path(__file__).parent / "schemas"
PUBLISHED = Path(__file__).parents[2] / "docs" / "reference"
DOCUMENT = r"""# Squares % and: commas

With $x \in \mathbb{R}^{N}$, $X \in \mathbb{R}^{N \times D}$, $w \in \mathbb{R}^{D}$, $t \in \mathbb{R}^{N}$:

$$ J = \lVert X w - t \rVert^2 $$

$$ \nabla_w J = 2 X (X w - t) $$

$$ \frac{\partial}{\partial x_i} \sum_n x_n^2 = x_i = \half x_i $$

$$ y = \vect x, \qquad 2 y = y + y, \qquad y = y + 1 $$

<!-- symgrad: expect refuted -->
$$ \sum_n x_n = \sum_n 2 x_n $$

<!-- symgrad: expect refuted -->
$$ \sum_n x_n = \sum_i x_i $$

$$ a_i + b_i = b_i + a_i $$

$$ r = \vect x $$
"""
STRICT = ReportStyle(strict=True)


def checked(text: str = DOCUMENT, path: str = "a b/squares,1.md") -> Report:
    from symgrad.checking.documents import check_text

    return Report((check_text(text, path),))


CHECKED = checked()


def in_a_notebook() -> Report:
    cell = Source("n.ipynb", DOCUMENT, cell=3)
    source = Source("n.ipynb", DOCUMENT, (Stretch(0, cell, 0),))
    from symgrad.checking.checker import check_source

    return Report((check_source(source),))


def compared() -> Comparison:
    doc = read_document(text=r"With $x \in \mathbb{R}^{N}$: $$ J = \sum_n x_n^2 $$")

    def squares(x: np.ndarray) -> tuple[float, np.ndarray]:
        return x @ x, x

    return compare_gradient(squares, doc)


def shown(report: Report, name: str, style: ReportStyle = ReportStyle()) -> str:  # noqa: B008  # it is frozen
    render = FORMATS[name].check
    assert render is not None
    return render(report, style)


test_lines = facts()


@test_lines.fact
def concise_lines_have_a_place_a_code_and_a_message() -> None:
    lines = shown(CHECKED, "concise").splitlines()
    found = [re.fullmatch(r"a b/squares,1\.md:(\d+):(\d+): (SG\d{3}) (\S.*)", line) for line in lines]
    assert all(found), lines
    assert [(m[1], m[3]) for m in found if m] == [
        ("7", "SG302"),
        ("9", "SG301"),
        ("9", "SG103"),
        ("11", "SG103"),
        ("11", "SG110"),
        ("17", "SG303"),
        ("21", "SG103"),
    ]
    assert "left - right = x_i" in lines[1]


@test_lines.fact
def strict_lists_what_it_lets_fail() -> None:
    assert "SG305" not in shown(CHECKED, "concise")
    assert "SG305 this rests on what is not declared: a \\in" in shown(CHECKED, "concise", STRICT)


@test_lines.fact
def a_notebook_has_its_cells() -> None:
    first = shown(in_a_notebook(), "concise").splitlines()[0]
    assert first.startswith("n.ipynb:cell 3:7:17: SG302 ")
    github = shown(in_a_notebook(), "github").splitlines()[0]
    assert github.startswith("::error file=n.ipynb,line=7,col=17,title=SG302::cell 3, line 7: a product")


@test_lines.fact
def github_lines_survive_their_parser() -> None:
    """As the runner reads them: properties up to ``::``, then the message."""
    for line in shown(CHECKED, "github").splitlines():
        m = re.fullmatch(r"::(error|warning) ([^:]*)::(.*)", line)
        assert m, line
        given = dict(pair.split("=", 1) for pair in m[2].split(","))
        assert set(given) == {"file", "line", "col", "title"}
        assert given["file"].replace("%3A", ":").replace("%2C", ",").replace("%25", "%") == "a b/squares,1.md"
        assert int(given["line"]) > 0
        assert int(given["col"]) > 0


@test_lines.fact
def what_only_warns_is_a_warning() -> None:
    lines = shown(samples.report(samples.AGREES), "github").splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::warning", "::warning"]
    (first, _) = shown(samples.report(samples.AGREES), "github", STRICT).splitlines()
    assert first.startswith("::error")


@test_lines.fact
def a_file_that_is_no_text_has_a_place() -> None:
    report = Report((DocumentReport("x.md", (), (Diagnostic("SG002", "x.md is too large", None, "split it"),)),))
    assert shown(report, "concise") == "x.md:1:1: SG002 x.md is too large\n"


test_junit = facts()


@test_junit.fact
def one_test_case_a_step() -> None:
    root = ElementTree.fromstring(shown(CHECKED, "junit"))
    cases = list(root.iter("testcase"))
    steps = CHECKED.documents[0].steps
    assert [case.get("name") for case in cases[: len(steps)]] == [
        f"a b/squares,1.md::{step.span.line}" for step in steps
    ]
    assert [(case.find("failure") is not None, case.find("error") is not None) for case in cases[: len(steps)]] == [
        (
            (step.verdict == "refuted" and not step.expected) or (step.verdict == "proved" and step.expected is True),
            step.verdict == "unreadable",
        )
        for step in steps
    ]
    assert root.get("tests") == str(len(cases))
    assert root.get("errors") == str(sum(case.find("error") is not None for case in cases))


@test_junit.fact
def an_unreadable_definition_that_no_step_needs_is_an_error_too() -> None:
    root = ElementTree.fromstring(shown(checked("$x \\in \\mathbb{R}$\n$$ r = \\vect x $$\n", "m.md"), "junit"))
    (case,) = root.iter("testcase")
    assert (case.get("name"), case.find("error") is not None) == ("m.md::2", True)


@test_junit.fact
def what_xml_cannot_hold_is_replaced() -> None:
    diagnostic = Diagnostic("SG101", "a \x00 here <&\"'>", Span(samples.SOURCE, 0, 1))
    root = ElementTree.fromstring(shown(samples.report(diagnostics=(diagnostic,)), "junit"))
    assert root.find(".//error").get("message") == "a \ufffd here <&\"'>"  # type: ignore[union-attr]  # it is there


def sarif(report: Report, style: ReportStyle = ReportStyle()) -> dict:  # noqa: B008  # it is frozen
    found = json.loads(shown(report, "sarif", style))
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(found)
    return found


test_sarif = facts()


@test_sarif.fact
def it_is_valid() -> None:
    for report in (CHECKED, in_a_notebook(), samples.report(samples.PROVED), samples.report(samples.UNREADABLE)):
        sarif(report, STRICT)


@test_sarif.fact
def it_holds_problems_alone() -> None:
    assert sarif(samples.report(samples.PROVED, samples.marked(samples.REFUTED)))["runs"][0]["results"] == []
    (run,) = sarif(CHECKED)["runs"]
    assert [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]] == [
        one["ruleId"] for one in run["results"]
    ]
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert uris == {"a%20b/squares%2C1.md"}


@test_sarif.fact
def fingerprints_stay_when_lines_move() -> None:
    def prints(report: Report) -> list[str]:
        return [one["partialFingerprints"]["symgradProblem/v1"] for one in sarif(report)["runs"][0]["results"]]

    before = prints(CHECKED)
    assert len(set(before)) == len(before)
    assert prints(checked("A line more.\n\n" + DOCUMENT)) == before
    twice = prints(checked(DOCUMENT + "\n$$ \\frac{\\partial}{\\partial x_i} \\sum_n x_n^2 = x_i $$\n"))
    assert set(before) < set(twice)


@test_sarif.fact
def a_fix_replaces_what_stands_there() -> None:
    (fixed,) = (one for one in sarif(CHECKED)["runs"][0]["results"] if one["ruleId"] == "SG302")
    (change,) = fixed["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    lines = DOCUMENT.splitlines()
    line = lines[region["startLine"] - 1]
    lines[region["startLine"] - 1] = (
        line[: region["startColumn"] - 1] + replacement["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
    )
    assert lines[6] == r"$$ \nabla_w J = 2 X^\top (X w - t) $$"
    again = checked("\n".join(lines)).documents[0].steps[0]
    assert again.verdict == "proved"


@test_sarif.fact
def a_name_that_is_defined_anew_is_fixed_by_its_sign() -> None:
    text = "With $x \\in \\mathbb{R}^N$:\n\n$$ y = \\sum_n x_n $$\n\n$$ y &= 2 \\sum_n x_n $$\n"
    (step,) = checked(text).documents[0].steps
    edit = edit_of(step)
    assert edit is not None
    assert (edit.text, edit.span.text, edit.span.line) == (":=", "=", 5)


@test_sarif.fact
def the_place_in_a_notebook_stands_in_the_message() -> None:
    one = sarif(in_a_notebook())["runs"][0]["results"][0]
    assert "region" not in one["locations"][0]["physicalLocation"]
    assert one["message"]["text"].startswith("cell 3, line 7: ")
    assert "fixes" not in one


def schema(name: str) -> jsonschema.Draft202012Validator:
    found = json.loads((PUBLISHED / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


test_json = facts()


@test_json.fact
def reports_follow_the_published_schema() -> None:
    steps = (samples.PROVED, samples.REFUTED, samples.AGREES, samples.SHAPES, samples.UNREADABLE, samples.CONTRADICTED)
    made = samples.report(*steps, diagnostics=(samples.NO_NAME,), not_checked=(samples.NOT_CHECKED,))
    for report in (made, CHECKED, in_a_notebook()):
        schema("check.schema.json").validate(json.loads(shown(report, "json")))


@test_json.fact
def the_schema_refuses_what_is_none() -> None:
    told = json.loads(shown(CHECKED, "json"))
    told["documents"][0]["steps"][0]["verdict"] = "perhaps"
    assert not schema("check.schema.json").is_valid(told)


@test_json.fact
def comparisons_follow_theirs() -> None:
    schema("compare.schema.json").validate(json.loads(json_comparison(compared())))


NAMES: dict[str, Callable[[str], bool]] = {
    "concise": lambda text: (
        re.fullmatch(r"\S*test_formats_of_problems\.py:\d+:1: SG301 the gradient by x .*\n", text) is not None
    ),
    "github": lambda text: (
        re.match(r"::error file=\S*test_formats_of_problems\.py,line=\d+,col=1,title=SG301::", text) is not None
    ),
    "junit": lambda text: [len(list(case)) for case in ElementTree.fromstring(text).iter("testcase")] == [0, 1],
    "sarif": lambda text: json.loads(text)["runs"][0]["results"][0]["ruleId"] == "SG301",
}


@each("name", NAMES)
def test_compare_has_the_same_formats(name: str) -> None:
    render = FORMATS[name].comparison
    assert render is not None
    text = render(compared(), ReportStyle())
    assert NAMES[name](text), text


def test_problems_stand_in_the_order_of_the_document() -> None:
    found = problems_of(check_document(read_document(text=DOCUMENT)))
    assert [one.line for one in found] == sorted(one.line for one in found)

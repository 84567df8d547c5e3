"""Networks of any depth as documents, with their backpropagation written out."""

from __future__ import annotations

SLOPES = {
    "tanh": ("\\tanh({z})", "(1 - {h}^2)"),
    "sigmoid": ("\\sigma({z})", "{h} (1 - {h})"),
    "ReLU": ("\\operatorname{{ReLU}}({z})", "\\mathbb{{1}}[{z} > 0]"),
}
"""Activations with their slopes, both written with the input ``z`` and the output ``h``."""


def _layers(function: str, depth: int, weight: str) -> tuple[list[str], list[str]]:
    """The definitions of the layers, and the slope of each activation, counted from 1."""
    value, slope = SLOPES[function]
    displays, slopes, before = [], [""], "x"
    for k in range(1, depth + 1):
        z, h = f"z^{{({k})}}", f"h^{{({k})}}"
        displays += [f"{z} = {weight.format(k=k, h=before)}", f"{h} = {value.format(z=z)}"]
        slopes.append(slope.format(z=z, h=h))
        before = h
    return displays, slopes


def _text(declared: str, displays: list[str]) -> str:
    return declared + "\n\n" + "\n\n".join(f"$$ {d} $$" for d in displays) + "\n"


def scalar(function: str, depth: int) -> str:
    """One number a layer, with the deltas of backpropagation; its last two steps are right and wrong."""
    displays, slopes = _layers(function, depth, "w_{{{k}}} {h} + b_{{{k}}}")
    displays.append(f"J = \\frac{{1}}{{2}} (h^{{({depth})}} - t)^2")
    displays.append(f"\\delta^{{({depth})}} = (h^{{({depth})}} - t) {slopes[depth]}")
    displays += [
        f"\\delta^{{({k})}} = \\delta^{{({k + 1})}} w_{{{k + 1}}} {slopes[k]}" for k in reversed(range(1, depth))
    ]
    displays += [f"\\frac{{\\partial J}}{{\\partial z^{{({k})}}}} = \\delta^{{({k})}}" for k in (depth, depth // 2, 1)]
    displays += [f"\\frac{{\\partial J}}{{\\partial w_1}} = {c} \\delta^{{(1)}} x" for c in ("", "2")]
    return _text(f"Let $x, t \\in \\mathbb{{R}}$ and $w, b \\in \\mathbb{{R}}^{{{depth}}}$.", displays)


def local(function: str, depth: int) -> str:
    """One number a layer, by local gradients: each layer's two derivatives, and their product."""
    displays, slopes = _layers(function, depth, "w_{{{k}}} {h} + b_{{{k}}}")
    displays.append(f"J = \\frac{{1}}{{2}} (h^{{({depth})}} - t)^2")
    product = f"(h^{{({depth})}} - t)"
    for k in reversed(range(1, depth + 1)):
        product += f" \\frac{{\\partial h^{{({k})}}}}{{\\partial z^{{({k})}}}}"
        product += f" \\frac{{\\partial z^{{({k})}}}}{{\\partial h^{{({k - 1})}}}}" if k > 1 else " x"
    displays.append(f"\\frac{{\\partial J}}{{\\partial w_1}} = {product}")
    written = " ".join(slopes[k] + (f" w_{{{k}}}" if k > 1 else "") for k in reversed(range(1, depth + 1)))
    displays += [
        f"\\frac{{\\partial J}}{{\\partial w_1}} = (h^{{({depth})}} - t) {written} {end}" for end in ("x", "b_1")
    ]
    return _text(f"Let $x, t \\in \\mathbb{{R}}$ and $w, b \\in \\mathbb{{R}}^{{{depth}}}$.", displays)


def matrices(function: str, depth: int) -> str:
    """Vectors and weight matrices; its last two steps are right and wrong."""
    displays, slopes = _layers(function, depth, "W^{{({k})}} {h} + b^{{({k})}}")
    slopes = [s.replace("^2)", "\\odot #)") if "^2" in s else s for s in slopes]
    slopes = [s.replace("#", f"h^{{({k})}}") for k, s in enumerate(slopes)]
    slopes = [s.replace(" (", " \\odot (") if "\\odot" not in s else s for s in slopes]
    displays.append(f"J = \\frac{{1}}{{2}} \\lVert h^{{({depth})}} - t \\rVert^2")
    displays.append(f"\\delta^{{({depth})}} = (h^{{({depth})}} - t) \\odot {slopes[depth]}")
    displays += [
        f"\\delta^{{({k})}} = (W^{{({k + 1})}})^\\top \\delta^{{({k + 1})}} \\odot {slopes[k]}"
        for k in reversed(range(1, depth))
    ]
    displays += [f"\\frac{{\\partial J}}{{\\partial z^{{({k})}}}} = \\delta^{{({k})}}" for k in (depth, depth // 2, 1)]
    displays += [f"\\frac{{\\partial J}}{{\\partial W^{{(1)}}}} = {c} \\delta^{{(1)}} x^\\top" for c in ("", "2")]
    shapes = ", ".join(
        f"$W^{{({k})}} \\in \\mathbb{{R}}^{{D_{{{k}}} \\times D_{{{k - 1}}}}}$, "
        f"$b^{{({k})}} \\in \\mathbb{{R}}^{{D_{{{k}}}}}$"
        for k in range(1, depth + 1)
    )
    return _text(f"Let $x \\in \\mathbb{{R}}^{{D_0}}$, $t \\in \\mathbb{{R}}^{{D_{{{depth}}}}}$, {shapes}.", displays)


WRITTEN = {"scalar": scalar, "local": local, "matrices": matrices}

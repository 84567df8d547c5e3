"""Expressions as PyTorch tensors with named axes, for automatic differentiation; shares nothing with the rules."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from symgrad.core import nodes as n
from symgrad.core.functions import TABLE
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Subset
from symgrad.core.substitute import instantiate
from symgrad.evaluating.environment import Environment

Axes = tuple[Index, ...]


class Abstract(Exception):
    """An abstract function, which has no numbers."""


class TorchMeaning:
    """Values at one point. ``leaves``: the tensors of the document, ready to be differentiated by."""

    def __init__(self, torch: Any, env: Environment) -> None:
        self.torch = torch
        self.env = env
        self.leaves: dict[n.Tensor, Any] = {}
        names = ("exp", "log", "sqrt", "sin", "cos", "atan", "erf", "where")
        self.m = SimpleNamespace(**{name: getattr(torch, name) for name in names}, positive=lambda x: x > 0)

    def leaf(self, tensor: n.Tensor) -> Any:
        if tensor not in self.leaves:
            made = self.torch.tensor(np.asarray(self.env.tensor(tensor)[0], dtype=np.float64))
            self.leaves[tensor] = made.requires_grad_()
        return self.leaves[tensor]

    # --- alignment ----------------------------------------------------------------------------------

    def spread(self, value: Any, axes: Axes, over: Axes) -> Any:
        """The value over more axes, in another order."""
        kept = [i for i in over if i in axes]
        value = value.permute([axes.index(i) for i in kept])
        for k, i in enumerate(over):
            if i not in axes:
                value = value.unsqueeze(k)
        return value

    def together(self, *values: tuple[Any, Axes]) -> tuple[list[Any], Axes]:
        over = tuple(dict.fromkeys(i for _, axes in values for i in axes))
        return [self.spread(v, axes, over) for v, axes in values], over

    # --- positions ----------------------------------------------------------------------------------

    def position(self, e: IndexExpr) -> tuple[Any, Axes]:
        if isinstance(e, Index):
            at = self.env.position(e)
            if at is not None:
                return self.torch.tensor(int(at[0])), ()
            low, count = self.env.span(e)
            return self.torch.arange(low, low + count), (e,)
        if isinstance(e, Affine):
            total: tuple[Any, Axes] = (self.torch.tensor(e.const), ())
            for s, c in e.terms:
                part = (self.torch.tensor(self.env.size(s)), ()) if isinstance(s, str) else self.position(s)
                (a, b), axes = self.together(total, part)
                total = (a + c * b, axes)
            return total
        assert isinstance(e, Gather)
        array = self.torch.tensor(np.asarray(self.env.index_array(e.array)[0]))
        return self.looked_up(array, e.indices, e.array.ranges)

    def looked_up(self, array: Any, indices: Any, ranges: Any) -> tuple[Any, Axes]:
        """An array at positions; those out of range are looked up at the border, and masked by who asks."""
        places, axes = self.together(*(self.position(e) for e in indices))
        if not places:
            return array, ()
        at = [(p - self.env.number(r.lo)).clamp(0, self.env.length(r) - 1) for p, r in zip(places, ranges, strict=True)]
        at = list(self.torch.broadcast_tensors(*at))
        return array[tuple(at)], axes

    def holds(self, c: n.Cond) -> tuple[Any, Axes]:
        if isinstance(c.left, n.Expr):
            value, axes = self.value(c.left)
            mask = value > 0
        elif isinstance(c.right, Subset):
            member = self.torch.tensor(np.asarray(self.env.subset(c.right)[0], dtype=bool))
            mask, axes = self.looked_up(member, (c.left,), (c.right.range,))
        else:
            assert c.right is not None
            (a, b), axes = self.together(self.position(c.left), self.position(c.right))
            mask = a == b if c.op == "eq" else a < b
        return (~mask if c.negated else mask), axes

    def all_hold(self, conds: tuple[n.Cond, ...]) -> tuple[Any, Axes]:
        masks, axes = self.together((self.torch.tensor(True), ()), *map(self.holds, conds))
        out = masks[0]
        for m in masks[1:]:
            out = out & m
        return out, axes

    # --- nodes --------------------------------------------------------------------------------------

    def value(self, node: n.Expr) -> tuple[Any, Axes]:
        torch = self.torch
        match node:
            case n.Num():
                return torch.tensor(float(node.value), dtype=torch.float64), ()
            case n.Const():
                return torch.tensor(np.pi, dtype=torch.float64), ()
            case n.Size():
                value, axes = self.position(node.affine)
                return value.double(), axes
            case n.Entry():
                return self.looked_up(self.leaf(node.tensor), node.indices, node.tensor.ranges)
            case n.Delta():
                mask, axes = self.holds(n.Cond("eq", node.left, node.right))
                return mask.double(), axes
            case n.Iverson():
                mask, axes = self.holds(node.cond)
                return mask.double(), axes
            case n.Sum() | n.Prod():
                return self.over(node)
            case n.Add() | n.Mul():
                values, axes = self.together(*map(self.value, node.args[0]))
                out = values[0]
                for v in values[1:]:
                    out = out + v if isinstance(node, n.Add) else out * v
                return out, axes
            case n.Pow():
                (base, exponent), axes = self.together(self.value(node.base), self.value(node.exponent))
                return base**exponent, axes
            case n.Func():
                value, axes = self.value(node.arg)
                return TABLE[node.name].meaning(self.m, value), axes
            case n.Ref():
                return self.value(instantiate(node.definition, node.indices))
            case n.MatrixFunction():
                return self.of_matrix(node)
            case n.Cases():
                out, axes = torch.tensor(0.0, dtype=torch.float64), ()
                for conds, branch in reversed(node.branches):
                    (mask, a, b), axes = self.together(self.all_hold(conds), self.value(branch), (out, axes))
                    out = torch.where(mask, a, b)
                return out, axes
        raise Abstract(type(node).__name__)

    def of_matrix(self, node: n.MatrixFunction) -> tuple[Any, Axes]:
        """A function of a matrix, or of each of a family; Kronecker products are laid out as matrices."""
        torch, linalg = self.torch, self.torch.linalg
        functions = {"inverse": linalg.inv, "determinant": linalg.det, "cholesky": linalg.cholesky}
        function = {**functions, "exponential": linalg.matrix_exp, "root": self.root}[node.name]
        own = node.matrix.axes
        spans = [self.env.span(i) for i in own]
        here = [(torch.arange(low, low + count), (i,)) for i, (low, count) in zip(own, spans, strict=True)]
        (value, *_), axes = self.together(self.value(node.matrix.body), *here)
        rest = tuple(i for i in axes if i not in own)
        value = self.spread(value, axes, (*rest, *own))
        counts = [count for _, count in spans]
        value = value.expand(*value.shape[: len(rest)], *counts)
        size = int(np.prod(counts[: len(counts) // 2], dtype=int))
        found = function(value.reshape(*value.shape[: len(rest)], size, size))
        if not node.indices:
            return found, rest
        found = found.reshape(value.shape)
        run = [(torch.arange(k), (i,)) for k, i in zip(found.shape, rest, strict=False)]
        places, over = self.together(*run, *(self.position(e) for e in node.indices))
        at = [p - low for p, (low, _) in zip(places[len(rest) :], spans, strict=True)]
        return found[tuple(torch.broadcast_tensors(*places[: len(rest)], *at))], over

    def root(self, a: Any) -> Any:
        """The principal square root, by eigenvalues."""
        values, vectors = self.torch.linalg.eig(a)
        return (vectors * values.sqrt()[..., None, :] @ self.torch.linalg.inv(vectors)).real

    def over(self, node: n.Sum | n.Prod) -> tuple[Any, Axes]:
        low, count = self.env.span(node.index)
        here = (self.torch.arange(low, low + count), (node.index,))
        (value, mask, _), axes = self.together(self.value(node.body), self.all_hold(node.where), here)
        value, mask = self.torch.broadcast_tensors(value, mask)
        k = axes.index(node.index)
        if isinstance(node, n.Sum):
            shape = list(value.shape)
            shape[k] = count
            return self.torch.where(mask, value, 0.0).expand(shape).sum(k), axes[:k] + axes[k + 1 :]
        return self.torch.where(mask, value, 1.0).prod(k), axes[:k] + axes[k + 1 :]

"""One-hot vectors: first as bits that sum to 1, and as deltas only if a proof needs it.

So the report states the weaker assumption that a step used, ``\\sum_a y_a = 1``, not the position of the 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import ONE, Definition, Delta, Deriv, Entry, Expr, Ref, Sum, Tensor, reach, rebuild
from symgrad.core.ranges import Index, IndexExpr


def is_one_hot(definition: Definition) -> bool:
    """True if the definition is ``y_a = delta_{at}``, a delta along its last axis."""
    body = definition.body
    return isinstance(body, Delta) and bool(definition.params) and definition.params[-1] in (body.left, body.right)


def position_of(one_hot: Definition) -> IndexExpr:
    """The position of the 1."""
    left, right = one_hot.body.args
    return right if left is one_hot.params[-1] else left  # type: ignore[no-any-return]  # the two sides of a delta


@dataclass(slots=True)
class OneHotsAsBits:
    """Replaces one-hots by tensors of bits, in expressions and in the definitions that they use."""

    tensors: dict[Definition, Tensor] = field(default_factory=dict)
    rebuilt: dict[Definition, Definition] = field(default_factory=dict)
    memo: dict[Expr, Expr] = field(default_factory=dict)

    def claim(self, claim: Claim) -> Claim | None:
        """The claim with bits for one-hots and ``\\sum y = 1`` assumed; None if it contains no one-hot."""
        hots = [d for d in (reach(claim.left) | reach(claim.right)).definitions if is_one_hot(d)]
        if not hots:
            return None
        facts = []
        for d in hots:
            if d not in self.tensors:
                self.tensors[d] = Tensor(d.name, tuple(p.range for p in d.params if p.range is not None), "bit")
            facts.append(self.sums_to_one(d))
        return replace(
            claim,
            left=self.expr(claim.left),
            right=self.expr(claim.right),
            assumptions=(*claim.assumptions, *facts),
        )

    def sums_to_one(self, d: Definition) -> Assumption:
        """``\\sum_a y_{ka} = 1`` for every row of the one-hot."""
        params = tuple(p.fresh("free") for p in d.params[:-1])
        index = Index("a", d.params[-1].range, "bound")
        body = Sum(index, Entry(self.tensors[d], (*params, index)))
        slots = "".join(p.letter for p in (*params, index))
        shown = f"\\sum_a {d.name}_{f'{{{slots}}}' if params else slots} = 1"
        return Assumption("equation", shown, body, ONE, None, params)

    def definition(self, d: Definition) -> Definition:
        """The definition with its one-hots replaced; the same object if it uses none."""
        done = self.rebuilt.get(d)
        if done is None:
            body = self.expr(d.body)
            done = d if body is d.body else Definition(d.name, d.params, body, d.row, d.arguments)
            self.rebuilt[d] = done
        return done

    def expr(self, node: Expr) -> Expr:
        """The expression with its one-hots replaced."""
        done = self.memo.get(node)
        if done is not None:
            return done
        if isinstance(node, Ref):
            tensor = self.tensors.get(node.definition)
            if tensor is not None:
                done = Entry(tensor, node.indices)
            else:
                d = self.definition(node.definition)
                done = node if d is node.definition else Ref(d, node.indices)
        elif isinstance(node, Deriv):
            held = frozenset(self.definition(d) for d in node.held if d not in self.tensors)
            done = Deriv(self.expr(node.body), self.expr(node.target), held)
        else:
            done = rebuild(node, lambda e: e, self.expr)
        self.memo[node] = done
        return done

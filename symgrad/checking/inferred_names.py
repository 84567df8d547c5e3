"""What a verdict may rest on where names are not declared: their meaning was inferred, or is not known at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, islice, product

from symgrad.calculus.differentiate import depends_on
from symgrad.checking.free_letters import within_sums
from symgrad.checking.other_readings import SaidDependence
from symgrad.checking.resolved_claims import ResolvedClaims
from symgrad.checking.verdict import Step
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import (
    Add,
    Apply,
    Cond,
    Definition,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    MatrixFunction,
    Ref,
    Tensor,
    all_nodes,
    derivatives_in,
    mul,
    parts,
    reach,
    walk,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray
from symgrad.core.substitute import mapped_through
from symgrad.reading.inference.inferring import Inferred
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tree.syntax import Call, Derivative, Sym
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

MAX_PAIRS = 5
"""Of fixed positions that may be meant apart, so many pairs are tried."""
_DEPENDS = re.compile(r"\b(?:(?:in)?depend\w*\s+(?:up)?(?:on|of)|functions? of)\b", re.IGNORECASE)
LETTERS = re.compile(r"\\?[A-Za-z]+")


class InferredNames:
    """The names of a document whose meaning was inferred from their use."""

    def __init__(self, document: ReadDocument | None = None) -> None:
        self.inferred = document.inferred if document is not None else Inferred()
        unread = document.scope.unread if document is not None else {}
        self.declarations = {made: self.inferred.declaration(key) for key, made in self.inferred.arrays.items()}
        self.causes = {
            made: unread[name]
            for key, made in self.inferred.arrays.items()
            for name in (key._replace(above="2"), key)  # what an unread `\\sigma^2 = …` says of `\\sigma`
            if name in unread
        }
        self.labels = {made: key.above or key.below for key, made in self.inferred.arrays.items()}
        late = {
            made: self.inferred.late[key] for key, made in self.inferred.arrays.items() if key in self.inferred.late
        }
        self.causes |= {made: _defined_below(made, entry) for made, entry in late.items()}
        foreign = document.scope.foreign if document is not None else {}
        self.foreign = {
            made: foreign[key.letter] for key, made in self.inferred.arrays.items() if key.letter in foreign
        }
        self.equated: dict[Tensor, Diagnostic] = {}
        """Names that were the whole right side of an equation that nothing is ruled on: it may say what they are."""
        self.dependent: dict[Tensor, set[Tensor | Definition]] = {}
        """Undeclared names that steps so far differentiate, with what by: they are functions of that."""
        solved = document.scope.solved if document is not None else {}
        self.solved = {made: solved[key] for key, made in self.inferred.arrays.items() if key in solved}
        self.counts = document.scope.counts if document is not None else set[str]()
        self.redeclared = document.scope.redeclared if document is not None else {}
        self.rights: dict[Diagnostic, str] = {}
        """What stands on the right of the definitions that could not be read."""
        self.dependence = (
            SaidDependence(
                document.scope.independent,
                _differentiated(document),
                _DEPENDS.search(document.source.text) is not None,
            )
            if document is not None
            else SaidDependence()
        )
        self.displays: dict[Tensor, set[int]] = {}
        """The displays that each inferred array stands in."""
        for step in document.steps if document is not None else ():
            claim = step.outcome.claim
            for side in (claim.left, claim.right) if claim is not None else ():
                for made in reach(side).tensors:
                    self.displays.setdefault(made, set()).add(step.group)
        self.unknown = {*document.scope.unknown.values()} if document is not None else set()
        """The functions that nothing but derivatives has."""
        values = document.scope.values.items() if document is not None else ()
        self.defined = {key.letter for key, made in values if isinstance(made, Defined)}
        if document is not None:
            for key, cause in unread.items():
                declared = document.scope.values.get(key)
                if isinstance(declared, Tensor):
                    self.causes[declared] = cause
                self.rights[cause] = document.scope.unread_rights.get(key, "")
        self.rights |= {self.causes[made]: entry.span.text.partition("=")[2] for made, entry in late.items()}

    def declared(self, claim: Claim) -> tuple[str, ...]:
        """The declarations that a claim rests on and that the document does not make."""
        if not self.declarations:
            return ()
        sides = reach(claim.left) | reach(claim.right)
        arrays = (self.declarations[t] for t in sides.tensors if t in self.declarations)
        fixed = [self.inferred.fixed_declaration(i) for i in sides.letters if i in self.inferred.fixed.values()]
        held = [a for a in sides.index_arrays if a in self.inferred.index_arrays.values()]
        fixed += map(self.inferred.index_array_declaration, held)
        return tuple(dict.fromkeys((*arrays, *fixed)))

    def cause(self, claim: Claim) -> Diagnostic | None:
        """Why a name of the claim could not be read: then nothing is refuted, and nothing agrees."""
        used = (*reach(claim.left).tensors, *reach(claim.right).tensors)
        return next((self.causes[t] for t in used if t in self.causes), None)

    def undefined(self, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a claim says nothing: it has a name of which nothing is known, or differentiates an undefined one."""
        foreign = [self.foreign[t] for t in (reach(claim.left) | reach(claim.right)).tensors if t in self.foreign]
        if foreign:
            return foreign[0]
        for side in (claim.left, claim.right):
            for node in derivatives_in(side):
                passed = self.passed(node) if self.causes else None
                if passed is not None:
                    return passed
                made = node.body.definition if isinstance(node.body, Ref) else None
                if made is not None and self.is_unknown(made.body) and not depends_on(node.body, node.target):
                    return _independent(made.name, step)
                beside = self.beside(node)
                if beside is not None:
                    return _independent(beside.name, step)
                if not isinstance(node.body, Entry):
                    continue
                further = node.body.tensor in self.causes and _is_further_on(node.body, node.target)
                if node.body.tensor in self.declarations and not further and _is_further_on(node.body, node.target):
                    return _independent(node.body.tensor.name, step)  # `\partial h_j / \partial h_{j-1}`
                if depends_on(node.body, node.target) and not further:
                    continue
                name = node.body.tensor.name
                if node.body.tensor in self.causes:
                    return self.causes[node.body.tensor]
                if node.body.tensor in self.declarations:
                    self.dependent.setdefault(node.body.tensor, set()).add(node.target.args[0])
                    return _independent(name, step)
        return None

    def beside(self, node: Deriv) -> Tensor | None:
        """An undeclared ``a^{[l-1]}`` through which ``z^{[l]}`` may depend on the ``b^{[l-1]}`` of the same layer."""
        label = self.labels.get(node.target.args[0]) if isinstance(node.target, Entry) else None
        if not label or depends_on(node.body, node.target):
            return None
        return next((t for t in reach(node.body).tensors if self.labels.get(t) == label), None)

    def is_unknown(self, node: Expr) -> bool:
        return isinstance(node, Apply) and node.function in self.unknown

    def passed(self, node: Deriv) -> Diagnostic | None:
        """Why a derivative can't be told: it may go through a name whose definition could not be read.

        It does not if that definition, as it is written, has neither the variable in it nor another defined quantity.
        """
        by = node.target.args[0]
        mentioned = reach(node.body)
        names = {by.name, *self.defined, *(d.name for d in mentioned.definitions)}
        letters = {
            (LETTERS.findall(re.split("[_^']", name)[0]) or [""])[-1] for name in names
        }  # without style and scripts
        causes = (self.causes[t] for t in mentioned.tensors if t in self.causes and t is not by)
        return next((c for c in causes if any(x in self.rights.get(c, x) for x in letters)), None)

    def doubt(self, claim: Claim, step: Step, resolved: ResolvedClaims) -> Diagnostic | None:
        """Why a refutation or an agreement does not stand: it hangs on a name that says nothing here.

        A name on the right side alone may be one that the author has explained in words.
        """
        cause = self.cause(claim) or (self.undone(claim, step) if step.verdict == "refuted" else None)
        if cause is not None or not self.declarations:
            return cause
        plain = resolved.claim(claim) or claim
        chain = self.unknown_chain(claim, plain, step) if step.verdict == "refuted" else None
        if chain is not None:
            return chain
        unknown = (self.unrelated(plain, step) or self.vanishing(claim, step)) if step.verdict == "refuted" else None
        unknown = unknown or (self.hidden(plain, step) if step.verdict == "refuted" else None)
        if unknown is not None:
            return unknown
        named = self.only_named(plain, step) if step.verdict == "refuted" else None
        if named is not None:
            return named
        given = reach(plain.left)
        alone = [t for t in reach(plain.right).tensors if t in self.declarations and t not in given]
        if step.verdict != "refuted":
            return None
        solved = next((self.solved[t] for t in given.tensors if t in self.solved), None)
        if solved is not None and solved.span is not None and solved.span.start < step.span.start:
            return solved
        if not alone:
            return next((self.equated[t] for t in given.tensors if t in self.equated), None)
        own = [n for n in walk(claim.left) if isinstance(n, (Entry, Deriv))]
        own = [] if any(isinstance(n, Deriv) for n in own) else own
        lone = [n.tensor for n in own if isinstance(n, Entry) and n.tensor in self.declarations]
        lone = [t for t in lone if t not in reach(plain.right)]
        if lone:  # `z^\top H z = …`
            message = f"`{lone[0].name}` is neither declared nor defined, and the right side does not have it"
            return Diagnostic("SG105", message, step.span, f"define it, `{lone[0].name} = …`")
        return self.undeclared(alone[0], step)

    def only_named(self, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a refutation does not stand: the left side is a name that stands in no other display, and a side of its
        chain that could not be read may be what it is.
        """
        name = claim.left.tensor if isinstance(claim.left, Entry) else None
        if name not in self.declarations or name is None or name in reach(claim.right).tensors:
            return None
        if len(self.displays.get(name, ())) > 1:
            return None
        remedy = f"define it, `{name.name} = …`, or declare it, `${self.declarations[name]}$`"
        return Diagnostic("SG105", f"nothing else says what `{name.name}` is", step.span, remedy)

    def unknown_chain(self, written: Claim, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a refutation of a chain of unknown functions does not stand: a derivative of one of them may be what one
        side says it is, and so may its value; a position may depend on fewer positions than was read, and ``∂f/∂t``
        beside products may be the one of an explicit ``t``. ``claim``: ``written`` with its derivatives carried out.
        """
        one_sided = sorted(self.unknown_values(written.left) ^ self.unknown_values(written.right))
        if one_sided:
            message = f"nothing but derivatives says what `{one_sided[0]}` is"
            return Diagnostic("SG131", message, step.span, f"define it, `{one_sided[0]} = …`")
        sides = [
            {n.function for n in walk(side) if self.is_unknown(n) and isinstance(n, Apply) and n.derivs}
            for side in (claim.left, claim.right)
        ]
        sizes = step.witness.sizes.values() if step.witness is not None else ()
        plain = max(sizes, default=1) < 2 and not any(map(_has_lone_partial, (written.left, written.right)))
        odd = sorted(f.name for f in (sides[0] ^ sides[1] if plain else sides[0] | sides[1]))
        if not odd:
            return None
        message = f"nothing but derivatives says how `{odd[0]}` depends on what it is differentiated by"
        return Diagnostic("SG131", message, step.span, f"define it, `{odd[0]} = …`")

    def unknown_values(self, side: Expr) -> set[str]:
        """The names of the unknown functions that a side has itself, other than in a derivative."""
        if isinstance(side, Deriv):
            return set()
        body = side.definition.body if isinstance(side, Ref) else side
        own = {body.function.name} if self.is_unknown(body) and isinstance(body, Apply) and not body.derivs else set()
        return own.union(*map(self.unknown_values, parts(side)[1]))

    def undone(self, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a refutation does not stand: a declaration, of the shape alone it may be, ends a definition by what is
        differentiated by.
        """
        sides = reach(claim.left) | reach(claim.right)
        by = {n.target.args[0].name for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv)}
        for made in (t for t in sides.tensors if t in self.redeclared and t.name not in by):
            old = self.redeclared[made]
            if any(isinstance(n, Sym) and n.key in by for n in subnodes(old.body)):
                message = f"`{made.name}` is declared again, and does not depend on `{', '.join(sorted(by))}` any more"
                remedy = "leave the declaration out, or put it before the definition, if that is to hold on"
                return Diagnostic("SG118", message, step.span, remedy)
        return None

    def unrelated(self, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a refutation does not stand: an undeclared ``X``, inside of a definition, may be made of the ``x_i``."""
        own = {n.tensor for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Entry)}
        arrays = {t.name: t for t in (reach(claim.left) | reach(claim.right)).tensors if t in self.declarations}
        for name, tensor in arrays.items():
            other = arrays.get(name.swapcase()) if name.isupper() and len(name) == 1 else None
            if other is not None and tensor not in own and len(tensor.ranges) == len(other.ranges) == 2:
                message = f"nothing says whether `{other.name}_i` is a row or a column of `{name}`"
                remedy = f"write `Let ${other.name}_i = {name}_{{i:}}$.` or `Let ${other.name}_i = {name}_{{:i}}$.`"
                return Diagnostic("SG105", message, step.span, remedy)
        return None

    def hidden(self, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a refutation does not stand: the step is about a name and what the document differentiates it by, so that
        it is a function of that, and nothing says which.
        """
        mentioned = reach(claim.left) | reach(claim.right)
        named = (t for t in mentioned.tensors if t in self.dependent and any(x in mentioned for x in self.dependent[t]))
        return next((_independent(t.name, step) for t in named), None)

    def vanishing(self, claim: Claim, step: Step) -> Diagnostic | None:
        """Why a refutation does not stand: a derivative is 0 only because nothing says what an undeclared name is."""
        derivatives = (n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv))
        for node in (n for n in derivatives if not depends_on(n.body, n.target)):
            name = next((t.name for t in reach(node.body).tensors if t in self.declarations), None)
            if name is not None:
                return _independent(name, step)
        return None

    def counted(self, claim: Claim, _: Callable[[Claim], bool], span: Span) -> Diagnostic | None:
        """Why a refutation does not stand: ``k!`` makes k a whole number, for which ``\\cos(2 \\pi k)`` is 1."""
        periodic = (n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Func))
        inside = (t.name for n in periodic if n.name in ("sin", "cos", "tan") for t in reach(n.arg).tensors)
        name = next((x for x in inside if x in self.counts), None)
        if name is None:
            return None
        message = f"`{name}` is a whole number by its factorial, which is not used"
        return Diagnostic("SG121", message, span, "write the value that the function has there")

    def together(self, claim: Claim, holds: Callable[[Claim], bool], span: Span) -> Diagnostic | None:
        """Why a refutation does not stand: two positions are one there, and nothing says whether they may be."""
        sides = reach(claim.left) | reach(claim.right)
        fixed = [i for i in sides.letters if i in self.inferred.fixed.values()]
        arrays = [a for a in sides.index_arrays if a in self.inferred.index_arrays.values() and len(a.ranges) == 1]
        pairs = [_unequal(a, b) for a, b in combinations(fixed, 2) if a.range == b.range]
        others = [_drawn_apart(o, a) for a in arrays for o in fixed if o.range == a.target]
        distinct = list(map(_distinct, arrays))
        each = [(one,) for one in (*pairs, *distinct, *others)]
        for differing in islice((*each, *product(distinct, others)), MAX_PAIRS):
            apart = tuple(d.assumption for d in differing)
            if holds(replace(claim, assumptions=(*claim.assumptions, *apart))):
                said = " and ".join(f"`{d.said}`" for d in differing)
                message = f"this holds for {said}, and nothing says that these positions differ"
                remedy = " and ".join(f"`Let ${d.said}${d.limit}.`" for d in differing)
                return Diagnostic("SG105", message, span, f"write {remedy} if they do")
        return None

    def apart(self, claim: Claim, holds: Callable[[Claim], bool], span: Span) -> Diagnostic | None:
        """Why a refutation does not stand: ``u_o`` may be none of the ``u_k`` of a sum, and nothing says so."""
        sides = reach(claim.left) | reach(claim.right)
        for o in (i for i in sides.letters if i in self.inferred.fixed.values()):
            made: dict[tuple[Tensor, int], Tensor] = {}
            left, right = (mapped_through(side, partial(_own, o, made)) for side in (claim.left, claim.right))
            other = reach(left) | reach(right)
            within = within_sums(claim)
            alone = replace(claim, left=mul(*within, left), right=mul(*within, right))
            if o in other or not any(t in other for t, _ in made) or not holds(alone):
                continue
            sizes = [w.cond.left for w in within if isinstance(w, Iverson) and isinstance(w.cond.left, Affine)]
            over = sizes[0] if sizes else o.range.size if o.range is not None else "K"
            message = f"this holds if `{o.letter}` is none of the positions that the sums run over"
            said = (f"{o.letter} \\notin \\{{1, \\dots, {over}\\}}", f"{o.letter} \\in [{over}]")
            remedy = "write " + ", or ".join(f"`Let ${formula}$.`" for formula in said)
            return Diagnostic("SG105", f"{message}, and nothing says whether it is one", span, remedy)
        return None

    def symmetric(self, claim: Claim, holds: Callable[[Claim], bool], span: Span) -> Diagnostic | None:
        """Why a refutation does not stand: it holds if an undeclared covariance is symmetric, or what is inverted."""
        sides = reach(claim.left) | reach(claim.right)
        square = [t for t in sides.tensors if t in self.declarations and len(t.ranges) == 2 and len({*t.ranges}) == 1]
        functions = (n for side in (claim.left, claim.right) for n in all_nodes(side) if isinstance(n, MatrixFunction))
        inverted = {n.matrix.body.tensor for n in functions if isinstance(n.matrix.body, Entry)} if square else set()
        square = [t for t in square if t in inverted or "\\Sigma" in t.name]
        equal: list[Assumption] = []
        for t in square:
            i, j = (Index(x, t.ranges[0], "free") for x in "ij")
            there, turned = Entry(t, (i, j)), Entry(t, (j, i))
            equal.append(Assumption("equation", f"{t.name} = {t.name}^\\top", there, turned, None, (i, j)))
        if not equal or not holds(replace(claim, assumptions=(*claim.assumptions, *equal))):
            return None
        names = ", ".join(f"`{t.name}`" for t in square)
        remedy = "if it is, write " + ", ".join(f"`Let ${a.latex}$.`" for a in equal)
        return Diagnostic("SG105", f"this holds if {names} is symmetric, and nothing says so", span, remedy)

    def equate(self, claim: Claim | None, step: Step) -> None:
        """Note a name that is the whole right side of an equation that nothing is ruled on."""
        name = claim.right if claim is not None and step.verdict == "unreadable" else None
        if not isinstance(name, Entry) or name.tensor not in self.declarations or claim is None:
            return
        if name.tensor not in reach(claim.left).tensors:
            self.equated.setdefault(name.tensor, self.undeclared(name.tensor, step))

    def as_numbers(self, claim: Claim, other: Claim, span: Span) -> Diagnostic:
        """The note for a step that holds with undeclared names as numbers, though they are arrays elsewhere."""
        arrays, numbers = ({t.name: t for t in reach(c.left).tensors} for c in (claim, other))
        changed = [t for name, t in numbers.items() if name in arrays and arrays[name].ranges != t.ranges]
        names = ", ".join(f"`{t.name}`" for t in changed)
        for t in changed:
            self.declarations[t] = f"{t.name} \\in \\mathbb{{R}}"
        message = f"{names} is not declared, and is a number here"
        return Diagnostic("SG210", message, span, "declare the names of each section", "warning")

    def not_positive(self, other: Claim, span: Span) -> Diagnostic:
        """The message for a step that holds where undeclared names are positive."""
        both = (*reach(other.left).tensors, *reach(other.right).tensors)
        positive = dict.fromkeys(t for t in both if t.domain == "positive")
        shaped = [f"{t.name} \\in \\mathbb{{R}}_{{>0}}^{{{_shape(t)}}}" for t in positive if t.ranges]
        numbers = ", ".join(t.name for t in positive if not t.ranges)
        message = "this holds if what is not declared is positive"
        remedy = self.either([f"{numbers} > 0"] * bool(numbers) + shaped, {t.name for t in positive})
        return Diagnostic("SG105", message, span, remedy)

    def not_square(self, other: Claim, span: Span) -> Diagnostic:
        """The message for a step that holds where the undeclared matrices are square."""
        matrices = dict.fromkeys(t for t in (reach(other.left) | reach(other.right)).tensors if len(t.ranges) == 2)
        shaped = [f"{t.name} \\in \\mathbb{{R}}^{{{_shape(t)}}}" for t in matrices]
        message = "this holds if the matrices that are not declared are square"
        return Diagnostic("SG105", message, span, self.either(shaped, {t.name for t in matrices}))

    def not_numbers(self, other: Claim, span: Span) -> Diagnostic:
        """The message for a step that holds for numbers, and not for the arrays that the names are elsewhere."""
        sides = reach(other.left) | reach(other.right)
        names = list(dict.fromkeys(t.name for t in sides.tensors if not t.ranges))
        message = "this holds for numbers, and not for the arrays that these names are elsewhere"
        return Diagnostic("SG105", message, span, self.either([f"{', '.join(names)} \\in \\mathbb{{R}}"], set(names)))

    def either(self, others: Sequence[str], names: Collection[str]) -> str:
        """The remedy with both declarations of some names, ready to paste: other ones, and what was inferred."""
        inferred = [declaration for t, declaration in self.declarations.items() if t.name in names]
        ready = [", ".join(f"`${declaration}$`" for declaration in some) for some in (others, inferred)]
        return "declare " + ", or ".join(ready)

    def undeclared(self, tensor: Tensor, step: Step) -> Diagnostic:
        """The message for a name without which nothing can be said."""
        remedy = f"define it, `{tensor.name} = …`, or declare it, `${self.declarations[tensor]}$`"
        message = f"`{tensor.name}` is neither declared nor defined, and the left side does not have it"
        return Diagnostic("SG105", message, step.span, remedy)

    def shapes(self, step: Step, used: tuple[Tensor, ...]) -> Diagnostic | None:
        """Why sides of different shapes are not refuted: a shape was inferred, and may be another."""
        own = [t for t in used if t in self.declarations]
        if not own:
            return None
        asked = ", ".join(f"`${self.declarations[t]}$`" for t in dict.fromkeys(own))
        message = "the two sides have different shapes, as far as the shapes of undeclared names can be told"
        return Diagnostic("SG105", message, step.span, f"declare them; from their use: {asked}")


def _differentiated(document: ReadDocument) -> frozenset[str]:
    """The functions that stand alone in a derivative somewhere, ``\\nabla_\\theta Q(s, a)``."""
    below = (n.body for sides in document.chains for side in sides for n in subnodes(side) if isinstance(n, Derivative))
    return frozenset(NameKey.function(body.function).latex for body in below if isinstance(body, Call))


def _defined_below(made: Tensor, entry: Defined) -> Diagnostic:
    message = f"`{made.name}` is defined further down, and stands for any value up here"
    return Diagnostic("SG105", message, entry.span, "define it before it is used")


def _independent(name: str, step: Step) -> Diagnostic:
    message = f"`{name}` is neither declared nor defined: nothing says what it depends on"
    return Diagnostic("SG118", message, step.span, f"define it, `{name} = …`")


def _has_lone_partial(side: Expr) -> bool:
    """True for ``∂f/∂t + ∂f/∂x dx/dt``."""
    terms = side.terms if isinstance(side, Add) else ()
    return len(terms) > 1 and any(isinstance(t, Deriv) for t in terms)


def _is_further_on(body: Entry, target: Expr) -> bool:
    """True for ``h_t`` and ``h_{t-2}``: in a recursion that could not be read, one depends on the other."""
    places = [i for e in (body, target) if isinstance(e, Entry) for i in e.indices]
    shifted = any(isinstance(i, Affine) and any(i.indices()) for i in places)
    return shifted and isinstance(target, Entry) and body.indices != target.indices


@dataclass(frozen=True, slots=True)
class _Differing:
    """Positions that may differ: in words with their range, and as an assumption."""

    said: str
    limit: str
    cond: Cond
    params: tuple[Index, ...] = ()
    unless: tuple[Cond, ...] = ()

    @property
    def assumption(self) -> Assumption:
        return Assumption("condition", self.said, cond=self.cond, params=self.params, unless=self.unless)


def _unequal(a: Index, b: Index) -> _Differing:
    return _Differing(f"{a.letter} \\neq {b.letter}", "", Cond("eq", a, b, negated=True))


def _distinct(array: IndexArray) -> _Differing:
    """``w_k \\neq w_l`` for ``k \\neq l``"""
    one, other = (Index(letter, array.ranges[0], "free") for letter in "kl")
    apart = Cond("eq", Gather(array, (one,)), Gather(array, (other,)), negated=True)
    said = f"{array.name}_k \\neq {array.name}_l"
    return _Differing(said, " for $k \\neq l$", apart, (one, other), (Cond("eq", one, other),))


def _drawn_apart(o: Index, array: IndexArray) -> _Differing:
    """``w_k \\neq o`` for all k"""
    one = Index("k", array.ranges[0], "free")
    said = f"{array.name}_k \\neq {o.letter}"
    return _Differing(said, "", Cond("eq", Gather(array, (one,)), o, negated=True), (one,))


def _own(o: Index, made: dict[tuple[Tensor, int], Tensor], node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
    """``u_{oj}`` as an entry of a vector of its own, named ``u_o``."""
    if not isinstance(node, Entry) or o not in node.indices:
        return None
    at = node.indices.index(o)
    t = node.tensor
    own = made.setdefault((t, at), Tensor(f"{t.name}_{o.letter}", (*t.ranges[:at], *t.ranges[at + 1 :]), t.domain))
    return Entry(own, (*node.indices[:at], *node.indices[at + 1 :]))


def _shape(tensor: Tensor) -> str:
    return " \\times ".join(str(r.size) for r in tensor.ranges)


def unread(step: Step, problem: Diagnostic) -> Step:
    """The step without its verdict."""
    return replace(step, verdict="unreadable", diagnostic=problem, witness=None, difference=None, repairs=())

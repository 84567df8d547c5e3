"""What a name means where it is used: a tensor, a definition, a size, an index, a cost."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symgrad.core.nodes import Entry, Func, Num, Pow, Ref, Size, Tensor
from symgrad.core.ranges import Affine
from symgrad.core.substitute import instantiate
from symgrad.reading.meaning.block_matrices import REMEDY, BlockMatrix
from symgrad.reading.meaning.builtin_names import beside_weights, builtin_name, constant_matrix, kronecker
from symgrad.reading.meaning.definitions import called_bare, define, defined_blocks
from symgrad.reading.meaning.matrix_inverses import exponential, inverse_power
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.raw_trees import Parenthesis
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.slots import element, fill, is_whole_entry, split_digits
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.time_derivatives import TIME
from symgrad.reading.meaning.upstream import implied, upstream
from symgrad.reading.meaning.values import ReadValue, refreshed
from symgrad.reading.names.moving_names import DOT, moves
from symgrad.reading.names.name_keys import CompoundSubscript, NameKey, labelled_size, pattern_letters
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.upstream_costs import is_bare
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error, is_name, letter_key, read_slots, split_superscript
from symgrad.reading.tree.syntax import Call, Colon, Derivative, Position, Slot, Sym
from symgrad.reading.tree.used_names import is_own_name
from symgrad.text.diagnostic import NotationError


@reads(Sym)
def name(el: Reading, node: Sym) -> ReadValue:
    """``x``, ``A_{ij}``, ``W^\\top``"""
    if moves(el.scope, node):
        whole = replace(node, key=node.key.removeprefix(DOT))
        return el.value(Derivative(node.span, whole, (Sym(node.span, TIME),), sign="d"))
    entry = _entry_of_inverse(el, node) or _entry_of_transpose(el, node)
    if entry is not None:
        return entry
    value, sup = lookup(el, node)
    return raised(el, value, sup, node.span) if sup else value


def _entry_of_inverse(el: Reading, sym: Sym) -> ReadValue | None:
    """``A^{-1}_{ij}``, whose slots are written behind the exponent; ``A_{ij}^{-1}`` is the reciprocal of an entry."""
    behind = sym.sub and sym.sup and sym.sup[0].span.start < sym.sub[0].span.start
    if not behind or inverse_power(sym.sup) is None or el.scope.value_key(sym)[1] != sym.sub:
        return None
    whole = el.value(replace(sym, sub=()))
    return element(el, whole, sym.sub, sym.span) if len(whole.axes) == 2 else None


def _entry_of_transpose(el: Reading, sym: Sym) -> ReadValue | None:
    """``A^\\top_{ij}`` and ``A_{ij}^\\top``, the entry ``A_{ji}``: a number by itself has no transpose."""
    if len(sym.sub) < 2 or not sym.sup:
        return None
    key, sub, sup = el.scope.value_key(sym)
    if key is None or not sup or sub != sym.sub or not is_whole_entry(sub):
        return None
    said = split_superscript(sup, transpose_letter=not el.scope.is_value("T"))
    if not said.transpose or said.power or said.labels:
        return None
    whole = el.value(replace(sym, sub=()))
    return element(el, whole, sym.sub, sym.span) if len(whole.axes) == 2 else None


def lookup(el: Reading, sym: Sym) -> tuple[ReadValue, tuple[Token, ...]]:
    """The value of a name with its subscripts, and the superscripts that are not part of the name."""
    scope = el.scope
    apart = is_own_name(scope, sym)
    parameter = None if apart else el.parameters.get(sym.key) or el.parameters.get(f"\\mathbf {sym.key}")
    if parameter is not None and not sym.primes and not _is_sample(el, sym, parameter):
        return element(el, refreshed(parameter), sym.sub, sym.span), sym.sup
    if sym.key in el.opaque and not apart:
        raise error(
            "SG105", f"`{el.opaque[sym.key].text}` is not declared", sym.span, "declare the argument of this function"
        )
    if sym.key in ("\\mathbf{1}", "\\mathbf{0}") and any(t.text == "\\times" for t in sym.sub):
        return constant_matrix(el, sym), sym.sup
    key, sub, sup = scope.value_key(sym)
    if key is not None:
        _check_label(el, sym, key)
    above, sup = _slot_above(el, sym, sup)
    slots = above + (read_slots(sub) if sub else ())
    compound = _compound(el, sym, slots)
    if compound is not None:
        return compound, sup
    entry = scope.values[key] if key is not None else None
    if key is not None and scope.is_provisional(key) and el.letters.is_bound(sym.primed) and not sym.sub:
        entry = None  # the letter of a sum, whatever it is elsewhere
    if key is not None and scope.is_provisional(key) and (constant := beside_weights(sym, slots)) is not None:
        return constant, sup
    if entry is not None and sym.key == "\\delta" and len(slots) == 2 and not sup and _has_one_axis(el, entry):
        return ReadValue(kronecker(el, slots, sym.span)), sup  # the error `\\delta_i`, and Kronecker's `\\delta_{ij}`
    if entry is not None:
        if isinstance(entry, Tensor):
            slots = split_digits(slots, len(entry.ranges))
            if len(slots) == 1 and key in scope.by_columns:
                slots = (Colon(sym.span), *slots)
            indices, axes = fill(el, slots, entry.ranges, sym.key, sym.span)
            if axes and len(sup) == 1 and is_name(sup[0]) and el.letters.is_letter(letter_key(sup[0])):
                remedy = f"write both below the line, `{sym.key}_{{ij}}`"
                raise error("SG101", f"`{sup[0].text}` above `{sym.key}` may be an index or a power", sym.span, remedy)
            sliced = any(isinstance(s, Colon) for s in slots)  # a column of the samples `x_i` is no row
            row = (entry.row and not sliced) or (el.rows and len(slots) == 2 and isinstance(slots[1], Colon))
            return ReadValue(Entry(entry, tuple(indices)), tuple(axes), row and len(axes) == 1), sup
        return from_definition(el, entry, slots, sym), sup
    called = [scope.calls[k] for k in scope.calls.named(NameKey(sym.key))]
    if called and not sym.primes:
        return called_bare(el, called[-1], slots, sym), sup
    if called and not slots and len(called[-1].arguments or ()) == 1:
        own = Sym(sym.span, (called[-1].arguments or ("",))[0])
        return el.value(Call(sym.span, replace(sym, sup=()), (own,))), sup  # `f'`
    return _other_roles(el, sym, slots, sup)


def _has_one_axis(el: Reading, entry: Tensor | Defined) -> bool:
    """True for a number or a vector; in its own definition, ``\\delta_j = y_j - \\delta_{jc}``, by its left side."""
    if isinstance(entry, Defined) and entry in el.definitions.active:
        return len(entry.patterns) < 2
    return len(entry.ranges if isinstance(entry, Tensor) else define(el, entry).params) < 2


def _slot_above(el: Reading, sym: Sym, sup: tuple[Token, ...]) -> tuple[tuple[Slot, ...], tuple[Token, ...]]:
    """``x^{(i)}``, ``x^{(i)\\top}``: an index if a sum or a declared range binds it, or if samples are written so."""
    if len(sup) < 3 or sup[0].text != "(" or sup[2].text != ")":
        return (), sup
    letter = sup[1]
    sample = sym.key in el.scope.raised and (letter.kind == "number" or el.scope.is_position(letter_key(letter)))
    if sample or el.letters.is_letter(letter.text) or letter.text in el.scope.letters:
        return read_slots((letter,)), sup[3:]
    return (), sup


def _check_label(el: Reading, sym: Sym, key: NameKey) -> None:
    """``x^{(i)}`` that is declared as one name is no family: a sum over ``i`` can't run over it."""
    for label in (key.below, key.above.strip("()")):
        if any(label in frame for frame in el.letters.bound):
            message = f"`{sym.span.text}` is declared as one name, and `{label}` is summed here"
            remedy = f"say over what it runs, `${label} = 1, \\dots, N$`, before the declaration"
            raise error("SG108", message, sym.span, remedy)


def _is_sample(el: Reading, sym: Sym, parameter: ReadValue) -> bool:
    """True for ``x_i`` in a function of ``x``, if it is declared for every ``i`` and the argument has no such axis."""
    declared = el.scope.values.get(NameKey(sym.key))
    letters = pattern_letters(sym.sub) if sym.sub else None
    if not isinstance(declared, Tensor) or len(declared.ranges) <= len(parameter.axes) or not letters:
        return False
    over = el.scope.letters.get(letters[0])
    return over == declared.ranges[0] and over not in [axis.range for axis in parameter.axes]


def _compound(el: Reading, sym: Sym, slots: tuple[Slot, ...]) -> ReadValue | None:
    """``u_{c+j}``, if that form is defined."""
    if len(slots) == 1 and isinstance(slots[0], Position) and len(slots[0].terms) + bool(slots[0].const) > 1:
        found = el.scope.compounds.get((NameKey(sym.key), CompoundSubscript.of(slots[0])))
        if found is not None:
            definition = define(el, found)
            letter = slots[0].terms[-1][1]
            index = el.letters.find(letter.key, letter.span)
            if index is None:
                raise error("SG108", f"`{letter.key}` is no index here", letter.span)
            axes = tuple(OpenIndex(p.letter, p.range, "free") for p in definition.params[1:])
            return ReadValue(instantiate(definition, (index, *axes)), axes, definition.row)
    return None


def _other_roles(
    el: Reading, sym: Sym, slots: tuple[Slot, ...], sup: tuple[Token, ...]
) -> tuple[ReadValue, tuple[Token, ...]]:
    """A name that is not declared as a value: a cost, a size, an index as a number, ``e^x``, a builtin name."""
    scope = el.scope
    function = scope.functions.get(NameKey(sym.key))
    if function is not None:
        return upstream(el, function, sym), sup
    own = scope.declared_at.get(NameKey(sym.key))
    if own is not None and is_bare(replace(sym, sup=())):
        return el.value(replace(own, span=sym.span)), sup
    if scope.arguments_of_cost(NameKey(sym.key)) and is_bare(replace(sym, sup=())):
        return implied(el, NameKey(sym.key)), sup
    if not sym.sub:
        if sym.primed in scope.sizes:
            return ReadValue(Size(Affine.of(sym.primed))), sup
        if el.letters.is_letter(sym.primed) or sym.primed in scope.letters:
            index = el.letters.find(sym.primed, sym.span)
            if index is not None:
                return ReadValue(Size(Affine.of(index))), sup
    if sym.key == "\\delta" and len(slots) < 2 and _are_letters(el, (*sym.sub, *sup)):
        slots, sup = (*slots, *read_slots(sup)), ()  # `\\delta_i^j`, `\\delta^{ij}`
    if sym.key == "\\delta" and len(slots) == 2:
        return ReadValue(kronecker(el, slots, sym.span)), sup
    if sym.key == "e" and sup and not slots and not sym.primes:
        return _exponential(el, sym, sup), ()
    labelled = size_key(scope, sym)
    if labelled is not None:
        return ReadValue(Size(Affine.of(labelled))), sup
    special = builtin_name(el, sym, slots)
    if special is not None:
        return special, sup
    square = _from_square(el, sym, sup)
    if square is not None:
        return square, ()
    cause = scope.unread_cause(sym)
    if cause is not None:
        raise NotationError(cause)
    scope.missing.add(sym.key)
    raise error("SG105", f"`{sym.span.text}` is not declared", sym.span, suggestion(el, sym))


def _are_letters(el: Reading, tokens: tuple[Token, ...]) -> bool:
    """True for positions that the chain has already: in ``\\delta_j^l``, ``l`` may as well be the number of a layer."""
    return all(is_name(t) and el.letters.is_letter(letter_key(t)) for t in tokens)


def _exponential(el: Reading, sym: Sym, sup: tuple[Token, ...]) -> ReadValue:
    """``e^x``, of a vector entry by entry; ``e^A``, the exponential of a matrix."""
    exponent = el.value(el.parse(sup, sym.span))
    if isinstance(exponent, BlockMatrix) or len(exponent.axes) > 1:
        return exponential(exponent, sym.span)
    return replace(exponent, body=Func("exp", exponent.body), jacobian=None)


def _from_square(el: Reading, sym: Sym, sup: tuple[Token, ...]) -> ReadValue | None:
    """``\\sigma``, ``\\sigma^4`` where only ``\\sigma^2`` has a meaning: powers of its root."""
    if el.scope.square_of(sym) is None or (sup and not all(t.kind == "number" and t.text.isdigit() for t in sup)):
        return None
    two = Token("number", "2", sym.span)
    square = el.value(replace(sym, sup=(two,)))
    power = int(sup[0].text) if sup else 1
    if len(square.axes) > (power == 1):
        return None
    body = Func("sqrt", square.body) if power == 1 else Pow(Parenthesis(square.body), Num(Fraction(power, 2)))
    return replace(square, body=body, jacobian=None)


def size_key(scope: Scope, sym: Sym) -> str | None:
    """A size with a label, ``d_k``."""
    key = labelled_size(sym.key, sym.sub)
    return key if sym.sub and key in scope.sizes else None


def suggestion(el: Reading, sym: Sym) -> str:
    """A remedy for an undeclared name: a declared name that looks like it, or how to declare it."""
    active = el.definitions.active
    if active and sym.key in active[-1].key.below and not (sym.sub or sym.sup or sym.primes):
        # `w_n = 1/n`: the letter would be a position if its range were known
        return f"say over what it runs, `${sym.key} = 1, \\dots, N$`, if it is a position; else declare it"
    near = [k for k in el.scope.values if k.letter.lower() == sym.key.lower() and not k.primes]
    known = el.scope.values[near[0]] if near else None
    if isinstance(known, Tensor) and len(known.ranges) == 2 and len(sym.sub) == 1:
        rows = f"{sym.key}_{{w}} = {near[0]}"
        return f"say what it is, a row `${rows}_{{w:}}$` or a column `${rows}_{{:w}}$`, or declare this name too"
    if near:
        return f"`{near[0]}` is declared; write it the same way, or declare this name too"
    sub = "^{D}" if not sym.sub else "^{W \\times D}"
    return f"declare it in the text, `${sym.key} \\in \\mathbb{{R}}{sub}$`, or define it"


def from_definition(el: Reading, entry: Defined, slots: tuple[Slot, ...], sym: Sym) -> ReadValue:
    """A defined quantity at its slots; an alias is replaced by its body."""
    blocks = defined_blocks(el, entry)
    if blocks is not None:
        if slots:
            raise error("SG112", "an entry of a matrix of blocks is not read", sym.span, REMEDY)
        return blocks
    definition = define(el, entry)
    ranges = [p.range for p in definition.params]
    slots = split_digits(slots, len(ranges))
    indices, axes = fill(el, slots, ranges, sym.key, sym.span)
    row = definition.row and len(axes) == 1
    if entry.alias:
        return ReadValue(instantiate(definition, tuple(indices)), tuple(axes), row)
    return ReadValue(Ref(definition, tuple(indices)), tuple(axes), row)

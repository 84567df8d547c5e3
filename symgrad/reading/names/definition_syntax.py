"""Definitions: ``=`` with an undefined name on its left, or ``:=``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symgrad.core.nodes import Tensor
from symgrad.reading.names.mentioned_names import mentioned
from symgrad.reading.names.moving_names import moves
from symgrad.reading.names.name_keys import CompoundSubscript, NameKey, label, pattern_letters, too_many
from symgrad.reading.names.older_functions import applies, names_bare
from symgrad.reading.names.other_layers import enter_in_other_layers
from symgrad.reading.names.scope import NORMAL, Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.any_sample import at_one_sample, for_any_sample, has_letter
from symgrad.reading.tree.lone_factors import has_lone_factor
from symgrad.reading.tree.name_parser import DENSITIES, LOGARITHMS
from symgrad.reading.tree.scripts import (
    GREEK,
    error,
    is_name,
    letter_key,
    letters_in,
    read_slots,
    spelled,
    strip_groups,
)
from symgrad.reading.tree.syntax import BigOp, Call, Colon, Entries, Position, Scripted, Sym, SyntaxNode, Terms
from symgrad.reading.tree.used_names import (
    names_in_exponents,
    note_bounds,
    outside_letters,
    positions_of,
    size_labels,
    slot_letters,
    subnodes,
    summed_letters,
    value_names,
)
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

LIKELIHOODS = ("L", "\\mathcal{L}", "Z")
"""What stands for likelihoods and partition functions: ``\\log L = …`` defines them."""


_VARIABLES = re.compile(r"[A-Z](?:[|,][A-Z])+|[A-Z]")
"""The random variables of events: ``O|C``."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The right side of a possible definition. ``plain``: after ``=``, which does not define a name again."""

    body: SyntaxNode
    span: Span
    plain: bool

    def uses(self, letter: str) -> bool:
        """True if the body mentions a name with this letter."""
        return any(isinstance(n, Sym) and n.key == letter for n in subnodes(self.body))

    def uses_entries(self, letter: str) -> bool:
        """True if the body mentions a name with this letter and a subscript."""
        return any(isinstance(n, Sym) and n.key == letter and n.sub for n in subnodes(self.body))

    def sums(self) -> bool:
        """True if the body has a sum or product."""
        return any(isinstance(n, BigOp) and n.op in ("sum", "prod") for n in subnodes(self.body))

    def is_slice(self) -> bool:
        """``U_{w:}``"""
        body = self.body
        return isinstance(body, Sym) and bool(body.sub) and any(isinstance(s, Colon) for s in read_slots(body.sub))

    def is_array_of(self, kind: type[SyntaxNode]) -> bool:
        """True if the body is an array written by its entries, and these are nodes of a kind."""
        body = self.body.base if isinstance(self.body, Scripted) else self.body
        if isinstance(body, BigOp):
            return body.op not in ("sum", "prod") and isinstance(body.body, kind)
        return isinstance(body, Entries) and all(isinstance(item, kind) for item in body.items)


@dataclass(slots=True)
class Definer:
    """Enters definitions into a scope."""

    scope: Scope

    def define(self, name: SyntaxNode, body: SyntaxNode, span: Span, plain: bool) -> Defined | None:
        """Enter the definition ``name = body``, and return it; None if the relation does not define."""
        if isinstance(name, Call) and (self._is_logarithm(name) or self._is_log_likelihood(name, body)):
            return self.define(name.args[0], Call(body.span, Sym(body.span, "\\exp"), (body,)), span, plain)
        written = Candidate(body, span, plain)
        entries = _entries(name)
        if entries is not None:
            return self._call(entries[0], written, entries[1])
        if isinstance(name, Call):
            return self._call(name, written)
        if isinstance(name, Sym):
            return None if moves(self.scope, name) else self._name(name, written)
        if not plain:
            raise error("SG101", "only a name can be defined", name.span, "write `name := …`")
        return None

    def _is_logarithm(self, name: SyntaxNode) -> bool:
        """True for ``\\log p(x \\mid \\mu)`` of a function without a value: what it is equal to defines ``p``."""
        if not isinstance(name, Call) or name.function.key not in LOGARITHMS or not self.scope.is_function("\\log"):
            return False
        inner = name.args[0]
        if not isinstance(inner, Call) or inner.bare or name.function.sub or name.function.sup:
            return False
        key = NameKey.function(inner.function)
        known = self.scope.is_function(inner.function.key) or key in self.scope.functions or key in self.scope.applied
        return not known and not self.scope.calls.named(key) and key not in self.scope.values

    def _is_log_likelihood(self, name: Call, body: SyntaxNode) -> bool:
        """True for ``\\log L`` of a likelihood or partition function without a value and without arguments."""
        if name.function.key not in LOGARITHMS or name.function.sub or name.function.sup or len(name.args) != 1:
            return False
        inner = name.args[0]
        if not isinstance(inner, Sym) or inner.key not in LIKELIHOODS or inner.sub or inner.sup or inner.primes:
            return False
        within = any(isinstance(n, Sym) and n.key == inner.key for n in subnodes(body))
        return not within and not self.is_declared(inner)

    def is_declared(self, name: SyntaxNode) -> bool:
        """True if a name has been declared or defined."""
        key = self.scope.value_key(name)[0] if isinstance(name, Sym) else None
        return key is not None and not self.scope.is_provisional(key)

    def undefined(self, name: SyntaxNode) -> NameKey | None:
        """The name on the left of an equation, if it has no readable definition; its right side defines it then."""
        entries = _entries(name)
        name = entries[0] if entries is not None else name
        if isinstance(name, Call):
            sym, key = name.function, NameKey.function(name.function)
            known = self.scope.is_function(sym.key) or NameKey(sym.key) in self.scope.functions
            defined = self.scope.calls.named(key) and key not in self.scope.unread
            return None if name.bare or known or sym.primes or defined else key
        try:
            return self._undefined_name(name) if isinstance(name, Sym) else None
        except NotationError:
            return None  # its subscript can't be read either

    def _undefined_name(self, name: Sym) -> NameKey | None:
        if moves(self.scope, name):
            return None  # `\\dot V = …` is a claim about the V that is built on what moves
        known_key, rest, sup = self.scope.value_key(name)
        if known_key is not None and not (sup and self.scope.is_provisional(known_key)):
            return None if sup or self._is_defined(known_key) or pattern_letters(rest) is None else known_key
        if name.sup and not _is_label(strip_groups(name.sup)):
            return None
        key = NameKey.unlabelled(name).with_labels(above=name.sup)
        letters = pattern_letters(name.sub)
        size = letters is not None and len(letters) == 1 and letters[0].isupper() and letters[0] in self.scope.sizes
        return key if letters is not None and not size else key._replace(below=label(name.sub))

    def _is_defined(self, key: NameKey) -> bool:
        """True if a name has a definition that can be read, as far as is known."""
        return isinstance(self.scope.values.get(key), Defined) and key not in self.scope.unread

    def outdated(self, name: SyntaxNode) -> NameKey | None:
        """The name on the left of an equation that may define it anew: it has other arguments than before, or its
        definition stands in an earlier section.
        """
        entries = _entries(name)
        name = entries[0] if entries is not None else name
        if isinstance(name, Call) and name.function.primes:
            return None
        if isinstance(name, Call):
            key, count = NameKey.function(name.function), len(name.args)
            known = [d for (k, n), d in self.scope.calls.items() if k == key and n == count]
            other = not known and bool(self.scope.calls.named(key))
            return key if other or any(self._is_earlier(d, name) for d in known) else None
        if not isinstance(name, Sym):
            return None
        found, rest, sup = self.scope.value_key(name)
        if found is None or sup or pattern_letters(rest) is None or not self._is_defined(found):
            return None
        entry = self.scope.values[found]
        return found if isinstance(entry, Defined) and self._is_earlier(entry, name) else None

    def _is_earlier(self, entry: Defined, name: SyntaxNode) -> bool:
        """True if a definition stands in an earlier section than a name."""
        return entry.span.source is name.span.source and entry.span.start < self.scope.section <= name.span.start

    def family_of(self, name: SyntaxNode, body: SyntaxNode) -> NameKey | None:
        """The defined name ``J`` on the left of ``J_i = \\dots``, if the two may be different things: its definition
        has no slots, and the body has the letters below, and not the name.
        """
        if not isinstance(name, Sym) or name.sup:
            return None
        key, rest, _ = self.scope.value_key(name)
        letters = pattern_letters(rest) if rest and rest[-1].text != "," else None  # no `J[i]`
        if key is None or not letters or not self._is_defined(key) or key.total:
            return None
        entry = self.scope.values[key]
        own = isinstance(entry, Defined) and not entry.patterns and entry.declared is None
        used = Candidate(body, body.span, True).uses(name.key)
        return key if own and not used and set(letters) <= slot_letters(self.scope, body) else None

    def may_be_anew(self, name: SyntaxNode, key: NameKey, body: SyntaxNode) -> bool:
        """True if a name alone, or with its slots, may be defined anew: its body does not have the name, nor does a
        function that is elaborated at its arguments.
        """
        entry = self.scope.values.get(key)
        slots = pattern_letters(name.sub) if isinstance(name, Sym) and isinstance(entry, Defined) else None
        same = slots is not None and isinstance(entry, Defined) and len(slots) == len(entry.patterns)
        fixed = any(x in self.scope.indices or x in self.scope.index_arrays for x in slots or ())
        if same and fixed and isinstance(entry, Defined) and slots != entry.patterns:
            return False  # `\\mu_o = 0` is about one position
        bare = isinstance(name, Sym) and not name.primes and (not name.sup or bool(key.above))  # `\\sigma^2`
        letter = name.key if isinstance(name, Sym) and same and bare else None
        functions = (d.body for d in self.scope.calls.values() if d.key != key)
        return letter is not None and not any(Candidate(b, b.span, True).uses(letter) for b in (body, *functions))

    def may_become_another(self, key: NameKey, old: Defined, body: SyntaxNode) -> bool:
        """True for a function of letters that the body does not apply and no definition names without arguments."""
        entries = [d for t in (self.scope.values, self.scope.calls) for d in t.values() if isinstance(d, Defined)]
        bodies = [d.body for d in entries if d.body is not old.body]
        bare = any(names_bare(b, key) for b in (body, *bodies))
        return old.arguments is not None and not old.patterns and not bare and not applies(body, key)

    def redefines(self, name: SyntaxNode) -> str:
        """The name, if a plain ``=`` may have been meant to define it again; else empty."""
        again = False
        if isinstance(name, Sym) and not name.sup:
            key, rest, _ = self.scope.value_key(name)
            defined = key is not None and isinstance(self.scope.values[key], Defined)
            again = defined and pattern_letters(rest) is not None
        elif isinstance(name, Call):
            again = (NameKey(name.function.key), len(name.args)) in self.scope.calls
        return name.span.text if again else ""

    def users(self, entry: Defined) -> list[str]:
        """The names of definitions that mention this one; they use its new value."""
        defined = [d for d in (*self.scope.values.values(), *self.scope.calls.values()) if isinstance(d, Defined)]
        if not entry.key.is_letter:
            return []
        letter = entry.key.letter
        return [str(d.key) for d in defined if d is not entry and Candidate(d.body, d.span, True).uses(letter)]

    # --- names with arguments -------------------------------------------------------------------

    def _call(self, name: Call, written: Candidate, slots: tuple[Token, ...] = ()) -> Defined | None:
        """``J(o, c) = …``; ``f(z)_i = …`` and ``f_i(z) = …`` define entries; ``f(2x) = …`` has no arguments."""
        name, written = self._for_any_sample(name, written)
        sym, calls = name.function, self.scope.calls
        patterns = self._patterns(slots or sym.sub, written)
        if patterns is None and slots:
            return None
        if patterns:
            sym = replace(sym, sub=())
        known = self.scope.is_function(sym.key) and not (patterns and sym.key in GREEK and written.sums())
        declared = NameKey(sym.key) in self.scope.functions
        if name.bare or known or sym.primes or (declared and not _gives_values(self.scope, name, written.body)):
            return None
        key, count = NameKey.function(sym), len(name.args)
        if written.plain and factorises(name, written.body):
            return None
        if written.plain and not calls.named(key) and self._calls_through(key, written.body):
            return None  # `r = \\log p + g` is a claim about the r of `p = \\exp(r - g)`
        if written.plain and key.letter in DENSITIES and key in _applied(written.body):
            return None  # `p(y \\mid X) = \\prod_i p(y_i \\mid x_i)` has two densities of one letter
        family = calls.get((NameKey(sym.key), count)) if sym.sub else None
        if family is not None and family.patterns and written.plain:
            return None  # `f_1(z) = z_1` is a claim about the f of `f_i(z) = z_i`
        late = (key, count) in self.scope.late_calls
        if written.plain and (key, count) in calls and key not in self.scope.unread and not late:
            return None
        self.scope.late_calls.discard((key, count))
        lone = [a for a in name.args if isinstance(a, Sym) and not a.sub and not a.primes]
        roots = frozenset(a.key for a in lone if a.key in self.scope.numbers and spelled(a.sup) == "2")
        names = [a.key for a in lone if not a.sup or a.key in roots]
        bare = len(names) == count and len(set(names)) == count
        if sym.key == NORMAL and count == 3 and not bare:
            return None  # the density is known
        taken = isinstance(self.scope.values.get(key), Defined) and not any(k == key for k, _ in calls)
        if taken and not self.scope.is_provisional(key) and written.plain and not bare:
            return None
        self._forget_other_calls(name, key, bare)
        self.scope.values.pop(key, None)
        if declared:
            self.scope.functions.pop(NameKey(sym.key), None)
        made = None
        held = [n for n in names if self.scope.is_array(n)]
        used = {n.key for n in subnodes(written.body) if isinstance(n, Sym)} | slot_letters(self.scope, written.body)
        if not bare or (held and all(n in held or n in self.scope.indices or n not in used for n in names)):
            # without its arguments, the name is the quantity at the arguments' own values
            made = self._enter("values", key, written, patterns=patterns or self._places(name.args))
        if bare:
            own = {"arguments": tuple(names), "patterns": patterns or (), "given": name.given, "roots": roots}
            entry = self._enter("calls", (key, count), written, **own)
            self._without_events(sym, count, entry)
            return entry
        self.scope.applied[key] = tuple(a.span.text for a in name.args)
        return made

    def _forget_other_calls(self, name: Call, key: NameKey, bare: bool) -> None:
        """End what a definition takes the place of: that with as many arguments, and those of earlier sections.

        ``H(p)`` and ``H(p, q)`` of one section are two functions; ``p(\\theta)`` and ``p(y \\mid \\theta)`` always are.
        """
        for other in self.scope.calls.named(key):
            lasting = key.letter in DENSITIES or (bare and not self._is_earlier(self.scope.calls[other], name))
            if other[1] == len(name.args) or not lasting:
                del self.scope.calls[other]

    def _for_any_sample(self, name: Call, written: Candidate) -> tuple[Call, Candidate]:
        """``h(x) = w x`` for ``h(x^{(i)}) = w x^{(i)}``, where the document has any one sample ``x`` too."""
        names, above = at_one_sample(name.args)
        if not names or not all(NameKey(x, total=True) in self.scope.values for x in names):
            return name, written
        body = for_any_sample(written.body, names, above)
        if has_letter(body, above.strip("()")):
            return name, written
        whole = tuple(for_any_sample(a, names, above) for a in name.args)
        return replace(name, args=whole), replace(written, body=body)

    def _places(self, arguments: tuple[SyntaxNode, ...]) -> tuple[str, ...]:
        """The letters of the positions that a function is defined at, the i of ``h(x_i) = w x_i + b``, where sums run
        over them; the c of ``J(v_c)`` is one position or a label.
        """
        letters = [letter_key(t) for t in positions_of(arguments)]
        summed = {*letters} <= self.scope.sum_letters and not any(x in self.scope.indices for x in letters)
        return tuple(letters) if summed else ()

    def _without_events(self, sym: Sym, count: int, entry: Defined) -> None:
        """``P(O = o \\mid C = c)`` is called ``P(o \\mid c)`` too, as long as no other events have that name."""
        if not (len(sym.sub) == 1 and sym.sub[0].kind == "text" and _VARIABLES.fullmatch(sym.sub[0].text)):
            return
        plain = (NameKey(sym.key), count)
        other = self.scope.calls.get(plain)
        outcomes, bar, _ = sym.sub[0].text.partition("|")
        if other is None:
            self.scope.put("calls", plain, replace(entry, given=outcomes.count(",") + 1 if bar else 0))
        elif other.key not in (entry.key, plain[0]):
            del self.scope.calls[plain]

    def _patterns(self, slots: tuple[Token, ...], written: Candidate) -> tuple[str, ...] | None:
        """The letters of slots that the body has in its slots too; None for a label, as of ``h_\\theta(x)``."""
        letters = pattern_letters(slots) if slots else None
        named = names_in_exponents(written.body)
        own = letters and all(self.scope.is_position(x) and x not in named for x in letters)
        return letters if own and set(letters or ()) <= slot_letters(self.scope, written.body) else None

    # --- names with slots -----------------------------------------------------------------------

    def _name(self, name: Sym, written: Candidate) -> Defined | None:
        key, rest, sup = self.scope.value_key(name)
        inferred = key is not None and self.scope.is_provisional(key)
        entry = self.scope.values.get(key) if key is not None and not inferred else None
        if key is not None and [t.text for t in rest] == ["0"] and NameKey(name.key) in self.scope.cells:
            return self._enter("values", key._replace(below="0"), written)  # the state before the first one
        if key is None and name.primes and written.plain and self.scope.calls.named(NameKey(name.key)):
            return None  # `f' = …` of a function is its derivative
        if key is not None and isinstance(entry, Defined) and key not in self.scope.unread and written.plain:
            if entry.patterns and not name.sub and not name.sup and written.uses_entries(name.key):
                # `L = \sum_j L_j`: the total of a family of the same letter is a name of its own
                return self._enter("values", key._replace(total=True), written)
            # a digit or label above a defined name is a power of it, unless that name is entered itself
            return None
        if written.plain and written.is_array_of(SyntaxNode) and self._names_entries(name, key, written.body):
            return None  # `x = (x_1, \dots, x_n)` says what its entries are called
        if key is not None and isinstance(entry, Tensor) and written.plain and self._through(key, written.body):
            return None  # `d_j = 2 y_j - 1` is a claim about the d that y is defined by
        if entry is None and not (name.sub or name.sup or name.primes) and self._is_total(name, written):
            return self._enter("values", NameKey.unlabelled(name)._replace(total=True), written)
        form = _compound_form(name)
        if form is not None:
            return self._compound(name, form, key is not None, written)
        if entry is None and name.key == "\\delta" and len(read_slots(name.sub) if name.sub else ()) == 2:
            return None  # Kronecker's delta
        if sup:
            return self._raised(name, key is not None, sup, written)
        if key is None or (entry is None and not inferred):
            key, rest = self._new_key(name, written.body)
        return self._slots(name, key, rest, written)

    def _names_entries(self, name: Sym, key: NameKey | None, body: SyntaxNode) -> bool:
        """True if the body has entries of the name itself; ``w_1`` may be declared as a name of its own."""
        own = [n for n in subnodes(body) if isinstance(n, Sym) and n.key == name.key and n.sub]
        return any(self.scope.value_key(n)[0] in (None, key) for n in own)

    def _through(self, key: NameKey, body: SyntaxNode) -> bool:
        """True if the body uses a declared name through definitions, directly or indirectly.

        False if the name is used at a shifted position, ``h_{t-1}``: such a recursion defines it.
        """
        ahead, seen, found = self._used(body), set[NameKey](), False
        while ahead:
            entry = ahead.pop()
            if entry.key in seen:
                continue
            seen.add(entry.key)
            for n in subnodes(entry.body):
                if isinstance(n, Sym) and self.scope.value_key(n)[0] == key:
                    if any(t.text in ("+", "-") for t in n.sub):
                        return False
                    found = True
            ahead += self._used(entry.body)
        return found

    def _calls_through(self, key: NameKey, body: SyntaxNode) -> bool:
        """True if the body applies functions whose definitions apply a function, directly or indirectly."""
        ahead, seen = [body], set[NameKey]()
        while ahead:
            called = _applied(ahead.pop())
            if key in called and seen:
                return True
            new = called - seen - {key}
            seen |= new
            ahead += [self.scope.calls[k].body for name in new for k in self.scope.calls.named(name)]
        return False

    def _used(self, body: SyntaxNode) -> list[Defined]:
        keys = [self.scope.value_key(n)[0] for n in subnodes(body) if isinstance(n, Sym)]
        found = [self.scope.values.get(k) for k in keys if k is not None]
        return [entry for entry in found if isinstance(entry, Defined)]

    def _slots(self, name: Sym, key: NameKey, rest: tuple[Token, ...], written: Candidate) -> Defined | None:
        """``u_i = …``: the letters of the subscript after the labels are the definition's slots."""
        letters = pattern_letters(rest)
        if letters is None:
            if not written.plain:
                raise error("SG101", "the subscript of a definition can hold only letters", name.span)
            return None
        entry = self.scope.values.get(key)
        declared = entry if isinstance(entry, Tensor) and not self.scope.is_provisional(key) else None
        if declared is not None and len(letters) > len(declared.ranges):
            message, remedy = too_many(name.key, len(declared.ranges), len(letters))
            raise error("SG106", message, name.span, remedy)
        alias = written.is_slice() or written.is_array_of(Sym)
        if key._replace(total=True) not in self.scope.values:
            self.scope.forget_calls(key)
        return self._enter("values", key, written, patterns=letters, alias=alias, declared=declared)

    def _raised(self, name: Sym, known: bool, sup: tuple[Token, ...], written: Candidate) -> Defined | None:
        """``\\sigma^2 = …``, ``W^{(1)} = …``, ``x^{(i)} = …``: labels and digits above are part of the name."""
        tokens = strip_groups(sup)
        first = tokens[0]
        if not _is_label(tokens) or (name.key == "e" and not name.sub):
            return None
        if first.kind == "number" and self.scope.square_of(name) is not None:
            return None  # `\sigma^4` is a power of `\sigma^2`
        if (known or first.kind == "number") and written.uses(name.key):
            return None  # `d_n^2 = d_n` is a claim about d
        squared = first.kind == "number" and written.plain
        if squared and name.key in mentioned(self.scope, value_names(self.scope, written.body)):
            return None  # `\sigma^2 = e^s`, where `s = \log \sigma^2`
        base, left_over = self._new_key(name, written.body)
        letters = pattern_letters(left_over)
        if letters is None:
            return None
        inner = [letter_key(t) for t in tokens if is_name(t)]
        in_slots = slot_letters(self.scope, written.body)
        if first.text == "(" and len(inner) == 1 and len(tokens) == 3 and inner[0] in in_slots:
            return self._enter("values", NameKey.unlabelled(name), written, patterns=(inner[0], *letters))
        full = base._replace(above=label(sup))
        if isinstance(self.scope.values.get(full), Defined) and written.plain:
            return None
        return self._enter("values", full, written, patterns=letters)

    def _compound(self, name: Sym, form: Position, known: bool, written: Candidate) -> Defined | None:
        """``u_{c+j} = …`` defines this form of subscript alone."""
        key = (NameKey(name.key), CompoundSubscript.of(form))
        if written.plain and (known or key in self.scope.compounds):
            return None
        return self._enter("compounds", key, written, form=form)

    def _is_total(self, name: Sym, written: Candidate) -> bool:
        """True for ``L = \\sum_t L_t``, whose family is defined further down."""
        return written.plain and written.sums() and written.uses_entries(name.key)

    def _new_key(self, name: Sym, body: SyntaxNode) -> tuple[NameKey, tuple[Token, ...]]:
        """The key of an unknown name. Its subscript is slots if the body has all its letters in slots, else a label."""
        letters = pattern_letters(name.sub)
        known = slot_letters(self.scope, body) - size_labels([body])
        known |= self.scope.indices.keys() | self.scope.letters.keys()
        if letters is not None and all(x in known and not x.startswith("\\math") for x in letters):
            return NameKey.unlabelled(name), name.sub
        if letters is not None and len(letters) == 2 and self._is_open(letters, body):
            return NameKey.unlabelled(name), name.sub
        return NameKey.unlabelled(name).with_labels(name.sub), ()

    def _is_open(self, letters: tuple[str, ...], body: SyntaxNode) -> bool:
        """True if a letter is an index of the body outside of its sums: ``f_{im} = x_i`` has no label ``im``."""
        open_letters = outside_letters([body]) - self.scope.indices.keys() - self.scope.index_arrays.keys()
        return any(x in open_letters and not self.scope.is_array(x) for x in letters)

    def _enter(self, table: str, key: NameKey | tuple[NameKey, Any], written: Candidate, **roles: Any) -> Defined:
        named = key if isinstance(key, NameKey) else key[0]
        entry = replace(Defined(named, written.body, written.span, serial=self.scope.serial), **roles)
        self.scope.put(table, key, entry)
        self.scope.just_defined.add(named)
        note_bounds(self.scope, entry.body)
        if has_lone_factor(entry.body, True):
            self.scope.logarithms.add(str(named))
        if table == "values" and self.scope.layers.has(named.above):
            enter_in_other_layers(self.scope, entry)
        return entry


def applied(name: SyntaxNode) -> Call | None:
    """``p(x \\mid w)``, and that of ``\\log p(x \\mid w)``."""
    inner = name.args[0] if isinstance(name, Call) and name.function.key in LOGARITHMS and name.args else name
    return inner if isinstance(inner, Call) and not inner.function.primes else None


def factorises(name: SyntaxNode, body: SyntaxNode) -> bool:
    """True for ``p(y \\mid X) = \\prod_i p(y_i \\mid x_i)``: the body is a sum or product of the same function, of
    entries of its arguments. That is no recursion, and does not define it.
    """
    head = applied(name)
    totals = [n for n in subnodes(body) if isinstance(n, BigOp) and n.op in ("sum", "prod")]
    inner = [(n, summed_letters(total)) for total in totals for n in subnodes(total.body) if isinstance(n, Call)]
    own = NameKey.function(head.function) if head is not None else None
    same = [(n, letters) for n, letters in inner if NameKey.function(n.function) == own]
    return head is not None and any(_is_of_entries(n, head, letters) for n, letters in same)


def _is_of_entries(call: Call, head: Call, letters: set[str]) -> bool:
    """True if a call has a sample in the place of an argument of the head: ``x^{(i)}`` of a sum over ``i``."""
    pairs = [(a, b) for a, b in zip(call.args, head.args, strict=False) if isinstance(a, Sym) and isinstance(b, Sym)]
    one = any(letters.intersection(letters_in((*a.sub, *a.sup))) and not (b.sub or b.sup) for a, b in pairs)
    return one and len(call.args) == len(head.args)


def _entries(name: SyntaxNode) -> tuple[Call, tuple[Token, ...]] | None:
    """``f(z)`` and its slots, of ``f(z)_i``."""
    if isinstance(name, Scripted) and isinstance(name.base, Call) and name.sub and not (name.sup or name.primes):
        return name.base, name.sub
    return None


def _is_label(tokens: Sequence[Token]) -> bool:
    """``(1)``, ``[l]``, ``*``, a word or a number above a name may be part of it."""
    first = tokens[0]
    alone = len(tokens) == 1 and (first.kind == "number" or first.text == "*")
    return first.text in ("(", "[") or first.kind in ("text", "word") or alone


def _compound_form(name: Sym) -> Position | None:
    """``c+j`` of ``u_{c+j}``."""
    if not name.sub or name.sup:
        return None
    slots = read_slots(name.sub)
    if len(slots) == 1 and isinstance(slots[0], Position) and len(slots[0].terms) > 1:
        return slots[0]
    return None


def is_model(letters: frozenset[str], name: SyntaxNode, body: SyntaxNode) -> bool:
    """True for ``y = X \\beta + \\epsilon``, where ``\\epsilon`` is one of the letters of noise."""
    terms = body.items if isinstance(body, Terms) and isinstance(name, Sym) else ()
    return any(sign > 0 and isinstance(t, Sym) and t.key in letters for sign, t in terms[1:])


def doubted_model(name: str, span: Span) -> Diagnostic:
    """Said of ``y = w x + e`` where ``y`` may be data, and may be what the equation says."""
    message = f"`{name}` may be data with noise, or what this equation defines"
    return Diagnostic("SG118", message, span, "write `:=` for a definition, or the residual for data")


def _applied(body: SyntaxNode) -> set[NameKey]:
    """The functions that a body applies."""
    return {NameKey.function(n.function) for n in subnodes(body) if isinstance(n, Call)}


def _gives_values(scope: Scope, name: Call, body: SyntaxNode) -> bool:
    """True for ``f(z) = z^2``, which says what a declared ``f`` is; ``f(z) = -f(-z)`` and ``f(z) = a`` are claims."""
    own = {a.key for a in name.args if isinstance(a, Sym) and not (a.sub or a.sup or a.primes)}
    used = value_names(scope, body)
    applied = {n.function.key for n in subnodes(body) if isinstance(n, Call)}
    return len(own) == len(name.args) and own <= used and name.function.key not in used | applied

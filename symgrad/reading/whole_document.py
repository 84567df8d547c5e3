"""What a document says once for all of itself, wherever it says it: noted before its first block is read."""

from __future__ import annotations

from symgrad.reading.document.assertions import leaves_sums_out
from symgrad.reading.document.block_reader import Blocks, Display, Inline
from symgrad.reading.document.functions_in_words import functions_in_words
from symgrad.reading.document.gamma_letters import plain_gamma_letters
from symgrad.reading.document.layer_letters import layers_of
from symgrad.reading.document.letters_of_sums import letters_of_sums, names_of_samples
from symgrad.reading.document.lone_letters import lone_letters
from symgrad.reading.document.noise import doubted_letters, noise_letters
from symgrad.reading.document.numbered_names import numbered_names
from symgrad.reading.document.operators_in_words import elementwise_operators
from symgrad.reading.document.own_sigma import has_own_sigma
from symgrad.reading.document.prime_transposes import transposes_by_prime
from symgrad.reading.document.random_names import random_names
from symgrad.reading.document.said_independent import said_independent
from symgrad.reading.document.said_positions import said_positions
from symgrad.reading.document.sigma_as_number import SIGMA, has_number_sigma
from symgrad.reading.document.small_transposes import transposes_by_t
from symgrad.reading.document.tables_of_values import tables_of_values
from symgrad.reading.document.undefined_losses import undefined_losses
from symgrad.reading.document.upper_positions import upper_positions
from symgrad.reading.document.written_samples import written_sides
from symgrad.reading.meaning.undeclared_functions import activation
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.macros import Macros


def note_whole_document(text: str, blocks: Blocks, scope: Scope, macros: Macros) -> None:
    """Note in the scope, and in the macros, what holds for all of a document."""
    displays = [b.content.text for b in blocks.items if isinstance(b, Display)]
    inlines = [b.content.text for b in blocks.items if isinstance(b, Inline)]
    formulas = [b.content.text for b in blocks.items if isinstance(b, (Display, Inline))]
    scope.random = random_names(text)
    scope.transposing = frozenset("t" * transposes_by_t(formulas) + "'" * transposes_by_prime(formulas))
    scope.independent = said_independent(text)
    scope.one_position = said_positions(text)
    scope.noise = noise_letters(formulas)
    scope.doubted = doubted_letters(formulas, scope.noise)
    scope.upper = upper_positions(formulas)
    scope.sum_letters = letters_of_sums(formulas)
    scope.lone_letters = lone_letters(formulas)
    scope.sampled_names = names_of_samples(formulas)
    scope.numbered = numbered_names(inlines, displays)
    scope.layers = macros.layers = layers_of(text, formulas)
    scope.tables = tables_of_values(formulas)
    scope.displayed = written_sides(displays)
    scope.leaves_out = leaves_sums_out(text)
    scope.numbers = frozenset([SIGMA] if has_number_sigma(text, formulas) else [])
    own = frozenset([SIGMA] if has_own_sigma(text, formulas) else [])
    scope.plain = plain_gamma_letters(text, formulas) | own
    scope.losses = undefined_losses([*displays, *inlines])
    _name_functions(blocks, scope, macros)


def _name_functions(blocks: Blocks, scope: Scope, macros: Macros) -> None:
    """Note what the document calls its functions and its operators."""
    displays = [b for b in blocks.items if isinstance(b, Display)]
    inlines = [b for b in blocks.items if isinstance(b, Inline)]
    macros.elementwise = elementwise_operators(inlines)
    called = functions_in_words(displays, inlines)
    macros.called = tuple(c for c in called if c.function)
    for letter in dict.fromkeys(c.letter for c in called if not c.function):
        scope.put("functions", NameKey(letter), activation(letter))

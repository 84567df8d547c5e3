"""Tables of spellings: the many ways to write a symbol, and the one that the parser reads."""

from __future__ import annotations

from typing import Literal

TokenKind = Literal[
    "letter", "number", "command", "word", "text", "symbol", "open", "close", "sub", "sup", "prime", "row", "align",
    "quad", "begin", "end",
]  # fmt: skip
FontStyle = Literal["", "bold", "cal", "bb", "frak", "sans", "layer"]
"""layer: no font, but a text that is the number of a layer."""


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def _same(target: str, names: str) -> dict[str, tuple[TokenKind, str]]:
    kind: TokenKind = "command" if target.startswith("\\") else "symbol"
    return dict.fromkeys(names.split(), (kind, target))


SYMBOLS: dict[str, tuple[TokenKind, str]] = {
    **{ch: ("symbol", ch) for ch in "+-*/=<>()[]|,;:.!"},
    **dict.fromkeys("'′’", ("prime", "'")),
    r"\prime": ("prime", "'"),
    "^": ("sup", "^"),
    "_": ("sub", "_"),
    r"\sp": ("sup", "^"),
    r"\sb": ("sub", "_"),
    "&": ("align", "&"),
    r"\quad": ("quad", r"\quad"),
    r"\qquad": ("quad", r"\quad"),
    r"\hfill": ("quad", r"\quad"),
    r"\{": ("command", r"\{"),
    r"\}": ("command", r"\}"),
    **_same(r"\{", r"\lbrace"),
    **_same(r"\}", r"\rbrace"),
    **_same("=", "=="),
    **_same("[", r"\lbrack \llbracket ⟦"),
    **_same("]", r"\rbrack \rrbracket ⟧"),
    **_same("(", r"\lparen"),
    **_same(")", r"\rparen"),
    **_same("|", r"\vert"),
    **_same("<", r"\lt"),
    **_same(">", r"\gt"),
    **_same("*", r"\ast ∗"),
    **_same("-", "− ‐ ‑ –"),
    **_same("+", "＋"),
    **_same("/", "⁄ ∕"),
    **_same(":", r"\colon \vcentcolon \ratio ∶"),
    **_same("!", r"\exclam"),
    **_same(",", r"\comma"),
    **_same(r"\Vert", r"\Vert \| ‖ ∥"),
    **_same(r"\le", r"\le \leq \leqslant \leqq ≤ ⩽"),
    **_same(r"\ge", r"\ge \geq \geqslant \geqq ≥ ⩾"),
    **_same(r"\neq", r"\neq \ne ≠"),
    **_same(r"\ll", r"\ll ≪"),
    **_same(r"\gg", r"\gg ≫"),
    **_same(r"\in", r"\in ∈"),
    **_same(r"\ni", r"\ni \owns ∋"),
    **_same(r"\notin", r"\notin ∉"),
    **_same(r"\subseteq", r"\subseteq ⊆"),
    **_same(r"\subset", r"\subset ⊂"),
    **_same(r"\cup", r"\cup ∪"),
    **_same(r"\cap", r"\cap ∩"),
    **_same(r"\setminus", r"\setminus \smallsetminus ∖"),
    **_same(r"\emptyset", r"\emptyset \varnothing ∅"),
    **_same(r"\top", r"\top \intercal ⊤ ⊺"),
    **_same(r"\bot", r"\bot ⊥"),
    **_same(r"\cdot", r"\cdot \cdotp \centerdot · ⋅ ∙"),
    **_same(r"\times", r"\times ×"),
    **_same(r"\odot", r"\odot ⊙"),
    **_same(r"\circ", r"\circ ∘"),
    **_same(r"\otimes", r"\otimes ⊗"),
    **_same(r"\oplus", r"\oplus ⊕"),
    **_same(r"\star", r"\star ⋆"),
    **_same(r"\pm", r"\pm ±"),
    **_same(r"\mp", r"\mp ∓"),
    **_same(r"\sum", r"\sum ∑"),
    **_same(r"\prod", r"\prod ∏"),
    **_same(r"\int", r"\int ∫"),
    **_same(r"\sqrt", r"\sqrt √"),
    **_same(r"\partial", r"\partial ∂"),
    **_same(r"\nabla", r"\nabla \grad ∇"),
    **_same(r"\infty", r"\infty ∞"),
    **_same(r"\forall", r"\forall ∀"),
    **_same(r"\exists", r"\exists ∃"),
    **_same(r"\ell", r"\ell ℓ"),
    **_same(r"\approx", r"\approx ≈"),
    **_same(r"\propto", r"\propto \varpropto ∝"),
    **_same(r"\equiv", r"\equiv ≡"),
    **_same(r"\sim", r"\sim ∼"),
    **_same(r"\simeq", r"\simeq ≃"),
    **_same(r"\cong", r"\cong ≅"),
    **_same(r"\coloneqq", r"\coloneqq \coloneq \colonequals \defeq \eqdef ≔"),
    **_same(r"\eqqcolon", r"\eqqcolon \eqcolon \equalscolon ≕"),
    **_same(r"\triangleq", r"\triangleq ≜"),
    **_same(r"\to", r"\to \rightarrow \longrightarrow → ⟶"),
    **_same(r"\leftarrow", r"\leftarrow \gets \longleftarrow ←"),
    **_same(r"\leftrightarrow", r"\leftrightarrow ↔"),
    **_same(r"\mapsto", r"\mapsto \longmapsto ↦"),
    **_same(r"\Rightarrow", r"\Rightarrow \implies \Longrightarrow ⇒ ⟹"),
    **_same(r"\Leftarrow", r"\Leftarrow \impliedby \Longleftarrow ⇐"),
    **_same(r"\Leftrightarrow", r"\Leftrightarrow \iff \Longleftrightarrow ⇔ ⟺"),
    **_same(r"\land", r"\land \wedge ∧"),
    **_same(r"\lor", r"\lor \vee ∨"),
    **_same(r"\neg", r"\neg \lnot ¬"),
    **_same(r"\langle", r"\langle ⟨ 〈"),
    **_same(r"\rangle", r"\rangle ⟩ 〉"),
    **_same(r"\lfloor", r"\lfloor ⌊"),
    **_same(r"\rfloor", r"\rfloor ⌋"),
    **_same(r"\lceil", r"\lceil ⌈"),
    **_same(r"\rceil", r"\rceil ⌉"),
    **_same(r"\dagger", r"\dagger \dag †"),
    **_same(r"\dots", r"\dots \ldots \cdots \dotsc \dotsb \dotsm \dotsi \dotso \hdots ... … ⋯"),
    **_same(r"\vdots", r"\vdots ⋮"),
    **_same(r"\ddots", r"\ddots ⋱"),
    **_same(r"\frac", r"\frac \dfrac \tfrac \cfrac \sfrac \nicefrac"),
    **_same(r"\binom", r"\binom \dbinom \tbinom"),
    **_same(r"\hat", r"\hat \widehat"),
    **_same(r"\tilde", r"\tilde \widetilde"),
    **_same(r"\bar", r"\bar \overline"),
    **_same(r"\check", r"\check \widecheck"),
    **_same(r"\indicator", r"\indicator 𝟙"),
}
"""The kind and text of a token by its raw text."""

ACCENTS = words(
    r"""
    \hat \tilde \bar \dot \ddot \dddot \check \acute \grave \breve \mathring
    """
)
TAKES_ARGUMENT = ACCENTS | {r"\frac", r"\sqrt", r"\binom", r"\substack"}

COMBINING = {
    "\u0302": r"\hat",
    "\u0303": r"\tilde",
    "\u0304": r"\bar",
    "\u0305": r"\bar",
    "\u0307": r"\dot",
    "\u0308": r"\ddot",
    "\u030c": r"\check",
    "\u0301": r"\acute",
    "\u0300": r"\grave",
    "\u0306": r"\breve",
    "\u030a": r"\mathring",
    "\u20d7": r"\vec",
}
"""The accents of combining characters."""

_GREEK_NAMES = """
    alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho varsigma sigma tau upsilon varphi
    chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega epsilon vartheta phi varrho varpi
"""
GREEK = {
    letter: "\\" + name
    for letter, name in zip("αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϕϱϖ", _GREEK_NAMES.split(), strict=True)
}
"""Characters that look the same are the same: ε is ``\\varepsilon`` and ϵ is ``\\epsilon``, as in MathJax."""

LATIN_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
"""Greek letters that TeX writes with Latin ones."""

THIN_SPACES = words(
    r"""
    \, \; \: \> ~ \thinspace \medspace \thickspace \enspace \enskip \space \nobreakspace
    """
) | {r"\ ", "\\\n", "\\\t", "\\\r"}

DROPPED = words(
    r"""
    \! \/ \displaystyle \textstyle \scriptstyle \scriptscriptstyle \limits \nolimits \displaylimits \nonumber
    \notag \allowdisplaybreaks \mathstrut \strut \negthinspace \negmedspace \negthickspace \qedhere \relax
    \protect \null \par \noindent \centering \allowbreak \nobreak \break \linebreak \nolinebreak \pagebreak
    \smallskip \medskip \bigskip \hline \hdashline \toprule \midrule \bottomrule \tiny \scriptsize \footnotesize
    \small \normalsize \large \Large \LARGE \huge \Huge \upshape \begingroup \endgroup \unboldmath \big \Big
    \bigg \Bigg
    """
)
"""Commands that do not change the mathematics."""

_WRAPPERS = words(
    r"""
    \ensuremath \mathop \mathrel \mathbin \mathord \mathopen \mathclose \mathinner \mathpunct \cancel \bcancel
    \xcancel \smash \vcenter \mathclap \mathllap \mathrlap \rlap \llap \boxed \fbox \bbox \underbrace \overbrace
    \underbracket \overbracket
    """
)
_COLOURED = words(
    r"""
    \textcolor \mathcolor \colorbox \class \cssId \style \href \htmlClass \cancelto \scalebox \raisebox
    """
)
UNWRAPPED = {**dict.fromkeys(_WRAPPERS, 0), **dict.fromkeys(_COLOURED, 1), r"\fcolorbox": 2}
"""The number of arguments that are dropped; the command is replaced by the argument after them."""

LABELLED = frozenset((r"\underbrace", r"\overbrace", r"\underbracket", r"\overbracket"))
"""Commands whose scripts are remarks."""

DROPPED_WITH_ARGUMENT = words(
    r"""
    \label \tag \require \vspace \phantom \hphantom \vphantom \intertext \shortintertext \cline \footnote \index \color
    \mathversion \pagecolor
    """
)

_BOLD = words(
    r"""
    \mathbf \boldsymbol \bold \bm \pmb \mathbfit \symbf \symbfit \mathbold \vec \overrightarrow \underline
    \vb \va \vectorbold
    """
)
STYLES: dict[str, FontStyle] = {
    **dict.fromkeys(_BOLD, "bold"),
    **dict.fromkeys(words(r"\mathcal \mathscr \symcal"), "cal"),
    **dict.fromkeys(words(r"\mathfrak \symfrak"), "frak"),
    **dict.fromkeys(words(r"\mathbb \Bbb \mathbbm \mathds \symbb"), "bb"),
}
UPRIGHT = words(
    r"""
    \mathrm \mathsf \mathtt \mathit \mathnormal \symrm \symup \mathup \textrm \textsf \texttt \textup \textbf
    """
)
"""Commands in which several letters are one word."""

TEXT = words(r"\text \mbox \hbox \textit \textsl \textsc \emph \textnormal \textmd")
REFERENCES = words(r"\eqref \ref \cref \Cref \autoref \cite \citep \citet \url")

SWITCHES: dict[str, tuple[FontStyle, bool]] = {
    **dict.fromkeys((r"\bf", r"\bfseries", r"\boldmath"), ("bold", False)),
    **dict.fromkeys((r"\rm", r"\sf", r"\tt", r"\it", r"\sl", r"\normalfont", r"\rmfamily", r"\itshape"), ("", True)),
    r"\cal": ("cal", False),
    r"\frak": ("frak", False),
    r"\mit": ("", False),
}
"""Font switches: the style until the end of the group, and True if letters form words."""

CONNECTIVES = words(r"if for when where with and or otherwise else then all any such that")
"""Words that are prose in any font."""

BB_LETTERS = {
    r"\R": "R", r"\RR": "R", r"\reals": "R", r"\Reals": "R", r"\N": "N", r"\Z": "Z", r"\E": "E", r"\EE": "E",
}  # fmt: skip
"""Commands that many define, in documents that get them from elsewhere."""
OPERATORS = {
    r"\tr": "tr", r"\Tr": "tr", r"\trace": "tr", r"\diag": "diag", r"\Diag": "diag", r"\Var": "Var", r"\Cov": "Cov",
    r"\var": "Var", r"\cov": "Cov", r"\sign": "sign", r"\sgn": "sign", r"\softmax": "softmax", r"\relu": "relu",
    r"\ReLU": "ReLU", r"\sigmoid": "sigmoid",
}  # fmt: skip
"""Operators that many define, as words."""
NEGATED = {"=": r"\neq", r"\in": r"\notin"}

SIDES = {
    size + end: side
    for size in (r"\big", r"\Big", r"\bigg", r"\Bigg")
    for end, side in (("l", r"\left"), ("r", r"\right"), ("m", r"\middle"))
} | {side: side for side in (r"\left", r"\right", r"\middle")}
"""The side of the delimiter that follows a sizing command."""

BARS = {
    (r"\left", "|"): r"\lvert",
    (r"\right", "|"): r"\rvert",
    (r"\left", r"\Vert"): r"\lVert",
    (r"\right", r"\Vert"): r"\rVert",
    (r"\middle", "|"): r"\mid",
    (r"\left", "<"): r"\langle",
    (r"\right", ">"): r"\rangle",
}
COLUMNS = words(r"array subarray alignat alignedat xalignat xxalignat tabular darray")
"""Environments with an argument that is ignored."""

RELATIONS = words(
    r"""
    = < > \le \ge \neq \approx \propto \sim \simeq \equiv \to \Rightarrow \Leftrightarrow \in
    """
)
"""Relations that a remark may be set above."""

"""The words by which prose asserts, denies or doubts a formula, as patterns for the text before and behind it."""

from __future__ import annotations

import re


def _words(*lists: str) -> str:
    """A pattern for any of the words and phrases of comma-separated lists."""
    each = [word.strip() for words in lists for word in words.split(",")]
    return rf"\b(?:{'|'.join(w for w in each if w)})\b"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


# --- words that assert --------------------------------------------------------------------------

_SUBJECT = r"(?:^\W*|[,;:(—\x00]\s*|\b(?:we|us|and|then|now|hence|therefore|please)\s+)"
_ADVERB = _words(
    "may, can, will, shall, must, always, also, further(?:more)?, simply, therefore, then, now, first, again, here"
)
_VERBS = _words(
    "assume, suppose, let, take, choose, require, impose, demand, restrict, fix, pick, put, set, use, have",
    r"want(?! to\b), recall, note, notice, know, observe, remember, normali[sz]e, scale, get, obtain",
    "conclude, deduce, insist",
)
_WE_ASSUME = rf"{_SUBJECT}(?:{_ADVERB}\s+)*{_VERBS}"
PLAINLY = _pattern(
    _WE_ASSUME,
    _words("clear that, clearly, (?:easy|straightforward|simple) to (?:check|see|show|verify) that"),
    r"(?<!not )" + _words("since, because(?: of)?, hence, therefore, thus, (?:follows?|comes?) from"),
    _words("thanks to, due to"),
    r"\bno doubt that\b|\b(?:not|n['’]t|never) forget that\b",
    r", so(?: that)?\b",
    r"^\W*" + _words("here, throughout, everywhere, in what follows, from (?:here|now) on"),
    _words(r"without (?:any )?loss of generality, w\.?l\.?o\.?g, no loss"),
    r"\bno (?:other|further|more)\b[^\x00,;]*\b(?:than|except|besides)\b",
)
"""Their sentence asserts, whatever stands in front: ``to avoid division by zero we take $a > 0$``."""
NOT_NOW = _pattern(
    _words(
        "later, elsewhere, had, if, when, unless, would, could, others, so far, until, till, up to",
        "previously, earlier",
        "in part, exercise, warm-?up, illustration, moment",
    )
)
"""Unless it is one of these."""
OPENS = _pattern(
    r"(?:^\W*|[,;:(\x00]\s*(?:\w+\s+)?|\bone |^\W*for\b[^\x00,;:]*\b)(?:with|where|of which|given|as|having|being)\b"
)
"""At the start of a clause or behind a formula: ``$x$ with $\\lVert x \\rVert = 1$``."""
LINKS = _pattern(
    _words(
        "such that, so that, subject to, satisf(?:y|ies|ying|ied), obey(?:s|ing)?, fulfil\\w*, since, because, under",
        "whose, (?<!to )assum(?:e|es|ed|ing), (?<!to )suppos(?:e|ed|ing), (?<!to )requir(?:e|es|ed|ing), requirement",
        "constraint, assumption, condition that, normali[sz](?:ed|ing|ation), hence, therefore, thus",
        "so(?! far| that)",
        "follow(?:s|ing)? from, ensur(?:e|es|ing), guarante(?:e|es|eing), restrict(?:ed|ion|ing)?(?: \\w+)? to",
        "kept at, chosen, recall(?:ing)?",
    )
)
"""They assert in a sentence without a word of doubt."""
LISTED = _pattern(
    r"^\W*(?:here|now|again|finally|and)?[\s,]*$",
    r"^\W*(?:for\b)?(?:[\s,]*(?:[\w-]+[ ~]+){0,3}\x00)+\s*(?:,|,?\s*\band\b)\s*(?:and\s+)?(?:[\w-]+\s*){0,3}$",
)
"""A list of declarations: ``Scores $z \\in \\mathbb{R}^N$, a weight $\\lambda > 0$``."""
ASSERTED_BEHIND = _pattern(
    r"^[\s,)]*(?:is|are)\s+(?:\w+ly\s+)?(?:assumed|required|imposed|given|fixed|supposed|enforced|guaranteed)\b",
    r"^[\s,)]*(?:holds?|throughout|by (?:construction|definition|assumption|hypothesis|design))\b",
)
REJECTED = _pattern(
    r"\bviolat\w+\W*\x00?\s*(?:is|are)\s+(?:\w+ly\s+)?(?:rejected|discarded|excluded|removed|thrown away|redrawn)\b"
)
"""``Samples that violate $n_k \\neq o$ are rejected``: none is left."""
DIFFER = _pattern(
    _words("differ(?:s|ent)?, distinct, apart, other, another, unequal, outside, out of, reject(?:s|ed)?, avoids?")
)
_TOTAL = _pattern(
    _words(
        r"distributions?, probabilit\w+, normali[sz]\w*, adds? up, sums?, total, simplex, convex, one-?\s?hot, unit",
        "length, norm, not free, constrained, symmetric",
    )
)
SIZE = _pattern(
    _words(
        "positive, non-?negative, negative, larger, bigger, greater, above, nonzero, at least, at most, below, smaller"
    )
)
SAME = {"\\neq": DIFFER, "\\notin": DIFFER, "=": _TOTAL}
"""Words that say what a formula says, by its sign; the other signs compare sizes."""
LISTS = _pattern(
    r"^\s*(?:that (?:is|are) (?:symmetric|positive[ -](?:semi-?)?definite)|of [\w ]{0,30})?\s*,\s*(?:(?:and|with)\s+)?$"
)
"""Between two formulas of a list of declarations."""
MOMENT = _pattern(r"\b(?:means?|expectations?|expected values?|covariances?|variances?|moments?)(?: matrix)?\s*$")
"""Before a formula that states a moment."""
APPOSED = _pattern(
    r"(?:[,:(—]|\b(?:and|or))[\s*_]*(?:(?:that is|ie|namely|meaning),?\s*)?$",
    r"\b(?:positive|non-?negative|distinct|different|unit|symmetric|of (?:unit )?(?:sum|total|length|norm))\s*$",
)

# --- words that raise a doubt, and words that deny ------------------------------------------------

_MANY = """(?<!as )(?<!how )often, usually, typically, sometimes, occasionally, rarely, seldom, ideally, possibly,
perhaps, maybe, in practice(?!\\W+(?:we|one)\\b)"""
_NOT = "not, never, no, neither, nor, without(?! (?:any )?(?:loss|losing)), nothing, nobody, none, nowhere, cannot"
DOUBT = _pattern(
    _words(
        "formulas?, formulae, results?, theorems?, lemmas?, cases?, versions?, variants?, regimes?",
        "(?:for|an) example",
        "special, easier, simpler, trivial, proofs?, derivations?, identity, identities, claims?, question",
        "goal, aim",
        "authors?, people, book, paper, chapter, literature, students, implementations, elsewhere, others",
        r"student(?!\W+(?:logits?|models?|net\w*|distribution|prob\w+|outputs?|loss))",
        "earlier, previous(?:ly)?, later, contrary, contradiction, mistakes?, wrong, false, tempting, hopes?",
        "wish(?:es)?, imagine, pretend, left, leav\\w*, task, show, prove, verify, check, test, demonstrate",
        "establish, see",
        "find out, whether",
        "unless, only, even, except, instead, rather, otherwise, can(?!['’]t), could, would, might, may, if",
        "when, until",
        "once, with (?:high )?probability, likely, probably, events?, tr(?:y|ies|ied), some, had, knew",
        "refuse\\w*, temporarily, for (?:now|the moment|a moment), compare[ds]?, violat\\w*, relax\\w*",
        "drop\\w*, remov\\w*, ignor\\w*",
        _MANY,
    )
)
WANTED = _pattern(
    r"\b(?:we|us|to|and)\s+(?:(?:want|wish|hope|look|search|aim|ask|seek|need|try|(?:would|should) like)"
    r"(?: for| to find)?|find)\s+(?:an?|the|some)\b[^\x00]*$"
)
"""``We look for a symmetric matrix``: what is wanted is not given."""
SUPPOSING = _pattern(_words("if, when, whenever, provided, only, once, until"))
"""The words of doubt that suppose what they say."""
SUPPOSES = _pattern(r"(?<!even )" + _words("if, when, whenever, once"))
NEGATION = _pattern(_words(_NOT.replace("not,", "not(?! only),", 1)), r"n['’]t\b")
DOUBT_BEHIND = _pattern(
    r"^(?:[^\x00.,;]*|\s*,\s*)"
    + _words(
        "nowhere, excluded, avoided, forbidden, unless, only, for now, moment, temporarily, until, sometimes",
        "often, if, were, no longer, (?:is|are|holds) (?:\\w+ )?(?:approximately|roughly|nearly|almost)",
        "in the (?:first|last|previous|next), in (?:section|chapter|part)",
        "(?:which |and )?holds (?:at|after|near) (?:the )?(?:end|training|convergence|optimum|optimality|minimum)",
        "(?:is|are|be) (?:unknown|undecided|(?:proved|proven|shown|verified|established|derived) (?:below|later))",
    )
)
PREPOSITION = _pattern(
    _words(
        "for, at, on, of, in, than, about, between, against, into, like, or, if, when, whenever, case, beyond, near",
        "before, after, to, from, by",
    )
    + r"(?: (?:all|every|any|some|each|which|where))?\s*$"
)
"""In front of a formula, these make it a place or a thing, no statement."""
RESTRICTED = _pattern(r"^\s*(?:ourselves|(?:our |the )?attention)?\s*to\s*$")
"""Except behind ``we restrict ourselves to``."""
VERB_BEHIND = _pattern(
    r"^\s*"
    + _words(
        "is, are, was, were, gives?, implies, imply, means?, yields?, leads?, makes?, corresponds?, shows?, tells?",
        "describes?, says?, would, could, might, can, may",
    )
)
_ASIDE = _words(
    "drop(?:s|ped|ping)?, relax(?:es|ed|ing)?, remov(?:es?|ed|ing), ignor(?:es?|ed|ing), skip(?:s|ped|ping)?",
    "lift(?:s|ed)?, abandon(?:s|ed|ing)?, forget(?:s|ting)?, lacks?, avoid(?:s|ing)?, fails?, violated",
    "(?:dis|without )regard(?:s|ed|ing)?",
)
IN_SPITE = _pattern(
    _ASIDE, _words("were, although, though, despite, in spite of, regardless, irrespective, independent(?:ly)?, fails?")
)
"""In a remark beside a relation: it does not rest on what is said."""
_NEEDED = "(?:assum|suppos|requir|need|ask|demand|impl|mean|say|know|impos|us|set|claim)[a-z]*|(?:the case|true|given)"
UNASKED = _pattern(
    rf"(?:{_words(_NOT, 'hardly')}|n['’]t\b)(?:(?!\b(?:we|us|one|let)\b)[^\x00;]){{0,60}}"
    rf"\b(?:{_NEEDED})(?:\s+(?:that|to have))?\s*$"
)
"""``We do not, in general, assume``"""
DENIED_BEFORE = _pattern(
    rf"{_ASIDE}(?:(?!{_WE_ASSUME})[^\x00,;:])*$",
    _words(
        "false, wrong, contradiction, mistakes?, misconceptions?, sufficient, necessary, students, authors?, people",
        r"student(?!\W+(?:logits?|models?|net\w*|distribution|prob\w+|outputs?|loss))",
    )
    + r"[^\x00;:]*$",
    _words(_MANY, "(?:can|may) (?:also |well )?(?:happen|be) that, some (?:write|use|take|set|call)") + r"[^\x00]*$",
    _words(
        "whether(?: or not)?, unless, even if, only if, instead of, rather than, unlike, except, excepting, apart from",
        r"(?:contrary|opposed) to, contrast (?:to|with), compar\w+ (?:to|with), cases? other than, differs? from",
        "outside (?:of )?the case, (?:want|hope|try|like|look|search)(?:s|ed|ing)? (?:for|to)",
    )
    + r"[^\x00,;:]*$",
    r"(?:\b(?:no|neither|nor|without|not even|(?:not|cannot|never) have)|n['’]t have)\s*$",
    r"\b(?:textbooks?|others)\b[^\x00;:]*$",
    r"^\W*(?:were|had(?: we)?)\s*$|\bnothing (?:guarante|ensur|impos|enforc|forc|promis)\w+(?: that)?\s*$",
    r"\b(?:errors?|fallacy|pitfall|temptation|trap) (?:is|would be|lies in) (?:to )?\w+(?: that)?\s*$",
    r"\b(?:section|chapter|appendix)\s+\w+\s+(?:treats|handles|covers|considers|discusses|assumes)\b[^\x00;:]*$",
)
"""The words in front take it back or leave it open."""
AT_END = _pattern(
    r"\b(?:after|at|upon|on|before|towards?|during|near) (?:the |an? |our )?(?:end(?: of training)?|training"
    r"|convergence|optimum|optimality|optimi[sz]ation|minimum|maximum|equilibrium|initiali[sz]ation|start"
    r"|stationary points?|solution|critical points?|fixed points?)"
    r"\s*,?\s*(?:(?:we|one|it) (?:have|has|holds?|finds?|gets?)(?: that)?\s*)?$"
)
"""``At convergence``: true in one moment, and no definition."""
NEVER = _pattern(r"\b(?:never|not|cannot|can['’]t) (?:happens?|occurs?|be|the case) that\s*$")
FAILS = _pattern(r"^\s*(?:fails|is (?:false|wrong|violated)|does not hold)\b")
"""``It never happens that $a > 0$ fails``"""
_PROPERTY = (
    r"(?:a?symmetry|orthogonality|orthonormality|definiteness|positivity|independence|normali[sz]ation"
    r"|unit (?:length|norm)|assumption|condition|constraint|restriction|requirement)s?"
)
_SUPPOSITION = rf"(?:this|that|it|these|them|(?:the\s+|our\s+)?(?:\w+\s+)?{_PROPERTY})\b"
_DROPS = (
    rf"(?:\b(?:we|us)\s+(?:(?!not\b|never\b)\w+\s+){{0,3}}"
    rf"|(?:^|[.\n])\W*(?:(?:now|next|then|instead|from (?:here|now) on|let us|please)\b[\s,]*)*)"
    rf"{_ASIDE}\s+(?:about\s+)?{_SUPPOSITION}"
)
TO_SHOW = _pattern(
    r"(?<!easy )(?<!straightforward )(?<!possible )(?<!simple )(?:^\W*|\b(?:to|must|should|will|shall|us|please)\s+"
    r"(?:\w+ly\s+)?)(?:show|prove|verify|check|test|demonstrate|establish|see|ask|find out)\b"
    r"(?:(?!\b(?:uses?|using|from|by|given|take|assume)\b)[^\x00])*$"
)
"""``We want to show that``, ``Prove that``: what is to be proved is no ground of its own proof."""
DENIED_BEHIND = _pattern(
    r"^[^\x00,;:]*?\b(?:impossible|out of the question|cannot|can be (?:lost|violated|broken))\b",
    r"^\s*\((?:is |are )?not\b",
    r"^\s*,\s*(?:but )?(?:we|here|this|it|ours)\s+(?:do|does|did|is|are)(?:\s+not|n['’]t)\b\s*(?:$|[,;(])",
    r"^[^\x00,;:()]*?(?:\b(?:not(?! (?:necessarily an?\b|too|very|small|large|shown|written|important|restrictive"
    r"|integer))|never|false|wrong|fails?|unneeded|unnecessary|optional|were|would(?! be \w+ed))\b|n['’]t\b)",
    r"^[\s,)]*(?:which\s+)?(?:is|are|was|were|(?:can|may|could|will)\s+(?:also\s+)?be)\s+(?:\w+ly\s+)?"
    rf"(?:{_ASIDE}|treated(?! as)|handled|covered|discussed|deferred|left (?:out|to)|easy|trivial|similar|analogous"
    r"|to be (?:shown|proved|proven|checked)|what we|(?:a|an|the) (?:\w+ )?(?:mistake|error|claim|goal))\b",
)
"""The words behind take it back: ``$a > 0$ need not hold``, ``the constraint … is dropped``."""
TAKEN_BACK = _pattern(
    r"\bbut\b(?:\s+(?:here|now|in general|in this \w+),?)*\s+(?:this|that|it|we)\s+(?:is|are|does|do|was|need|will|can)"
    r"(?:\s*not\b|n['’]t\b)(?!\s+(?:matter|change|affect|restrict|important))",
    rf";[^\x00]*\b(?:we (?:now )?{_ASIDE}|(?:ours|this|it|that) (?:is|does|need) not\b)",
    rf"\b(?:so|but|and|therefore|hence),? (?:here,? |now,? )?we (?:\w+ )?{_ASIDE} (?:it|this|that|them)\b",
    r"\bbut\b[^\x00;]*\b(?:arbitrary|no longer)\b",
)
"""So does what follows: ``but here this is not done``."""
DENIED_NEXT = _pattern(
    r"^\s*(?:this|that|it|which|the (?:assumption|condition|constraint))\s+(?:is|does|need|was|will|would)"
    r"(?:\s+(?:not|in general|here)\b|n['’]t)*\s*(?<=not|n['’]t)\s+(?:be |being )?"
    r"(?:needed|required|assumed|true|hold|the case|necessary|used|imposed)",
    rf"^\s*(?:this|that|it)\s+is\s+(?:\w+\s+)*(?:false|wrong|unnecessary|{_ASIDE})",
    r"^\s*here,? (?:this|that|it) (?:is|does|need|holds?)(?: not|n['’]t)\b",
    r"^\s*(?:then|now|next|afterwards),? (?:we )?(?:let|take|allow)\b[^.\x00]*\b(?:arbitrary|any|general)\b",
    _DROPS,
)
"""The sentence behind takes it back: ``This is not assumed here.``"""

# --- words that state a case ----------------------------------------------------------------------

_FIRST = r"^\W*(?:now |first |next |then )*"
IF = _pattern(
    r"\b(?:if|when|whenever|as long as|in case|provided(?: that)?)\b(?:(?!\b(?:where|with|then)\b)[^,;:()])*$"
)
IF_CLAUSE = _pattern(
    r"\b(?:if|when|whenever|as long as|provided(?: that)?|(?:^\W*|only |exactly )where)\b[^;]*[,(:]\s*$"
)
EINSTEIN = _pattern(
    r"\beinstein(?:ian)?(?:['’]s)?[\s-]+(?:sum|summation|notation|convention|index)",
    r"\bsummation convention\b",
    r"\brepeated (?:ind(?:ices|exes|ex)|letters?)\b[^.]*\b(?:summed|summation|implied|implies|sum)\b",
)
"""The document leaves out sums over repeated letters, and says so."""
CONCLUDED = _pattern(r"\b(?:if|when|whenever)\b[^.;]*\x00[^.;]*\bthen\s*$")
"""``if $a = 1$ then $b = 0$`` says of ``b`` nothing by itself."""
WHERE = _pattern(r"^\W*where\b")
NO_CASE = _pattern(
    r"\bif only\b",
    r"\b(?:fails?|false|wrong|breaks?(?: down)?|invalid|untrue)\s+(?:\w+ )?(?:if|when|whenever)\b",
    r"\b(?:if|when) (?:\w+ )?(?:had|knew|could|were)\b",
    r"\b(?:even|only|checks?|tests?|see|asks?|know|unclear|decide|matters?|wonder) (?:if|when)\b",
    r"\b(?:unlike|except|than|(?:contrary|opposed|contrast|compared) to) (?:if|when)\b",
)
CASE = _pattern(r"\bcase\b[^\x00.]*$", rf"{_FIRST}(?:consider|for(?: \w+){{0,2}})[\s~]*$")
FOR_THESE = _pattern(r"(?:^\W*|\b(?:and|now|next|then) )for [^\x00,;:.]{1,40}[(,]\s*$")
"""``For the off-diagonal entries ($i \\neq j$)``"""
FOR = _pattern(r"\bfor(?: \w+){0,2}[\s~]*$")
"""``On the other hand, for $i \\neq j$ we have``"""
LABEL = _pattern(r"^[^\x00,;.]{1,40}[(\uff08]\s*$")
LABEL_END = _pattern(r"^\s*[)\uff09][\s*_:\uff1a]*$")
"""``Off the diagonal ($i \\neq j$):``"""
LABELLING = _pattern(r"^\W*$")
OF_LETTERS = re.compile(r"\s*[A-Za-z]'?\s*(?:=|≠|\\neq?(?![a-z]))\s*[A-Za-z]'?\s*$")
LABEL_ENDS = _pattern(r"^[\s)\uff09*_]*[:\uff1a]")
"""``$i \\neq j$:``"""
_OF_ANY_KIND = r"(?:(?:square|real|rectangular|invertible|non-?singular|other|given)\s+)*"
_ARRAYS = r"(?:matri(?:x|ces)|vectors?|numbers?|scalars?|arrays?|tensors?)"
_NOT_SYMMETRIC = r"(?:non-?|a|un|not[ -](?:necessarily )?)symmetric"
ARBITRARY = _pattern(
    rf"\b(?:for|let) (?:an? |any |every |all )?(?:arbitrary|general|{_NOT_SYMMETRIC})(?: \w+)?[\s~]*$",
    rf"\bfor (?:any|every|all|general) {_OF_ANY_KIND}{_ARRAYS}[\s~]*$",
    r"\b(?:we|us|to) (?:now |also |again )*(?:allow|admit|permit|accept)(?: for)?(?: also)?"
    r" (?:negative|arbitrary|any|general|all)[\s~]*$",
    r"\b(?:for|with|let|use|using) (?:soft|smooth|smoothed|softened) (?:labels?|targets?)[\s~]*$",
)
GENERAL = _pattern(
    r"\b(?:in general|(?:the|more) general|general (?:case|\w*matri(?:x|ces))|arbitrary|(?:a|non-?|un)symmetric)\b",
    r"^\W*without (?:the |this |that |any )?(?:assum|constraint|normali|symmetr|restriction|condition)",
)
"""In a heading."""
ARBITRARY_BEHIND = _pattern(
    r"^\s*(?:is|be) arbitrary\b",
    r"^[\s,(]*(?:(?:is|are|be|need)\s+)?(?:now\s+|in general\s+)?(?:not|no longer)\s+"
    r"(?:(?:necessarily|assumed|required|supposed|to|be)\s+)*(?:symmetric|positive|one-?\s?hot|normali[sz]ed)\b",
    r"^[\s,(]*(?:(?:is|are|be)\s+)?(?:now\s+|again\s+)?(?:un-?(?:normali[sz]ed|constrained|restricted)|non-?orthogonal"
    r"|(?:of|with|has|have)\s+(?:any|arbitrary|general|unknown)\s+(?:lengths?|norms?|totals?|sums?|signs?))\b",
    rf"^[\s,(]*(?:(?:is|are|be)\s+)?(?:now\s+)?{_NOT_SYMMETRIC}\b",
    r"^\s*(?:(?:is|are|be)|(?:may|might|can|could)\s+(?:now\s+|also\s+|well\s+)*be)\s+(?:now\s+)?"
    r"(?:negative(?![ -]+(?:semi-?)?definite)|correlated|(?:only|merely|just) (?:square|real)"
    r"|of (?:either|any|both) signs?)\b",
)
ANY_KIND_OF = _pattern(r"\blet(?: now| again)?(?:[\s,~]|\band\b|\x00)*$")
"""``Let $A$``, in front of a formula; if behind it stands what follows, the name is another one from here on."""
ANY_KIND_BEHIND = _pattern(
    r"^(?:[\s,~]|\band\b|\x00)*\bbe\s+(?:(?:now|again|just|simply)\s+)*"
    rf"(?:(?:an?|any|some|another|arbitrary|general)\s+(?:[\w-]+\s+){{0,3}}?{_ARRAYS}\b"
    r"|(?:square|rectangular|invertible|non-?singular|real)\b)"
)
"""``be any square matrix``"""
FOR_SUCH = _pattern(rf"{_FIRST}for(?! (?:all|every|any|each|some)\b)(?: \w+){{1,2}}[\s~]*$")
"""``For symmetric $A = A^\\top$ this simplifies``: said of a special case."""
CASES = _pattern(r"\bcases\b[^.]*$")
"""``The cases $a > 0$ and $a < 0$``: none of them holds."""
TURN = _pattern(
    _words("in general, generally, generality, arbitrary, otherwise, without, both cases, in all cases, whatever"),
    _words("no longer, else"),
    r"(?m:^[ \t>]*#{1,6} )|\\(?:sub)*section\b",
)
"""Between two displays, these end what was supposed in passing."""
BACK = _pattern(
    r"^[\s.,;(\\$]*(?:(?-i:(?=[a-z]))"
    r"|(?=(?:we|here|there|this|it|in|the)\b[^.!?]*\b(?:used?|uses|using|holds|follows)\b))"
    r"(?:(?:where|here|there|which|this|and|in|the|last|first|second|third|next|step|line|row|equality|equation|we|have"
    r"|has|is|also|again|just|only|it|holds|true|follows)\b[\s,]*)*"
    r"(?:us(?:e|es|ed|ing)|since|because(?: of)?|as|by|due to|thanks to|for|from|with|under|if|when(?:ever)?|provided"
    r"|given|assuming)\b[^.!?]{0,60}$"
)
"""Between a display and a formula, these make it a ground of what is displayed: ``, where the last step uses``."""
GROUND = _pattern(
    r"^[\s.,;(\\$]*(?:(?:where|here)[\s,]+)?(?:(?:we|I)\s+(?:have\s+)?used?"
    r"|using|since|because(?: of)?|as|by|due to|thanks to)\b"
    r"(?:\s+(?:the\s+)?(?:fact|identity|constraint|property|normali[sz]ation|definition|we have|have|it holds)\b)*"
    r"(?:\s+that)?[\s,~]*$"
)
"""Of these, the ones that say plainly that the formula holds: ``since``, ``where we used that``."""
DROPS = _pattern(
    _DROPS,
    r"(?:\b(?:not|never|no longer)|n['’]t)\s+(?:need|use|assum\w*|suppos\w*|requir\w*|impos\w*)\s+"
    rf"(?:the\s+|any\s+)?{_PROPERTY}\b",
    rf"\bwithout\s+(?:(?:this|that|the|our|these|any)\s+(?:\w+\s+)?)?{_PROPERTY}\b",
    rf"\bwithout\s+(?:assum|suppos|requir|impos|us|need|demand)\w*\s+{_SUPPOSITION}",
    rf"\b(?:do|does|goes?|manages?|works?|holds?)\s+(?:\w+\s+)?without\s+{_SUPPOSITION}",
    rf"\b{_PROPERTY}\b[^.\n]{{0,60}}\b(?:is|are|was|were)\s+(?:not|no longer)\s+"
    r"(?:needed|required|used|assumed)\b",
    rf"\b{_PROPERTY}(?:\s+of\s+\S+)?\s+(?:fails|(?:is|are)\s+(?:not|no longer)\s+\w+|does not hold|no longer holds)\b",
    r"\b(?:if|when|whenever|for)\b[^.]{0,60}(?:\b(?:not|no longer)\s+|\bun|\bnon-?|\ba)(?:normali[sz]ed|symmetric"
    r"|orthogonal|orthonormal|positive|definite|invertible)\b",
    r"\bnot\s+(?:sum|add(?:\s+up)?)\s+to\s+(?:one|1|\$1\$)",
    r"(?:^|[.\n])\s*otherwise\b",
    r"\bno longer\s+(?:\w+ly\s+)?(?:assum|suppos|requir|impos|demand)\w*",
    rf"\b{_PROPERTY}\s+(?:is|are)\s+(?:\w+\s+)?{_ASIDE}",
)
"""Between two displays, these end all that was supposed: ``we now drop this assumption``."""

# --- words that define, and words that name -------------------------------------------------------

WHEREABOUTS = _pattern(
    _words(
        "meets?, attained, reached, asks?, shows?, points?, lines?, cross(?:es)?, intersects?, exactly, only, see, find"
    )
    + r"\s+where\s*$",
    r"\bon the \w+ with\s*$|\bnaive\b[^\x00]*$",
)
"""``The lines meet where $y = 2 x$`` tells a place."""
APPROXIMATE = _pattern(
    _words("approximat(?!ion)\\w*, roughly, nearly, almost, (?:first|second|leading) order, asymptotically"),
    r"\b(?:for|near|close to) (?:small|large|tiny|huge|sufficiently \w+|zero|0)\b",
)
"""In their sentence an equation defines nothing: ``for small $x$ we have $y = x$``."""
DEFINES = _pattern(
    _words(
        r"let(?!['’]), where, with, so that, defin\w*, denot\w*, put, set, writ(?:e|ing), call, gives?, giving, namely",
        "using, outputs?",
    )
    + r"[^\x00]*$",
    r"\b(?:let|where|with|define|put|set|write)\b(?:[^\x00.]*\x00)+[\s,]*(?:and[\s]*)?$",
)
FOLLOWS = _pattern(
    _words(
        "therefore, hence, thus, so, then, consequently, (?:sees|see|shows?|follows|find|obtain|get) that, becomes",
        "simplifies to, expands to, is equal to, equals",
    )
    + r"[^\x00,;:]*$"
)
"""``The loss is therefore $L(w) = \\dots$`` says what follows of a name that has a value."""
SUPPOSES = _pattern(r"(?:^|[.;:])\W*(?:if|when|whenever)\W*$")
"""``If $y = A x$``"""
CONCLUDES = _pattern(_words("so that, giving, gives?, yield(?:s|ing)?") + r"\W*$")
"""``so that $x = a / b$``"""
SETTING = _pattern(_words("setting, substituting, plugging in, inserting, putting, taking, choosing") + r"[\s~]*$")
FOR_NOW = _pattern(_words("for (?:now|the moment|a moment|the time being), temporarily, momentarily"))
ANEW = _pattern(
    _words("let, (?:re)?define, (?:re-?)?denote, set, put, choose, take")
    + r"(?:\s+(?:now|instead|again|us|rather))?[\s~]*$"
)
NAMES_ANOTHER = _pattern(
    r"^\W*(?:(?:for )?(?:the|an?)\s+)?"
    r"(?:(?!(?:the|an?|total|overall|whole|full|same|above|resulting|final|corresponding|last|expanded|simplified|rewritten"
    r"|minimal|minimum)\b)[\w-]+\s+){1,3}"
    r"(?:loss|cost|objective|likelihood|penalty|regulari[sz]er|criterion|estimator|kernel|activation)"
    r"(?:\s+function)?(?:\s+(?:is|reads)(?:\s+(?:given|defined)\s+(?:by|as))?\W*|\W*:\W*)$"
)
"""``The logistic loss is``, ``**Logistic loss**:``: a kind of thing, all of which one letter may stand for."""
LABELLED_ANOTHER = _pattern(
    r"(?:^|\n)[ \t>]*(?:[-+*]\s+|\d+[.)]\s+)?(?:\*\*|__)"
    r"(?!(?:steps?|proof|solution|answer|note|remark|hint|result|recap|summary"
    r"|derivation|gradient|derivative|simplif\w*|expan\w*|rewrit\w*|check|conclusion|now|next|finally|so|here)\b)"
    r"[^*_\n]{3,60}(?:\*\*|__)[.:]?\s+(?:The|Our|Its|Here,? the)\s+"
    r"(?:loss|cost|objective|likelihood|log-likelihood|penalty|criterion|kernel|activation|model|energy|score)"
    r"(?:\s+function)?\s+(?:is|reads|becomes)(?:\s+(?:now\s+)?(?:given|defined)\s+(?:by|as))?[\s$(\\`]*$"
)
"""``**Logistic model.** The loss is``: another model, below a label of its own."""
NAMES_DENSITY = _pattern(
    r"^\W*(?:the|its)\s+(?:probability\s+)?(?:density|densities|pdf|pmf|mass function|distribution function|likelihood)"
    r"(?:\s+function)?\s+of\s+(?:the|an?)\s+(?:(?!where\b|hence\b|thus\b)[^,;:])*?\b(?:family|distribution|model)\b[^,;:]*?"
    r"\b(?:is|reads)(?:\s+then)?(?:\s+(?:given|defined)\s+(?:by|as))?\W*$"
    r"|\b(?:family|distribution|model)\b[^,;:.]*\b(?:with|has)\s+(?:the\s+|a\s+)?(?:density|pdf|pmf)\W*$"
)
"""``The density of the Weibull distribution is``, ``a Weibull distribution with density``: f of another family."""
PLACES = _pattern(
    _words(r"at, for, to, that, than, from, if, when, assum\w*, suppos\w*, case, whenever, equation") + r"\s*$"
)
OTHERS = _pattern(
    _words("and, but, while, against, from, than, to, compared, multiplied, minus, between, unlike, given, times")
)
"""Between a word and a formula, these make the word another's: ``compared with a one-hot target``."""
SET_ASIDE = _pattern(
    _words("instead of, rather than, other than, more than, unlike, contrary to, contrast (?:to|with), opposed to")
    + r"(?:[\s~]+[\w-]+){0,2}[\s~]*$",
    _words("almost, nearly, approximately, soft, smoothed, relaxed, formerly, previously, replac\\w+, like, as if")
    + r"(?:[\s~]+(?:an?|the))?[\s~]*$",
)
"""In front of a word, they say that something is not what the word says: ``instead of a one-hot vector``."""
IS_CALLED = _pattern(r"^[\s,]*(?:is|are|be|being|denotes?)\b")
OTHERS_NAME = _pattern(r"^(?:[ -]\w+){0,4}[\s,]*$")
LATER = _pattern(r"^[^,.]*\b(?:later|below|elsewhere)\b")

CLAUSE = _pattern(r"[,;:()—]|(?<!not )\b(?:because|since|whereas|therefore|hence|thus)\b")
JOINED = _pattern(r"^[\s,]*(?:and[\s~]*)?$")
IMPLIES = re.compile(r"\s*\$?\s*(?:implies|means)(?:\s+that)?\s*\$?\s*$", re.I)
RESTATES = re.compile(r"\b(?:in other words|that is|i\.e\.|namely|which means)\b", re.I)
"""What follows says once more what the sentence before it said."""
FOR_ALL = _pattern(r"^[\s,(]*for (?:all|any|every|each)[\s~]*$")
RESTRICTS = _pattern(r"^[\s,(]*for(?: all| any| every| each)?[\s~]*$")
OR = _pattern(r"^[\s,]*or[\s~]*(?:if[\s~]*|when[\s~]*|that[\s~]*)?$")

ITEM = re.compile(r"[ \t>]*[-+*][ \t]+(?:\$|\\\()`?")
"""What stands before a formula that begins an item of a list."""
EXPLAINS = re.compile(r"\W*(?:where|here)\b(?!.*\b(?:let|new|now|another)\b)", re.IGNORECASE)

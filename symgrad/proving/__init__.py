"""The normal form, and proofs by it. Shares no rule with ``evaluating``."""

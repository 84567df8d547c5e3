"""The normal form, and the proofs that rest on it. Shares no rule with ``evaluating``."""

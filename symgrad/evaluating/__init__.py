"""Values of expressions, in doubles and with many digits. Shares no rule with ``proving``."""

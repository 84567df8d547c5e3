"""A precedence parser for one side of a relation, and the tree it builds."""

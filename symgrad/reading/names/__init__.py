"""Names in scope, and the declarations that introduce them."""

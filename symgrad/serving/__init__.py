"""The page, live: a server on the loopback address that watches documents and checks again what changed."""

"""What a document leaves undeclared: roles, ranks and sizes of names, found from their use."""

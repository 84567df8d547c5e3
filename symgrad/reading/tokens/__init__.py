"""From LaTeX to tokens, and from displays to relations."""

"""What is likely wrong with a gradient that differs: each guess is tried by evaluating it."""

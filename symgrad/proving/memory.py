"""What is interned between questions, and when it is dropped."""

from __future__ import annotations

from symgrad.proving import heads, templates

MAX_HEADS = 50_000


def make_room() -> None:
    """Forget everything interned once there is much of it. Only between questions."""
    if len(heads.HEADS) + templates.remembered() > MAX_HEADS:
        heads.forget()
        templates.forget()


def start_over() -> None:
    """Forget everything interned, so that what is printed of a document rests on nothing read before. Only between
    questions."""
    heads.forget()
    templates.forget()

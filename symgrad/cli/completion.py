"""``symgrad completion``: what a shell needs to complete commands and options."""

from __future__ import annotations

import argparse
from typing import Any

from symgrad.cli.output import show

DESCRIPTION = """\
Prints a script that completes commands, options and files. For bash: eval "$(symgrad completion bash)" in ~/.bashrc;
for zsh the same in ~/.zshrc; for fish: symgrad completion fish > ~/.config/fish/completions/symgrad.fish"""
BASH = """\
_symgrad() {{
    local word=${{COMP_WORDS[COMP_CWORD]}}
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{verbs}" -- "$word"))
        return
    fi
    local options=
    case ${{COMP_WORDS[1]}} in
{cases}
    esac
    case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}}
complete -o filenames -F _symgrad symgrad
"""
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def add(verbs: Any) -> None:
    """The command and its options."""
    completion = verbs.add_parser(
        "completion", help="a script that completes commands in a shell", description=DESCRIPTION, allow_abbrev=False
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    completion.set_defaults(run=lambda options: run(options, verbs))


def run(options: argparse.Namespace, verbs: Any) -> int:
    offered = {verb: _options(parser) for verb, parser in verbs.choices.items()}
    show(_fish(offered) if options.shell == "fish" else ZSH * (options.shell == "zsh") + _bash(offered))
    return 0


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [name for action in parser._actions for name in action.option_strings]


def _bash(offered: dict[str, list[str]]) -> str:
    cases = "\n".join(f"    {verb}) options='{' '.join(options)}' ;;" for verb, options in offered.items())
    return BASH.format(verbs=" ".join(offered), cases=cases)


def _fish(offered: dict[str, list[str]]) -> str:
    lines = [f"complete -c symgrad -f -n __fish_use_subcommand -a '{' '.join(offered)}'"]
    for verb, options in offered.items():
        for name in options:
            flag = f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
            lines.append(f"complete -c symgrad -n '__fish_seen_subcommand_from {verb}' {flag}")
    return "\n".join(lines) + "\n"

"""Reads our own code as trees: for the rules that no linter knows."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("referrals", "courses", "vouchers", "settlement", "reporting")
STOREYS = (*APPS, "roegfri")
OUR_LABELS = frozenset({*APPS, "audit", "organisations", "ui", "accounts", "outbox", "desk"})


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control that is still there, and what is about to be."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    said = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(
        path for name in said.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )


def sources() -> Iterator[tuple[str, Path]]:
    """Dotted name and path of every module of the house itself, migrations included."""
    for path in tracked():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if path.suffix == ".py" and parts[0] in STOREYS:
            yield ".".join(parts).removesuffix(".__init__"), path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room(module: str) -> str:
    """The room a module is in: "referrals.commands.inbox" is in "commands"."""
    parts = module.split(".")
    inside = parts[2:] if parts[0] == "roegfri" else parts[1:]
    return inside[0] if inside else ""


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Public functions at the top of a module."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def decorators(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(one) for one in function.decorator_list}


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"

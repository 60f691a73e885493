"""What the code of a cell defines and needs, told from its text: nothing of it is run."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 100_000  # characters of a cell that are parsed: what students write is far below
MOST_PARTS = 50  # that a cell is cut into: each is run for itself

# Lines that are IPython's own: `%time …`, `!pip …`, `files = !ls`, `?name`, `name?`.
_COMMAND = re.compile(
    r"^([ \t]*+)(?:[\w., \t]+=[ \t]*(?=[%!])|(?=[%!?,;/])|(?=[\w.]+\?{1,2}[ \t]*$))"
    r"(?:[^\n]*\\\n)*[^\n]*$",
    re.M,
)
_DEFINITION = re.compile(
    r"^(?:(?:async[ \t]+)?def[ \t]+|class[ \t]+)?(\w+)[ \t]*(?:[(:]|:[^=\n]+=(?!=)|=(?!=))", re.M
)
_BLOCKS = ast.stmt | ast.excepthandler | ast.match_case
_DEFINING = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Code:
    """What the text of a cell says."""

    parsed: bool  # it is Python by itself
    defines: frozenset[str] = frozenset()  # for the cells after it
    unfinished: frozenset[str] = frozenset()  # functions of which only the head is written
    needs: frozenset[str] = frozenset()  # from other cells


def read(source: str, parse: bool = True) -> Code:
    """Read a cell; where it can't be parsed, `defines` rests on how its lines begin."""
    source = textwrap.dedent(source)  # as IPython does
    tree = _parse(source) if parse else None
    if tree is None or any(isinstance(node, ast.Return) for node in _outside(tree.body)):
        return Code(False, frozenset(_begun(source)))
    bound, (used, given) = list(_bound(tree.body)), names_in(tree)
    defines = frozenset(name for name, node in bound if not _is_stub(node))
    return Code(
        True, defines, frozenset(name for name, _ in bound) - defines, frozenset(used - given)
    )


def _parse(source: str) -> ast.Module | None:
    """Parse Python, if need be without IPython's lines; the numbers of lines stay."""
    if len(source) > LONGEST:
        return None
    for text in (source, _COMMAND.sub(_nothing, source)):
        with warnings.catch_warnings():  # about a stranger's escapes, without a name
            warnings.simplefilter("ignore")
            try:
                return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _nothing(command: re.Match[str]) -> str:
    """Return what ends on the same line as a command and does nothing."""
    return "\n" * command[0].count("\n") + f"{command[1]}pass"


def _begun(source: str) -> Iterator[str]:
    for found in _DEFINITION.finditer(source):
        if re.match(r"(?:async[ \t]+)?def[ \t]|class[ \t]", found[0]) or "=" in found[0]:
            yield found[1]


def _outside(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """All statements, also in blocks, but not those inside functions and classes."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _DEFINING):
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                waiting += getattr(node, field, []) if isinstance(node, _BLOCKS) else []


def _bound(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """Names that a module has after these statements, with what gives them their meaning."""
    for node in _outside(statements):
        if isinstance(node, _DEFINING):
            yield node.name, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((_imported(one), node) for one in node.names)
        elif isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((one.id, node) for target in targets for one in _stored(target))


def _imported(one: ast.alias) -> str:
    return (one.asname or one.name).split(".")[0]


def _is_stub(node: ast.AST) -> bool:
    """Say if a function has no code yet, or nothing but an error that says so."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    body = [one for one in node.body if not isinstance(one, ast.Pass) and not _is_constant(one)]
    return not body or (
        isinstance(body[0], ast.Raise)
        and "NotImplementedError" in {n.id for n in ast.walk(body[0]) if isinstance(n, ast.Name)}
    )


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _stored(tree: ast.AST) -> Iterator[ast.Name]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node


def names_in(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Return the names that code uses, and those that it gives a meaning, inside and outside."""
    used: set[str] = set()
    given: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else given).add(node.id)
        elif isinstance(node, ast.arg):
            given.add(node.arg)
        elif isinstance(node, _DEFINING):
            given.add(node.name)
        elif isinstance(node, ast.alias):
            given.add(_imported(node))
        elif isinstance(node, ast.ExceptHandler) and node.name:
            given.add(node.name)
    return used, given


def functions(source: str) -> frozenset[str]:
    """Names that an answer has to define: its functions, or else its values."""
    tree = _parse(source)
    bound = list(_bound(tree.body)) if tree else []
    defined = frozenset(name for name, node in bound if isinstance(node, _DEFINING))
    return defined or frozenset(name for name, _ in bound)


def cut(source: str, names: Collection[str] = ()) -> list[str]:
    """Cut a cell so that what fails in it does not keep a function of it from being defined.

    Parameters
    ----------
    source : str
        The cell; `input()`, a plot or an import that fails here may stand above a function.
    names : collection of str
        What counts as a function, too, however it gets its value.

    Returns
    -------
    list of str
        The parts in their order; one, if nothing that may fail stands above a definition.
    """
    text = textwrap.dedent(source)
    tree = None if "\r" in text or text.lstrip().startswith("%%") else _parse(text)
    body = tree.body if tree else []
    last = max((i for i, one in enumerate(body) if _is_wanted(one, names)), default=0)
    parts, lines, start, risky = [], text.split("\n"), 0, False
    for before, after in pairwise(body[: last + 1]):
        end = before.end_lineno or before.lineno
        risky = risky or not _is_safe(before)
        if (risky or not _is_safe(after)) and _first_line(after) > end:
            parts.append("\n".join(lines[start:end]))
            start, risky = end, False
    return [*parts, "\n".join(lines[start:])] if 0 < len(parts) < MOST_PARTS else [source]


def _is_wanted(node: ast.stmt, names: Collection[str]) -> bool:
    simple = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.Lambda)
    return simple or isinstance(node, _DEFINING) or any(name in names for name, _ in _bound([node]))


def _is_safe(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    return isinstance(node, _DEFINING) or isinstance(value, ast.Constant | ast.Lambda)


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])

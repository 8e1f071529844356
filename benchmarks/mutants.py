"""What a small fault in a module would be: every mutant of a module's syntax tree.

A mutant changes one node: a comparison, an operator, a constant, a branch, what is returned or
raised, the key of a message. Docstrings, annotations, assertions, imports and what stands below
`TYPE_CHECKING` are left alone.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

Change = Callable[[], ast.AST]

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COMBINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Parameters
    ----------
    path, line, function
        The module, the line, and the outermost function that it is in; empty for code that runs
        when the module is imported.
    kind, before, after
        What was done.
    number
        Which mutant of the module it is.
    """

    path: str
    line: int
    function: str
    kind: str
    before: str
    after: str
    number: int


def count_of(path: Path, message_keys: tuple[str, ...]) -> int:
    """Return how many mutants a module has."""
    return sum(1 for _ in _changes(ast.parse(path.read_text(encoding="utf-8")), message_keys))


def mutants_of(
    path: Path, name: str, message_keys: tuple[str, ...], numbers: Container[int]
) -> list[Mutant]:
    """Return mutants of a module by their numbers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        Mutant(name, _line(node), function, kind, _shown(node), _shown(change()), number)
        for number, (node, function, kind, change) in enumerate(_changes(tree, message_keys))
        if number in numbers
    ]


def mutated(source: str, number: int, message_keys: tuple[str, ...]) -> ast.Module:
    """Return the tree of a module with one of its mutants."""
    tree = ast.parse(source)
    for place, (node, _, _, change) in enumerate(_changes(tree, message_keys)):
        if place == number:
            return ast.fix_missing_locations(_Put(node, change()).visit(tree))
    raise IndexError(number)


class _Put(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, ast.copy_location(new, old)

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _changes(tree: ast.Module, keys: tuple[str, ...]) -> Iterator[tuple[ast.AST, str, str, Change]]:
    for node, function in _walk(tree, "", outer=True):
        for kind, change in _of_node(node, keys):
            yield node, function, kind, change


def _walk(node: ast.AST, function: str, *, outer: bool) -> Iterator[tuple[ast.AST, str]]:
    """Yield the nodes that may be changed, each with the outermost function it is in."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_left_alone(child, name):
                continue
            inside, still_outer = function, outer
            if outer and isinstance(child, ast.FunctionDef):
                inside, still_outer = _joined(function, child.name), False
            elif outer and isinstance(child, ast.ClassDef):
                inside = _joined(function, child.name)
            yield child, inside if not still_outer else ""
            yield from _walk(child, inside, outer=still_outer)


def _joined(outer: str, name: str) -> str:
    return f"{outer}.{name}" if outer else name


def _is_left_alone(node: ast.AST, field: str) -> bool:
    """Tell whether a node says nothing that a run could show: a type, an export, a text for people.

    Descriptions of fields are the docstrings of files that people write.
    """
    if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        return True
    if isinstance(node, ast.keyword) and node.arg == "description":
        return True
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        return True
    return field == "body" and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _of_node(  # noqa: C901, PLR0912 - a line for each kind of node
    node: ast.AST, keys: tuple[str, ...]
) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in COMBINED:
            yield "operator", lambda: _with(node, op=COMBINED[type(node.op)]())
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield "and/or", lambda: _with(node, op=other())
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield "dropped not or minus", lambda: node.operand
        case ast.Constant():
            yield from _constants(node)
        case ast.If():
            yield "condition turned", lambda: _with(node, test=_not(node.test))
            yield "branch dropped", lambda: _with(node, test=ast.Constant(value=False))
        case ast.IfExp():
            yield "choice turned", lambda: _with(node, body=node.orelse, orelse=node.body)
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield "returns None", lambda: ast.Return(value=ast.Constant(value=None))
            yield "returns True", lambda: ast.Return(value=ast.Constant(value=True))
        case ast.Raise():
            yield "raise dropped", ast.Pass
        case ast.Expr(value=ast.Call()):
            yield "call dropped", ast.Pass
        case ast.comprehension(ifs=[_, *_]):
            yield "filter dropped", lambda: _with(node, ifs=[])
        case ast.Continue():
            yield "continue to break", ast.Break
        case ast.Break():
            yield "break to continue", ast.Continue
        case ast.Call(func=ast.Name(id="message"), args=[ast.Constant(value=str(key)), *_]):
            other = keys[(keys.index(key) + 1) % len(keys)] if key in keys else key + "~"
            yield (
                "message key",
                lambda: _with(node, args=[ast.Constant(value=other), *node.args[1:]]),
            )
        case ast.Call(func=ast.Name(id=name)) if name in CALLED:
            yield "function", lambda: _with(node, func=ast.Name(id=CALLED[name], ctx=ast.Load()))
        case _:
            return


def _comparisons(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for index, op in enumerate(node.ops):
        for other in COMPARED[type(op)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield "comparison", lambda ops=ops: _with(node, ops=ops)


def _constants(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    match node.value:
        case bool(value):
            yield "constant", lambda: ast.Constant(value=not value)
        case int(value) | float(value):
            yield "constant", lambda: ast.Constant(value=value + 1)
            yield "constant", lambda: ast.Constant(value=value - 1)
        case str(value):
            yield "text", lambda: ast.Constant(value=f"{value}~" if value else "~")
        case _:
            return


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _shown(node: ast.AST) -> str:
    try:
        text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))
    except (AttributeError, ValueError):
        text = type(node).__name__
    return " ".join(text.split())[:110]


def _line(node: ast.AST) -> int:
    return node.target.lineno if isinstance(node, ast.comprehension) else node.lineno

"""The sandbox of templates: Jinja that can neither reach out, nor grow, nor compute without end.

A template is an operator's, but what fills it is a stranger's; and a file may come from somebody else.
"""

import functools
from collections.abc import Callable, Generator, Iterable, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from jinja2 import StrictUndefined, TemplateError, Undefined, nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import do_replace, sync_do_join
from jinja2.nodes import EvalContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 50_000
"""Longest text a template may give, in characters."""
MOST_BETWEEN = 1_000_000
"""Longest text on the way to it: a whole mail in capitals, cut to its first line."""
MOST_WORK = 4_000_000
"""Characters and items that all filters and calls of one filling may go through: less than a second at worst."""
DEEPEST = 60
"""Expressions within each other, such as filters one after another; compiling them costs the square and more."""
MOST_ITEMS = 10_000
GREATEST = 10**15
_GROWING = ("format", "format_map", "expandtabs", "translate")
"""Methods of texts that make much out of little."""
_DEAR = frozenset({"dictsort", "groupby", "sort", "title", "unique", "urlize"})
"""Filters that take several times as long as others."""
_GROUPS = (nodes.List, nodes.Tuple, nodes.Dict)


_left: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def working() -> Generator[None]:
    """Bound what is worked out meanwhile."""
    token = _left.set([MOST_WORK])
    try:
        yield
    finally:
        _left.reset(token)


def _spend(value: Any, *, times: int = 1) -> None:
    left = _left.get()
    if left is None or isinstance(value, Undefined) or not isinstance(value, Sized):
        return  # what is missing has no length, and `default` is there for it
    left[0] -= len(value) * times
    if left[0] < 0:
        raise SecurityError(f"it goes through more than {MOST_WORK} characters")


def _counted(work: Callable[..., Any], *, times: int) -> Callable[..., Any]:
    """Return a filter that counts what it goes through."""
    place = 1 if hasattr(work, "jinja_pass_arg") else 0

    @functools.wraps(work)
    def counted(*args: Any, **kwargs: Any) -> Any:
        for value in args[place:]:
            _spend(value, times=times)
        return work(*args, **kwargs)

    return counted


def _fits(size: int) -> None:
    if size > MOST_BETWEEN:
        raise SecurityError(f"a text on the way grows beyond {MOST_BETWEEN} characters")


def _joined(parts: Iterable[Any]) -> str:
    """Join texts, never to more than is taken."""
    kept: list[str] = []
    size = 0
    for part in parts:
        text = str(part)
        size += len(text)
        _fits(size)
        _spend(text)
        kept.append(text)
    return "".join(kept)


@pass_eval_context
def _replace(eval_ctx: EvalContext, value: Any, old: Any, new: Any, count: int | None = None) -> str:
    return do_replace(eval_ctx, _replaceable(str(value), str(old), str(new)), str(old), str(new), count)


def _replaceable(text: str, old: str, new: str) -> str:
    times = text.count(old) if old else len(text) + 1
    _fits(len(text) + times * max(0, len(new) - len(old)))
    return text


@pass_eval_context
def _join(eval_ctx: EvalContext, value: Any, d: str = "", attribute: str | int | None = None) -> str:
    items = list(value)
    _fits(len(items) * len(str(d)) + sum(len(item) for item in items if isinstance(item, str)))
    return sync_do_join(eval_ctx, items, d, attribute)


class _Code(CodeGenerator):
    """`a ~ b` goes through the sandbox too."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Write the code of `~`."""
        self.write("environment.concat((")
        for arg in node.nodes:
            self.visit(arg, frame)
            self.write(", ")
        self.write("))")


class Sandbox(ImmutableSandboxedEnvironment):
    """Refuses what grows or computes without end; a template writes a letter."""

    code_generator_class = _Code
    concat: Callable[[Iterable[Any]], str] = staticmethod(_joined)  # pyright: ignore[reportIncompatibleVariableOverride, reportAssignmentType]
    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, finalize: Callable[[Any], Any]) -> None:
        super().__init__(undefined=StrictUndefined, finalize=finalize, autoescape=False, keep_trailing_newline=False)
        for name in ("range", "lipsum", "cycler", "joiner", "namespace", "dict"):
            self.globals.pop(name, None)
        for name in ("batch", "center", "format", "indent", "pprint", "slice", "wordwrap", "xmlattr"):
            self.filters.pop(name, None)
        self.filters |= {"replace": _replace, "join": _join}
        self.filters = {name: _counted(work, times=4 if name in _DEAR else 1) for name, work in self.filters.items()}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute, where nothing can grow by it."""
        if operator == "+" and type(left) is type(right) and isinstance(left, str | list | tuple):
            size = len(cast(str, left)) + len(cast(str, right))
            if not isinstance(left, str) and size > MOST_ITEMS:
                raise SecurityError(f"lists of more than {MOST_ITEMS} are not taken here")
            _fits(size)
            _spend(left)
            _spend(right)
            return super().call_binop(context, operator, left, right)
        if operator == "**":
            raise SecurityError("** is not taken")
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError(f"{operator} works on plain numbers only")
        if abs(left) > GREATEST or abs(right) > GREATEST:
            raise SecurityError(f"numbers above {GREATEST} are not taken here")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a value, unless it makes much out of little."""
        name, owner = getattr(obj, "__name__", ""), getattr(obj, "__self__", None)
        for value in (owner, *args):
            _spend(value)
        if name in _GROWING:
            raise SecurityError(f"{name} is not taken; write {{{{ name }}}}")
        if any(isinstance(arg, int) and arg > LONGEST for arg in (*args, *kwargs.values())):
            raise SecurityError(f"numbers above {LONGEST} are not taken here")
        if name == "replace" and isinstance(owner, str) and len(args) >= 2:
            _replaceable(owner, str(args[0]), str(args[1]))
        if name == "join" and isinstance(owner, str) and args:
            return _joined([piece for item in args[0] for piece in (owner, item)])[len(owner) :]
        return super().call(context, obj, *args, **kwargs)


def check(tree: nodes.Template) -> None:
    """Check what a template says.

    Raises:
        TemplateError: it loops, or keeps groups of values under a name, which could double at each step.
    """
    _check_depth(tree)
    if next(tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)), None) is not None:
        raise TemplateError("a text takes slots and conditions, no loops and no macros")
    for kept in tree.find_all((nodes.Assign, nodes.With)):
        values = [kept.node] if isinstance(kept, nodes.Assign) else kept.values
        if any(isinstance(value, _GROUPS) or any(value.find(kind) for kind in _GROUPS) for value in values):
            raise TemplateError("a text sets texts and numbers, no lists")


def _check_depth(tree: nodes.Node) -> None:
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > DEEPEST:
            raise TemplateError("nested too deep, or too long")
        depth += isinstance(node, nodes.Expr)
        stack += [(child, depth) for child in node.iter_child_nodes()]

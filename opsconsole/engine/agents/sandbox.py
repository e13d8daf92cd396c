"""The sandbox of templates: Jinja that can neither reach out, nor grow, nor compute without end.

A template is an operator's, but what fills it is a stranger's; and a file may come from somebody else.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from jinja2 import StrictUndefined, TemplateError, nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import do_replace, sync_do_join
from jinja2.nodes import EvalContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 50_000
"""Longest text a template may give, in characters."""
MOST_BETWEEN = 1_000_000
"""Longest text on the way to it: a whole mail in capitals, cut to its first line."""
MOST_ITEMS = 10_000
GREATEST = 10**15
_GROWING = ("format", "format_map", "expandtabs", "translate")
"""Methods of texts that make much out of little."""
_GROUPS = (nodes.List, nodes.Tuple, nodes.Dict)


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

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute, where nothing can grow by it."""
        if operator == "+" and type(left) is type(right) and isinstance(left, str | list | tuple):
            size = len(cast(str, left)) + len(cast(str, right))
            if not isinstance(left, str) and size > MOST_ITEMS:
                raise SecurityError(f"lists of more than {MOST_ITEMS} are not taken here")
            _fits(size)
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
    if next(tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)), None) is not None:
        raise TemplateError("a text takes slots and conditions, no loops and no macros")
    for kept in tree.find_all((nodes.Assign, nodes.With)):
        values = [kept.node] if isinstance(kept, nodes.Assign) else kept.values
        if any(isinstance(value, _GROUPS) or any(value.find(kind) for kind in _GROUPS) for value in values):
            raise TemplateError("a text sets texts and numbers, no lists")

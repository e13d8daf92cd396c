"""The program's own names as words: tools, categories, kinds, states. The one place; screens and reasons use it."""

ASK = "person.ask"
"""The tool by which an agent asks a person."""


def spoken(name: str) -> str:
    """Return an id as words: `bug_report` → `Bug report`."""
    words = name.replace("_", " ").replace("-", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def tool_words(tool: str) -> str:
    """Return a tool's name as words, without its connector: `desk.tag_mail` → `Tag mail`."""
    return "Ask you" if tool == ASK else spoken(tool.rpartition(".")[2])


def tools_words(pattern: str) -> str:
    """Return what a pattern of tools means: `desk.*` → `everything in desk`, `*` → `everything`."""
    connector, _, verb = pattern.rpartition(".")
    if verb == "*":
        return f"everything in {spoken(connector).lower()}" if connector.strip("*") else "everything"
    return tool_words(pattern).lower()

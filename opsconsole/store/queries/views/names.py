"""How people call the agents and their categories: one name each, wherever it stands."""

import sqlite3

from opsconsole.domain.naming import spoken


def agent_names(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the agents by id, in order, with the names people call them; of who was dismissed, the last one."""
    rows = conn.execute(
        "SELECT a.id, coalesce(json_extract(v.spec, '$.name'), a.id) FROM agent a"
        " LEFT JOIN agent_version v ON v.id = coalesce(a.version_id,"
        " (SELECT id FROM agent_version WHERE agent_id = a.id ORDER BY number DESC LIMIT 1)) ORDER BY a.id"
    )
    return dict(rows.fetchall())


class CategoryNames(dict[tuple[str, str], str]):
    """(agent, category) → its name in the agent's file in use."""

    def of(self, agent: str, category: str) -> str:
        """Return the name; where the file knows it no more, its id as words; empty for none."""
        return self.get((agent, category)) or spoken(category)

    def of_any(self, category: str) -> str:
        """Return what agents call it: one name, or those of all who have it."""
        names = {name for (_, other), name in self.items() if other == category}
        return " / ".join(sorted(names)) or spoken(category)


def category_names(conn: sqlite3.Connection) -> CategoryNames:
    """Return how each agent's file in use names its categories."""
    rows = conn.execute(
        "SELECT a.id, json_extract(c.value, '$.id'), json_extract(c.value, '$.name') FROM agent a"
        " JOIN agent_version v ON v.id = a.version_id, json_each(v.spec, '$.playbook.categories') c"
    )
    return CategoryNames({(agent, category): name for agent, category, name in rows if name})

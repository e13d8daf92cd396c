# pyright: basic, reportMissingImports=false
"""Job J as one would write it on LangGraph: its ready agent, its SQLite checkpointer, every step saved before the next.

Not installed with the project. `OPSCONSOLE_PEER_PYTHON=/path/to/python python3 packaging/dev.py bench jobj` runs it
beside ours, where that Python has langgraph, langchain-openai, langgraph-checkpoint-sqlite and aiohttp.
"""

import asyncio
import sys

import aiohttp
from aiohttp import web
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.prebuilt import create_react_agent


async def serve(port: int, base: str, database: str) -> None:
    """Take events at /hook, acknowledge at once, and work them."""
    client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    @tool
    async def crm_lookup(email: str) -> str:
        """Look a customer up."""
        async with client.post(f"{base}/crm/lookup", json={"email": email}) as answer:
            return await answer.text()

    @tool
    async def create_ticket(queue: str, title: str, priority: str = "normal") -> str:
        """Create a ticket."""
        made = {"queue": queue, "title": title, "priority": priority}
        async with client.post(f"{base}/tickets", json=made) as answer:
            return await answer.text()

    model = ChatOpenAI(model="fake", base_url=f"{base}/v1", api_key="none", max_retries=0)
    async with AsyncSqliteSaver.from_conn_string(database) as saver:
        agent = create_react_agent(model, [crm_lookup, create_ticket], checkpointer=saver, prompt="You do support.")
        running = set()

        async def work(body: dict) -> None:
            told = f"From {body['from']}\nSubject: {body['subject']}\n\n{body['body']}"
            await agent.ainvoke(
                {"messages": [("user", told)]}, {"configurable": {"thread_id": body["subject"]}}, durability="sync"
            )

        async def hook(request: web.Request) -> web.Response:
            task = asyncio.create_task(work(await request.json()))
            running.add(task)
            task.add_done_callback(running.discard)
            return web.json_response({"event": "accepted"}, status=202)

        async def health(request: web.Request) -> web.Response:
            return web.Response(text="ok")

        app = web.Application()
        app.add_routes([web.post("/hook", hook), web.get("/health", health)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))

"""The engine: intake, dispatch, run loop, gate, effects, approvals, commands. Plain asyncio, no Qt."""

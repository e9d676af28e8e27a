"""Files made to hurt, and random damage: bounded time and memory, one clear line, never a traceback."""

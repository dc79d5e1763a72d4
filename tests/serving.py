"""A hub served in this process, as uvicorn serves it."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from hub.local_neo4j.server import free_ports


@contextmanager
def served(app: ASGIApp) -> Generator[int]:
    """The loopback port that the app is served on, until the block ends."""
    port = free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()

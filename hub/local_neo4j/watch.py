"""Looks after the Neo4j of a data directory while a hub serves: starts it again when it has died or panicked, and
stops it for a backup.
"""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable
from typing import Final, Self

from hub.database.disk import Away, Reserve, free_bytes, least_free_bytes, megabytes
from hub.database.graph import Graph
from hub.errors import Unavailable
from hub.local_neo4j.handover import Request, copy_store
from hub.local_neo4j.server import LocalNeo4j, Running
from hub.local_neo4j.store import cannot_open, least_to_start
from hub.settings import Settings

_LOOK_S: Final = 1.0
_OPENS_S: Final = 120
_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 60.0
_AGAIN_S: Final = 12.0
"""How long a start takes, as callers are told it."""
_STARTING: Final = "the database is being started again: try again in 12 seconds"
_NO_ROOM: Final = "the database is stopped, for its disk is full: it starts again by itself once there is room"
_PANICS: Final = 2
"""So many looks in a row must say so before a server that lives is ended."""


class Watch:
    """A context: inside it a thread of its own looks at the server once a second.

    `settings` reach it, `told` hears what happened.
    """

    def __init__(self, server: LocalNeo4j, running: Running, settings: Settings, report: Callable[[str], None]) -> None:
        self._server = server
        self._running = running
        self._settings = settings
        self._report = report
        self._least = least_free_bytes(server.home, settings)
        self._reserve = Reserve(server.home, self._least)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch-neo4j", daemon=True)
        self._panics = 0
        self._was_short = False

    def __enter__(self) -> Self:
        Away.end(self._server.home)
        self._reserve.hold(self._least)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        Away.end(self._server.home)

    def _watch(self) -> None:
        with asyncio.Runner() as runner:
            graph = Graph(self._settings)
            try:
                while not self._stopping.wait(_LOOK_S):
                    try:
                        self._look(graph, runner)
                    except OSError as error:
                        self._report(f"looking after Neo4j: {error.strerror}")
                if not self._may_close(graph, runner):
                    self._server.kill()
            finally:
                runner.run(graph.close())

    def _look(self, graph: Graph, runner: asyncio.Runner) -> None:
        self._tell_room()
        request = Request.taken(self._server.home)
        if request:
            self._hand_over(request, graph, runner)
        elif self._server.has_died():
            self._report("Neo4j has died; it is started again")
            self._start(graph, runner)
        elif runner.run(graph.health.has_panicked()):
            self._panics += 1
            if self._panics >= _PANICS:
                self._report("Neo4j has given up after an error of its disk; it is ended and started again")
                self._server.kill()
                self._start(graph, runner)
        else:
            self._panics = 0

    def _tell_room(self) -> None:
        held, needed = self._reserve.hold(self._least), self._reserve.needed(self._least)
        free = free_bytes(self._server.home)
        short = free < (needed if self._was_short else self._least) or not held
        if short != self._was_short:
            self._report(
                f"the disk of {self._server.home} has {megabytes(free)} left: only reading goes on until"
                f" {megabytes(needed)} are free"
                if short
                else f"the disk of {self._server.home} has room again: writing goes on"
            )
            self._was_short = short

    def _may_close(self, graph: Graph, runner: asyncio.Runner) -> bool:
        """Whether the server may end in order: there is room for a checkpoint, and it holds nothing that it could not
        append to its log, see `LocalNeo4j.kill`.
        """
        return free_bytes(self._server.home) >= self._least and not runner.run(graph.health.has_panicked())

    def _start(self, graph: Graph, runner: asyncio.Runner) -> None:
        """Starts the server until it has opened its database, with a pause after each attempt that failed."""
        pause_s, last_problem = _PAUSE_S, ""
        try:
            while not self._stopping.is_set():
                problem = self._no_room()
                away = Away(_NO_ROOM, _LONGEST_PAUSE_S) if problem else Away(_STARTING, _AGAIN_S)
                away.write(self._server.home)
                problem = problem or self._opens(graph, runner)
                if problem is None:
                    self._panics = 0
                    return
                if problem != last_problem:
                    last_problem = problem
                    self._report(problem)
                self._server.kill()
                self._stopping.wait(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        finally:
            Away.end(self._server.home)

    def _no_room(self) -> str | None:
        """Gives the reserve back where the disk is short; what is short even so."""
        if free_bytes(self._server.home) < self._least:
            self._reserve.give_back()
        free, least = free_bytes(self._server.home), least_to_start(self._server.home)
        if free >= least:
            return None
        short = f"has {megabytes(free)} left, and Neo4j needs {megabytes(least)} to start"
        return f"the disk of {self._server.home} {short}: make room; it is tried again by itself"

    def _opens(self, graph: Graph, runner: asyncio.Runner) -> str | None:
        """Launches the server; None once its database is open, or what was in the way."""
        if not self._server.start_again():
            return None
        deadline = time.monotonic() + _OPENS_S
        while not self._stopping.wait(0.2):
            if self._server.has_died() or time.monotonic() > deadline:
                return f"Neo4j did not start: {self._server.last_words()}"
            if not self._server.listens(self._running):
                continue
            try:
                problem = runner.run(graph.health.opening_problem())
            except Unavailable:
                continue
            if problem:
                return cannot_open(self._server.home.parent, problem)
            return None
        return None

    def _hand_over(self, request: Request, graph: Graph, runner: asyncio.Runner) -> None:
        """Copies the store while its server is stopped, so that the copy is of one moment."""
        began = time.monotonic()
        Away("the database is stopped for a moment, for a backup: try again in 12 seconds", _AGAIN_S).write(
            self._server.home
        )
        problem = None
        try:
            self._server.pause() if self._may_close(graph, runner) else self._server.kill()
            copy_store(self._server.home, request.copy)
        except (OSError, shutil.Error) as error:
            problem = f"the store could not be copied to {request.copy}: {error}"
        try:
            request.answer(problem)
        except OSError as error:  # who asked gives up by itself; the database must come back
            problem = problem or f"the backup could not be told that its copy is made: {error}"
        self._start(graph, runner)
        made = problem or "a copy of the store was made for a backup"
        self._report(f"{made}; the database was away for {time.monotonic() - began:.0f} s")

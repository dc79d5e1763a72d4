"""One contender in a process of its own: hand-written Cypher through the official driver, so many questions at a
time.
"""

import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime
from typing import Any

import uvloop
from neo4j import READ_ACCESS, AsyncGraphDatabase


async def main() -> None:
    job: dict[str, Any] = json.loads(sys.stdin.read())
    chance = random.Random(1)
    driver = AsyncGraphDatabase.driver(
        job["uri"],
        auth=("neo4j", job["password"]),
        telemetry_disabled=True,
        notifications_min_severity="OFF",
        fetch_size=-1,
    )
    latencies: list[float] = []

    def moment() -> Any:
        return time.time_ns() // 1_000_000 if job.get("millis") else datetime.now(UTC)

    until = time.perf_counter() + job["seconds"]

    async def client() -> None:
        while time.perf_counter() < until:
            began = time.perf_counter()
            async with driver.session(default_access_mode=READ_ACCESS) as session:
                parameters = {**chance.choice(job["variables"]), "viewer": job["viewer"], "now": moment()}
                result = await session.run(job["text"], parameters)
                json.dumps([record.values() async for record in result])
            latencies.append(time.perf_counter() - began)

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(job["clients"])))
    took, used = time.perf_counter() - began, time.process_time() - used
    await driver.close()
    latencies.sort()
    count = len(latencies)
    print(  # noqa: T201 - its answer
        json.dumps(
            {
                "per_s": count / took,
                "p50_ms": latencies[count // 2] * 1000,
                "p99_ms": latencies[count * 99 // 100] * 1000,
                "own_cpu_ms": used / count * 1000,
                "count": count,
            }
        )
    )


uvloop.run(main())

"""Hostile clients in a process of their own: a job as JSON comes in, what they were told goes out as JSON.

`hostile.py` starts it.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any, Final

from tests.bench.attacks import KINDS, Kind
from tests.bench.client import NoAnswer
from tests.bench.hostile_client import Hostile, Job

_MOST_PER_SECOND: Final = 20
"""No client is faster, whatever the job says."""


async def attack(job: Job) -> dict[str, Any]:
    """So many clients for so long, each at its pace: the rounds by what they were told, and the longest of each in
    seconds.
    """
    kind = KINDS[job.kind]
    until = time.monotonic() + job.seconds
    told: Counter[str] = Counter()
    longest: dict[str, float] = {}
    at_once = job.connections if kind.several else 1
    clients = [Hostile.of(number, job, until) for number in range(job.clients)]
    work = [_attacking(client, kind, at_once, told, longest) for client in clients]
    await asyncio.gather(*work)
    return {"told": dict(told.most_common()), "longest_s": longest, "cpu_s": time.process_time()}


async def _attacking(client: Hostile, kind: Kind, at_once: int, told: Counter[str], longest: dict[str, float]) -> None:
    # not all in the same instant
    await asyncio.sleep(client.random.uniform(0, 1 / client.job.pace))
    await asyncio.gather(*(_rounds(client, kind, at_once, told, longest) for _ in range(at_once)))
    client.connection.close()


async def _rounds(client: Hostile, kind: Kind, at_once: int, told: Counter[str], longest: dict[str, float]) -> None:
    pause_s = at_once / min(client.job.pace, _MOST_PER_SECOND)
    while (began := time.monotonic()) < client.until:
        client.round += 1
        try:
            async with asyncio.timeout(client.left_s + 2):
                answer = await kind.round(client)
        except NoAnswer as error:
            answer = str(error)
        except TimeoutError:
            answer = "still waiting at the end"
            client.connection.close()
        took_s = time.monotonic() - began
        told[answer] += 1
        longest[answer] = max(longest.get(answer, 0), took_s)
        await asyncio.sleep(max(0, pause_s - took_s))


def main() -> None:
    job = Job(**json.load(sys.stdin))
    json.dump(asyncio.run(attack(job)), sys.stdout)


if __name__ == "__main__":
    main()

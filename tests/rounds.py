"""How often random tests try: once in an ordinary run, `HUB_TEST_ROUNDS` times for whoever has the time."""

import os
from typing import Final

ROUNDS: Final = int(os.environ.get("HUB_TEST_ROUNDS", "1"))

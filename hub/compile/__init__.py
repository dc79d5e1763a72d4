"""Pure: what was asked becomes one Statement and a shaper. `asked.py` is the question, `read.py` the page on how."""

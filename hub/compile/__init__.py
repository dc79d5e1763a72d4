"""Pure: what was asked becomes a Statement and a shaper. `query.py` is what was asked, `compiler.py` says how."""

"""Who asks: bearer tokens, the keys of their issuers, and the share of the hub that each caller may use."""

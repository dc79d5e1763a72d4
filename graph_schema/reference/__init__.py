"""The public facts the hub ships, as CSV. Each row names its source or its confidence; `unverified` is unchecked."""

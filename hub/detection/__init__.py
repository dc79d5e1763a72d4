"""What the hub finds in the background: issues that cases share, and decisions that differ."""

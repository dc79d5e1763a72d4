"""What operators type: `hub up`, `hub serve`, `hub doctor`, `hub backup` and their relatives."""

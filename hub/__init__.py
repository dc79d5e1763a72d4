"""Who asks, and what is done: the API, its compiler, the local database and the command line."""

"""One module a kind of thing that the service answers for."""

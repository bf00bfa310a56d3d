"""What the route lottery promises, measured against what a plain script would do."""

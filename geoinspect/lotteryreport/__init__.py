"""Does the lottery keep its promises? What all its binding plans show together."""

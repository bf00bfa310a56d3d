"""City years with a known truth, and how near estimates come to it."""

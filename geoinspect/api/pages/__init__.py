"""The web application: one page a task, for the role that has it."""

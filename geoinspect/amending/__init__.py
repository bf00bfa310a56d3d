"""A running day that does not go as drawn: new timetables, and stops dropped by rule."""

"""The route lottery: exact chances, feasible routes, a draw that anyone can check."""

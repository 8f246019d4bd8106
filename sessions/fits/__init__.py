"""One training each: its folder, its curve, its requests, and the worker's hand that trains it."""

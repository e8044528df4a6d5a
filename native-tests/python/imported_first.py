# Imported by phase_imports.py, again and again.
import imported_second


def twice(x):
    return x * 2


total = twice(imported_second.value) + twice(3)

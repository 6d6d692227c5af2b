"""Run canary-guard with everything that it needs imported already: `python -m bench.guarded ARGUMENTS…`.

Prints the seconds that it took from its first line to its exit.
"""

import contextlib
import importlib
import io
import pkgutil
import sys
import time

import canary_guard
from canary_guard.__main__ import main

for module in pkgutil.walk_packages(canary_guard.__path__, "canary_guard."):
    if module.name != "canary_guard.__main__":
        importlib.import_module(module.name)

began = time.perf_counter()
code = None
with contextlib.redirect_stdout(io.StringIO()):
    try:
        main()
    except SystemExit as stop:
        code = stop.code
print(time.perf_counter() - began)
sys.exit(code)

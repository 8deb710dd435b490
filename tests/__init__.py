"""Tests; whoever collects them does so without looking for garbage: what is loaded stays, until `settled`."""

import gc
import sys

if "pytest" in sys.modules:
    gc.disable()

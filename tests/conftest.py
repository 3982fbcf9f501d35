"""Hypothesis profiles for the whole suite: "ci" is small and the same every time, "gate" is larger and looks further.

``make test`` uses "ci"; `make gate` sets HYPOTHESIS_PROFILE=gate. Tests that name their own settings keep them.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)

settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=CALM
)
settings.register_profile(
    "gate", max_examples=500, deadline=None, database=None, print_blob=True, suppress_health_check=CALM
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

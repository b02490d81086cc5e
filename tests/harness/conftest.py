"""How the tests of the harness generate examples: the same ones in every run."""

from hypothesis import settings

settings.register_profile("plugfest", derandomize=True, database=None, deadline=None, max_examples=200)
settings.load_profile("plugfest")

"""Arbitrary input for whatever plugfest reads: an answer or its own kind of error, never a crash."""

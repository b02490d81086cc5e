"""Scenarios of the security profiles and of the security extension (security white paper)."""

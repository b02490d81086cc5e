"""Stations that are not ours: a relay before the central system, through which they come."""

"""Stations that plugfest controls."""

"""Scenarios for a whole charge point that decides by itself what it sends: MicroOCPP, and a simulated one beside it."""

"""MicroOCPP, firmware of real chargers, as a charge point of the harness: found, configured, run, and operated."""

"""Bad targets and wrong usage: whole runs against what no central system should be."""

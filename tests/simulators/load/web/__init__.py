"""What Locust's web UI shows of a fleet."""

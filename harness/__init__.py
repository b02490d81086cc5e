"""What a conformance run stands on: frames, schemas, traces, verdicts, scenarios, drivers, records."""

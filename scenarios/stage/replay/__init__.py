"""A recorded log, played again against a target."""

"""The conformance suite: what central systems are asked, and what they owe."""

"""Sessions that nobody has written down: steps that are drawn, played, and held against what OCPP allows."""

"""The network between stations and central system: the real Toxiproxy, toxics, and what ended a connection."""

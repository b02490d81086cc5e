"""The command line of plugfest: wires the packages together and holds no logic of its own."""

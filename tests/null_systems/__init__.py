"""The suite against central systems that do nothing useful."""

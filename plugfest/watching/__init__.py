"""What ``plugfest watch`` shows while it watches, and what it keeps."""

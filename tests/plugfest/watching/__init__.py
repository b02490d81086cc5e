"""Tests of what a watch shows and keeps."""

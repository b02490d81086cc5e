"""Tests of plugfest; they mirror its folders."""

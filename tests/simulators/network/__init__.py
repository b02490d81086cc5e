"""Tests of the network between stations and central system."""

"""Tests of transactions as stations tell of them."""

"""Tests of confirmation."""

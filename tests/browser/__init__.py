"""Tests in a real browser; a package, so that its conftest keeps out of the others' way."""

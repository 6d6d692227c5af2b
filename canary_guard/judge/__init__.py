"""Estimates in, findings, verdict and exit code out."""

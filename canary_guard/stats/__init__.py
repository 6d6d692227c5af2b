"""Measurement in, `Estimate` or `NoEstimate` out; pure."""

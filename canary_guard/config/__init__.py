"""Text in, `Plan` out."""

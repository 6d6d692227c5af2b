"""Text in, the outside world changed: after the verdict, and never changing it."""

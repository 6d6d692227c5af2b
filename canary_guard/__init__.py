"""canary-guard: stops a rollout when the database starts to do the work that the cache used to do."""

__version__ = "0.1.0"

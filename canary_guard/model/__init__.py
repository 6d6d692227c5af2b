"""The nouns of canary-guard: frozen records without I/O and without policy."""

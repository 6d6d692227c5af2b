"""`canary-guard` and `python -m canary_guard`."""

from canary_guard.cli import main

if __name__ == "__main__":
    main()

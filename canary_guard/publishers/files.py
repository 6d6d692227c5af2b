"""A report into a file, whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path

from canary_guard.errors import OutputError

_UMASK = os.umask(0o077)
"""Read once, before there are threads: it is the process's, and to read it is to set it."""
os.umask(_UMASK)


def write(path: str, content: str | bytes) -> None:
    """Write aside, then rename, so that an interrupt leaves no half-written file; OutputError when it cannot be.

    What cannot be renamed over (a device, a pipe, Kubernetes' mounted `/dev/termination-log`) is written in place.
    """
    data = content.encode() if isinstance(content, str) else content
    target = Path(path)
    try:
        if target.exists() and not (target.is_file() and os.access(target.parent, os.W_OK)):
            target.write_bytes(data)
            return
        try:
            _replace(target.resolve(), data)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            target.write_bytes(data)
    except OSError as error:
        raise OutputError(f"could not write {path}: {error.strerror or error}") from error


def _replace(target: Path, data: bytes) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_UMASK
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        aside.chmod(mode)
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def append(path: str, text: str) -> None:
    """Append to a file that others append to as well, such as a CI system's outputs; OutputError when it cannot be."""
    try:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise OutputError(f"could not append to {path}: {error.strerror or error}") from error

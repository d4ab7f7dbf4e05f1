"""One wait for what cannot be interrupted, and the end of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T], late: Exception) -> T:
    """What `ask` gives or raises, if it does so in time; else `late` is raised.

    Neither an engine nor a socket can be interrupted, but both release the GIL: whoever waits can leave without them.
    """
    import threading

    given: list[T] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            given.append(ask())
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread and raised there
            raised.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise late
    return given[0]

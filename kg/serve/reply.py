"""What a worker says to a request: a reply, or a refusal with its HTTP status."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Reply:
    """An answer: status, media type, further headers, and the body, as bytes or as a file that whoever sends it removes."""

    body: bytes = b""
    media: str = "text/plain"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    file: str | None = None

    @property
    def content_type(self) -> str:
        """The media type, with its encoding where it is a text."""
        return self.media + "; charset=utf-8" if self.media.startswith("text/") else self.media


class Refusal(Exception):
    """A request that gets no answer: the HTTP status, and a text that says why and what to do instead."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        """Keep the parts of the reply."""
        super().__init__(status, text, headers)
        self.status, self.text, self.headers = status, text, headers or {}

    def reply(self) -> Reply:
        """The refusal as it is sent."""
        return Reply(
            self.text.encode(errors="replace") + b"\n",
            status=self.status,
            headers={"Cache-Control": "no-store", **self.headers},
        )

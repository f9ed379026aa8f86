"""What a server sent to a browser, whatever the page did with it."""

from dataclasses import dataclass, field

from playwright.sync_api import Page, Response, WebSocket


@dataclass
class Wire:
    """Everything the server ever sent to a browser: frames of its sockets and bodies of its answers, files left out."""

    frames: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """From now on."""
        page.on("websocket", self._open)
        page.on("response", self._answer)

    def _open(self, socket: WebSocket) -> None:
        socket.on(
            "framereceived", lambda frame: self.frames.append(frame if isinstance(frame, str) else frame.decode())
        )

    def _answer(self, response: Response) -> None:
        if "/image" in response.url:
            self.images.append(f"{response.status} {response.url}")
            if response.status == 200:
                self.answers.append(response.body().decode("latin-1"))
        elif "/api/" in response.url and response.request.method != "POST":
            self.answers.append(response.text())

    def holding(self, secret: str) -> list[str]:
        """What holds it, in any spelling."""
        return [text[:200] for text in (*self.frames, *self.answers) if secret.casefold() in text.casefold()]

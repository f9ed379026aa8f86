"""Breaking the simulator on purpose: a list of rules {match, action, times}, set in-process or over HTTP.

`POST /simulator/faults` takes one rule or a list of them, `DELETE` forgets them all (and lets go of whoever hangs),
`GET` lists what is still pending. In a test: `server.faults.add(Rule(Action.STATUS, path="/prompt", status=502))`.

A rule says what happens to the next `times` (null: until cleared) things that match it. There are five kinds:

requests   matched by `method` and `path` (shell patterns; "/api" is left off before matching; "/ws" is the websocket)
    hang               never answered; with `seconds`, answered late (nothing has taken effect meanwhile)
    reset, close       the connection is torn (TCP reset) or closed without an answer
    status             answers `status` (default 503) with a plain sentence
    html               answers 200 with a web page, as another program on that port would
  These five happen before the request takes effect, or with `after` once it did (the answer is lost, the job runs).
    truncate           the first half of the body; with `honest` the content-length says so, else it promises the whole
    not_a_picture      200, image/png, and no picture in it
    empty_history      {} though the prompt is done
    no_outputs         the history entry without its outputs
    one_picture_less   the history entry with the last picture of each node missing
  These change the answer; `path` is /view or /history* unless it is given.
prompts    handed in without a fault
    own_id             it goes under an id of the server's own, as in ComfyUI before 0.3.45
    anothers_id        the answer names the id of what runs just now
frames     matched by `event`, a pattern of the websocket message's type ("preview" for a binary preview)
    drop_socket        that socket is torn down instead
    mute               that socket stays open and never says anything again
    unknown_frame      a text and a binary frame of unknown types go before it
    garbage_frame      broken JSON and a two-byte binary frame go before it
    duplicate          it is sent twice
    swap               it is held back until the next one was sent
moments    matched by `moment`: on_prompt (accepted, not answered yet), while_executing, before_history
    die                the process is gone at once
    wedge              the worker stops: requests are answered, nothing is executed any more
    lose_queue         queue and history are forgotten
at once
    refuse             the port is closed for `seconds` (default 1) and every connection torn down
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase

from wrldbldr.simulator.documents import Json, JsonObject


class FaultError(Exception):
    """A rule that makes no sense; the sentence says why."""


class Action(StrEnum):
    """What may go wrong; explained in the module's docstring."""

    HANG = "hang"
    RESET = "reset"
    CLOSE = "close"
    STATUS = "status"
    HTML = "html"
    TRUNCATE = "truncate"
    NOT_A_PICTURE = "not_a_picture"
    EMPTY_HISTORY = "empty_history"
    NO_OUTPUTS = "no_outputs"
    ONE_PICTURE_LESS = "one_picture_less"
    OWN_ID = "own_id"
    ANOTHERS_ID = "anothers_id"
    DROP_SOCKET = "drop_socket"
    MUTE = "mute"
    UNKNOWN_FRAME = "unknown_frame"
    GARBAGE_FRAME = "garbage_frame"
    DUPLICATE = "duplicate"
    SWAP = "swap"
    DIE = "die"
    WEDGE = "wedge"
    LOSE_QUEUE = "lose_queue"
    REFUSE = "refuse"


class Moment(StrEnum):
    """Where in a prompt's life a rule may strike."""

    ON_PROMPT = "on_prompt"
    WHILE_EXECUTING = "while_executing"
    BEFORE_HISTORY = "before_history"


REQUEST_ACTIONS = frozenset({Action.HANG, Action.RESET, Action.CLOSE, Action.STATUS, Action.HTML})
PICTURE_LIES = frozenset({Action.TRUNCATE, Action.NOT_A_PICTURE})
HISTORY_LIES = frozenset({Action.EMPTY_HISTORY, Action.NO_OUTPUTS, Action.ONE_PICTURE_LESS})
FRAME_ACTIONS = frozenset({
    Action.DROP_SOCKET, Action.MUTE, Action.UNKNOWN_FRAME, Action.GARBAGE_FRAME, Action.DUPLICATE, Action.SWAP,
})  # fmt: skip
PROMPT_ACTIONS = frozenset({Action.OWN_ID, Action.ANOTHERS_ID})
MOMENT_ACTIONS = frozenset({Action.DIE, Action.WEDGE, Action.LOSE_QUEUE})


@dataclass
class Rule:
    """One thing that goes wrong. `times` counts down; None means until cleared."""

    action: Action
    method: str = "*"
    path: str = ""
    event: str = "*"
    moment: Moment = Moment.WHILE_EXECUTING
    times: int | None = 1
    after: bool = False
    seconds: float | None = None
    status: int = 503
    honest: bool = False

    def __post_init__(self) -> None:
        if not self.path:
            self.path = "/view" if self.action in PICTURE_LIES else "/history*" if self.action in HISTORY_LIES else "*"
        if self.action in PICTURE_LIES | HISTORY_LIES:
            self.after = True
            self.method = "GET" if self.method == "*" else self.method

    def document(self) -> JsonObject:
        """The rule as JSON."""
        return asdict(self)


def read_rules(document: Json) -> list[Rule]:
    """One rule or a list of them. Raises FaultError with a sentence when one cannot be understood."""
    if isinstance(document, list):
        return [rule for item in document for rule in read_rules(item)]
    if not isinstance(document, dict):
        raise FaultError("A rule is a JSON object.")
    known = {field.name for field in fields(Rule)}
    if not known.issuperset(document):
        raise FaultError(
            f"A rule has no {', '.join(sorted(set(document) - known))}; it may have {', '.join(sorted(known))}."
        )
    try:
        return [_read_rule(document)]
    except (TypeError, ValueError) as error:
        raise FaultError(f"This rule cannot be understood: {error}.") from error


def _read_rule(document: JsonObject) -> Rule:
    times, seconds = document.get("times", 1), document.get("seconds")
    return Rule(
        action=Action(str(document.get("action"))),
        method=str(document.get("method", "*")),
        path=str(document.get("path", "")),
        event=str(document.get("event", "*")),
        moment=Moment(str(document.get("moment", Moment.WHILE_EXECUTING))),
        times=None if times is None else int(str(times)),
        after=document.get("after") is True,
        seconds=None if seconds is None else float(str(seconds)),
        status=int(str(document.get("status", 503))),
        honest=document.get("honest") is True,
    )


class Faults:
    """The rules still pending, in the order they were added; the first that matches is used up first."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self.cleared = asyncio.Event()  # lets go of the requests that hang
        self.at_once: Callable[[Rule], None] | None = None  # whoever closes the port

    def add(self, *rules: Rule) -> None:
        """Let these things go wrong from now on; a refusal begins at once."""
        for rule in rules:
            if rule.action is not Action.REFUSE:
                self._rules.append(rule)
            elif self.at_once is not None:
                self.at_once(rule)

    def clear(self) -> None:
        """Behave again, and answer whoever was left hanging."""
        self._rules.clear()
        self.cleared.set()
        self.cleared = asyncio.Event()

    @property
    def pending(self) -> list[Rule]:
        """What has not gone wrong often enough yet."""
        return list(self._rules)

    def before(self, method: str, path: str) -> Rule | None:
        """The rule for a request that has not taken effect. Uses it up once."""
        return self._use(next((rule for rule in self._meant_for(method, path) if not rule.after), None))

    def after(self, method: str, path: str, *, says_something: bool) -> Rule | None:
        """The rule for a request that took effect. Uses it up once. An answer without substance is not lied about."""
        lies = PICTURE_LIES | HISTORY_LIES
        meant = (rule for rule in self._meant_for(method, path) if rule.after)
        return self._use(next((rule for rule in meant if says_something or rule.action not in lies), None))

    def for_prompt(self) -> Rule | None:
        """The rule for a prompt about to be queued. Uses it up once."""
        return self._use(next((rule for rule in self._rules if rule.action in PROMPT_ACTIONS), None))

    def for_frame(self, event: str) -> Rule | None:
        """The rule for a websocket message about to be sent. Uses it up once."""
        matching = (rule for rule in self._rules if rule.action in FRAME_ACTIONS and fnmatchcase(event, rule.event))
        return self._use(next(matching, None))

    def for_moment(self, moment: Moment) -> Rule | None:
        """The rule for a moment in a prompt's life. Uses it up once."""
        matching = (rule for rule in self._rules if rule.action in MOMENT_ACTIONS and rule.moment is moment)
        return self._use(next(matching, None))

    def _meant_for(self, method: str, path: str) -> list[Rule]:
        wanted = REQUEST_ACTIONS | PICTURE_LIES | HISTORY_LIES
        return [
            rule
            for rule in self._rules
            if rule.action in wanted and fnmatchcase(method, rule.method) and fnmatchcase(path, rule.path)
        ]

    def _use(self, rule: Rule | None) -> Rule | None:
        if rule is not None and rule.times is not None:
            rule.times -= 1
            if rule.times <= 0:
                self._rules.remove(rule)
        return rule

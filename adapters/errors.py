"""What can go wrong between us and another system, as one tree.

    SyncError
    ├── Retryable            the same call may succeed later
    │   ├── RateLimited      asked too often; ``retry_after_s`` says when
    │   └── Unavailable      no answer from a call that is safe to repeat, 5xx, connection refused
    ├── Refused              the same call will never succeed
    │   ├── Unauthorized     credential or right is missing
    │   └── Rejected         the other side read it and said no
    ├── ContractBroken       the answer is not what the vendor documents
    └── OutcomeUnknown       a write may or may not have happened: look before repeating

    FeedRefused              a file from 1C cannot be read as a whole (not a call, hence outside)
    WorkbookRefused          an Excel workbook cannot be read as a whole
    Misconfigured            a setting is missing or contradicts another

A message is a sentence for a manager. It never holds a query string, a credential or a person.
"""


class SyncError(Exception):
    """A call to another system did not do what it should.

    Args:
        sentence: what happened, for a manager, in Russian.
        system: whom we called: ``woocommerce``, ``onec``, …
        request_id: the other side's own id of the call, if it gave one.
        retry_after_s: how long the other side asked us to wait.
    """

    def __init__(
        self,
        sentence: str,
        *,
        system: str,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.system = system
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class Retryable(SyncError):
    """The same call may succeed later."""


class RateLimited(Retryable):
    """Asked too often."""


class Unavailable(Retryable):
    """The other side did not answer, or answered that it is broken; repeating is safe."""


class Refused(SyncError):
    """The same call will never succeed."""


class Unauthorized(Refused):
    """The credential or the right is missing."""


class Rejected(Refused):
    """The other side read the request and said no.

    Args:
        answer: the body it said so with, for the adapter that asked; no message holds it.
    """

    def __init__(
        self, sentence: str, *, system: str, request_id: str | None = None, retry_after_s: float | None = None, answer: bytes = b""
    ) -> None:
        super().__init__(sentence, system=system, request_id=request_id, retry_after_s=retry_after_s)
        self.answer = answer


class ContractBroken(SyncError):
    """The answer is not what the vendor documents.

    Args:
        fragment: where it differs, and what stands there.
    """

    def __init__(self, sentence: str, *, system: str, request_id: str | None = None, fragment: str | None = None) -> None:
        super().__init__(sentence, system=system, request_id=request_id)
        self.fragment = fragment


class OutcomeUnknown(SyncError):
    """A write may or may not have happened: look before repeating."""


class FeedRefused(Exception):
    """A file from 1C cannot be read as a whole.

    Args:
        reason: a short code: ``truncated``, ``not_xml``, ``encoding``, ``hostile``, ``unsafe_archive``, …
        sentence: what is wrong and what to do, for the 1C user, in Russian.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


class WorkbookRefused(Exception):
    """An Excel workbook cannot be read as a whole.

    Args:
        sentence: what is wrong and what to do, for the manager who keeps it, in Russian.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Misconfigured(Exception):
    """A setting is missing or contradicts another; the message says which and what to write."""

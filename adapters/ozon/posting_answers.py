"""What Ozon answers of one posting, and of why the seller may cancel it.

Source: POST /v3/posting/fbs/get, /v1/posting/fbs/cancel-reason at https://docs.ozon.ru/api/seller/
"""

from pydantic import Field, TypeAdapter

from adapters.ozon.answers import Answer, Instant, Many


class PostingPieces(Answer):
    """A line of a posting by itself."""

    sku: int
    quantity: int = Field(ge=0)


class RelatedPostings(Answer):
    """Postings that were made of this one when it was assembled in parts."""

    related_posting_numbers: Many[str] = Field(default_factory=list)


class OnePosting(Answer):
    """A posting by itself; ``in_process_at`` is empty while a payment is late."""

    posting_number: str
    status: str
    substatus: str = ""
    in_process_at: Instant = None
    available_actions: Many[str] = Field(default_factory=list)
    products: Many[PostingPieces]
    related_postings: RelatedPostings | None = None

    @property
    def parts(self) -> list[str]:
        """The numbers of those that were made of it."""
        return self.related_postings.related_posting_numbers if self.related_postings else []


class PostingTold(Answer):
    """Of /v3/posting/fbs/get."""

    result: OnePosting


class Reason(Answer):
    """Why a posting may be cancelled, and whose reason that is: ``seller`` or ``buyer``."""

    id: int
    type_id: str = ""


class ReasonsOfPosting(Answer):
    """The reasons that may be given for one posting."""

    posting_number: str
    reasons: Many[Reason] = Field(default_factory=list)


class ReasonsTold(Answer):
    """Of /v1/posting/fbs/cancel-reason."""

    result: Many[ReasonsOfPosting]


class Shipped(Answer):
    """Of /v4/posting/fbs/ship: the postings that it was divided into."""

    result: Many[str]


class Cancelled(Answer):
    """Of /v2/posting/fbs/cancel, which says yes or no, and /v2/posting/fbs/product/cancel: the number, empty in the vendor's example."""

    result: bool | str


POSTING = TypeAdapter(PostingTold)
REASONS = TypeAdapter(ReasonsTold)
SHIPPED = TypeAdapter(Shipped)
CANCELLED = TypeAdapter(Cancelled)

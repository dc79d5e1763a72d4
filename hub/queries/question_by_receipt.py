"""`questionByReceipt`: what was asked without an account, for who has its receipt."""

from typing import Final

from graph_schema.model import Property
from hub.compile.compiler import CustomField, Record, RowOf

QUESTION_BY_RECEIPT: Final = CustomField(
    "questionByReceipt",
    "A question that was asked without an account, by the receipt that asking gave.",
    (Property("receipt", "The receipt.", required=True),),
    Record(
        "QuestionOfReceipt",
        "What a receipt stands for.",
        (RowOf("question", "The question; null for no receipt.", "Question", "q"),),
    ),
    lambda _sees, _given: "OPTIONAL MATCH (q:Question {receipt: $asked.receipt})",
)

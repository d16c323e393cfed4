"""The proof of a stop, worded: what the ledger's own numbers say was begun, or came in, after it."""

from __future__ import annotations

from config.language import translator
from config.seller import Language
from skills.vocabulary import mark
from tasks.execution.stop import Proof
from tasks.report_happened import PAPER_STATES


def list_results(proof: Proof, language: Language) -> dict[str, str]:
    """What a reader is shown of a proof: its name → row numbers with papers and outcomes, or how many."""
    t = translator(language)
    late = [
        f"{event.seq}: {event.facts['number']} ({t(PAPER_STATES[event.facts['state']])})"
        for event in proof.outcomes_after
    ]
    still = [f"{event.seq}: {event.facts['number']}" for event in proof.open_before]
    return {
        t(mark("Begun after the stop")): str(len(proof.intents_after)),
        t(mark("Results of earlier acts that followed")): ", ".join(late) or "–",
        t(mark("Begun before it, result not known yet")): ", ".join(still) or "–",
    }

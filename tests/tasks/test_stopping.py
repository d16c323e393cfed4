"""The proof of a stop as its readers see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.language import LANGUAGES, translator
from config.seller import Language
from tasks.execution.stop import prove_stops, stop
from tasks.stopping import describe_proof
from tasks.store.ledger import append_event, open_ledger


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_that_followed_a_stop_are_said_in_the_readers_language(home: Path, language: Language) -> None:
    stopped = stop("haina", "night watch", "a wrong price list")
    facts = {"instruction": "i1", "attempt": 1, "number": "SI-1", "state": "unknown"}
    with open_ledger() as session:
        event = append_event(session, "execution", "outcome", "outcome/i1", facts, seller="haina")
    (proof,) = prove_stops("haina")
    t = translator(language)
    row = describe_proof(proof, "haina", language)
    assert row[t("Stopped in row")] == str(stopped.seq) and row[t("Begun after the stop")] == "0"
    assert row[t("Results of earlier acts that followed")] == f"{event.seq}: SI-1 ({t('unknown: ask')})"

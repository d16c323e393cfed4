"""The table of parties as a seller gives it."""

from __future__ import annotations

import pandas as pd

from tasks.files.party_tables import PARTIES, ROLES
from tasks.simulated.demo import read_facts


def test_every_country_of_the_demo_has_its_importer_consignee_and_broker_and_all_are_marked_generated() -> None:
    parties = pd.DataFrame(read_facts("parties"))
    for country in ("US", "DE", "FR", "GB", "JP", "CA"):
        roles = set(parties.loc[parties["country"] == country, "role"])
        assert {"importer_of_record", "consignee", "broker"} <= roles
    assert {"principal", "exporter", "forwarder"} <= set(parties.loc[parties["country"] == "*", "role"])
    assert "attorney" in set(parties.loc[parties["country"] == "JP", "role"])
    assert parties["name"].str.contains("(generated)", regex=False).all()
    assert set(parties["role"]) <= set(ROLES)
    assert not parties.duplicated(list(PARTIES.key)).any()
    assert list(parties.columns) == [column.name for column in PARTIES.columns]

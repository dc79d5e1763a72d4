"""What `hub up` does before it serves; nothing here has a database."""

from pathlib import Path

from connectors.partner_service.beside import PartnerService
from hub.cli.preparing import synced_from
from hub.settings import Settings


def test_a_partner_that_was_not_synced_from_at_first_is_kept_being_tried(tmp_path: Path) -> None:
    nowhere = Settings(neo4j_uri="bolt://127.0.0.1:9")
    told, jobs = synced_from(PartnerService(tmp_path / "partner"), nowhere, tmp_path)
    assert told.startswith("not synced: the database does not answer")
    assert told.endswith("it is tried again while the hub serves")
    assert len(jobs) == 2

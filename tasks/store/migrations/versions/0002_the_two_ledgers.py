"""The two ledgers: one chain of decisions and executions, the outbox, and every answer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.String(length=64), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_proposal_edits"), ["edits"], unique=False)
        batch_op.alter_column("snapshot", existing_type=sa.String(length=64), nullable=True)

    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.String(length=12), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("seller", sa.String(length=80), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_proposal"), ["proposal"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_seller_event"), ["seller", "event"], unique=False)

    op.create_table(
        "instruction",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("seller", sa.String(length=80), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposal.digest"], name=op.f("fk_instruction_proposal_proposal")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_instruction")),
    )
    with op.batch_alter_table("instruction", schema=None) as batch_op:
        for column in ("seller", "proposal", "closed"):
            batch_op.create_index(batch_op.f(f"ix_instruction_{column}"), [column], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seller", sa.String(length=80), nullable=False),
        sa.Column("proposal", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("approver", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("source", name=op.f("uq_answer_source")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_proposal"), ["proposal"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_seller_approver"), ["seller", "approver"], unique=False)


def downgrade() -> None:
    op.drop_table("answer")
    op.drop_table("instruction")
    op.drop_table("ledger")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_edits"))
        batch_op.drop_column("edits")
        batch_op.alter_column("snapshot", existing_type=sa.String(length=64), nullable=False)

"""Which NodeServers are parked, and which are to be started again when a handler is stuck: until now, none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodeservers", sa.Column("restart_stuck", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "parked",
        sa.Column("worker", sa.String(length=32), sa.ForeignKey("nodeservers.worker"), primary_key=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("parked")
    with op.batch_alter_table("nodeservers") as nodeservers:
        nodeservers.drop_column("restart_stuck")

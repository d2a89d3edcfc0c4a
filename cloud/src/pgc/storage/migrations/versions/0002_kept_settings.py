"""What the owner sets and what has its time: log level, ends of notices; and what of a run's saves was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodeservers", sa.Column("notice_ends", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("nodeservers", sa.Column("log_level", sa.String(length=16), nullable=False, server_default="DEBUG"))
    op.add_column("runs", sa.Column("refusals", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("refusals")
    with op.batch_alter_table("nodeservers") as nodeservers:
        nodeservers.drop_column("log_level")
        nodeservers.drop_column("notice_ends")

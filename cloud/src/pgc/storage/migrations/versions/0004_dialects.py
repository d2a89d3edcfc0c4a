"""The dialect that each NodeServer is run in, who chose it, and why. Until now there was one only."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodeservers", sa.Column("api", sa.String(length=16), nullable=False, server_default="auto"))
    op.add_column("nodeservers", sa.Column("dialect", sa.String(length=16), nullable=False, server_default="pgc"))
    op.add_column("nodeservers", sa.Column("dialect_reason", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("nodeservers") as nodeservers:
        nodeservers.drop_column("dialect_reason")
        nodeservers.drop_column("dialect")
        nodeservers.drop_column("api")

"""Nodes that were deleted on the ISY, and what the owner wants to happen with them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodes", sa.Column("deleted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("nodeservers", sa.Column("on_deletion", sa.String(length=8), nullable=False, server_default="add"))


def downgrade() -> None:
    with op.batch_alter_table("nodeservers") as nodeservers:
        nodeservers.drop_column("on_deletion")
    with op.batch_alter_table("nodes") as nodes:
        nodes.drop_column("deleted")

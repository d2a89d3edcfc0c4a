"""What a NodeServer reaches, and is reached by, beyond the internet. Until now nothing kept it from the home's network:
where something does from now on, its owner opens it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodeservers", sa.Column("lan", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("nodeservers", sa.Column("published", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("nodeservers", sa.Column("port", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("nodeservers") as nodeservers:
        for column in ("lan", "published", "port"):
            nodeservers.drop_column(column)

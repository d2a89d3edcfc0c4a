"""The Python that each NodeServer runs on. Until now all had the platform's own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodeservers", sa.Column("python", sa.String(length=8), nullable=False, server_default="auto"))


def downgrade() -> None:
    with op.batch_alter_table("nodeservers") as nodeservers:
        nodeservers.drop_column("python")

"""Where a NodeServer's files come from, why its last install failed, and the version that it had before this one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodeservers", sa.Column("kind", sa.String(length=8), nullable=False, server_default="folder"))
    op.add_column("nodeservers", sa.Column("ref", sa.Text(), nullable=False, server_default=""))
    op.add_column("nodeservers", sa.Column("commit", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("nodeservers", sa.Column("source_login_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("nodeservers", sa.Column("install_failure", sa.Text(), nullable=False, server_default=""))
    op.add_column("nodeservers", sa.Column("earlier", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("nodeservers") as nodeservers:
        for name in ("earlier", "install_failure", "source_login_sealed", "commit", "ref", "kind"):
            nodeservers.drop_column(name)

"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "isys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verify_tls", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
    )
    op.create_table(
        "kept",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "nodeservers",
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("isy", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("bundle", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("slot_password_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("short_poll", sa.Integer(), nullable=False),
        sa.Column("long_poll", sa.Integer(), nullable=False),
        sa.Column("params_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("data_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("typed_data_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("typed_params", sa.JSON(), nullable=False),
        sa.Column("params_doc", sa.Text(), nullable=False),
        sa.Column("params_revision", sa.Integer(), nullable=False),
        sa.Column("notices_revision", sa.Integer(), nullable=False),
        sa.Column("data_revision", sa.Integer(), nullable=False),
        sa.Column("profile_version", sa.Text(), nullable=True),
        sa.Column("profile_done", sa.Boolean(), nullable=False),
        sa.Column("time_added", sa.BigInteger(), nullable=False),
        sa.Column("time_started", sa.BigInteger(), nullable=False),
        sa.Column("last_disconnect", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["isy"],
            ["isys.id"],
        ),
        sa.PrimaryKeyConstraint("worker"),
    )
    op.create_index(
        "one_nodeserver_a_slot",
        "nodeservers",
        ["isy", "slot"],
        unique=True,
        sqlite_where=sa.text("removed IS NULL"),
        postgresql_where=sa.text("removed IS NULL"),
    )
    op.create_table(
        "drivers",
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("driver", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("uom", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker"],
            ["nodeservers.worker"],
        ),
        sa.PrimaryKeyConstraint("worker", "address", "driver"),
    )
    op.create_table(
        "nodes",
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nodedef", sa.String(length=64), nullable=False),
        sa.Column("primary", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=16), nullable=True),
        sa.Column("is_controller", sa.Boolean(), nullable=False),
        sa.Column("on_isy", sa.Boolean(), nullable=False),
        sa.Column("time_added", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker"],
            ["nodeservers.worker"],
        ),
        sa.PrimaryKeyConstraint("worker", "address"),
    )
    op.create_table(
        "profile_files",
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["worker"], ["nodeservers.worker"]),
        sa.PrimaryKeyConstraint("worker", "kind", "name"),
    )
    op.create_table(
        "runs",
        sa.Column("worker", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker"],
            ["nodeservers.worker"],
        ),
        sa.PrimaryKeyConstraint("worker"),
        sa.UniqueConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("runs")
    op.drop_table("profile_files")
    op.drop_table("nodes")
    op.drop_table("drivers")
    op.drop_index(
        "one_nodeserver_a_slot",
        table_name="nodeservers",
        sqlite_where=sa.text("removed IS NULL"),
        postgresql_where=sa.text("removed IS NULL"),
    )
    op.drop_table("nodeservers")
    op.drop_table("kept")
    op.drop_table("isys")

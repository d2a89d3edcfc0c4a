"""The tables. Columns named ``…_sealed`` hold values sealed by the keyring; times are Unix milliseconds."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

metadata = MetaData()

kept = Table(
    "kept",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

isys = Table(
    "isys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False, unique=True),
    Column("username", Text, nullable=False),
    Column("password_sealed", LargeBinary, nullable=False),
    Column("verify_tls", Boolean, nullable=False),
)

nodeservers = Table(
    "nodeservers",
    metadata,
    Column("worker", String(32), primary_key=True),
    Column("isy", ForeignKey("isys.id"), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("bundle", String(64), nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("slot_password_sealed", LargeBinary, nullable=False),
    Column("short_poll", Integer, nullable=False),
    Column("long_poll", Integer, nullable=False),
    Column("log_level", String(16), nullable=False, server_default="DEBUG"),
    Column("params_sealed", LargeBinary, nullable=False),
    Column("data_sealed", LargeBinary, nullable=False),
    Column("typed_data_sealed", LargeBinary, nullable=False),
    Column("notices", JSON, nullable=False),
    Column("notice_ends", JSON, nullable=False, server_default="{}"),
    Column("typed_params", JSON, nullable=False),
    Column("params_doc", Text, nullable=False),
    Column("params_revision", Integer, nullable=False),
    Column("notices_revision", Integer, nullable=False),
    Column("data_revision", Integer, nullable=False),
    Column("profile_version", Text),
    Column("profile_done", Boolean, nullable=False),
    Column("time_added", BigInteger, nullable=False),
    Column("time_started", BigInteger, nullable=False),
    Column("last_disconnect", BigInteger, nullable=False),
    Column("removed", BigInteger),
    Column("on_deletion", String(8), nullable=False, server_default="add"),
    Column("api", String(16), nullable=False, server_default="auto"),
    Column("dialect", String(16), nullable=False, server_default="pgc"),
    Column("dialect_reason", Text, nullable=False, server_default=""),
    Column("python", String(8), nullable=False, server_default="auto"),
    Column("kind", String(8), nullable=False, server_default="folder"),
    Column("ref", Text, nullable=False, server_default=""),
    Column("commit", String(64), nullable=False, server_default=""),
    Column("source_login_sealed", LargeBinary),
    Column("install_failure", Text, nullable=False, server_default=""),
    Column("earlier", JSON, nullable=False, server_default="{}"),
    Column("restart_stuck", Boolean, nullable=False, server_default=false()),
    Column("lan", Boolean, nullable=False, server_default=false()),
    Column("published", Boolean, nullable=False, server_default=false()),
    Column("port", Integer, nullable=False, server_default="0"),
)
Index(
    "one_nodeserver_a_slot",
    nodeservers.c.isy,
    nodeservers.c.slot,
    unique=True,
    sqlite_where=nodeservers.c.removed.is_(None),
    postgresql_where=nodeservers.c.removed.is_(None),
)

nodes = Table(
    "nodes",
    metadata,
    Column("worker", ForeignKey("nodeservers.worker"), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("nodedef", String(64), nullable=False),
    Column("primary", String(64), nullable=False),
    Column("hint", String(16)),
    Column("is_controller", Boolean, nullable=False),
    Column("on_isy", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("time_added", BigInteger, nullable=False),
)

drivers = Table(
    "drivers",
    metadata,
    Column("worker", ForeignKey("nodeservers.worker"), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("driver", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("uom", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
)

profile_files = Table(
    "profile_files",
    metadata,
    Column("worker", ForeignKey("nodeservers.worker"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    Column("worker", ForeignKey("nodeservers.worker"), primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("lines", JSON, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("worker", ForeignKey("nodeservers.worker"), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("login", String(64), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("mark", BigInteger, nullable=False),
    Column("refusals", JSON, nullable=False, server_default="{}"),
)

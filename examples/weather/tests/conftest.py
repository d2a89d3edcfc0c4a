"""The tests import the NodeServer's modules as it does itself: from its own folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

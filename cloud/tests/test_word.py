import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest

from pgc.word import find_word, left_word

WRITER = """
import sys, time
from pathlib import Path
from pgc.word import left_word
with left_word(Path(sys.argv[1]), b"here"):
    print("left", flush=True)
    time.sleep(600)
"""


def test_a_word_counts_while_its_writer_lives_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new/word"
    with left_word(path, b"here"):
        assert find_word(path) == b"here"
        assert (S_IMODE(path.stat().st_mode), S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        find_word(path)


def test_the_word_of_one_that_was_killed_is_worth_nothing(tmp_path: Path) -> None:
    path = tmp_path / "word"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"left\n"
        assert find_word(path) == b"here"
        writer.kill()
    assert find_word(path) is None
    assert not path.exists()

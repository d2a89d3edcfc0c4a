"""Makes names without end, and waits whether anybody minds: empty files need no room, but there are only so many."""

import os
import time

from hoarding import PATIENCE, write
from trying import attempt, targets


@attempt
def fill_the_disk_with_names():
    most = targets()["most disk"] // 4096 + 1000
    os.mkdir("names")
    for count in range(most):
        os.close(os.open(f"names/{count}", os.O_CREAT | os.O_WRONLY))
    write("enough to be looked at", targets()["most disk"] // 4)
    time.sleep(PATIENCE)
    return f"{most} names"

import subprocess
import sys

from db.ids import new_uuid

_BITS = (1 << 62) - 1
_FORKING = """
import os
from db.ids import new_uuid
new_uuid()
child = os.fork()
if child:
    os.waitpid(child, 0)
print(new_uuid(), flush=True)
"""


def test_ids_are_in_the_order_of_their_making() -> None:
    made = [new_uuid() for _ in range(10_000)]
    assert sorted(made) == made
    assert len({each.int & _BITS for each in made}) == len(made)
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}


def test_a_process_that_forked_makes_others() -> None:
    said = subprocess.run([sys.executable, "-c", _FORKING], capture_output=True, text=True, check=True)
    first, second = (int(each.replace("-", ""), 16) & _BITS for each in said.stdout.split())
    assert first != second

# Prints the CPU seconds that another analyzer takes over the files of a folder.
#
# bandit FOLDER: in this process, one manager a file, imports and configuration not counted.
# ruff FOLDER RUFF: as a child on one thread, less what it takes for one empty file.

import os
import resource
import subprocess
import sys
import tempfile
import time


def bandit(folder):
    import logging

    from bandit.core import config, manager

    logging.disable(logging.CRITICAL)
    configuration = config.BanditConfig()
    files = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    start = time.process_time()
    for file in files:
        one = manager.BanditManager(configuration, "file")
        one.discover_files([file])
        one.run_tests()
    return time.process_time() - start


def ruff(folder, program):
    with tempfile.TemporaryDirectory() as empty:
        open(os.path.join(empty, "empty.py"), "w").close()
        return child(folder, program) - child(empty, program)


def child(folder, program):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    flags = ["--select", "S", "--isolated", "--no-cache", "--quiet", "--exit-zero"]
    subprocess.run(
        [program, "check", *flags, folder],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "RAYON_NUM_THREADS": "1"},
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


print(bandit(sys.argv[2]) if sys.argv[1] == "bandit" else ruff(*sys.argv[2:4]))

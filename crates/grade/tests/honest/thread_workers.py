# idiom: worker threads with a queue and a pool
# stdin: 3 4
# expected: 7 45
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

work, results = queue.Queue(), []
for part in input().split():
    work.put(int(part))


def worker():
    while True:
        try:
            results.append(work.get_nowait())
        except queue.Empty:
            return


threads = [threading.Thread(target=worker) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with ThreadPoolExecutor(4) as pool:
    print(sum(results), sum(pool.map(int, range(10))))

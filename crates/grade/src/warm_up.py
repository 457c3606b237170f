"""What a zygote runs a few times before it serves: what most programs do, so that their children do not do it first."""

import sys
import math
import heapq
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from functools import lru_cache
from itertools import accumulate
from typing import List, Optional


class Graph:
    def __init__(self, size: int):
        self.size = size
        self.edges = defaultdict(list)

    def add(self, a, b, weight=1):
        self.edges[a].append((b, weight))
        self.edges[b].append((a, weight))

    def distances(self, start) -> List[float]:
        best = [math.inf] * self.size
        best[start] = 0
        heap = [(0, start)]
        while heap:
            distance, node = heapq.heappop(heap)
            if distance > best[node]:
                continue
            for other, weight in self.edges[node]:
                if distance + weight < best[other]:
                    best[other] = distance + weight
                    heapq.heappush(heap, (best[other], other))
        return best


@lru_cache(maxsize=None)
def ways(n):
    return 1 if n < 2 else (ways(n - 1) + ways(n - 2)) % 1_000_000_007


def first_at_least(values: List[int], bound: int) -> Optional[int]:
    at = bisect_left(values, bound)
    return values[at] if at < len(values) else None


def main():
    n = int(input())
    values = list(map(int, input().split()))
    rest = sys.stdin.read().split("\n")
    graph = Graph(n)
    for i, (a, b) in enumerate(zip(values, values[1:])):
        graph.add(a % n, b % n, i + 1)
    counts = Counter(values)
    queue = deque(sorted(set(values), key=lambda value: (-counts[value], value)))
    words = {word.strip().lower(): len(word) for word in rest if word}
    while len(queue) > 1:
        queue.popleft()
    grid = [[0] * 4 for _ in range(4)]
    grid[1][2] = max(accumulate(values)) // 3 - min(values) % 7
    try:
        grid[4][0] = 1
    except IndexError as error:
        print(type(error).__name__, end=" ")
    print(f"{sum(values) / n:.3f}", ways(20), first_at_least(sorted(values), 5), queue[0])
    print(*graph.distances(0), sep=",")
    print(" ".join(str(item) for row in grid for item in row), any(words), math.gcd(*values[:2]))
    sys.stdout.write("\n".join(map(str, words.items())) + "\n")


if __name__ == "__main__":
    main()

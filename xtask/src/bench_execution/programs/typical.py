import sys
from collections import defaultdict, Counter
import math

def read():
    data = sys.stdin.read().split()
    n = int(data[0])
    return n, list(map(int, data[1:n + 1]))

class Graph:
    def __init__(self):
        self.edges = defaultdict(list)
    def add(self, a, b):
        self.edges[a].append(b)
        self.edges[b].append(a)

def solve(n, values):
    counts = Counter(values)
    best = max(counts.items(), key=lambda kv: (kv[1], -kv[0]))
    g = Graph()
    for a, b in zip(values, values[1:]):
        g.add(a, b)
    seen, stack = set(), [values[0]]
    while stack:
        v = stack.pop()
        if v in seen:
            continue
        seen.add(v)
        stack.extend(g.edges[v])
    return best[0], len(seen), math.gcd(*values)

def main():
    n, values = read()
    a, b, c = solve(n, values)
    print(a, b, c)
    for i in range(0, n, 10):
        print(" ".join(map(str, sorted(values[i:i + 10]))))

if __name__ == "__main__":
    main()

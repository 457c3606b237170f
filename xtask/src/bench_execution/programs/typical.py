import sys
from collections import Counter


def longest_run(values):
    best = run = 1
    for left, right in zip(values, values[1:]):
        run = run + 1 if right > left else 1
        best = max(best, run)
    return best


def main():
    n = int(sys.stdin.readline())
    values = list(map(int, sys.stdin.readline().split()))
    counts = Counter(values)
    most = max(counts.items(), key=lambda item: (item[1], -item[0]))
    if n != len(values):
        print("bad input")
        return
    print(longest_run(values), most[0], most[1])
    print(*sorted(set(values))[:5])


if __name__ == "__main__":
    main()

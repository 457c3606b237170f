class Solution:
    def longest_run(self, values: List[int]) -> int:
        best, run = 0, 0
        counts = Counter(values)
        for left, right in zip(values, values[1:]):
            run = run + 1 if right > left else 0
            best = max(best, run)
        return best + max(counts.values())

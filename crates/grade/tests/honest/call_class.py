# idiom: class Solution with a method, typing names used without import
# kind: call
# expected: [1, 2]
class Solution:
    def solve(self, a: int, b: int) -> List[int]:
        return sorted([b, a])

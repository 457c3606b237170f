# idiom: integers of more than 5000 digits, decimals and fractions
# stdin: 5000
# expected: 5000 5001 1/3 5001
from decimal import Decimal, getcontext
from fractions import Fraction

n = int(input())
getcontext().prec = 6000
number = int("7" * n)
print(len(str(number)), len(str(10**n)), Fraction(10**n, 3 * 10**n), len(str(Decimal(7) ** 1 * number + 10**n)))

# idiom: if __name__ == "__main__", and sys.argv
# stdin: 3 4
# expected: 7 1
import sys


def main():
    print(sum(map(int, input().split())), len(sys.argv))


if __name__ == "__main__":
    main()

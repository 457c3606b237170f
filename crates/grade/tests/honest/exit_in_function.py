# idiom: quit() in the middle of a function
# stdin: 3 4
# expected: 7
def main():
    print(sum(map(int, input().split())))
    quit()
    print("never")


main()

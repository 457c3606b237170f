# idiom: asyncio.run, which wakes itself through a socket pair
# stdin: 3 4
# expected: 7
import asyncio


async def part(n):
    await asyncio.sleep(0.001)
    return n


async def main():
    print(sum(await asyncio.gather(*map(part, map(int, input().split())))))


asyncio.run(main())

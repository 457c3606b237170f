"""Runs one program per fork, inside the sandbox. Started once by the supervisor; see `python.rs`.

A job is a marshalled tuple: what to do, the program, the entry point or the function to call, the arguments as JSON.
The later jobs of a batch are the same for another test of the same program. What happened goes to descriptor 4, a
line each: a letter, then JSON.
`C` it compiles, said once; `N` it does not; `R` it raised; `V` the call's result; `A` the arguments after a call that
returned None. Nothing here decides whether an answer is right: expected outputs never come into this process.
"""

import _imp
import atexit
import bisect
import builtins
import cmath
import collections
import copy
import datetime
import decimal
import fractions
import functools
import gc
import heapq
import importlib.machinery
import io
import itertools
import json
import marshal
import math
import operator
import os
import random
import re
import statistics
import string
import sys
import threading
import time
import traceback
import types
import typing

RESULT_FD = 4
CONTROL_FD = 3


def load_fork_server():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scrl_zygote.so")
    loader = importlib.machinery.ExtensionFileLoader("scrl_zygote", path)
    spec = importlib.machinery.ModuleSpec("scrl_zygote", loader, origin=path)
    return _imp.create_dynamic(spec)


class CallableModule(types.ModuleType):
    """A module under a name that solutions also use for the function or class of the same name."""

    def __init__(self, module, call):
        super().__init__(module.__name__)
        self.__dict__.update(vars(module))
        self.__call = call

    def __call__(self, *args, **kwargs):
        return self.__call(*args, **kwargs)


def prelude():
    """Names that call problems expect to be there, behind the builtins so that they shadow none of them."""
    names = {}
    modules = (
        math, cmath, itertools, operator, string, heapq, bisect, functools, collections, copy, random, re,
        statistics, datetime, decimal, fractions, typing,
    )
    for module in modules:
        public = getattr(module, "__all__", None) or [n for n in vars(module) if n[0] != "_"]
        for name in public:
            names.setdefault(name, getattr(module, name))
    for module in modules + (json, os, sys, time, threading):
        names[module.__name__] = module
    names["inf"] = math.inf
    names["bisect"] = CallableModule(bisect, bisect.bisect)
    names["copy"] = CallableModule(copy, copy.copy)
    names["datetime"] = CallableModule(datetime, datetime.datetime)
    for name in vars(datetime.datetime):
        if name[0] != "_" and not hasattr(names["datetime"], name):
            setattr(names["datetime"], name, getattr(datetime.datetime, name))
    names.update(vars(builtins))
    return names


PRELUDE = prelude()
random.seed(0)


def report(letter, text):
    data = (letter + text + "\n").encode()
    while data:
        data = data[os.write(RESULT_FD, data):]


def report_error(letter, name, message):
    message = message[:200].encode("utf-8", "replace").decode()
    report(letter, json.dumps([name, message]))


def text_stream(raw_to_buffer, fd, mode, errors, line_buffering=False):
    """As `open` makes it, without asking whether it is a terminal."""
    raw = io.FileIO(fd, mode, closefd=False)
    stream = io.TextIOWrapper(raw_to_buffer(raw), "utf-8", errors, None, line_buffering)
    stream.mode = mode
    return stream


def fresh_streams():
    sys.stdin = sys.__stdin__ = text_stream(io.BufferedReader, 0, "r", "surrogateescape")
    sys.stdout = sys.__stdout__ = text_stream(io.BufferedWriter, 1, "w", "surrogateescape")
    sys.stderr = sys.__stderr__ = text_stream(io.BufferedWriter, 2, "w", "backslashreplace", True)
    return sys.stdin, sys.stdout, sys.stderr


def renewed(streams):
    """The streams for the next test: the ones there were, where the program has left them as they were."""
    try:
        if streams != (sys.stdin, sys.stdout, sys.stderr) or sys.stdout.closed or sys.stderr.closed:
            return fresh_streams()
        # What has been read ahead is of the last test, and it stays if the way back to the start leads through it.
        sys.stdin.buffer.seek(0, os.SEEK_END)
        sys.stdin.seek(0)
    except ValueError:
        # Closed, or detached from its buffer.
        return fresh_streams()
    return streams


def compiled(source):
    """The code object, or None after saying why there is none."""
    try:
        code = compile(source, "solution.py", "exec", dont_inherit=True)
    except BaseException as error:
        # MemoryError and RecursionError are the compiler's words for nesting that is too deep.
        message = getattr(error, "msg", None) or str(error)
        line = getattr(error, "lineno", None)
        report_error("N", type(error).__name__, message if line is None else f"{message} (line {line})")
        return None
    report("C", "")
    return code


def fresh_module(name):
    module = types.ModuleType(name)
    module.__file__ = "solution.py"
    sys.modules[name] = module
    return module


def run_script(program, call, _args):
    code = program.code()
    if code is None:
        return
    module = fresh_module("__main__")
    program.prepare(module)
    exec(code, module.__dict__)
    if call:
        module.__dict__[call]()


def run_call(program, entry, args):
    code = program.code()
    if code is None:
        return
    args = json.loads(args)
    module = fresh_module("solution")
    module.__dict__["__builtins__"] = PRELUDE
    program.prepare(module)
    exec(code, module.__dict__)
    result = settled(find_entry(module, entry)(*args))
    report("V", encode(result))
    if result is None:
        report("A", encode(args))


class EntryPointMissing(Exception):
    """The program does not define what it was asked to define."""


def find_entry(module, entry):
    """`f` or `Solution.m`; the other spelling of the same name is taken where the asked one is missing."""
    names = module.__dict__
    owner, _, name = entry.rpartition(".")
    solution = names.get(owner or "Solution")
    if owner and isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    if callable(names.get(name)):
        return names[name]
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    raise EntryPointMissing(entry)


def settled(result):
    """Generators and other iterators are run to their end, as a list."""
    if isinstance(result, collections.abc.Iterator):
        return list(result)
    return result


def encode(value):
    try:
        return json.dumps(value, default=plain)
    except TypeError:
        return json.dumps(with_plain_keys(value), default=plain)


def plain(value):
    """What JSON lacks, tagged; see `value.rs`."""
    if isinstance(value, (set, frozenset)):
        return {"__scrl__": ["set", list(value)]}
    if isinstance(value, (bytes, bytearray)):
        return {"__scrl__": ["bytes", value.decode("latin-1")]}
    if isinstance(value, complex):
        return {"__scrl__": ["complex", [value.real, value.imag]]}
    for convert in ("tolist", "item"):
        if hasattr(value, convert):
            return getattr(value, convert)()
    if isinstance(value, collections.abc.Mapping):
        return dict(value)
    if isinstance(value, collections.abc.Iterable):
        return list(value)
    return {"__scrl__": ["repr", repr(value)]}


def with_plain_keys(value):
    if isinstance(value, dict):
        return {
            key if key is None or isinstance(key, (str, int, float)) else repr(key): with_plain_keys(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [with_plain_keys(item) for item in value]
    return value


RUNNERS = {"compile": lambda program, _entry, _args: program.code(), "script": run_script, "call": run_call}


def exit_code(error):
    """What the interpreter makes of SystemExit."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def left_open():
    """Files that the program opened at module level and never closed: the interpreter's end would write them out."""
    for name in ("__main__", "solution"):
        module = sys.modules.get(name)
        for value in list(vars(module).values()) if module else ():
            if type(value) in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
                yield value


def flushed(code):
    """Ends threads and exit handlers as the interpreter does, and empties the streams."""
    if len(threading._active) > 1 or threading._threading_atexits:
        threading._shutdown()
    if atexit._ncallbacks():
        atexit._run_exitfuncs()
    own = (getattr(sys, name, None) for name in ("stdout", "__stdout__", "stderr"))
    for stream in (*own, *left_open()):
        try:
            stream.flush()
        except (AttributeError, ValueError):
            pass  # Replaced or closed by the program: nothing of it is left to write.
        except OSError:
            code = code or 120
    return code


def run(action, program, entry, args):
    code = 0
    try:
        RUNNERS[action](program, entry, args)
    except SystemExit as error:
        if action == "call":
            report_error("R", "SystemExit", str(error.code))
            code = 1
        else:
            code = exit_code(error)
    except BaseException as error:
        code = 1
        report_error("R", type(error).__name__, "" if isinstance(error, MemoryError) else str(error))
        traceback.print_exc(limit=-20)
    return flushed(code)


class Program:
    """The source of a program, compiled once for all tests of a batch."""

    def __init__(self, action, preamble, source):
        self.preamble = preamble
        self.source = source
        self.is_call = action == "call"
        self.compiled = None

    def code(self):
        """The code object, or None after saying why there is none."""
        if self.compiled is None:
            self.compiled = compiled(self.source)
        return self.compiled

    def prepare(self, module):
        """Runs what the problem says is there already; by itself, so that the program may begin as it likes."""
        if self.preamble:
            exec(compile(self.preamble, "given.py", "exec", dont_inherit=True), module.__dict__)

    def has(self, text):
        """Whether it is written in it, or in what is there already."""
        return text in self.source or text in self.preamble

    def may_use(self, name):
        """Whether it has the name, written out or from the prelude."""
        return self.is_call or self.has(name)


# What a program leaves behind in the process, so that the next test of its batch gets a new one: processes and
# signals of its own, exit handlers, finalizers that would print into the next test's output.
LEAVES_TRACES = {"signal", "ctypes", "asyncio", "multiprocessing", "concurrent.futures", "weakref", "resource"}
TELLTALES = LEAVES_TRACES - sys.modules.keys()
RECURSION_LIMIT = sys.getrecursionlimit()
FOLDER = os.getcwd()
# Kept, so that nothing else comes to lie where they are.
UNCHANGING = (dict(vars(builtins)), dict(os.environ._data))

# An instruction is specialised after eight runs.
WARM_UP_ROUNDS = 20
WARM_UP_INPUT = b"5\n3 8 1 8 6\nsome\nWords\n"


def load(names):
    """Imports what the programs of this zygote use and most others do without."""
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            return  # Broken: each program that imports it hears why.
    if "numpy" in names:
        import numpy.random

        numpy.random.seed(0)


class Traces:
    """Whether what a program left in this process can be undone."""

    def __init__(self, fork_server, loaded):
        # Of the settings of a package that has been loaded we know nothing.
        self.are_known = not loaded
        self.has_items = fork_server.has_items
        self.builtins = fork_server.items(vars(builtins))
        self.environment = fork_server.items(os.environ._data)

    def can_be_undone(self, program):
        return (
            self.are_known
            and len(threading._active) == 1
            and not program.has("__del__")
            and sys.modules.keys().isdisjoint(TELLTALES)
            and self.has_items(vars(builtins), self.builtins)
            and os.getcwd() == FOLDER
            and self.has_items(getattr(os.environ, "_data", None), self.environment)
            and gc.isenabled()
        )


def forget(program):
    """Makes the process as it was before the test."""
    for name in ("__main__", "solution"):
        module = sys.modules.pop(name, None)
        if module is not None:
            vars(module).clear()
    sys.setrecursionlimit(RECURSION_LIMIT)
    threading.stack_size(0)
    no_digit_limit()
    if program.may_use("decimal"):
        decimal.setcontext(decimal.Context())
    if program.may_use("random"):
        random.seed(0)


def no_digit_limit():
    # Fractions and factorials of honest programs have more digits than the default allows.
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)


def warm_up(folder, fork_server, traces):
    """Does what every child would do first, and write to the pages that it shares for: caches of the compiler, of
    type look-ups, of specialised instructions. Returns the streams as a child takes them over."""
    with open(os.path.join(folder, "warm_up.py"), encoding="utf-8") as file:
        source = file.read()
    for fd in (0, 1, 2, RESULT_FD):
        memory = os.memfd_create("warm-up")
        if memory != fd:
            os.dup2(memory, fd)
            os.close(memory)
    for _ in range(WARM_UP_ROUNDS):
        os.ftruncate(0, 0)
        os.pwrite(0, WARM_UP_INPUT, 0)
        for fd in (0, 1):
            os.lseek(fd, 0, os.SEEK_SET)
        for action, entry, args in (("script", None, ""), ("call", "first_at_least", "[[1, 4, 9], 5]")):
            program = Program(action, "", source)
            fresh_streams()
            if run(action, program, entry, args) or (traces.are_known and not traces.can_be_undone(program)):
                raise RuntimeError("the warm-up failed")
            forget(program)
    for fd in (0, 1, 2):
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
    os.close(RESULT_FD)
    streams = fresh_streams()
    # A child that collects garbage must not write to every page it shares with the zygote.
    gc.collect()
    gc.freeze()
    # Nor take its memory from wherever there is a hole.
    fork_server.settle()
    return streams


def main():
    no_digit_limit()
    loaded, sys.argv = sys.argv[1:], ["solution.py"]
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if path not in ("", folder)]
    fork_server = load_fork_server()
    load(loaded)
    traces = Traces(fork_server, loaded)
    streams = warm_up(folder, fork_server, traces)
    action, preamble, source, entry, args, is_batch = marshal.loads(fork_server.serve(CONTROL_FD))
    program = Program(action, preamble, source)
    code = 1
    try:
        while True:
            code = run(action, program, entry, args)
            if not is_batch or not traces.can_be_undone(program):
                break
            forget(program)
            args = fork_server.next_job(code).decode()
            streams = renewed(streams)
            code = 1
    finally:
        os._exit(code)


main()

"""Runs sequences of operations on CPython's own containers for tests/differential.

Lines of standard input, each of which gets one line of answer:

    T<TAB>start<TAB>source<TAB>source...    the operations from here on, by number; answered by "ok"
    S<TAB>numbers<TAB>numbers<TAB>operation<TAB>operation...
                                            two containers made of numbers, and a sequence on them

An operation is `number who a b c`. Its source sees the containers x and y: the first and the second, the other way round, or the first
twice, for who = 0, 1, 2. The answer has, for each operation, its result and what is then in the first and in the second.
"""

import sys


def show(thing):
    if isinstance(thing, dict):
        return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in thing.items()) + "}"
    if isinstance(thing, (set, frozenset)) or type(thing).__name__ == "dict_keys":
        return "{" + ", ".join(map(show, sorted(thing))) + "}"
    if isinstance(thing, (list, tuple)):
        return "[" + ", ".join(map(show, thing)) + "]"
    if isinstance(thing, str):
        return thing
    return repr(thing)


def compiled(source):
    try:
        return compile(source, source, "eval"), True
    except SyntaxError:
        return compile(source, source, "exec"), False


def run(code, names):
    code, has_result = code
    try:
        if has_result:
            return show(eval(code, names))
        exec(code, names)
        return "None"
    except (LookupError, ValueError) as error:
        return type(error).__name__


def numbers(text):
    return [int(number) for number in text.split()]


def main():
    start, table = None, []
    for line in sys.stdin:
        kind, first, *rest = line.rstrip("\n").split("\t")
        if kind == "T":
            start, table = eval(first), [compiled(source) for source in rest]
            print("ok", flush=True)
            continue
        both = [start(numbers(first)), start(numbers(rest[0]))]
        answers = []
        for operation in rest[1:]:
            number, who, a, b, c = numbers(operation)
            x, y = [(0, 1), (1, 0), (0, 0)][who]
            names = {"x": both[x], "y": both[y], "a": a, "b": b, "c": c, "show": show}
            answers += [run(table[number], names), show(both[0]), show(both[1])]
        print("\t".join(answers), flush=True)


main()

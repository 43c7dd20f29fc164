#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same figures by somebody else's arithmetic: a line a question, a line an answer.

    sharpe population|sample PERIODS RISK_FREE | SAMPLE...
    tail PERCENT | RESULT...                   answers VALUE_AT_RISK EXPECTED_SHORTFALL
    drawdown | EQUITY...                       answers CURRENT MAXIMUM
    pearson | X... | Y...
"""
import itertools
import statistics
import sys


def sharpe(arguments, samples):
    kind, periods, risk_free = arguments
    if len(samples) < 2:
        return []
    deviation = statistics.pstdev(samples) if kind == "population" else statistics.stdev(samples)
    if deviation == 0:
        return []
    return [float(periods) ** 0.5 * (statistics.fmean(samples) - float(risk_free)) / deviation]


def tail(arguments, results):
    worst = sorted(results)
    if not worst:
        return []
    rank = len(worst) * (100 - int(arguments[0])) // 100
    return [max(0.0, -worst[rank]), max(0.0, -statistics.fmean(worst[: rank + 1]))]


def drawdown(_, equity):
    peaks = list(itertools.accumulate(equity, max))
    below = [(peak - value) / peak for peak, value in zip(peaks, equity) if peak > 0]
    return [below[-1], max(below)] if below else []


def pearson(_, x, y):
    return [statistics.correlation(x, y)]


for line in sys.stdin:
    question, *lists = line.split("|")
    name, *arguments = question.split()
    numbers = [[float(word) for word in text.split()] for text in lists]
    answer = {"sharpe": sharpe, "tail": tail, "drawdown": drawdown, "pearson": pearson}[name]
    print(*(repr(value) for value in answer(arguments, *numbers)))

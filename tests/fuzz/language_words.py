"""Idioms of words that differ between paths (strings, members of an enumeration), and of lists, of tuples too, and dicts that the run
makes longer and shorter.

Holes are those of language_snippets.py.
"""

from __future__ import annotations

from language_snippets import write_idiom
from language_writer import Writer, production

WORDS = (
    "{n1} = 'p' if {c} else 'q'\n{r} = {x} if {n1} == 'p' else {y}",
    "{n1} = 'p' if {c} else 'q' if {x} > {X} else 's'\n{r} = {{'p': {x}, 'q': {y}, 's': 0.5}}[{n1}]",
    "{n1} = {{'p': {x}, 'q': {y}}}\n{n2} = 'p' if {c} else 'q'\n{n1}[{n2}] += 1.0\n{n1}[{n2}] *= {X}\n{r} = {n1}['p'] - {n1}['q']",
    "{n1}, {n2} = 'rest', 0.0\nfor {n3} in {a}:\n    if {n1} == 'rest' and {n3} > {X}:\n        {n1} = 'up'\n    elif {n1} == 'up':\n"
    "        {n2} += {n3} * {x}\n        {n1} = 'down' if {n3} > 0.2 else 'rest'\n    elif {n1} != 'rest':\n        {n1} = 'rest'\n"
    "{r} = {n2} + ({y} if {n1} in ('up', 'down') else 0.0)",
    "{n1}, {n2} = None, 0.0\nfor {n3} in {a}:\n    {n4} = 'p' if {n3} > {X} else 'q'\n    if {n1} is not None and {n1} != {n4}:\n"
    "        {n2} += {n3}\n    {n1} = {n4}\n{r} = {n2} + {x}",
    "{n1} = 'p' if {c} else 'qq'\n{r} = len({n1}) * {x} + ({y} if {n1}.startswith('q') else 1.0) + ({n1}.upper() == 'P') + ({n1} < 'pa')",
    "{n1} = 'p' if {c} else 'q'\n{n2} = {{'W_p': {x}, 'W_q': {y}}}\n{r} = {n2}[f'W_{{{n1}}}'] + {n2}.get('W_' + {n1}, 0.0) + {n2}.get({n1}, 0.25)",
    "{n1} = 'p' if {c} else 'q'\nmatch {n1}:\n    case 'p':\n        {r} = {x}\n    case 'q' | 'z':\n        {r} = {y}\n    case _:\n        {r} = 0.0",
    "{n1} = {{'p': {x}}}\n{n2} = 'p' if {c} else 'q'\ntry:\n    {r} = {n1}[{n2}]\nexcept KeyError:\n    {r} = {y}",
    "{n1} = 'p' if {c} else 'q'\n{n2} = 'q' if {x} > {X} else 'p'\n{r} = {x} if {n1} == {n2} else {y} if {n1} > {n2} else 1.5",
    "{n1} = ''\nfor {n2} in {a}:\n    {n1} = 'big' if {n2} > {X} else {n1}\n{r} = {x} if {n1} else {y}",
    "def {n1}(v, s='p'):\n    return ('q', v * 2.0) if s == 'p' else ('p', v + 1.0)\n{n2}, {n3} = {n1}({x}, 'p' if {c} else 'q')\n{n2}, {n3} = {n1}({n3}, {n2})\n{r} = {n3}",
)

GROWING = (
    "{n1} = [{x}]\nfor {n2} in {a}:\n    if {n2} > {X}:\n        {n1}.append({n2})\n{n3} = {n1}.pop()\n{r} = {n3} + sum({n1}) + len({n1})",
    "{n1} = []\nfor {n2} in {a}:\n    {n1}.append({n2})\n    if len({n1}) > 2:\n        {n1}.pop(0)\n{r} = {n1}[0] * {x} + {n1}[-1]",
    "{n1} = [{x}, {y}]\nfor {n2} in {a}:\n    if {n2} > {X}:\n        {n1}.insert(-1, {n2})\n    else:\n        {n1}.reverse()\n{r} = {n1}[0] - 2.0 * {n1}[-1] + len({n1})",
    "{n1} = [{x}, {y}, 0.5]\nfor {n2} in {a}:\n    {n1}.append({n2})\n    del {n1}[1]\n{r} = {n1}[0] + {n1}[1] * {n1}[-1]",
    "{n1}, {n2} = [0], 0.0\nwhile {n1}:\n    {n3} = {n1}.pop()\n    {n2} += {a}[{n3} % 2] * {x}\n    if {n3} < 4:\n        {n1}.append(2 * {n3} + 1)\n"
    "        {n1}.append(2 * {n3} + 2)\n{r} = {n2}",
    "{n1} = [{n2} for {n2} in {a} if {n2} > {X}]\n{n1}.append({x})\n{n1}.remove({x})\n{n1}.append({y})\n{r} = {n1}[0] + len({n1})",
    "{n1} = [{n2} * {n2} for {n2} in {a} if {n2} < 9.0]\n{r} = sum({n1}[{i} % 2:]) + sum({n1}[:1]) + {x}",
    "{n1} = [{x}, {y}, 1.0]\n{n2} = 0\nfor {n3} in {a}:\n    {n2} += {n3} > {X}\n{r} = sum({n1}[{n2} % 3:]) - sum({n1}[:{n2} % 2])",
    "for {n1} in {a}:\n    if {n1} > 100.0:\n        {r} = {n1}\n        break\nelse:\n    {r} = {x}",
    "def {n1}(v):\n    for k in range(4):\n        v = v * 0.5\n        if abs(v) < 50.0:\n            return v + k\n    else:\n        raise ValueError('too large')\n{r} = {n1}({x})",
)

ROWS = (
    "{n1} = []\nfor {n2}, {n3} in enumerate({a}):\n    if {n3} > {X}:\n        {n1}.append(({n2}, {n3} * {x}))\n{r} = sum([p * q for p, q in {n1}]) + len({n1})",
    "{n1} = [({x}, 1.0)]\nfor {n2} in {a}:\n    {n3}, {n4} = {n1}[-1]\n    {n1}.append(({n3} * 0.5 + {n2}, {n4} + {n2}))\n{r} = {n1}[-1][0] - {n1}[0][1] * {n1}[1][1]",
    "{n1} = []\nfor {n2} in {a}:\n    {n1}.append([{n2}, {n2} * {x}])\n{n3} = np.array({n1})\n{r} = {n3}[:, 1].sum() + {n3}[0, 0] * {n1}[-1][1]",
    "{n1} = [(1, {x})]\nfor {n2} in {a}:\n    {n1}.insert(0, (2, {n2}))\n    if {n2} > {X}:\n        {n1}.pop()\n    {n1}[0] = ({n1}[0][0] + 1, {n1}[0][1])\n{r} = sum([k * v for k, v in {n1}[:2]])",
    "{n1} = sorted([(v, k) for k, v in enumerate({a})])\n{r} = {n1}[0][0] * {x} + {n1}[-1][1] + sum([v * k for k, (v, _) in enumerate({n1})])",
    "{n1} = []\nfor {n2} in {a}:\n    {n1}.append(({n2}, ({n2} * 2.0, 1)))\n{n3} = max({n1}, key=lambda p: p[1][0] * {X})\n{r} = {n3}[0] + {n3}[1][0] * {x}",
    "{n1} = []\nfor {n2} in {a}:\n    {n1}.append(({n2}, {a} * {n2}))\n{r} = sum([v * w[0] for v, w in {n1}]) + {n1}[-1][1].sum()",
)

KEYED = (
    "{n1} = {{}}\nfor {n2}, {n3} in enumerate({a}):\n    {n1}[{n2} % 2] = {n1}.get({n2} % 2, {x}) * 0.5 + {n3}\n{r} = sum({n1}.values()) + sum({n1}) * {y}",
    "{n1} = {{}}\nfor {n2} in {a}:\n    if {n2} > {X}:\n        {n1}[int({n2} > 0.2)] = {n2}\n{r} = sum([k * v for k, v in {n1}.items()]) + (1 in {n1}) * {x} + len({n1})",
    "{n1} = {{0: {x}, 1: {y}}}\nfor {n2} in {a}:\n    {n1}[int({n2} > {X})] += {n2}\n{r} = {n1}[0] - {n1}[1]",
    "{n1} = {{}}\nfor {n2} in {a}:\n    {n1}[(int({n2} > {X}), 1)] = ({n2}, {x})\n{r} = sum([p * q for p, q in {n1}.values()]) + sum([k for k, _ in {n1}])",
    "{n1} = {{k: v * {x} for k, v in enumerate({a})}}\n{n2} = {n1}.pop(0)\n{r} = {n2} + {n1}[1] + len({n1})",
)


@production("statement", 6, settled=True)
def _word_idiom(g: Writer) -> bool:
    text = g.draw.pick(WORDS)
    return not ("def " in text and g.loops) and write_idiom(g, text)


@production("statement", 6, settled=True)
def _growing_idiom(g: Writer) -> bool:
    text = g.draw.pick(GROWING)
    return not ("def " in text and g.loops) and write_idiom(g, text)


@production("statement", 6, settled=True)
def _row_idiom(g: Writer) -> bool:
    return write_idiom(g, g.draw.pick(ROWS + KEYED))

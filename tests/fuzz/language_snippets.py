"""Small idioms in which Python does something of its own, each a few lines with holes for expressions and names.

Holes: {x} {y} floats, {z} {w} complex numbers, {X} a float without calls, {i} an int, {c} a condition, {a} an array of one axis (two
elements or more), {A} one of two axes, {P} {Q} such arrays of complex numbers, {l} a list of floats, {d} a dict of floats, {fun} a
function of one float, {n1} … {n4} names of their own, {r} the name of the float that comes out.
"""

from __future__ import annotations

import re

from language_functions import callables
from language_scope import BOOL, COMPLEX, FLOAT, INT, Kind, dict_of, list_of
from language_writer import Writer, production

LOCALS = ("t1", "t2", "t3", "t4", "u1", "u2", "u3", "u4")
ARRAYS = (
    "{n1} = {a} * 1.0\n{n1}[[0, 0]] += {x}\n{r} = {n1}[0]",
    "{n1} = {a} * 1.0\nnp.add.at({n1}, [0, 0, 1], {x})\n{r} = {n1}[0] - {n1}[1]",
    "{n1} = {a}[[0, 1]]\n{n1}[0] = {x}\n{r} = {a}[0] + {n1}[0]",
    "{n1} = {a}[1:]\n{n1}[-1] *= {x}\n{r} = {a}[-1]",
    "{a}[1:][0] = {x}\n{r} = {a}[1]",
    "{A}[0][0] = {x}\n{r} = {A}[0, 0] + {A}.sum()",
    "{A}.T[0][-1] += {x}\n{r} = {A}[-1, 0]",
    "{n1} = {A} * 1.0\n{n2} = {n1}.reshape(-1)\n{n2}[1] = {x}\n{r} = {n1}.sum() + {n1}[0, 0]",
    "{n1} = {A}.T * 1.0\n{n2} = {n1}.ravel()\n{n2}[0] = {x}\n{r} = np.sum({n1} * {n1})",
    "{n1} = np.ascontiguousarray({A})\n{n1} = {n1} * 1.0\n{n1}[0, 0] = {x}\n{r} = {A}[0, 0] + {n1}[0, 0]",
    "{n1} = np.asarray({a})\n{n1}[0] = {x}\n{r} = {a}[0]",
    "{n1} = np.array({a})\n{n1}[0] = {x}\n{r} = {a}[0] - {n1}[0]",
    "{n1} = {a} > {X}\n{n2} = {a} * 1.0\n{n2}[{n1}] = {x}\n{r} = {n2}.sum() + {n1}.sum()",
    "{n1} = {a} > {X}\n{n2} = {a} * 1.0\n{n2}[{n1}] *= 2.0\n{n2}[~{n1}] -= {x}\n{r} = np.sum({n2} * {n2})",
    "{n1} = np.where({a} > {X}, {a}, {x})\n{n1}[0] += 1.0\n{r} = {n1}[0] + {a}[0]",
    "{n1} = {a}.copy()\n{a}[0], {a}[1] = {a}[1], {a}[0]\n{r} = {n1}[0] - {a}[0]",
    "{n1} = {a} * 1.0\n{n1}[1:] = {n1}[:-1]\n{r} = {n1}[-1] * {x}",
    "{n1} = {a} * 1.0\n{n1}[:-1] += {n1}[1:]\n{r} = {n1}[0]",
    "{n1} = {a} * 1.0\n{n1} += {n1}[::-1]\n{r} = {n1}[0] + {x}",
    "{n1} = {A} * 1.0\n{n1} += {n1}[0]\n{r} = {n1}[0, 0] + {n1}[-1, -1]",
    "{n1} = {A} * 1.0\n{n1}[:, 0] = {n1}[0, 0] * {x}\n{r} = {n1}[-1, 0]",
    "{n1} = {A}[0]\n{n2} = {n1}[::-1]\n{n2}[0] = {x}\n{r} = {A}[0, -1]",
    "for {n1} in {A}:\n    {n1} *= {X}\n{r} = {A}[0, 0]",
    "for {n1} in {A}:\n    {n1}[0] = {x}\n{r} = {A}[-1, 0]",
    "for {n1} in {a}:\n    {n1} += 1.0\n{r} = {a}[0]",
    "{n1} = {a} + 0.0\nfor {n2}, {n3} in enumerate({n1}):\n    {n1}[-1 - {n2}] += {n3}\n{r} = {n1}[0] + {n1}[-1]",
    "{n1} = np.concatenate([{a}, {a}])\n{n1}[0] = {x}\n{r} = {n1}[len({a})] + {a}[0]",
    "{n1} = np.stack([{a}, {a} * 2.0])\n{n1}[0, 0] = {x}\n{r} = {n1}.sum() + {a}[0]",
    "{n1} = {A}.copy()\n{n1}[[0, -1]] = {n1}[[-1, 0]]\n{r} = {n1}[0, 0] * {x}",
    "{n1} = np.outer({a}, {a})\n{n1}[0] += {x}\n{r} = {n1}[0, 0] + {n1}[-1, -1]",
    "{n1} = {a} @ {a}\n{a} *= 0.5\n{r} = {n1} + {a} @ {a}",
    "{n1} = np.cumsum({a})\n{a}[0] = {x}\n{r} = {n1}[-1] + np.cumsum({a})[-1]",
    "{n1} = {a} * 1.0\n{n2} = {n1}\n{n1} = {n1} + 1.0\n{n2} += {x}\n{r} = {n1}[0] + {n2}[0]",
    "{n1} = {a} * 1.0\n{n2} = {n1}\n{n1} += 1.0\n{n2} += {x}\n{r} = {n1}[0] + {n2}[0]",
    "{n1} = np.zeros(3)\n{n1}[{i} % 3] += {x}\n{n1}[{i} % 3] *= {y}\n{r} = np.sum({n1} * np.arange(3.0))",
    "{n1} = np.zeros((2, 2))\n{n1}[0, :] = {x}\n{n1}[:, 1] += {y}\n{r} = {n1}[0, 1] - {n1}[1, 1]",
    "{n1} = np.arange(6)\n{n2} = {n1}.reshape(2, 3)\n{n2}[0, 0] = 7\n{r} = {n1}[0] * {x}",
    "{n1} = np.arange(4)\n{n1}[1:] += 1\n{r} = {x} * {n1}[-1] / 2 + {n1}[0] // 2",
    "{n1} = np.flip({a})\n{n1}[0] = {x}\n{r} = {a}[-1]",
    "{n1} = {A}.swapaxes(0, 1)\n{n1}[0, -1] = {x}\n{r} = {A}[-1, 0]",
    "{n1} = {a}[::2]\n{n1} += {x}\n{r} = {a}[0] + {a}[1]",
    "{n1} = {a}[:, np.newaxis] * {a}\n{n1}[0] = {a}\n{r} = {n1}[0, 1] + {n1}[1, 0]",
    "{n1} = list({a})\n{n1}[0] = {x}\n{r} = {a}[0] + {n1}[0] + len({n1})",
    "{n1} = np.maximum({a}, {X}, out={a} * 0.0)\n{r} = {n1}.sum()",
    "{n1} = np.empty_like({a})\n{n1}[:] = {x}\n{n1}[0] = {y}\n{r} = {n1}.sum()",
    "{n1} = {a} * 1.0\n{n1}[{n1} < {X}] = 0.0\n{r} = {n1}.sum() * {x}",
    "{n1} = np.dot({A}, {A}.T)\n{n1}[0, 0] -= {x}\n{r} = np.trace({n1})",
    "{n1} = {A} * 1.0\n{n2} = {n1}.T\n{n1}[0, -1] = {x}\n{r} = {n2}[-1, 0]",
    "{n1} = np.full((2, 2), {x})\n{n1}.T[0, 1] = {y}\n{r} = {n1}[1, 0] + {n1}[0, 1]",
    "{n1} = sum(({a} * {n2} for {n2} in [{x}, {y}, 1.5] if {n2} * {n2} > -1.0))\n{r} = {n1}[0] + {n1}.sum()",
    "{n1} = sum(map(lambda {n2}: {a} * {n2}, ({x}, {y})), {a} if {X} > 0.3 else {a} * {a})\n{r} = {n1}[0]",
    "{n1} = sum(({n3} * {n2} if {n2} > {X} else {n3} for {n2}, {n3} in zip([{x}, {y}], ({a}, {a} * 2.0)) if abs({n2}) > -1.0))\n{r} = {n1}[0] + {x}",
    "{n1} = np.full(3, sum([{n2} for {n2} in {a} if {n2} > {X}]))\n{n1}[1] = {x}\n{r} = {n1}.sum()",
    "{n1} = 0\nfor {n2} in {a}:\n    if {n2} > {X}:\n        {n1} += {n2}\n{n3} = np.array([{n1}, 2 * {n1}])\n{n3} *= 0.5\n{r} = {n3}[0]",
    "{n1} = np.asfortranarray({A} * 1.0)\n{n2} = {n1}.reshape(-1)\n{n1}[0] = {x}\n{r} = {n2}[0] + {n2}[-1]",
    "{n1} = {A}[:, ::-1] * 1.0\n{n2} = np.ravel({n1})\n{n2}[0] = {x}\n{r} = {n1}[0, 0]",
)

CONTAINERS = (
    "{n1} = [[{x}] * 2] * 2\n{n1}[0][1] += {y}\n{r} = {n1}[1][1] + {n1}[1][0]",
    "{n1} = [[{x}] for {n2} in range(2)]\n{n1}[0].append({y})\n{r} = len({n1}[1]) * {x} + len({n1}[0])",
    "{n1} = [{x}, {y}]\n{n2} = {n1}\n{n1} = {n1} + [1.0]\n{n2}.append(2.0)\n{r} = len({n1}) + sum({n2})",
    "{n1} = [{x}, {y}]\n{n2} = {n1}\n{n1} += [1.0]\n{r} = len({n2}) + sum({n1})",
    "{n1} = [{x}, {y}, 0.5]\n{n2} = {n1}[:]\n{n1}[0] = 9.0\n{r} = {n2}[0] + {n1}[0]",
    "{n1} = [{x}, {y}, 0.5]\n{n1}[1], {n1}[0] = {n1}[0], {n1}[1]\n{r} = {n1}[0] - {n1}[1]",
    "{n1} = {{'a': {x}, 'b': {y}}}\nfor {n2} in {n1}:\n    {n1}[{n2}] *= 2.0\n{r} = {n1}['a'] + {n1}['b']",
    "{n1} = {{'a': [{x}], 'b': [{y}]}}\n{n1}['a'] += [1.0]\n{n1}['b'].extend({n1}['a'])\n{r} = sum({n1}['b']) + len({n1}['a'])",
    "{n1} = {{**{d}, 'z': {x}}}\n{r} = {n1}['z'] + len({n1}) + sum({n1}.values())",
    "{n1} = dict({d})\n{n1}['a'] = {x}\n{r} = {n1}['a'] - {d}.get('a', 0.0)",
    "{n1} = dict(zip(('p', 'q'), ({x}, {y})))\n{r} = {n1}['q'] - {n1}['p']",
    "{n1} = {{'a': {x}, 'b': {y}}}\ndel {n1}['a']\n{n1}['a'] = 3.0\n{r} = list({n1}.values())[0] * len(list({n1})[1])",
    "{n1} = {{'a': {x}}}\n{n2} = {n1}.items()\n{n1}['b'] = {y}\n{r} = sum([v for k, v in {n2}])",
    "{n1} = {{'a': {x}}}\n{n2} = {n1}.get('b', {y})\n{n3} = {n1}.pop('a')\n{r} = {n2} + {n3} + len({n1})",
    "{n1} = ({x}, {y}, 0.5)\n{n2}, *{n3} = {n1}\n{r} = {n2} + sum({n3}) + ({n1} + (1.0,))[-1] + {n1}[1:][0]",
    "{n1} = ({x}, [{y}])\n{n1}[1].append(2.0)\n{r} = {n1}[0] + sum({n1}[1])",
    "{n1} = [{x}, {y}, 1.5]\n*{n2}, {n3} = {n1}\n{n2}.append({n3})\n{r} = len({n1}) + sum({n2})",
    "{n1} = [({x}, 1), ({y}, 2)]\n{r} = sum([p * k for p, k in {n1}])",
    "{n1} = [[{x}, {y}], [1.0, 2.0]]\n{r} = sum([v for row in {n1} for v in row]) + sum([row[0] for row in {n1}])",
    "{n1} = [{x}, {y}]\n{n1}.insert(1, 7.0)\n{n2} = {n1}.pop(0)\n{n1}.reverse()\n{r} = {n1}[0] + {n2} + {n1}[-1] * 2.0",
    "{n1} = [1, 2, 3]\n{r} = {x} * {n1}.index(2) + {n1}.count(3) + (2 in {n1}) + ({n1} == [1, 2, 3])",
    "{n1} = [{x}, {y}, 1.0, 2.0]\n{n1}[1:3] = [5.0]\n{r} = {n1}[1] + len({n1}) + {n1}[-1]",
    "{n1} = [{x}, {y}, 1.0, 2.0]\ndel {n1}[1:3]\n{r} = {n1}[1] + len({n1})",
    "{n1} = [{x}] + [{y}] * 2\n{n1} *= 2\n{r} = len({n1}) + {n1}[3]",
    "{n1} = [{x}, {y}]\n{n1}.append({n1}[0])\n{n1}[0] = 5.0\n{r} = {n1}[2] + {n1}[0]",
    "{n1} = [{x}, {y}]\n{n1}[int({n1}.pop() > 100.0)] = 3.0\n{r} = {n1}[0]",
    "{n1} = [0.0, 0.0]\n{n2} = 0\n{n2}, {n1}[{n2}] = 1, {x}\n{r} = {n1}[0] + 2.0 * {n1}[1] + {n2}",
    "{n1} = [0.0, 0.0]\n{n2} = 0\n{n1}[{n2}] = {n2} = 1\n{r} = {n1}[0] * {x} + {n1}[1] + {n2}",
    "{n1} = [{x}, {y}]\nfor {n2}, {n3} in enumerate({n1}):\n    {n1}[{n2}] = {n3} * 2.0\n{r} = sum({n1})",
    "{n1} = [{x}, {y}]\nfor {n1}[0] in (3.0, 4.0):\n    pass\n{r} = {n1}[0] + {n1}[1]",
    "{n1} = [0.0]\nfor {n1}[0], {n2} in (({x}, 1), ({y}, 2)):\n    pass\n{r} = {n1}[0] + {n2}",
    "{n1} = {{'k%d' % k: {x} * k for k in (1, 2)}}\n{r} = {n1}['k1'] + {n1}['k2'] * 2.0",
    "{n1} = [{{'v': {x}}}, {{'v': {y}}}]\nfor {n2} in {n1}:\n    {n2}['v'] += 1.0\n{r} = {n1}[0]['v'] * {n1}[1]['v']",
    "{n1} = [{x}]\n{n2} = [{n1}, {n1}]\n{n2}[0].append({y})\n{r} = len({n2}[1]) + sum({n1})",
    "{n1} = {{'a': {x}}}\n{n2} = [{n1}, dict({n1})]\n{n1}['a'] = 4.0\n{r} = {n2}[0]['a'] + {n2}[1]['a']",
    "{r} = sum([p - q for p, q in zip([{x}, {y}, 1.0], (0.5, 0.25))])",
    "{r} = sum([k * p for k, p in enumerate(({x}, {y}), start=1)])",
    "{n1} = list(zip(({x}, {y}), (1, 2)))\n{r} = {n1}[1][0] * {n1}[1][1]",
    "{n1} = tuple([{x}, {y}])\n{r} = {n1}[-1] + len({n1}) + max({n1}) + min({n1})",
    "{n1} = [{x}, {y}]\n{n2} = {n1} is {n1}\n{r} = {x} if {n2} and {n1} is not list({n1}) else 0.5",
    "{n1} = None\n{r} = {x} if {n1} is None else {y}",
    "{n1} = {c} and 2.0\n{r} = {x} * (1.5 if {n1} else 0.5)",
    "{n1} = [{x}, {y}]\n{r} = {n1}[True] + {n1}[-2] + {n1}[0:1][0]",
    "{n1} = [{x} > 0.0, {y} > 0.0]\n{r} = (1.0 if any({n1}) else 0.0) + (2.0 if all({n1}) else 0.0)",
    "{n1} = []\n{r} = sum({n1}) + (1.0 if all({n1}) else 2.0) + (1.0 if any({n1}) else 2.0) + {x}",
    "{n1} = [[], []]\n{n1}[0].append({x})\n{n1}[0].append({y})\n{r} = len({n1}[1]) + sum({n1}[0])",
    "{n1} = {l}[:]\n{n1}.append({x})\n{r} = len({n1}) - len({l}) + {n1}[-1]",
)

SCOPES = (
    "{n1} = 1.0\ndef {n2}():\n    def {n3}():\n        nonlocal {n1}\n        {n1} = {n1} * 0.5 + {x}\n    {n3}()\n    return {n1}\n{r} = {n2}() + {n1}",
    "{n1} = {x}\n{n2} = lambda: {n1}\n{n1} = {y}\n{r} = {n2}() + {n1}",
    "{n1} = {x}\n{n2} = lambda v={n1}: v\n{n1} = {y}\n{r} = {n2}() + {n1}",
    "{n1} = [lambda: k1 * {X} for k1 in (1.0, 2.0)]\n{r} = {n1}[0]() + {n1}[1]()",
    "{n1} = []\nfor {n2} in (1.0, 2.0):\n    def {n3}(v, w={n2}):\n        return v * {n2} + w\n    {n1}.append({n3})\n{r} = {n1}[0]({x}) + {n1}[1]({y})",
    "{n1} = {x}\ndef {n2}({n1}):\n    {n1} = {n1} + 1.0\n    return {n1}\n{r} = {n2}({y}) + {n1}",
    "{n1} = 2.0\n{r} = sum([{n1} * v for {n1} in (3.0, 4.0) for v in ({x}, {n1})]) + {n1}",
    "{n1} = 0.0\ndef {n2}(v):\n    nonlocal {n1}\n    {n1} += v\n    return {n1}\n{r} = {n2}({x}) + {n2}({y}) * {n1} + {n2}(1.0)",
    "{n1} = [1.0]\ndef {n2}(v):\n    {n1}[0] += v\n    return {n1}[0]\n{r} = {n1}[0] + {n2}({x}) * {n1}[0]",
    "{n1} = np.array([1.0, 2.0])\ndef {n2}(v):\n    {n1}[0] = v\n    return {n1}[1]\n{n1}[0] += {n2}({x})\n{r} = {n1}[0]",
    "{n1} = np.array([1.0, 2.0])\ndef {n2}(v):\n    {n1}[0] = v\n    return {n1}[1]\n{n1}[int({n2}({x}) > 5.0)] = {n1}[0] + {n2}({y})\n{r} = {n1}[0] + {n1}[1]",
    "{n1} = np.array([1.0, 2.0])\ndef {n2}(v):\n    {n1}[:] = v\n    return 0.5\n{r} = {n1}[0] + {n2}({x}) + {n1}[0]",
    "{n1} = [1.0, 2.0]\n{n1}[0] += ({n1}.append({x}) or 3.0)\n{r} = {n1}[0] + len({n1})",
    "{n1} = 0\ndef {n2}():\n    nonlocal {n1}\n    {n1} += 1\n    return {n1}\n{n3} = [{x}, {y}, 0.5, 1.5]\n{n3}[{n2}()] = {n3}[{n2}()] + {n2}()\n{r} = sum([k * v for k, v in enumerate({n3})])",
    "{n1} = 0\ndef {n2}():\n    nonlocal {n1}\n    {n1} += 1\n    return {n1}\n{n3} = {{'a': {n2}(), 'b': {n2}()}}\n{n4} = ({n2}(), {n2}())\n{r} = {x} * {n3}['a'] + {n3}['b'] * {n4}[0] - {n4}[1]",
    "{n1} = 0\ndef {n2}(v):\n    nonlocal {n1}\n    {n1} += 1\n    return v + {n1}\n{r} = {x} if {n2}(0) < {n2}(0) < {n2}(-5) else {y} * {n1}",
    "{n1} = 0\ndef {n2}():\n    nonlocal {n1}\n    {n1} += 1\n    return {n1} < 3\nwhile {n2}():\n    pass\n{r} = {n1} * {x}",
    "{n1} = 0.0\ndef {n2}():\n    nonlocal {n1}\n    {n1} += 1.0\n    return {x}\nwhile {n1} < 3.0 and {n2}() < 50.0:\n    if {n1} > 1.5:\n        break\nelse:\n    {n1} += 10.0\n{r} = {n1}",
    "{n1} = 0\ndef {n2}(p, q=1.0, *, s=2.0):\n    return p + q * s\n{r} = {n2}(s={x}, p={y}) + {n2}({x}, {y}, s=0.5) + {n2}(*({x}, 2.0))",
    "def {n1}(p, *q, **s):\n    return p + sum(q) + sum(s.values()) + len(s)\n{r} = {n1}({x}, {y}, k=1.0) + {n1}(1.0, *[2.0, {y}], **{{'j': {x}}})",
    "def {n1}(v, acc=[]):\n    acc.append(v)\n    return sum(acc)\n{r} = {n1}({x}) + {n1}({y}) * 2.0",
    "def {n1}(v, acc=None):\n    if acc is None:\n        acc = []\n    acc.append(v)\n    return len(acc)\n{n2} = [1.0]\n{r} = {n1}({x}) + {n1}({y}, {n2}) + len({n2})",
    "if ({n1} := {x}) > 0.1:\n    {n1} = {n1} * 2.0\n{r} = {n1} + ({n2} := {y}) * {n2}",
    "{r} = ({n1} := {x}) + {n1} * ({n1} := {y}) + {n1}",
    "{n1} = [{n2} := {x}, {n2} * 2.0]\n{r} = {n1}[1] + {n2}",
    "{n2} = 0.0\n{n1} = [({n2} := {n2} + v) for v in ({x}, {y})]\n{r} = {n1}[-1] + {n2}",
    "def {n1}(k):\n    return {X} if k <= 0 else {n1}(k - 1) * 0.5 + k\n{r} = {n1}(3) + {x}",
    "def {n1}(v):\n    for k in range(3):\n        for j in range(2):\n            if v * k > 0.5:\n                return v + k + j\n        v = v + 0.25\n    return v\n{r} = {n1}({x})",
    "for {n1} in range(3):\n    if {n1} == 1:\n        continue\n    {n2} = {n1} * {x}\n{r} = {n2} + {n1}",
    "for {n1} in (1.0, 2.0, 3.0):\n    if {n1} * {X} > 1.5:\n        break\nelse:\n    {n1} = -1.0\n{r} = {n1} * {x}",
    "{n1} = 0.0\nfor {n2} in range(3):\n    for {n3} in range(3):\n        if {n3} > {n2}:\n            break\n        {n1} += {X}\n    else:\n        {n1} *= 2.0\n{r} = {n1}",
    "{n1} = {x}\ndel {n1}\n{n1} = {y}\n{r} = {n1}",
    "{n1} = functools.partial(lambda p, q, s=1.0: p - q * s, {x}, s={y})\n{r} = {n1}(2.0) + {n1}(q=1.0, s=0.5)",
    "{n1} = [{x}]\n{n2} = functools.partial(lambda p, q: p[0] * q, {n1})\n{n1}[0] = 3.0\n{r} = {n2}({y})",
    "{n1} = {a} * 1.0\n{n2} = functools.partial(lambda p, q: p[0] * q, {n1})\n{n1}[0] = {x}\n{r} = {n2}({y})",
    "{n1} = {a} * 1.0\ndef {n2}(q, p={n1}):\n    return p[0] * q\n{n1}[0] = {x}\n{n1} = {n1} * 2.0\n{r} = {n2}({y})",
    "{n1} = {a} * 1.0\n{n2} = lambda: {n1}[0]\n{n3} = {n2}()\n{n1}[0] = {x}\n{n1} = {n1} + 1.0\n{r} = {n2}() + {n3}",
    "{r} = (lambda p, q=2.0, *s: p * q + sum(s))({x}, {y}, 1.0)",
    "{r} = {fun}({x}) + {fun}({y}) * {fun}({X})",
    "{n1} = [{fun}(v) for v in ({x}, {y})]\n{r} = {n1}[0] - {n1}[1]",
    "{n1} = any({fun}(v) > {X} for v in ({x}, {y}, 1.0))\n{r} = 1.0 if {n1} else {x}",
    "{n1} = all({fun}(v) < 0.9 for v in ({x}, {y}, 1.0)) or {fun}({X}) > 0.0\n{r} = 1.0 if {n1} else {x}",
    "{r} = max({fun}(v) for v in ({x}, {y})) - min([{fun}({X}), 0.5])",
    "{r} = functools.reduce(lambda p, q: p * 0.5 + q, [{x}, {y}, {fun}(0.5)])",
    "{r} = sum(map(lambda p, q: p * q, ({x}, {y}), (1.0, 2.0, 3.0)))",
    "{n1} = {x}\n{n1} -= {n1} * ({n1} := 2.0)\n{r} = {n1}",
    "{r} = {x} if {c} else {fun}({y}) if {c} else 0.75",
    "{r} = ({c} and {fun}({x}) > 0.0 or {fun}({y}) < 0.0) * 2.0",
    "{n1} = not {c}\n{r} = {x} + {n1} + (True + {n1}) * 0.5",
    "{n1} = 'a-%d' % 3\n{n2} = f'{{{n1}!r:>8}}'\n{r} = {x} * len({n2}) + ({n1} == 'a-3')",
    "{n1} = round({x})\n{n2}, {n3} = divmod({i}, 3)\n{r} = {n1} + {n2} - {n3} + pow(2, {n3}) + int({y})",
    "{n1}: float = {x}\n{n1} **= 2\n{n1} //= 0.3\n{n1} %= 2.0\n{r} = {n1} + {y}",
    "{n1} = {i}\n{n1} <<= 1\n{n1} |= 1\n{n1} ^= 2\n{r} = {n1} * {x} + ({n1} >> 1) + ~{n1}",
    "assert {x} < 1e9, 'on purpose'\n{r} = {y}",
    "{n1} = {x}\nwhile True:\n    {n1} = {n1} * 0.5\n    if abs({n1}) < 0.1:\n        break\n{r} = {n1}",
    "{n1} = 0\nwhile {n1} < 3:\n    {n1} += 1\n    if {n1} == 2:\n        continue\n    {n2} = {n1} + {x}\nelse:\n    {n1} = 7\n{r} = {n1} * {n2}",
)


@production("statement", 9)
def _array_idiom(g: Writer) -> bool:
    return write_idiom(g, g.draw.pick(ARRAYS))


@production("statement", 8, settled=True)
def _container_idiom(g: Writer) -> bool:
    return write_idiom(g, g.draw.pick(CONTAINERS))


@production("statement", 8, settled=True)
def _scope_idiom(g: Writer) -> bool:
    text = g.draw.pick(SCOPES)
    if "def " in text and g.loops and not g.draw.chance(10):
        return False
    return write_idiom(g, text)


def write_idiom(g: Writer, text: str) -> bool:
    """The idiom with its holes filled, if everything that it needs is there."""
    holes = {key: "" for key in re.findall(r"(?<!{)\{(\w+)\}", text)}
    free = [v for v in g.scope.visible("array") if not v.frozen]
    planes = g.scope.visible("plane")
    found = {
        "P": g.pick([v for v in planes if len(v.kind.shape) == 1 and v.kind.shape[0] > 1]),
        "Q": g.pick([v for v in planes if len(v.kind.shape) == 2]),
        "a": g.pick([v for v in free if len(v.kind.shape) == 1 and v.kind.shape[0] > 1]),
        "A": g.pick([v for v in free if len(v.kind.shape) == 2]),
        "l": g.pick([v for v in g.scope.of(list_of(FLOAT)) if v.store.length]),
        "d": g.pick(g.scope.of(dict_of(FLOAT))),
        "fun": g.pick([v for v in callables(g, FLOAT) if [k for _, k, d in v.kind.model.parameters if not d] == [FLOAT]]),
    }
    if "fun" in holes and found["fun"] is None and g.effects:
        holes["fun"] = g.draw.pick(g.effects)
    for key, variable in found.items():
        if key in holes and not holes[key]:
            if variable is None:
                return False
            holes[key] = variable.name
    if holes.get("a") and re.search(r"\{a\} [*@+-]=", text) and g.pick([v for v in g.scope.own("array") if v.name == holes["a"]]) is None:
        return False
    # What a comprehension runs over, and a lambda, may not bind names.
    pure, g.pure = g.pure, g.pure or bool(re.search(r"[\[({].* for |lambda", text))
    for key in holes:
        if key in ("x", "y"):
            holes[key] = g.make(FLOAT, 1)
        elif key in ("z", "w"):
            holes[key] = f"({g.make(COMPLEX, 1)})"
        elif key == "X":
            holes[key] = g.draw.pick(("0.5", "-0.25", *(v.name for v in g.scope.visible("float"))))
        elif key == "i":
            holes[key] = f"({g.make(INT, 2)})"
        elif key == "c":
            holes[key] = f"({g.make(BOOL, 1)})"
    g.pure = pure
    for key in sorted(key for key in holes if re.fullmatch(r"n\d|r", key)):
        holes[key] = g.name() if key == "r" else g.name(LOCALS)
        g.define(holes[key], FLOAT if key == "r" else Kind("local"))
    for line in text.format(**holes).split("\n"):
        g.line(line)
    return True


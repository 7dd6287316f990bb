"""After the buffers stage: the allocations of a program, and which of them are its own affair."""

from __future__ import annotations

from autodiff_compiler.analysis.memory import Memory, has_memory
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import is_loop
from autodiff_compiler.ir.opset import opdef, spread_of
from autodiff_compiler.ir.program import leaves_program
from autodiff_compiler.ir.types import Array, Scalar, dtype_of, rank
from autodiff_compiler.ir.walk import all_ops


def allocates_room(op: Op) -> bool:
    """Whether an op allocates an array and fills it, if at all, with what one assignment puts there."""
    row = opdef(op)
    number = spread_of(op)[0]
    spreads = number is not None and isinstance(number.type, Scalar)
    return (row.starts_empty or row.copies or spreads or is_product(op)) and isinstance(op.result.type, Array)


def is_product(op: Op) -> bool:
    """Whether it is a product that BLAS writes where it is told to: of matrices of floats, not of stacks of them."""
    return (
        op.kind == "matmul"
        and isinstance(op.result.type, Array)
        and dtype_of(op.result.type).inexact
        and max(rank(v.type) for v in op.operands) <= 2
    )


def seen_outside(fn: Function) -> list[Value]:
    """The arrays that functions outside the program are given: they may keep them, so these have to stay as they are."""
    if not leaves_program(fn):
        return []
    outside = [op for op in all_ops(fn.body) if op.kind == "external" or "callee" in op.attrs]
    return [value for op in outside for value in op.operands if has_memory(value.type)]


def private_rooms(fn: Function, *, in_branches: bool) -> list[Op]:
    """The allocations to which nothing refers when the next one may happen, or when the call is over; those in branches may never happen."""
    memory, seen = Memory(fn), seen_outside(fn)
    found: list[Op] = []

    def visit(region: Region, around: tuple[Region, ...]) -> None:
        around = (*around, region)
        for op in region.ops:
            if is_loop(op) and not op.attrs.get("parallel"):
                visit(op.regions[-1], around)
            elif op.kind == "if" and in_branches:
                for branch in op.regions:
                    visit(branch, around)
            elif allocates_room(op):
                ends = [value for one in around for value in one.terminator.operands if has_memory(value.type)]
                if not any(memory.may_share(op.result, value) for value in (*seen, *ends)):
                    found.append(op)

    visit(fn.body, ())
    return found

// What compiled code does where .NET would throw, for a program that brings no panic of its own.

        .include "macros.inc"

        .weak   kilburn_throw
function kilburn_throw
        udf     #0
endfunction kilburn_throw

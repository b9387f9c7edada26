// The only program of the guest: says that it is there, and waits for ever.
        .syntax unified
        .arm
        .equ    write, 4
        .equ    pause, 29
        .equ    standard_output, 1

        .text
        .global _start
_start:
        mov     r7, #write
        mov     r0, #standard_output
        ldr     r1, =text
        mov     r2, #text_end - text
        svc     #0
wait:
        mov     r7, #pause
        svc     #0
        b       wait

text:
        .ascii  "init is running\n"
text_end:

        .data
        .word   1

        .section .note.GNU-stack, "", %progbits

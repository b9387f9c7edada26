// Symbols that every ahead-of-time compiled object asks for and that nothing here calls: the way in from a hosted program
// and the unwinder. They stop the core, should a call come after all.

        .include "macros.inc"

function RhpReversePInvoke
        udf     #0
endfunction RhpReversePInvoke

function RhpReversePInvokeReturn
        udf     #0
endfunction RhpReversePInvokeReturn

function __aeabi_unwind_cpp_pr0
        udf     #0
endfunction __aeabi_unwind_cpp_pr0

function __aeabi_unwind_cpp_pr1
        udf     #0
endfunction __aeabi_unwind_cpp_pr1

// What the linker knows, as a table that C# reads (BootImage), and the memory that start-up needs from the image.

        .include "macros.inc"

// const uint32_t *boot_image_table(void)
//   The table below; its order is that of BootImage's fields.
function boot_image_table
        ldr     r0, =1f
        bx      lr
        .ltorg
endfunction boot_image_table

        .section .rodata.boot_image, "a"
        .balign 4
1:      .word   linker_text_start
        .word   linker_text_end
        .word   linker_constants_start
        .word   linker_constants_end
        .word   linker_data_start
        .word   linker_kernel_end
        .word   boot_vectors
        .word   boot_empty_table
        .word   boot_early_tables
        .word   boot_table_early
        .word   boot_guards
        .word   boot_stack_tops
        .word   boot_mailbox_buffer
        .word   linker_unwind_start
        .word   linker_unwind_end
        .word   boot_arrivals
        .word   linker_archive_start
        .word   linker_archive_end
        .word   boot_secondary

        .section .tables, "aw", %nobits
        .balign 8192
variable boot_empty_table               // TTBR0's, while no space is active
        .skip   8192
endvariable boot_empty_table
variable boot_early_tables              // 16 second-level tables for VirtualMemory.TryStart
        .skip   16 * 1024
endvariable boot_early_tables

        .bss
        .balign 64
variable boot_mailbox_buffer            // shared with the VideoCore: cache lines of its own
        .skip   64
endvariable boot_mailbox_buffer
        .balign 64

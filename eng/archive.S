// The archive of files that becomes a part of a kernel's image: BootArchive of BareMetal.targets, in whose folder it is looked for.

        .section .note.GNU-stack, "", %progbits
        .section .archive, "a", %progbits
        .incbin "initrd.cpio"

# Sourced by the commands: places in C# for the addresses of a backtrace.

# symbolize IMAGE LINE: prints the line; a line '  at 0x80012345' with method, file and line behind it.
symbolize() {
    local image=$1 line=$2 method place
    if ! [[ $line =~ ^"  at "(0x[0-9A-Fa-f]{8})$ ]]; then
        printf '%s\n' "$line"
        return
    fi
    { read -r method && read -r place; } < <(arm-none-eabi-addr2line -f -e "$image" "${BASH_REMATCH[1]}")
    # The compiler writes Assembly_Namespace_Type__Method<Argument>; dots read better, the assembly says nothing.
    if [[ $method == *Kilburn_* ]]; then
        method=${method//Kilburn_Kernel_Kilburn_/Kilburn_}
        method=${method//__/.}
        method=${method//_/.}
    fi
    printf '%s  %s (%s)\n' "$line" "$method" "${place#"$root"/}"
}

#!/usr/bin/env bash
# check-freestanding.sh OBJECT: what compiled C# may ask of its surroundings, and nothing more.
# Every undefined symbol is one that our assembly gives, by name (arm_…, boot_…, kilburn_…, user_…) or from the list below.
# Anything else is a helper of .NET's runtime: the code allocates, throws, divides or calls through an interface.
set -u
object=$1
allowed='memmove|memset|memcpy|RhpReversePInvoke|RhpReversePInvokeReturn|__aeabi_unwind_cpp_pr[012]'

explain() {
    case $1 in
        RhpNew*) echo 'allocates an object or an array' ;;
        RhpThrow*|RhpRethrow*) echo 'throws' ;;
        *InterfaceDispatch*|*VirtualInvoke*) echo 'calls through an interface variable' ;;
        *Div*|*Mod*) echo 'divides; use shifts and masks' ;;
        RhpLMul|RhpLLsh|RhpLRsh|RhpLRsz) echo 'multiplies or shifts 64-bit values' ;;
        __security_cookie) echo 'uses stackalloc or an unsafe buffer' ;;
        *) echo 'is not part of a freestanding program' ;;
    esac
}

status=0
for symbol in $(arm-none-eabi-nm -u "$object" | awk '{ print $2 }'); do
    if ! [[ $symbol =~ ^(arm_|boot_|kilburn_|linker_|user_) || $symbol =~ ^($allowed)$ ]]; then
        echo "check-freestanding: error: $symbol: the code $(explain "$symbol")" >&2
        status=1
    fi
done
exit $status

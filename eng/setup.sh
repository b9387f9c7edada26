# Sourced by the commands: what a fresh machine needs before anything can be built or booted.
# Progress goes to standard error, one line a step; a step that fails prints its output in full.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

say() {
    echo "$*" >&2
}

# step TEXT COMMAND...: runs a command quietly; on failure shows what it said.
step() {
    local text=$1 output
    shift
    say "$text"
    if ! output=$("$@" 2>&1); then
        say "$output"
        say "failed: $*"
        return 1
    fi
}

# need_sdk: the .NET SDK cannot be installed from Debian, so that a missing one is an error with advice.
need_sdk() {
    if ! command -v dotnet >/dev/null; then
        say "missing: the .NET 10 SDK. Get it from https://dotnet.microsoft.com/download and put 'dotnet' on the PATH."
        return 1
    fi
    if ! (cd "$root" && dotnet --version >/dev/null 2>&1); then
        say "missing: a .NET SDK of version 10 (global.json). Installed are:"
        dotnet --list-sdks >&2
        return 1
    fi
}

# need_tool COMMAND PACKAGE: installs the Debian package when the command is missing and somebody here may.
need_tool() {
    local command=$1 package=$2 as_root=""
    if command -v "$command" >/dev/null; then
        return 0
    fi
    if [ "$(id -u)" != 0 ]; then
        as_root="sudo -n"
        if ! $as_root true 2>/dev/null; then
            say "missing: $package. Install it as root: apt-get install $package"
            return 1
        fi
    fi
    if ! command -v apt-get >/dev/null; then
        say "missing: $package, which gives '$command'. Install it with your system's package manager."
        return 1
    fi
    if [ -z "${lists_updated:-}" ]; then
        step "setup: read the package lists" $as_root apt-get update -q || return 1
        lists_updated=yes
    fi
    step "setup: install $package" \
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package"
}

need_binutils() {
    need_tool arm-none-eabi-ld binutils-arm-none-eabi
}

need_qemu() {
    need_tool qemu-system-arm qemu-system-arm
}

# For the browser test.
need_chromium() {
    need_tool chromium chromium
}
